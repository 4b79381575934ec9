package dev.shm.wait;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.shm.memory.CacheLine;
import dev.shm.memory.StressMemory;
import dev.shm.testing.EverybodyLives;
import org.agrona.concurrent.AtomicBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * What is written under a {@link RobustMutex} by plain stores, as slots, maps and lists are, is
 * seen by the next owner. A class whose name ends with Fault has the order undone, and must fail.
 */
public final class RobustMutexStress {
    private static final int SUM = CacheLine.BYTES;
    private static final int BYTES = 2 * CacheLine.BYTES;

    private RobustMutexStress() {}

    /** A sum, and a mutex of two participants. */
    public static class Guarded implements Waiter {
        final RobustMutex one;
        final RobustMutex other;
        private final AtomicBuffer memory = StressMemory.take(BYTES);

        Guarded() {
            one = new RobustMutex(memory, 0, new EverybodyLives(1), this);
            other = new RobustMutex(memory, 0, new EverybodyLives(2), this);
        }

        @Override
        public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
            Thread.yield();
            return true;
        }

        @Override
        public void wake(AtomicBuffer buffer, int index, int count) {
            // nobody sleeps
        }

        final int next() {
            return memory.getInt(SUM) + 1;
        }

        final int store(int sum) {
            memory.putInt(SUM, sum);
            return sum;
        }
    }

    /** Each adds one. */
    @JCStressTest
    @State
    @Outcome(
            id = {"1, 2", "2, 1"},
            expect = ACCEPTABLE,
            desc = "one after the other")
    @Outcome(expect = FORBIDDEN, desc = "at once")
    public static class Add extends Guarded {
        @Actor
        public void one(II_Result result) {
            result.r1 = add(one);
        }

        @Actor
        public void other(II_Result result) {
            result.r2 = add(other);
        }

        private int add(RobustMutex mutex) {
            mutex.lock();
            int sum = store(next());
            mutex.unlock();
            return sum;
        }
    }

    /** The sum is stored after the mutex was given up. */
    @JCStressTest
    @State
    @Outcome(
            id = {"1, 2", "2, 1"},
            expect = ACCEPTABLE,
            desc = "one after the other")
    @Outcome(expect = FORBIDDEN, desc = "at once")
    public static class StoredLateFault extends Guarded {
        @Actor
        public void one(II_Result result) {
            result.r1 = add(one);
        }

        @Actor
        public void other(II_Result result) {
            result.r2 = add(other);
        }

        private int add(RobustMutex mutex) {
            mutex.lock();
            int sum = next();
            mutex.unlock();
            return store(sum);
        }
    }
}
