package dev.shm.queue;

import dev.shm.explore.FaultyLiveness;
import dev.shm.explore.Interception;
import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.queue.PipeWait.Outcome;
import dev.shm.wait.CountedIdling;
import dev.shm.wait.Deadline;
import dev.shm.wait.IdlePhase;
import dev.shm.wait.Liveness;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.AtomicBuffer;

/**
 * A sender and a receiver that wait for each other at a place for one item, as the two sides of a
 * direction of a pipe do. The sender closes in the end; the receiver goes on until that is over.
 *
 * <p>Checked: what was put there is received, once and in order, as long as the receiver lives;
 * nobody is left asleep; nobody goes on without its peer.
 */
final class PipeScenario implements Scenario {
    private static final int ITEM = 512;
    private static final int READER = PipeLayout.DIRECTIONS + PipeLayout.READER;
    private static final int WRITER = PipeLayout.DIRECTIONS + PipeLayout.WRITER;
    private static final int ITEMS = 3;

    private final PipeFault fault;
    private final TickPolicy ticks;
    private final int idles;
    private final List<Integer> published = new ArrayList<>();
    private final List<Integer> received = new ArrayList<>();
    private boolean receiverLives = true;
    private boolean ended;

    PipeScenario(PipeFault fault, TickPolicy ticks, int idles) {
        this.fault = fault;
        this.ticks = ticks;
        this.idles = idles;
    }

    @Override
    public void build(World world) {
        Participant sender = world.join();
        Participant receiver = world.join();
        Side left = new Side(world, sender, PipeLayout.LEFT, PipeLayout.RIGHT);
        Side right = new Side(world, receiver, PipeLayout.RIGHT, PipeLayout.LEFT);
        sender.thread(() -> send(left));
        receiver.thread(() -> receive(right));
        world.onDeath(dead -> receiverLives &= dead != receiver);
        world.atEnd(
                () -> {
                    check(!receiverLives || ended, "the receiver does not know that it is over");
                    check(
                            !receiverLives || received.equals(published),
                            "published=" + published + " received=" + received);
                });
    }

    private void send(Side side) {
        Outcome outcome = Outcome.DONE;
        for (int i = 1; i <= ITEMS && outcome == Outcome.DONE; i++) {
            int item = i;
            outcome = side.await(side.writer, () -> put(side, item));
        }
        check(outcome == Outcome.DONE || !receiverLives, "gives up: " + outcome);
        side.self.close();
        if (fault != PipeFault.SILENT_CLOSE) {
            side.reader.signal();
            side.writer.signal();
        }
    }

    private boolean put(Side side, int item) {
        if (side.buffer.getIntVolatile(ITEM) != 0) {
            return false;
        }
        if (fault == PipeFault.SIGNAL_FIRST) {
            side.reader.signal();
        }
        if (fault == PipeFault.SEEN_TOO_LATE) {
            side.buffer.putIntRelease(ITEM, item);
        } else {
            side.buffer.putIntVolatile(ITEM, item); // a sleeper looks on until a store is seen
        }
        published.add(item);
        if (fault != PipeFault.SIGNAL_FIRST) {
            side.reader.signal();
        }
        return true;
    }

    private void receive(Side side) {
        while (side.await(side.reader, () -> take(side)) == Outcome.DONE) {}
        ended = true;
    }

    private boolean take(Side side) {
        int item = side.buffer.getIntVolatile(ITEM);
        if (item == 0) {
            return false;
        }
        received.add(item);
        side.buffer.putIntVolatile(ITEM, 0);
        side.writer.signal();
        return true;
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    /** One end, through which the fault gets in. */
    private final class Side implements Waiter {
        private final World world;
        private final int other;
        private final AtomicBuffer buffer;
        private final PipePeer self;
        private final PipePeer peer;
        private final PipeWait reader;
        private final PipeWait writer;
        private final IdlePhase idlePhase;
        private boolean blind; // looks once without seeing

        Side(World world, Participant me, int own, int other) {
            this.world = world;
            this.other = other;
            world.memory().putInt(own, me.tag()); // who is not there yet is not missed
            this.idlePhase = CountedIdling.of(idles, () -> world.point("idle"));
            Liveness liveness =
                    fault == PipeFault.NO_PROBE
                            ? FaultyLiveness.ofProbes(me.liveness(), tag -> {})
                            : me.liveness();
            this.buffer =
                    Interception.of(
                            world.buffer(),
                            (target, method, arguments) -> {
                                boolean puts = method.getName().startsWith("put");
                                int index = arguments[0] instanceof Integer i ? i : -1;
                                boolean isFlag = index == READER || index == WRITER;
                                if (puts && isFlag) {
                                    boolean clears = arguments[1].equals(0);
                                    blind |= fault == PipeFault.NO_SECOND_LOOK && !clears;
                                    if (clears && fault == PipeFault.NO_CLEAR) {
                                        return null;
                                    }
                                }
                                return Interception.proceed(target, method, arguments);
                            });
            this.self = new PipePeer(buffer, own, liveness);
            this.peer = new PipePeer(buffer, other, liveness);
            this.reader = new PipeWait(buffer, READER, liveness, this, ticks, 0);
            this.writer = new PipeWait(buffer, WRITER, liveness, this, ticks, 0);
        }

        Outcome await(PipeWait wait, BooleanSupplier attempt) {
            BooleanSupplier looking =
                    () -> {
                        boolean blindNow = blind || fault == PipeFault.NO_LAST_LOOK && peerIsOver();
                        blind = false;
                        return !blindNow && attempt.getAsBoolean();
                    };
            while (true) {
                try {
                    return wait.await(looking, peer, Deadline.never());
                } catch (InterruptedException e) {
                    // It waits again.
                }
            }
        }

        private boolean peerIsOver() {
            return (world.memory().getInt(other) & PipeLayout.CLOSED) != 0;
        }

        @Override
        public boolean await(AtomicBuffer unused, int index, int expected, long nanos) {
            return world.waiter().await(world.buffer(), index, expected, nanos);
        }

        @Override
        public void wake(AtomicBuffer unused, int index, int count) {
            if (fault != PipeFault.NO_WAKE) {
                world.waiter().wake(world.buffer(), index, count);
            }
        }

        @Override
        public IdlePhase idlePhase() {
            return idlePhase;
        }
    }
}
