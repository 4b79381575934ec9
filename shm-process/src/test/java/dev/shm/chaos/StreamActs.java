package dev.shm.chaos;

import dev.shm.chaos.Numbers.Promise;
import dev.shm.memory.MappedBuffer;
import dev.shm.queue.PipeEnd;
import dev.shm.queue.SharedPipe;
import dev.shm.region.SharedRegion;
import dev.shm.ring.Broadcast;
import dev.shm.ring.BroadcastReceiver;
import dev.shm.ring.BroadcastTransmitter;
import dev.shm.ring.SpscConsumer;
import dev.shm.ring.SpscProducer;
import dev.shm.ring.SpscRing;
import dev.shm.value.SharedArray;
import dev.shm.value.SharedValue;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.jspecify.annotations.Nullable;

/**
 * What a process can do with a one-to-one ring, a broadcast and pipes: whoever comes has a role.
 */
final class StreamActs implements Acts {
    static final List<Act> ACTS = List.of(Act.RING, Act.BROADCAST, Act.PIPE);

    private static final int CAPACITY = 512;
    private static final int RECORDS = 20;
    private static final int PIPES = 64;
    private static final int COUNT_BITS = 8;
    private static final String PIPE = "pipe-";

    private final SharedRegion region;
    private final Ledger ledger;
    private final int seat;
    private final Random random;
    private final MappedBuffer scratch =
            new MappedBuffer(ByteBuffer.allocateDirect(Numbers.MAX_BYTES));
    private final SpscRing ring;
    private final Numbers ringed;
    private final Broadcast broadcast;
    private final BroadcastReceiver receiver;
    private final Numbers broadcasted;
    private final SharedValue pipe;
    private final SharedArray pipesEnded;
    private long dayBefore = -1; // when relief last came

    StreamActs(SharedRegion region, Ledger ledger, int seat, Random random) {
        this.region = region;
        this.ledger = ledger;
        this.seat = seat;
        this.random = random;
        ring = SpscRing.of(region, "ring", CAPACITY);
        ringed = new Numbers(region, "ring", seat);
        broadcast = Broadcast.of(region, "broadcast", CAPACITY);
        receiver = broadcast.receiver();
        broadcasted = new Numbers(region, "broadcast", seat);
        pipe = SharedValue.of(region, "pipe", 'q');
        pipesEnded = SharedArray.of(region, "pipes-ended", 'q', PIPES);
    }

    @Override
    public void doIt(Act act) throws InterruptedException {
        boolean sends = random.nextBoolean();
        switch (act) {
            case RING -> {
                if (sends) {
                    produce();
                } else {
                    consume();
                }
            }
            case BROADCAST -> {
                if (sends) {
                    transmit();
                } else {
                    receiver.poll(
                            (type, from, index, length) -> hear(from, index, length), RECORDS);
                }
            }
            case PIPE -> pipe();
            default -> throw new IllegalArgumentException(act.toString());
        }
        ledger.increment(act, Ledger.Entry.DONE, seat);
    }

    /** A role, or null if somebody has it who lives, or had the end of a pipe. */
    private static <T> @Nullable T role(Supplier<T> take) {
        try {
            return take.get();
        } catch (IllegalStateException e) {
            String message = String.valueOf(e.getMessage());
            if (message.contains("pid=") || message.contains("end was taken")) {
                return null;
            }
            throw e;
        }
    }

    private int load(int number) {
        byte[] message = Numbers.message(number);
        scratch.putBytes(0, message);
        return message.length;
    }

    private static int number(DirectBuffer buffer, int index, int length) {
        byte[] message = new byte[length];
        buffer.getBytes(index, message);
        return Numbers.number(message);
    }

    private void produce() {
        try (SpscProducer producer = role(ring::producer)) {
            for (int i = random.nextInt(RECORDS); producer != null && i > 0; i--) {
                int number = ringed.begin();
                if (number < 0 || !producer.offer(1, scratch, 0, load(number))) {
                    return;
                }
                ringed.sent(number);
            }
        }
    }

    private void consume() {
        try (SpscConsumer consumer = role(ring::consumer)) {
            if (consumer != null) {
                consume(consumer);
            }
        }
    }

    private void consume(SpscConsumer consumer) {
        List<Integer> numbers = new ArrayList<>();
        MessageHandler handler =
                (type, buffer, index, length) -> {
                    int number = number(buffer, index, length);
                    ringed.received(number);
                    ringed.inOrder(number);
                    numbers.add(number);
                };
        consumer.poll(handler, RECORDS);
        numbers.forEach(ringed::ended);
    }

    private void transmit() {
        try (BroadcastTransmitter transmitter = role(broadcast::transmitter)) {
            for (int i = random.nextInt(RECORDS); transmitter != null && i > 0; i--) {
                int number = broadcasted.begin();
                if (number < 0) {
                    return;
                }
                transmitter.transmit(1, scratch, 0, load(number));
                broadcasted.sent(number);
            }
        }
    }

    private void hear(DirectBuffer buffer, int index, int length) {
        broadcasted.inOrder(number(buffer, index, length));
    }

    /** One end of the pipe of the day, if it can be had; and then there shall be another pipe. */
    private void pipe() throws InterruptedException {
        long day = pipe.getLong();
        try (SharedPipe today = SharedPipe.of(region, PIPE + day, CAPACITY)) {
            PipeEnd left = role(today::left);
            PipeEnd right = left == null ? role(today::right) : null;
            if (left != null) {
                ledger.await(Act.PIPE, seat, () -> send(left, day));
            } else if (right != null) {
                ledger.await(Act.PIPE, seat, () -> receive(right, day));
            }
        } finally {
            pipe.compareAndSet(day, day + 1);
        }
    }

    /** Until all is sent or nobody is there any more. */
    private void send(PipeEnd end, long day) throws InterruptedException {
        try {
            for (int number = 0; number < RECORDS; number++) {
                end.send(scratch, 0, load(number));
            }
            pipesEnded.setLong((int) (day % PIPES), day << COUNT_BITS | RECORDS);
        } catch (EOFException over) {
            return; // the receiver has left, or died
        }
    }

    /** Until the sender has left, or died. */
    private void receive(PipeEnd end, long day) throws InterruptedException {
        int received = 0;
        try {
            while (true) {
                int number = Numbers.number(end.recv());
                if (number != received) {
                    throw new AssertionError("pipe: number=" + number + " after " + received);
                }
                received++;
            }
        } catch (EOFException over) {
            long ended = pipesEnded.getLong((int) (day % PIPES));
            long sent = ended & (1 << COUNT_BITS) - 1;
            if (ended >> COUNT_BITS == day && day > 0 && sent != received) {
                throw new AssertionError("pipe: sent=" + sent + " received=" + received);
            }
        }
    }

    /** Takes and closes ends that nobody came for, so that nobody need wait at the other. */
    @Override
    public void relieve() {
        long day = pipe.getLong();
        for (String name : region.names()) {
            if (name.startsWith(PIPE) && Long.parseLong(name.substring(PIPE.length())) < day) {
                try (SharedPipe past = SharedPipe.of(region, name, CAPACITY)) {
                    role(past::left);
                    role(past::right);
                }
                region.remove(name);
            }
        }
        if (day == dayBefore) {
            pipe.compareAndSet(day, day + 1);
        }
        dayBefore = day;
    }

    @Override
    public boolean isRunningOut() {
        return ringed.isRunningOut() || broadcasted.isRunningOut();
    }

    @Override
    public List<Object> objects() {
        return List.of(ring, broadcast, pipe);
    }

    @Override
    public List<String> audit() {
        List<String> wrong = new ArrayList<>();
        try (SpscConsumer consumer = ring.consumer()) {
            while (consumer.position() < ring.producerPosition()) {
                long before = consumer.position();
                consume(consumer);
                if (consumer.position() == before) {
                    wrong.add("stuck: " + ring);
                    break;
                }
            }
        }
        long unsaid = RECORDS * ledger.deaths(Act.RING); // which are received, and then said
        wrong.addAll(ringed.audit(Promise.AT_LEAST_ONCE, unsaid));
        if (ring.size() != 0) {
            wrong.add("left: " + ring);
        }
        broadcast.transmitter().close(); // nobody has it
        pipe.getAndAdd(1);
        relieve(); // there is no pipe any more
        return wrong;
    }
}
