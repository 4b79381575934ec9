package dev.shm.queue;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.shm.explore.FaultyLiveness;
import dev.shm.explore.Interception;
import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.queue.PipeMessageFault.Tampering;
import dev.shm.ring.BareRing;
import dev.shm.wait.CountedIdling;
import dev.shm.wait.IdlePhase;
import dev.shm.wait.Liveness;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.io.EOFException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One end of a pipe sends messages, one of them longer than the ring, and closes; the other
 * receives until that is over, or closes before.
 *
 * <p>Checked: messages are received whole, in order and once, and none that was given up; where the
 * receiver stays, all that were sent, before it is told of the end; who is told of the end of the
 * other is told the truth; polling knows whether receiving would wait; nobody is left asleep.
 */
final class PipeMessageScenario implements Scenario {
    /* The memory: the ring, and behind it what a pipe has before it. */
    static final int LEFT = 2048;
    private static final int RIGHT = LEFT + 4;
    private static final int READER = 2176;
    private static final int WRITER = 2304;
    private static final int CAPACITY = 128;

    /**
     * The second takes more than the ring. The fifth is the longest that goes in one piece, at a
     * place where it needs the whole ring for itself.
     */
    private static final int[] LENGTHS = {5, 165, 0, 9, 48, 60};

    /** As many messages as there are. */
    static final int ALL = Integer.MAX_VALUE;

    private final PipeMessageFault fault;
    private final TickPolicy ticks;
    private final int wanted;

    /* What must be so, seen from outside; an instant here is the time between two accesses. */
    private final List<Integer> sent = new ArrayList<>();
    private final List<Integer> received = new ArrayList<>();
    private int sending = -1; // this one now, or never again
    private boolean senderIsOver;
    private boolean receiverIsOver;
    private boolean receiverKnows; // that the sender is over

    /**
     * A pipe.
     *
     * @param wanted after how many messages the receiver closes its end
     */
    PipeMessageScenario(PipeMessageFault fault, TickPolicy ticks, int wanted) {
        this.fault = fault;
        this.ticks = ticks;
        this.wanted = wanted;
    }

    @Override
    public void build(World world) {
        Participant sender = world.join();
        Participant receiver = world.join();
        Side left = new Side(world, sender, LEFT, RIGHT);
        Side right = new Side(world, receiver, RIGHT, LEFT);
        PipeEnd output = left.sending();
        PipeEnd input = right.receiving();
        sender.thread(() -> send(output));
        receiver.thread(() -> receive(input));
        world.onDeath(
                dead -> {
                    senderIsOver |= dead == sender;
                    receiverIsOver |= dead == receiver;
                });
        world.atEnd(
                () -> {
                    check(senderIsOver, "the sender is left");
                    check(receiverIsOver || receiverKnows, "the receiver is left");
                });
    }

    private void send(PipeEnd end) {
        for (int i = 0; i < LENGTHS.length && !receiverIsGone(end, i); i++) {}
        senderIsOver = true;
        end.close();
    }

    /** Sends a message; one that an interrupt ends is given up. */
    private boolean receiverIsGone(PipeEnd end, int number) {
        sending = number;
        try {
            end.send(message(number));
            sent.add(number);
        } catch (InterruptedException e) {
            sending = -1;
            check(!received.contains(number), "received, and given up: " + number);
        } catch (EOFException e) {
            sending = -1;
            check(receiverIsOver, "told of an end that is not: " + e);
            return true;
        }
        return false;
    }

    private void receive(PipeEnd end) {
        byte[] message = new byte[0];
        while (message != null && received.size() < wanted) {
            try {
                message = next(end);
                if (message != null) {
                    receive(message);
                }
            } catch (InterruptedException e) {
                // It waits again.
            }
        }
        receiverKnows = message == null;
        receiverIsOver = true;
        end.close();
    }

    /** In the three ways in turn; null after the last. */
    private byte @Nullable [] next(PipeEnd end) throws InterruptedException {
        try {
            int way = received.size() % 3;
            boolean isThere =
                    way == 1 && end.poll(Long.MAX_VALUE, NANOSECONDS) || way == 2 && end.poll();
            if (!isThere) {
                return end.recv();
            }
            byte[] message = end.recv(0, NANOSECONDS);
            check(message != null, "there was a message, after " + received);
            return message;
        } catch (EOFException e) {
            check(senderIsOver, "told of an end that is not: " + e);
            check(received.containsAll(sent), "sent=" + sent + " received=" + received);
            return null;
        }
    }

    private void receive(byte[] message) {
        int last = received.isEmpty() ? -1 : received.get(received.size() - 1);
        int number = last + 1;
        while (number < LENGTHS.length && !Arrays.equals(message, message(number))) {
            number++;
        }
        check(
                sent.contains(number) || sending == number,
                "sent=" + sent + " received=" + received + ", now " + Arrays.toString(message));
        received.add(number);
    }

    /** Each byte says whose it is, and where it belongs. */
    private static byte[] message(int number) {
        byte[] message = new byte[LENGTHS[number]];
        for (int i = 0; i < message.length; i++) {
            message[i] = (byte) (1 + number + i * LENGTHS.length);
        }
        return message;
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    /** What one participant has of the pipe, through which the fault gets in. */
    private final class Side implements Waiter {
        private final World world;
        private final AtomicBuffer buffer;
        private final Liveness liveness;
        private final PipePeer self;
        private final PipePeer peer;
        private final PipeWait reader;
        private final PipeWait writer;

        Side(World world, Participant me, int own, int other) {
            this.world = world;
            this.buffer = Interception.of(settling(world), new Tampering(fault));
            this.liveness =
                    fault == PipeMessageFault.NO_PROBE
                            ? FaultyLiveness.ofProbes(me.liveness(), tag -> {})
                            : me.liveness();
            this.self = new PipePeer(buffer, own, liveness);
            this.peer = new PipePeer(buffer, other, liveness);
            this.reader = new PipeWait(buffer, READER, liveness, this, ticks, 0);
            this.writer = new PipeWait(buffer, WRITER, liveness, this, ticks, 0);
            self.tryTake(); // who is not there yet is not missed
        }

        /** Who has said that it sleeps looks on until what was stored before that is seen. */
        private AtomicBuffer settling(World world) {
            return Interception.of(
                    world.buffer(),
                    (target, method, arguments) -> {
                        Object result = Interception.proceed(target, method, arguments);
                        if (method.getName().equals("putIntVolatile")
                                && fault != PipeMessageFault.NO_SETTLING) {
                            world.settle();
                        }
                        return result;
                    });
        }

        PipeEnd sending() {
            PipeOutput output =
                    new PipeOutput(
                            BareRing.producer(buffer, liveness, CAPACITY),
                            CAPACITY,
                            BareRing.maxLength(CAPACITY),
                            writer,
                            reader,
                            peer);
            return new PipeEnd(() -> false, "left", output, null, self, peer);
        }

        PipeEnd receiving() {
            PipeInput input =
                    new PipeInput(
                            BareRing.consumer(buffer, liveness, CAPACITY),
                            CAPACITY,
                            reader,
                            writer,
                            peer);
            return new PipeEnd(() -> false, "right", null, input, self, peer);
        }

        @Override
        public boolean await(AtomicBuffer unused, int index, int expected, long nanos) {
            return world.waiter().await(world.buffer(), index, expected, nanos);
        }

        @Override
        public void wake(AtomicBuffer unused, int index, int count) {
            if (fault != PipeMessageFault.NO_WAKE) {
                world.waiter().wake(world.buffer(), index, count);
            }
        }

        @Override
        public IdlePhase idlePhase() {
            return CountedIdling.of(0, () -> world.point("idle"));
        }
    }
}
