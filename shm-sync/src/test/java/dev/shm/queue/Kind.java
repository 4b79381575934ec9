package dev.shm.queue;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.region.SharedRegion;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/** Either of the two, for the tests of what they have in common. Its elements are numbers. */
enum Kind {
    STACK,
    PRIORITY;

    static final String NAME = "it";

    /** A hundred numbers have the same priority. */
    static final ToLongFunction<Long> PRIORITY_OF = number -> number / 100;

    SlotQueue<Long> create(SharedRegion region, int capacity) {
        return create(region, capacity, Codecs.longs(), PRIORITY_OF);
    }

    <E> SlotQueue<E> create(
            SharedRegion region, int capacity, Codec<E> codec, ToLongFunction<E> priority) {
        return this == STACK
                ? SharedStack.create(region, NAME, capacity, codec)
                : SharedPriorityQueue.create(region, NAME, capacity, codec, priority);
    }

    SlotQueue<Long> of(SharedRegion region, int capacity) {
        return this == STACK
                ? SharedStack.of(region, NAME, capacity, Codecs.longs())
                : SharedPriorityQueue.of(region, NAME, capacity, Codecs.longs(), PRIORITY_OF);
    }

    SlotQueue<Long> open(SharedRegion region) {
        return this == STACK
                ? SharedStack.open(region, NAME, Codecs.longs())
                : SharedPriorityQueue.open(region, NAME, Codecs.longs(), PRIORITY_OF);
    }

    /** The name of its class. */
    String typeName() {
        return this == STACK ? "SharedStack" : "SharedPriorityQueue";
    }

    SlotOrder order() {
        return this == STACK ? new Pile() : new Heap();
    }

    /** The order in which numbers come out that were put in like this. */
    List<Long> taken(Collection<Long> put) {
        List<Long> all = List.copyOf(put);
        Comparator<Integer> newest = Comparator.reverseOrder();
        Comparator<Integer> least =
                Comparator.comparingLong(i -> PRIORITY_OF.applyAsLong(all.get(i)));
        return IntStream.range(0, all.size())
                .boxed()
                .sorted(this == STACK ? newest : least) // stable
                .map(all::get)
                .toList();
    }
}
