package dev.shm.chaos;

import dev.shm.chaos.Numbers.Promise;
import dev.shm.memory.MappedBuffer;
import dev.shm.queue.PipeEnd;
import dev.shm.queue.SharedPipe;
import dev.shm.region.SharedRegion;
import dev.shm.ring.Broadcast;
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
import java.util.concurrent.TimeUnit;
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
    private static final int LAST_RECORDS = 3;
    private static final int PIPES = 64;
    private static final int COUNT_BITS = 8;
    private static final long DAY_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
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
    private final Numbers broadcasted;
    private final Listener listener;
    private final SharedValue pipe;
    private final SharedArray pipesEnded;
    private long dayBefore = -1; // when relief last came
    private long dayBegan;

    StreamActs(SharedRegion region, Ledger ledger, int seat, Random random) {
        this.region = region;
        this.ledger = ledger;
        this.seat = seat;
        this.random = random;
        ring = SpscRing.of(region, "ring", CAPACITY);
        ringed = new Numbers(region, "ring", seat);
        broadcast = Broadcast.of(region, "broadcast", CAPACITY);
        broadcasted = new Numbers(region, "broadcast", seat);
        listener = new Listener(broadcast, broadcasted);
        pipe = SharedValue.of(region, "pipe", 'q');
        pipesEnded = SharedArray.of(region, "pipes-ended", 'q', PIPES);
    }

    /** Done is what comes to somebody: who sends into nothing has done nothing. */
    @Override
    public void doIt(Act act) throws InterruptedException {
        boolean sends = random.nextBoolean();
        int came =
                switch (act) {
                    case RING -> sends ? produce() : consume();
                    case BROADCAST -> sends ? transmit() : listener.listen();
                    case PIPE -> pipe();
                    default -> throw new IllegalArgumentException(act.toString());
                };
        if (came > 0) {
            ledger.increment(act, Ledger.Entry.DONE, seat);
        }
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

    static int number(DirectBuffer buffer, int index, int length) {
        byte[] message = new byte[length];
        buffer.getBytes(index, message);
        return Numbers.number(message);
    }

    /** Sends some, if the role can be had; none come to us. */
    private int produce() {
        try (SpscProducer producer = role(ring::producer)) {
            for (int i = random.nextInt(RECORDS); producer != null && i > 0; i--) {
                int number = ringed.begin();
                if (number < 0 || !producer.offer(1, scratch, 0, load(number))) {
                    return 0;
                }
                ringed.sent(number);
            }
        }
        return 0;
    }

    private int consume() {
        try (SpscConsumer consumer = role(ring::consumer)) {
            return consumer == null ? 0 : consume(consumer);
        }
    }

    private int consume(SpscConsumer consumer) {
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
        return numbers.size();
    }

    /** Sends some, if the role can be had; none come to us. */
    private int transmit() {
        try (BroadcastTransmitter transmitter = role(broadcast::transmitter)) {
            if (transmitter != null) {
                transmit(transmitter, random.nextInt(RECORDS));
            }
        }
        return 0;
    }

    private void transmit(BroadcastTransmitter transmitter, int count) {
        for (int i = 0; i < count; i++) {
            int number = broadcasted.begin();
            if (number < 0) {
                return;
            }
            transmitter.transmit(1, scratch, 0, load(number));
            broadcasted.sent(number);
        }
    }

    /** One end of the pipe of the day, if it can be had; and then there shall be another pipe. */
    private int pipe() throws InterruptedException {
        long day = pipe.getLong();
        try (SharedPipe today = SharedPipe.of(region, PIPE + day, CAPACITY)) {
            PipeEnd left = role(today::left);
            PipeEnd right = left == null ? role(today::right) : null;
            if (left != null) {
                ledger.await(Act.PIPE, seat, () -> send(left, day));
            }
            boolean came =
                    right != null && ledger.tryAwait(Act.PIPE, seat, () -> receive(right, day) > 0);
            return came ? 1 : 0;
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

    /** Until the sender has left, or died; returns how many came. */
    private int receive(PipeEnd end, long day) throws InterruptedException {
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
            return received;
        }
    }

    /**
     * Takes and closes ends that nobody came for, so that nobody need wait at the other; and hears
     * the broadcast, all the time.
     */
    @Override
    public void relieve() {
        listener.listen();
        endPipes();
    }

    private void endPipes() {
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
        if (day != dayBefore) {
            dayBefore = day;
            dayBegan = System.nanoTime();
        } else if (System.nanoTime() - dayBegan > DAY_NANOS) {
            pipe.compareAndSet(day, day + 1);
        }
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
        auditBroadcast(wrong);
        pipe.getAndAdd(1);
        endPipes(); // there is no pipe any more
        return wrong;
    }

    /** All was heard or lost, and a few more are heard. */
    private void auditBroadcast(List<String> wrong) {
        while (listener.listen() > 0) {
            // until all is heard
        }
        wrong.addAll(listener.missed());
        try (BroadcastTransmitter transmitter = broadcast.transmitter()) { // nobody has it
            transmit(transmitter, LAST_RECORDS);
        }
        int heard = listener.listen();
        if (heard != LAST_RECORDS) {
            wrong.add("broadcast: sent=" + LAST_RECORDS + " heard=" + heard);
        }
    }
}
