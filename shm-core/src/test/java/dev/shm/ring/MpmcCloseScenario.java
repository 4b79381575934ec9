package dev.shm.ring;

import dev.shm.explore.ClosableMemory;
import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.wait.Deadline;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Two wait for one thing, and the handle of the one is closed meanwhile. Checked: the other gets
 * it, or is passed it by the one that had got it in spite of that; and nobody sleeps for ever.
 */
final class MpmcCloseScenario implements Scenario {
    private static final int CAPACITY = 2;
    private static final int SLOTS = 8;
    private static final MpmcLayout LAYOUT = new MpmcLayout(CAPACITY, Long.BYTES, SLOTS);

    /** What they wait for. */
    enum Wait {
        /** A message in a ring that is empty. */
        A_MESSAGE,
        /** Space in a ring that is full. */
        SPACE,
        /** The release of all messages, which comes when the first has left. */
        RELEASE
    }

    private final Wait wait;
    private final boolean wakes;

    /**
     * A scenario.
     *
     * @param wakes whether who closes wakes those who sleep
     */
    MpmcCloseScenario(Wait wait, boolean wakes) {
        this.wait = wait;
        this.wakes = wakes;
    }

    @Override
    public void build(World world) {
        MpmcCore.initialize(world.memory(), LAYOUT, 0);
        Participant leaving = world.join();
        Participant staying = world.join();
        Participant giving = world.join();
        ClosableMemory claims = new ClosableMemory(world, world.buffer(), world.waiter());
        End closed = new End(world, claims.buffer(), leaving);
        End open = new End(world, world.buffer(), leaving);
        End other = new End(world, world.buffer(), staying);
        End giver = new End(world, world.buffer(), giving);
        for (int i = 0; i < messages(); i++) {
            giver.core.publish(giver.core.claim());
        }
        leaving.thread(() -> passOn(closed, open));
        leaving.thread(
                () -> {
                    claims.close();
                    if (wakes) {
                        open.sleepers.wakeAnnounced();
                    }
                });
        staying.thread(other::get);
        if (wait != Wait.RELEASE) {
            giving.thread(giver::give);
        }
    }

    private int messages() {
        return wait == Wait.A_MESSAGE ? 0 : CAPACITY;
    }

    private void passOn(End from, End to) {
        boolean got;
        try {
            from.get();
            got = true;
        } catch (IllegalStateException e) {
            got = false; // closed
        }
        if (got || wait == Wait.RELEASE) {
            to.give();
        }
    }

    /** A handle. */
    private final class End {
        private final MpmcCore core;
        private final MpmcSleepers sleepers;
        private final MpmcWaiting waiting;

        End(World world, AtomicBuffer claims, Participant by) {
            AtomicBuffer memory = world.buffer();
            Waiter waiter = world.waiter();
            core = new MpmcCore(claims, memory, LAYOUT, by.liveness(), waiter);
            sleepers = new MpmcSleepers(claims, waiter);
            waiting =
                    new MpmcWaiting(
                            memory,
                            core,
                            sleepers,
                            CAPACITY,
                            1,
                            by.liveness(),
                            new Impatient(world),
                            TickPolicy.OFF,
                            new TickPolicy(1, 1));
        }

        void get() {
            try {
                switch (wait) {
                    case A_MESSAGE ->
                            core.release(waiting.untilTaken(core::take, Deadline.never()));
                    case SPACE -> core.publish(waiting.untilClaimed(core::claim, Deadline.never()));
                    case RELEASE -> waiting.untilReleased(Deadline.never());
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        void give() {
            if (wait == Wait.A_MESSAGE) {
                core.publish(core.claim());
            } else {
                for (int i = wait == Wait.SPACE ? 1 : CAPACITY; i > 0; i--) {
                    core.release(core.take());
                }
            }
        }
    }

    /** Short sleeps are over when others have gone on. */
    private record Impatient(World world) implements Waiter {
        @Override
        public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
            if (nanos > 1) {
                return world.waiter().await(buffer, index, expected, nanos);
            }
            world.pause();
            return false;
        }

        @Override
        public void wake(AtomicBuffer buffer, int index, int count) {
            world.waiter().wake(buffer, index, count);
        }
    }
}
