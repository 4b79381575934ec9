package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.shm.testing.ArrayMemory;
import dev.shm.testing.LincheckRuns;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.MessageHandler;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The ring of one producer and one consumer is a queue: Lincheck finds an order of the operations
 * for every schedule that it tries. Memory is as the program says.
 */
@Tag("lincheck")
class SpscLincheckTest {
    private static final String PRODUCER = "producer";
    private static final String CONSUMER = "consumer";

    /** Lincheck gives up a schedule after 50, as an endless loop; but a ring clears 128 longs. */
    private static final int LOOPS = 1000;

    @Test
    void aRing_isABoundedQueue() {
        options(BoundedModel.class).check(BoundedRing.class);
    }

    @Test
    void aRing_isAQueueOfBatches_alsoWhereItBeginsAnew() {
        options(Model.class).check(Ring.class);
    }

    @Test
    void aRecordThatIsPublishedFirst_isFound() {
        assertThrows(
                LincheckAssertionError.class,
                () -> options(BoundedModel.class).check(PublishedFirst.class));
    }

    @Test
    void aBatchInTwoSteps_isFound() throws NoSuchMethodException {
        ModelCheckingOptions batch = ofABatch();
        batch.check(Ring.class);
        assertThrows(LincheckAssertionError.class, () -> batch.check(TornBatch.class));
    }

    /**
     * A batch comes while all that is there is taken, which other scenarios may have too rarely.
     */
    private static ModelCheckingOptions ofABatch() throws NoSuchMethodException {
        Actor offer =
                new Actor(Ring.class.getMethod("offerBoth", int.class, int.class), List.of(1, 2));
        Actor drain = new Actor(Ring.class.getMethod("drain"), List.of());
        ExecutionScenario racing =
                new ExecutionScenario(
                        List.of(), List.of(List.of(offer), List.of(drain)), List.of(), null);
        return options(Model.class).iterations(0).addCustomScenario(racing);
    }

    private static ModelCheckingOptions options(Class<?> specification) {
        return LincheckRuns.ofSchedules(specification)
                .threads(2)
                .actorsPerThread(3)
                .loopIterationsBeforeThreadSwitch(LOOPS)
                .loopBound(100 * LOOPS);
    }

    /** What the ring is to be. */
    public static class Model {
        final Queue<Integer> records = new ArrayDeque<>();

        public boolean offer(int number) {
            return records.add(number);
        }

        public boolean offerInPlace(int number) {
            return offer(number);
        }

        public void offerBoth(int number, int other) {
            offer(number);
            offer(other);
        }

        public long poll() {
            return records.isEmpty() ? 0 : records.remove();
        }

        public long drain() {
            long all = 0;
            while (!records.isEmpty()) {
                all = 10 * all + records.remove();
            }
            return all;
        }
    }

    /** What a small one is to be. */
    public static final class BoundedModel extends Model {
        @Override
        public boolean offer(int number) {
            return records.size() < BoundedRing.RECORDS && super.offer(number);
        }
    }

    /** Records of some length, each made of its number. */
    public abstract static class Records implements MessageHandler {
        private final AtomicBuffer memory;
        private final AtomicBuffer[] sources = new AtomicBuffer[10];
        private final int length;
        private final SpscWriter writer;
        private final SpscReader reader;
        private long read;

        /** A ring whose next record begins at a position. */
        Records(int capacity, long position, int length) {
            this.memory = ArrayMemory.of(SpscLayout.bytes(capacity));
            this.length = length;
            for (int i = 0; i < sources.length; i++) {
                sources[i] = ArrayMemory.of(length);
                fill(sources[i], 0, i);
            }
            memory.putLong(SpscLayout.TAIL, position);
            memory.putLong(SpscLayout.HEAD, position);
            memory.putLong(SpscLayout.COMMIT, position);
            this.writer = new SpscWriter(memory, capacity);
            this.reader = new SpscReader(memory, capacity);
        }

        private void fill(AtomicBuffer buffer, int index, int number) {
            for (int i = 0; i < length; i += Long.BYTES) {
                buffer.putLong(index + i, number);
            }
        }

        @Operation(nonParallelGroup = PRODUCER)
        public final boolean offer(@Param(gen = IntGen.class, conf = "1:9") int number) {
            return writer.offer(1, sources[number], 0, length);
        }

        @Operation(nonParallelGroup = PRODUCER)
        public final boolean offerInPlace(@Param(gen = IntGen.class, conf = "1:9") int number) {
            int index = writer.tryClaim(1, length);
            if (index < 0) {
                return false;
            }
            fillAndCommit(index, number);
            return true;
        }

        void fillAndCommit(int index, int number) {
            fill(memory, index, number);
            writer.commit(index);
        }

        final void commitAndFill(int index, int number) {
            writer.commit(index);
            fill(memory, index, number);
        }

        final void append(int number) {
            writer.append(1, sources[number], 0, length);
        }

        final void flush() {
            writer.flush();
        }

        /** The number of the next record; 0 if there is none. */
        @Operation(nonParallelGroup = CONSUMER)
        public final long poll() {
            return poll(1);
        }

        /** The numbers of the next records, as one. */
        final long poll(int limit) {
            read = 0;
            reader.poll(this, limit);
            return read;
        }

        @Override
        public final void onMessage(int type, MutableDirectBuffer buffer, int index, int size) {
            long number = buffer.getLong(index);
            boolean whole = buffer.getLong(index + size - Long.BYTES) == number;
            if (!whole || number == 0) {
                throw new IllegalStateException("torn");
            }
            read = 10 * read + number;
        }
    }

    /** A small ring; its records end where the data ends. */
    public static class BoundedRing extends Records {
        private static final int SPAN = SpscLayout.HEADER + Long.BYTES;
        private static final int RECORDS = SpscLayout.MIN_CAPACITY / SPAN - 1; // and a header

        public BoundedRing() {
            super(SpscLayout.MIN_CAPACITY, 0, Long.BYTES);
        }
    }

    /** A ring with room for all, whose second record has none before the end of the data. */
    public static class Ring extends Records {
        private static final int CAPACITY = 512;

        public Ring() {
            super(CAPACITY, CAPACITY - 40, 2 * Long.BYTES);
        }

        @Operation(nonParallelGroup = PRODUCER)
        public void offerBoth(
                @Param(gen = IntGen.class, conf = "1:9") int number,
                @Param(gen = IntGen.class, conf = "1:9") int other) {
            append(number);
            append(other);
            flush();
        }

        @Operation(nonParallelGroup = CONSUMER)
        public long drain() {
            return poll(Integer.MAX_VALUE);
        }
    }

    /** A small ring with a fault. */
    public static final class PublishedFirst extends BoundedRing {
        @Override
        void fillAndCommit(int index, int number) {
            commitAndFill(index, number);
        }
    }

    /** A ring with another. */
    public static final class TornBatch extends Ring {
        @Override
        public void offerBoth(int number, int other) {
            append(number);
            flush();
            append(other);
            flush();
        }
    }
}
