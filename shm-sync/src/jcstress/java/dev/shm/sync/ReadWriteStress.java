package dev.shm.sync;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.shm.memory.StressMemory;
import dev.shm.sync.ReadWriteCore.Reading;
import dev.shm.testing.EverybodyLives;
import dev.shm.wait.Deadline;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.TickPolicy;
import org.agrona.concurrent.AtomicBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A reader and a writer of a {@link ReadWriteCore} store first, and look then at what the other has
 * stored: one of them at least sees the other. A class whose name ends with Fault has one line of
 * the protocol undone, and must fail.
 */
public final class ReadWriteStress {
    private static final int PARTICIPANTS = 2;
    private static final int PAUSES = 10;
    private static final int READER = 1;
    private static final int WRITER = 2;
    private static final int CELL = ReadWriteLayout.cell(ReadWriteLayout.slot(READER));

    private ReadWriteStress() {}

    /** A lock, with one who reads and one who writes. */
    public static class Lock extends DeepSleep {
        final AtomicBuffer memory = StressMemory.take(ReadWriteLayout.bytes(PARTICIPANTS));
        final ReadWriteCore reader = core(READER);
        final ReadWriteCore writer = core(WRITER);

        /** One whose sleepers sleep on this int. */
        Lock(int word) {
            super(word);
        }

        private ReadWriteCore core(int tag) {
            EverybodyLives everybody = new EverybodyLives(tag);
            return new ReadWriteCore(
                    memory,
                    PARTICIPANTS,
                    new RobustMutex(memory, ReadWriteLayout.MUTEX, everybody, this),
                    everybody,
                    this,
                    TickPolicy.OFF);
        }

        /** Counts a thread that reads, or none, in the reader's cell by a store. */
        final void store(int readers) {
            memory.putLongRelease(CELL, ReadWriteLayout.empty(READER) + readers);
        }

        final int tryRead() {
            return reader.tryRead() == Reading.HELD ? 1 : 0;
        }

        final int tryWrite() {
            writer.mutex().tryLock();
            return writer.excludesReaders() ? 1 : 0;
        }

        /** So that who comes at the same time finds somebody inside. */
        static void stayAWhile() {
            for (int i = 0; i < PAUSES; i++) {
                Thread.onSpinWait();
            }
        }

        final int awaitRead() {
            return outcome(() -> reader.awaitRead(Deadline.never()) == Reading.HELD);
        }

        final int awaitWrite() {
            writer.mutex().tryLock();
            return outcome(
                    () -> {
                        writer.awaitReaders();
                        return true;
                    });
        }
    }

    /** Who reads, and who writes, when both come at once. */
    @Outcome(
            id = {"0, 1", "1, 0"},
            expect = ACCEPTABLE,
            desc = "one of them")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "each saw the other")
    @Outcome(expect = FORBIDDEN, desc = "both")
    public static final class NotBoth {
        private NotBoth() {}
    }

    /** Both come at once. */
    @JCStressTest
    @State
    @JCStressMeta(NotBoth.class)
    public static class Enter extends Lock {
        public Enter() {
            super(ReadWriteLayout.GATE);
        }

        @Actor
        public void read(II_Result result) {
            result.r1 = tryRead();
        }

        @Actor
        public void write(II_Result result) {
            result.r2 = tryWrite();
        }
    }

    /** A reader counts itself (R) by a store, which may be visible after its look at the mutex. */
    @JCStressTest
    @State
    @JCStressMeta(NotBoth.class)
    public static class CountedByAStoreFault extends Lock {
        public CountedByAStoreFault() {
            super(ReadWriteLayout.GATE);
        }

        @Actor
        public void read(II_Result result) {
            store(1);
            result.r1 = reader.mutex().isFree() ? 1 : 0;
        }

        @Actor
        public void write(II_Result result) {
            result.r2 = tryWrite();
        }
    }

    /** A writer waits for a reader, who leaves. */
    @JCStressTest
    @State
    @JCStressMeta(WokenIfAsleep.class)
    public static class Leave extends Lock {
        public Leave() {
            super(ReadWriteLayout.DRAIN);
        }

        @Actor
        public void write(II_Result result) {
            result.r1 = awaitWrite();
        }

        @Actor
        public void read(II_Result result) {
            if (tryRead() == 1) {
                stayAWhile();
                reader.unlockRead();
            }
            result.r2 = woken();
        }
    }

    /**
     * A reader takes itself out (L) by a store, which may be visible after its look at the mutex.
     */
    @JCStressTest
    @State
    @JCStressMeta(WokenIfAsleep.class)
    public static class LeftByAStoreFault extends Lock {
        public LeftByAStoreFault() {
            super(ReadWriteLayout.DRAIN);
            store(1);
        }

        @Actor
        public void write(II_Result result) {
            result.r1 = awaitWrite();
        }

        @Actor
        public void read(II_Result result) {
            store(0);
            if (!reader.mutex().isFree()) {
                memory.getAndAddInt(ReadWriteLayout.DRAIN, 1);
                wake(memory, ReadWriteLayout.DRAIN, 1);
            }
            result.r2 = woken();
        }
    }

    /** A reader waits at the gate for a writer, who unlocks. */
    @JCStressTest
    @State
    @JCStressMeta(WokenIfAsleep.class)
    public static class Unlock extends Lock {
        public Unlock() {
            super(ReadWriteLayout.GATE);
        }

        @Actor
        public void read(II_Result result) {
            result.r1 = awaitRead();
        }

        @Actor
        public void write(II_Result result) {
            tryWrite();
            stayAWhile();
            writer.unlockWrite();
            result.r2 = woken();
        }
    }

    /** A writer unlocks (U) by a store, which may be visible after its look at the gate. */
    @JCStressTest
    @State
    @JCStressMeta(WokenIfAsleep.class)
    public static class UnlockedByAStoreFault extends Lock {
        public UnlockedByAStoreFault() {
            super(ReadWriteLayout.GATE);
        }

        @Actor
        public void read(II_Result result) {
            result.r1 = awaitRead();
        }

        @Actor
        public void write(II_Result result) {
            tryWrite();
            stayAWhile();
            memory.putLongRelease(ReadWriteLayout.MUTEX, 0);
            if ((memory.getIntVolatile(ReadWriteLayout.GATE) & ReadWriteLayout.WAITING) != 0) {
                wake(memory, ReadWriteLayout.GATE, Integer.MAX_VALUE);
            }
            result.r2 = woken();
        }
    }
}
