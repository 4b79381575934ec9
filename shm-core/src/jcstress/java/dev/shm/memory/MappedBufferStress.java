package dev.shm.memory;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/**
 * What the access modes of {@link MappedBuffer} promise to another thread: two words on two lines,
 * both zero at first. A class whose name ends with Fault has one access too weak, and must fail.
 */
public final class MappedBufferStress {
    private static final MappedBuffer MEMORY = StressMemory.all();
    private static final String BEFORE = "both, or not all of it yet";
    private static final String AHEAD = "the flag without what came before it";
    private static final String ONE_SEES = "one comes after the other, or both have written";
    private static final String BLIND = "neither sees the other";

    private MappedBufferStress() {}

    /** Two words on two lines. */
    public static class Words {
        final int first = StressMemory.place(2 * CacheLine.BYTES);
        final int second = first + CacheLine.BYTES;

        void read(II_Result result, int flag) {
            result.r1 = flag;
            result.r2 = MEMORY.getInt(first);
        }
    }

    /** A message, then a flag that releases it. */
    @JCStressTest
    @State
    @Outcome(
            id = {"0, 0", "0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = BEFORE)
    @Outcome(expect = FORBIDDEN, desc = AHEAD)
    public static class Release extends Words {
        @Actor
        public void write() {
            MEMORY.putInt(first, 1);
            MEMORY.putIntRelease(second, 1);
        }

        @Actor
        public void read(II_Result result) {
            read(result, MEMORY.getIntAcquire(second));
        }
    }

    /** The flag is a volatile long. */
    @JCStressTest
    @State
    @Outcome(
            id = {"0, 0", "0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = BEFORE)
    @Outcome(expect = FORBIDDEN, desc = AHEAD)
    public static class Volatile extends Words {
        @Actor
        public void write() {
            MEMORY.putInt(first, 1);
            MEMORY.putLongVolatile(second, 1);
        }

        @Actor
        public void read(II_Result result) {
            read(result, (int) MEMORY.getLongVolatile(second));
        }
    }

    /** The flag is set by a CAS. */
    @JCStressTest
    @State
    @Outcome(
            id = {"0, 0", "0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = BEFORE)
    @Outcome(expect = FORBIDDEN, desc = AHEAD)
    public static class CompareAndSet extends Words {
        @Actor
        public void write() {
            MEMORY.putInt(first, 1);
            MEMORY.compareAndSetLong(second, 0, 1);
        }

        @Actor
        public void read(II_Result result) {
            read(result, (int) MEMORY.getLongAcquire(second));
        }
    }

    /** The flag is a sum. */
    @JCStressTest
    @State
    @Outcome(
            id = {"0, 0", "0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = BEFORE)
    @Outcome(expect = FORBIDDEN, desc = AHEAD)
    public static class AddRelease extends Words {
        @Actor
        public void write() {
            MEMORY.putInt(first, 1);
            MEMORY.addIntRelease(second, 1);
        }

        @Actor
        public void read(II_Result result) {
            read(result, MEMORY.getIntAcquire(second));
        }
    }

    /** The flag is stored first. */
    @JCStressTest
    @State
    @Outcome(
            id = {"0, 0", "0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = BEFORE)
    @Outcome(expect = FORBIDDEN, desc = AHEAD)
    public static class FlagFirstFault extends Words {
        @Actor
        public void write() {
            MEMORY.putIntRelease(second, 1);
            MEMORY.putIntRelease(first, 1);
        }

        @Actor
        public void read(II_Result result) {
            read(result, MEMORY.getIntAcquire(second));
        }
    }

    /** Each writes its word, and then reads the other's (Dekker). */
    @JCStressTest
    @State
    @Outcome(
            id = {"0, 1", "1, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = ONE_SEES)
    @Outcome(expect = FORBIDDEN, desc = BLIND)
    public static class StoreBuffering extends Words {
        @Actor
        public void one(II_Result result) {
            MEMORY.putIntVolatile(first, 1);
            result.r1 = MEMORY.getIntVolatile(second);
        }

        @Actor
        public void other(II_Result result) {
            MEMORY.putLongVolatile(second, 1);
            result.r2 = (int) MEMORY.getLongVolatile(first);
        }
    }

    /** Each marks its word, and then reads the other's. */
    @JCStressTest
    @State
    @Outcome(
            id = {"0, 1", "1, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = ONE_SEES)
    @Outcome(expect = FORBIDDEN, desc = BLIND)
    public static class MarkAndLook extends Words {
        @Actor
        public void one(II_Result result) {
            MEMORY.compareAndSetLong(first, 0, 1);
            result.r1 = (int) MEMORY.getLongVolatile(second);
        }

        @Actor
        public void other(II_Result result) {
            MEMORY.getAndAddInt(second, 1);
            result.r2 = MEMORY.getIntVolatile(first);
        }
    }

    /** Release and acquire are not enough for that, on x86-64 either. */
    @JCStressTest
    @State
    @Outcome(
            id = {"0, 1", "1, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = ONE_SEES)
    @Outcome(expect = FORBIDDEN, desc = BLIND)
    public static class ReleaseAndLookFault extends Words {
        @Actor
        public void one(II_Result result) {
            MEMORY.putIntRelease(first, 1);
            result.r1 = MEMORY.getIntAcquire(second);
        }

        @Actor
        public void other(II_Result result) {
            MEMORY.putIntRelease(second, 1);
            result.r2 = MEMORY.getIntAcquire(first);
        }
    }

    /**
     * What a pipe does instead of a fence: who goes to sleep keeps looking for longer than a store
     * stays in a buffer. No rule forbids that neither sees the other; no processor should do it.
     */
    @JCStressTest
    @State
    @Outcome(
            id = {"0, 1", "1, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = ONE_SEES)
    @Outcome(expect = FORBIDDEN, desc = BLIND)
    public static class ReleaseAndSettle extends Words {
        private static final int SETTLING = 150;

        @Actor
        public void publish(II_Result result) {
            MEMORY.putIntRelease(first, 1);
            result.r1 = MEMORY.getIntAcquire(second);
        }

        @Actor
        public void sleep(II_Result result) {
            MEMORY.putIntVolatile(second, 1);
            for (int i = 0; i < SETTLING && result.r2 == 0; i++) {
                Thread.onSpinWait();
                result.r2 = MEMORY.getIntAcquire(first);
            }
        }
    }

    /** Who reads a word twice does not see it go back. */
    @JCStressTest
    @State
    @Outcome(
            id = {"0, 0", "0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = "it grows")
    @Outcome(expect = FORBIDDEN, desc = "it goes back")
    public static class Coherence extends Words {
        @Actor
        public void write() {
            MEMORY.putLongOpaque(first, 1);
        }

        @Actor
        public void read(II_Result result) {
            result.r1 = (int) MEMORY.getLongOpaque(first);
            result.r2 = (int) MEMORY.getLongOpaque(first);
        }
    }

    /** A long is written at once. */
    @JCStressTest
    @State
    @Outcome(
            id = {"0", "-1"},
            expect = ACCEPTABLE,
            desc = "before, or after")
    @Outcome(expect = FORBIDDEN, desc = "half of it")
    public static class WholeLong extends Words {
        @Actor
        public void write() {
            MEMORY.putLongOpaque(first, -1);
        }

        @Actor
        public void read(J_Result result) {
            result.r1 = MEMORY.getLongOpaque(first);
        }
    }

    /** Two ints are not. */
    @JCStressTest
    @State
    @Outcome(
            id = {"0", "-1"},
            expect = ACCEPTABLE,
            desc = "before, or after")
    @Outcome(expect = FORBIDDEN, desc = "half of it")
    public static class TwoHalvesFault extends Words {
        @Actor
        public void write() {
            MEMORY.putIntOpaque(first, -1);
            MEMORY.putIntOpaque(first + Integer.BYTES, -1);
        }

        @Actor
        public void read(J_Result result) {
            result.r1 = MEMORY.getLongOpaque(first);
        }
    }

    /** One of two gets it. */
    @JCStressTest
    @State
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "one of them")
    @Outcome(expect = FORBIDDEN, desc = "both, or none")
    public static class OneWins extends Words {
        @Actor
        public void one(II_Result result) {
            result.r1 = MEMORY.compareAndSetInt(first, 0, 1) ? 1 : 0;
        }

        @Actor
        public void other(II_Result result) {
            result.r2 = MEMORY.compareAndSetInt(first, 0, 2) ? 1 : 0;
        }
    }

    /** Two readers see the writes of two others in one order. Needs four processors. */
    @JCStressTest
    @State
    @Outcome(id = "1, 0, 1, 0", expect = FORBIDDEN, desc = "in two orders")
    @Outcome(expect = ACCEPTABLE, desc = "in one order")
    public static class OneOrder extends Words {
        @Actor
        public void writeFirst() {
            MEMORY.putIntVolatile(first, 1);
        }

        @Actor
        public void writeSecond() {
            MEMORY.putIntVolatile(second, 1);
        }

        @Actor
        public void readFirst(IIII_Result result) {
            result.r1 = MEMORY.getIntVolatile(first);
            result.r2 = MEMORY.getIntVolatile(second);
        }

        @Actor
        public void readSecond(IIII_Result result) {
            result.r3 = MEMORY.getIntVolatile(second);
            result.r4 = MEMORY.getIntVolatile(first);
        }
    }
}
