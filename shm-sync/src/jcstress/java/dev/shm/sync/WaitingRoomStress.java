package dev.shm.sync;

import static dev.shm.sync.CountingLayout.COUNT;
import static dev.shm.sync.CountingLayout.WAITED;
import static dev.shm.sync.WaitingRoomLayout.EPOCH;
import static dev.shm.sync.WaitingRoomLayout.FOR_ONE;
import static dev.shm.sync.WaitingRoomLayout.FOR_SEVERAL;
import static dev.shm.sync.WaitingRoomLayout.NOBODY;
import static dev.shm.sync.WaitingRoomLayout.WAITING;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.shm.memory.StressMemory;
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
 * Who finds no permit in a semaphore, and falls asleep in its {@link WaitingRoom}, is woken by
 * whoever brings one: each stores first, and looks then at what the other has stored. A class whose
 * name ends with Fault has one line of the protocol undone, and must fail.
 */
public final class WaitingRoomStress {
    private WaitingRoomStress() {}

    /** A counting semaphore with no permit, one who waits, and one who brings permits. */
    public static class Counting extends DeepSleep {
        final AtomicBuffer memory = StressMemory.take(CountingLayout.BYTES);
        final WaitingRoom room =
                new WaitingRoom(memory, new EverybodyLives(1), this, TickPolicy.OFF);
        private final CountingCore waits = core(1);
        private final CountingCore brings = core(2);

        Counting(int count, int waiting) {
            super(EPOCH);
            memory.putInt(COUNT, count);
            memory.putInt(WAITING, waiting);
        }

        private CountingCore core(int tag) {
            return new CountingCore(memory, new EverybodyLives(tag), this, TickPolicy.OFF);
        }

        final int acquire(int permits) {
            return outcome(() -> waits.acquire(permits, Endurance.until(Deadline.never())));
        }

        final boolean tryAcquire() {
            return waits.tryAcquire(1);
        }

        final boolean sleep(int epoch) {
            return room.sleep(epoch, Deadline.never(), room.tick());
        }

        final void release() {
            brings.release(1);
        }
    }

    /** Somebody has set WAITED before, so who waits only looks at the count. */
    @JCStressTest
    @State
    @JCStressMeta(WokenIfAsleep.class)
    public static class Announce extends Counting {
        public Announce() {
            super(WAITED, NOBODY);
        }

        @Actor
        public void wait(II_Result result) {
            result.r1 = acquire(1);
        }

        @Actor
        public void bring(II_Result result) {
            release();
            result.r2 = woken();
        }
    }

    /** The announcement (D) is a store, which may be made visible after the look at the count. */
    @JCStressTest
    @State
    @JCStressMeta(WokenIfAsleep.class)
    public static class AnnouncedByAStoreFault extends Counting {
        public AnnouncedByAStoreFault() {
            super(WAITED, NOBODY);
        }

        @Actor
        public void wait(II_Result result) {
            result.r1 = outcome(this::acquireAfterAStore);
        }

        private boolean acquireAfterAStore() {
            int epoch = room.epoch();
            memory.putIntRelease(WAITING, FOR_ONE);
            return tryAcquire() || sleep(epoch);
        }

        @Actor
        public void bring(II_Result result) {
            release();
            result.r2 = woken();
        }
    }

    /** Who waits is the first to set WAITED. */
    @JCStressTest
    @State
    @JCStressMeta(WokenIfAsleep.class)
    public static class Mark extends Counting {
        public Mark() {
            super(0, NOBODY);
        }

        @Actor
        public void wait(II_Result result) {
            result.r1 = acquire(1);
        }

        @Actor
        public void bring(II_Result result) {
            release();
            result.r2 = woken();
        }
    }

    /** WAITED is set (W) before the announcement (D). */
    @JCStressTest
    @State
    @JCStressMeta(WokenIfAsleep.class)
    public static class MarkedFirstFault extends Counting {
        public MarkedFirstFault() {
            super(0, NOBODY);
        }

        @Actor
        public void wait(II_Result result) {
            result.r1 = outcome(this::markAndAnnounce);
        }

        private boolean markAndAnnounce() {
            int epoch = room.epoch();
            if (!memory.compareAndSetInt(COUNT, 0, WAITED)) {
                return tryAcquire();
            }
            room.announce(FOR_ONE);
            return sleep(epoch);
        }

        @Actor
        public void bring(II_Result result) {
            release();
            result.r2 = woken();
        }
    }

    /**
     * What may come of one who needs two permits, and of one who brings one while another sleeps.
     */
    @Outcome(
            id = "0, 2",
            expect = ACCEPTABLE,
            desc = "it sleeps beside the other, and all are woken")
    @Outcome(
            id = {"1, 1", "1, 2"},
            expect = ACCEPTABLE,
            desc = "it sleeps since it has seen the wake")
    @Outcome(expect = FORBIDDEN, desc = "it may take the wake that is the other's")
    public static final class AllAreWoken {
        private AllAreWoken() {}
    }

    /** One sleeps that needs one permit; who comes needs two, and may take its wake. */
    @JCStressTest
    @State
    @JCStressMeta(AllAreWoken.class)
    public static class Several extends Counting {
        public Several() {
            super(WAITED, FOR_ONE);
        }

        @Actor
        public void wait(II_Result result) {
            acquire(2);
            result.r1 = sleptOn;
        }

        @Actor
        public void bring(II_Result result) {
            release();
            result.r2 = Math.min(wakes, 2);
        }
    }

    /** Who has moved the epoch (S) does not look again whether somebody needs several. */
    @JCStressTest
    @State
    @JCStressMeta(AllAreWoken.class)
    public static class NotLookedAgainFault extends Counting {
        public NotLookedAgainFault() {
            super(WAITED, FOR_ONE);
        }

        @Actor
        public void wait(II_Result result) {
            acquire(2);
            result.r1 = sleptOn;
        }

        @Actor
        public void bring(II_Result result) {
            int waiting = memory.getIntVolatile(WAITING);
            while (!memory.compareAndSetInt(WAITING, waiting, NOBODY)) {
                waiting = memory.getIntVolatile(WAITING);
            }
            memory.getAndAddInt(EPOCH, 1);
            result.r2 = waiting == FOR_SEVERAL ? 2 : 1;
        }
    }

    /** A semaphore of two permits, which its participants know as theirs. */
    public static class Owned extends DeepSleep {
        private static final int PERMITS = 2;
        private static final int HOLDER = 2;

        final AtomicBuffer memory = StressMemory.take(SemaphoreLayout.bytes(PERMITS));
        final SemaphoreCore waits = core(1);
        final SemaphoreCore holds = core(HOLDER);

        Owned() {
            super(EPOCH);
            for (int at = 0; at < PERMITS; at++) {
                memory.putInt(SemaphoreLayout.cell(at), SemaphoreLayout.WAITED | HOLDER);
            }
        }

        private SemaphoreCore core(int tag) {
            EverybodyLives everybody = new EverybodyLives(tag);
            return new SemaphoreCore(
                    "owned",
                    memory,
                    PERMITS,
                    everybody,
                    this,
                    TickPolicy.OFF,
                    new SemaphoreBulk(
                            new RobustMutex(memory, SemaphoreLayout.MUTEX, everybody, this)));
        }
    }

    /** Several are released at once, all WAITED: who waits only looks at them. */
    @JCStressTest
    @State
    @JCStressMeta(WokenIfAsleep.class)
    public static class AnnounceOwned extends Owned {
        @Actor
        public void wait(II_Result result) {
            result.r1 = outcome(() -> waits.acquire(1, Endurance.until(Deadline.never())));
        }

        @Actor
        public void bring(II_Result result) {
            holds.release(2);
            result.r2 = woken();
        }
    }

    /** Who releases looks who waits before it has released (R). */
    @JCStressTest
    @State
    @JCStressMeta(WokenIfAsleep.class)
    public static class LookedFirstFault extends Owned {
        @Actor
        public void wait(II_Result result) {
            result.r1 = outcome(() -> waits.acquire(1, Endurance.until(Deadline.never())));
        }

        @Actor
        public void bring(II_Result result) {
            boolean known = holds.hasWaiters();
            holds.release(2);
            result.r2 = known ? woken() : 0;
        }
    }
}
