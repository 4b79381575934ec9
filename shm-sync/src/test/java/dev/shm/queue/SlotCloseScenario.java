package dev.shm.queue;

import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.memory.MappedBuffer;
import dev.shm.wait.Deadline;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.ByteBuffer;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Two wait for one element, or for space, and the handle of the one is closed meanwhile. Checked:
 * the other gets it, or is passed it by the one that had got it in spite of that; and nobody sleeps
 * for ever.
 */
final class SlotCloseScenario implements Scenario {
    private static final SlotLayout LAYOUT = new SlotLayout(1, Long.BYTES);

    private final boolean takes;
    private final boolean ends;

    /**
     * A scenario.
     *
     * @param takes whether they wait for an element
     * @param ends whether who closes ends the epochs
     */
    SlotCloseScenario(boolean takes, boolean ends) {
        this.takes = takes;
        this.ends = ends;
    }

    @Override
    public void build(World world) {
        LAYOUT.initialize(world.memory());
        End leaving = new End(world, world.join());
        End staying = new End(world, world.join());
        End giving = new End(world, world.join());
        if (!takes) {
            giving.put(Deadline.never());
        }
        leaving.participant.thread(leaving::passOn);
        leaving.participant.thread(
                () -> {
                    leaving.closed = true;
                    if (ends) {
                        leaving.core.rouseOurs();
                    } else {
                        world.waiter().wakeAll(world.buffer(), SlotLayout.ITEM_EPOCH);
                        world.waiter().wakeAll(world.buffer(), SlotLayout.SPACE_EPOCH);
                    }
                });
        staying.participant.thread(staying::get);
        giving.participant.thread(giving::give);
    }

    /** A handle. */
    private final class End {
        private final Participant participant;
        private final SlotCore core;
        private final MappedBuffer element =
                new MappedBuffer(ByteBuffer.allocateDirect(Long.BYTES));
        private boolean closed;

        End(World world, Participant participant) {
            this.participant = participant;
            AtomicBuffer buffer = world.buffer();
            Waiter waiter = world.waiter();
            RobustMutex mutex =
                    new RobustMutex(
                            buffer,
                            SlotLayout.MUTEX,
                            participant.liveness(),
                            waiter,
                            TickPolicy.OFF,
                            0);
            core =
                    new SlotCore(
                            buffer,
                            new SlotTable(buffer, LAYOUT, new Pile()),
                            mutex,
                            participant.liveness(),
                            waiter,
                            TickPolicy.OFF);
        }

        void passOn() {
            if (get()) {
                give();
            }
        }

        /** False if the handle was closed. */
        boolean get() {
            Deadline deadline = Deadline.never().unless(() -> closed);
            return (takes ? take(deadline) : put(deadline)) >= 0;
        }

        void give() {
            int given = takes ? put(Deadline.never()) : take(Deadline.never());
            if (given < 0) {
                throw new AssertionError("given=" + given);
            }
        }

        private int take(Deadline deadline) {
            try {
                return core.take(element, deadline);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        private int put(Deadline deadline) {
            try {
                return core.put(0, element, Long.BYTES, deadline);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
