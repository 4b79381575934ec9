package dev.shm.sync;

import dev.shm.explore.ClosableMemory;
import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.sync.ReadWriteCore.Reading;
import dev.shm.wait.Deadline;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.TickPolicy;

/**
 * A lock that a thread reads twice, and then writes, through the only handle of its participant,
 * and another participant that writes and reads; the handle is closed meanwhile. Checked: whoever
 * is inside, or waits, goes on until it unlocks, together with nobody that it excludes; nobody is
 * left asleep; and the handle is let go in the end.
 */
final class ReadWriteCloseScenario implements Scenario {
    private static final int CELLS = 2;

    /** One line of the protocol undone. */
    enum Fault {
        NONE,
        /** Who reads, writes or waits is not counted. */
        NOT_INSIDE,
        /** Who begins looks whether its handle is closed, and counts itself afterwards. */
        COUNTED_LATE,
        /** Who has done is counted for ever. */
        NEVER_LEAVES
    }

    private final Fault fault;

    /* What must be so, seen from outside; an instant here is the time between two accesses. */
    private int reading;
    private boolean writing;
    private boolean isLetGo;

    ReadWriteCloseScenario(Fault fault) {
        this.fault = fault;
    }

    @Override
    public void build(World world) {
        Handle leaving = new Handle(world);
        Handle staying = new Handle(world);
        leaving.participant.thread(
                () -> {
                    if (leaving.read(() -> leaving.read(() -> {}))) {
                        leaving.write();
                    }
                });
        leaving.participant.thread(leaving::close);
        staying.participant.thread(
                () -> {
                    staying.write();
                    staying.read(() -> {});
                });
        world.atEnd(() -> checkEnd(world));
    }

    private void checkEnd(World world) {
        Tampering.check(isLetGo, "the handle was not let go");
        int word = world.memory().getInt(ReadWriteLayout.MUTEX);
        Tampering.check(word == 0, "word=" + Integer.toHexString(word));
        for (int slot = 0; slot < CELLS; slot++) {
            int left = ReadWriteLayout.readers(world.memory().getLong(ReadWriteLayout.cell(slot)));
            Tampering.check(left == 0, "slot=" + slot + " readers=" + left);
        }
    }

    /** The only handle of its participant; as SharedReadWriteLock, ReadLock and WriteLock do. */
    private final class Handle {
        private final World world;
        private final Participant participant;
        private final ClosableMemory memory;
        private final RobustMutex mutex;
        private final ReadWriteCore core;
        private boolean closed;

        Handle(World world) {
            this.world = world;
            participant = world.join();
            memory = new ClosableMemory(world, world.buffer(), world.waiter());
            mutex =
                    new RobustMutex(
                            memory.buffer(),
                            ReadWriteLayout.MUTEX,
                            participant.liveness(),
                            memory,
                            TickPolicy.OFF,
                            0);
            core =
                    new ReadWriteCore(
                            memory.buffer(),
                            CELLS,
                            mutex,
                            participant.liveness(),
                            memory,
                            TickPolicy.OFF);
        }

        /** False if the handle is closed. */
        boolean read(Runnable meanwhile) {
            if (!enter()) {
                return false;
            }
            Reading outcome = core.tryRead();
            while (outcome != Reading.HELD) {
                outcome = core.awaitRead(Deadline.never());
            }
            Tampering.check(!writing, "reads while another writes");
            reading++;
            world.point("reading");
            meanwhile.run();
            reading--;
            core.unlockRead();
            leave();
            return true;
        }

        void write() {
            if (!enter()) {
                return;
            }
            RobustMutex.Acquisition acquisition = mutex.tryLock();
            if (acquisition == null || !core.excludesReaders()) {
                if (acquisition == null) {
                    mutex.lock();
                }
                core.awaitReaders();
            }
            Tampering.check(!writing && reading == 0, "writes together with readers=" + reading);
            writing = true;
            world.point("writing");
            writing = false;
            core.unlockWrite();
            leave();
        }

        private boolean enter() {
            if (fault == Fault.COUNTED_LATE && closed) {
                return false;
            }
            world.point("entering");
            if (fault != Fault.NOT_INSIDE) {
                core.closedHandles().enter();
            }
            world.point("entered");
            if (fault != Fault.COUNTED_LATE && closed) {
                leave();
                return false;
            }
            return true;
        }

        private void leave() {
            if (fault != Fault.NOT_INSIDE && fault != Fault.NEVER_LEAVES) {
                core.closedHandles().leave();
            }
        }

        void close() {
            closed = true;
            world.point("closed");
            core.closedHandles()
                    .add(
                            () -> {
                                isLetGo = true;
                                memory.close();
                            });
        }
    }
}
