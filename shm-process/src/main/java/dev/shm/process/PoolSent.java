package dev.shm.process;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a worker of a {@link ProcessPool} was sent and has not answered, in that order.
 *
 * <p><b>Threads and processes.</b> For one thread.
 */
final class PoolSent {
    private final Deque<Chunk> chunks = new ArrayDeque<>();

    /** Work under the number that the worker knows it by. */
    record Chunk(long number, PoolWork work) {
        private int bytes() {
            return work.about().size();
        }
    }

    void add(long number, PoolWork work) {
        chunks.add(new Chunk(number, work));
    }

    boolean isEmpty() {
        return chunks.isEmpty();
    }

    int size() {
        return chunks.size();
    }

    /**
     * Takes out what is answered.
     *
     * @param number that the answer has. A worker answers in order, so it is that of the first.
     * @throws IllegalStateException if it is another: a result must not reach who waits for another
     *     one.
     */
    PoolWork answered(long number) {
        Chunk first = chunks.element();
        if (first.number != number) {
            throw new IllegalStateException("answer=" + number + ", expected: " + first.number);
        }
        chunks.remove();
        return first.work;
    }

    /** Takes out what was sent last. */
    Chunk removeLast() {
        return chunks.removeLast();
    }

    /** The bytes of what the worker may not have taken yet: of all but the first. */
    int bytesThatWait() {
        return chunks.stream().skip(1).mapToInt(Chunk::bytes).sum();
    }
}
