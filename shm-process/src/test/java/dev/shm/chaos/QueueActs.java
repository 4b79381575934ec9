package dev.shm.chaos;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.shm.chaos.Numbers.Promise;
import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.queue.Delivery;
import dev.shm.queue.JoinableQueue;
import dev.shm.queue.SharedPriorityQueue;
import dev.shm.queue.SharedQueue;
import dev.shm.queue.SharedStack;
import dev.shm.region.SharedRegion;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/** What a process can do with queues, a stack and a priority queue. */
final class QueueActs implements Acts {
    /** Few, so that producers and consumers wait for each other. */
    private static final int CAPACITY = 5;

    private static final int PATIENCE_MILLIS = 20;
    private static final Codec<byte[]> CODEC = Codecs.bytes(Numbers.MAX_BYTES);

    private final Ledger ledger;
    private final int seat;
    private final Random random;
    private final SharedQueue<byte[]> queue;
    private final Numbers queued;
    private final JoinableQueue<byte[]> joinable;
    private final Numbers joined;
    private final BlockingQueue<Long> stack;
    private final Numbers stacked;
    private final BlockingQueue<Long> priority;
    private final Numbers sorted;

    QueueActs(SharedRegion region, Ledger ledger, int seat, Random random) {
        this.ledger = ledger;
        this.seat = seat;
        this.random = random;
        queue = SharedQueue.of(region, "queue", CAPACITY, CODEC);
        queued = new Numbers(region, "queue", seat);
        joinable = JoinableQueue.of(region, "joinable", CAPACITY, CODEC);
        joined = new Numbers(region, "joinable", seat);
        stack = SharedStack.of(region, "stack", CAPACITY, Codecs.longs());
        stacked = new Numbers(region, "stack", seat);
        priority =
                SharedPriorityQueue.of(
                        region, "priority", CAPACITY, Codecs.longs(), QueueActs::urgency);
        sorted = new Numbers(region, "priority", seat);
    }

    private static long urgency(Long number) {
        return number % 7;
    }

    @Override
    public Set<Act> acts() {
        return EnumSet.of(Act.QUEUE, Act.JOINABLE, Act.STACK, Act.PRIORITY);
    }

    @Override
    public void doIt(Act act) throws InterruptedException {
        boolean sends = random.nextBoolean();
        switch (act) {
            case QUEUE -> {
                if (sends) {
                    send(
                            act,
                            queued,
                            n -> queue.offer(Numbers.message(n), PATIENCE_MILLIS, MILLISECONDS));
                } else {
                    ledger.await(
                            act, seat, () -> take(queue.receive(PATIENCE_MILLIS, MILLISECONDS)));
                }
            }
            case JOINABLE -> {
                if (sends) {
                    send(
                            act,
                            joined,
                            n -> joinable.offer(Numbers.message(n), PATIENCE_MILLIS, MILLISECONDS));
                } else {
                    ledger.await(
                            act, seat, () -> work(joinable.poll(PATIENCE_MILLIS, MILLISECONDS)));
                }
            }
            case STACK -> use(act, stack, stacked, sends);
            case PRIORITY -> use(act, priority, sorted, sends);
            default -> throw new IllegalArgumentException(act.toString());
        }
        ledger.increment(act, Ledger.Entry.DONE, seat);
    }

    private interface Offer {
        boolean make(int number) throws InterruptedException;
    }

    private void send(Act act, Numbers numbers, Offer offer) throws InterruptedException {
        int number = numbers.begin();
        if (number < 0) {
            return;
        }
        ledger.await(
                act,
                seat,
                () -> {
                    if (offer.make(number)) {
                        numbers.sent(number);
                    }
                });
    }

    private void take(@Nullable Delivery<byte[]> delivery) {
        if (delivery == null) {
            return;
        }
        int number = Numbers.number(delivery.message());
        if (delivery.attempts() == 0) {
            queued.inOrder(number);
        }
        queued.received(number);
        if (delivery.attempts() == 0 && random.nextInt(16) == 0) {
            delivery.requeue();
            return;
        }
        delivery.ack();
        queued.ended(number);
    }

    private void work(byte @Nullable [] message) {
        if (message != null) {
            int number = Numbers.number(message);
            joined.received(number);
            joinable.taskDone();
            joined.ended(number);
        }
    }

    private void use(Act act, BlockingQueue<Long> queue, Numbers numbers, boolean sends)
            throws InterruptedException {
        if (sends) {
            send(act, numbers, n -> queue.offer((long) n, PATIENCE_MILLIS, MILLISECONDS));
            return;
        }
        ledger.await(
                act,
                seat,
                () -> {
                    Long taken = queue.poll(PATIENCE_MILLIS, MILLISECONDS);
                    if (taken != null) {
                        numbers.received(taken.intValue());
                        numbers.ended(taken.intValue());
                    }
                });
    }

    @Override
    public List<String> audit(int deaths) throws InterruptedException {
        List<String> wrong = new ArrayList<>();
        for (Delivery<byte[]> rest = queue.receive(0, MILLISECONDS);
                rest != null;
                rest = queue.receive(0, MILLISECONDS)) {
            int number = Numbers.number(rest.message());
            queued.received(number);
            rest.ack();
            queued.ended(number);
        }
        wrong.addAll(queued.audit(Promise.AT_LEAST_ONCE, deaths));
        for (byte[] rest = joinable.poll(); rest != null; rest = joinable.poll()) {
            work(rest);
        }
        wrong.addAll(joined.audit(Promise.AT_LEAST_ONCE, deaths));
        if (!joinable.join(0, MILLISECONDS)) {
            wrong.add("tasks left: " + joinable);
        }
        long last = Long.MIN_VALUE;
        for (Long rest = priority.poll(); rest != null; rest = priority.poll()) {
            if (urgency(rest) < last) {
                wrong.add("priority: " + rest + " after one of priority " + last);
            }
            last = urgency(rest);
            note(sorted, rest);
        }
        wrong.addAll(sorted.audit(Promise.AT_MOST_ONCE, deaths));
        for (Long rest = stack.poll(); rest != null; rest = stack.poll()) {
            note(stacked, rest);
        }
        wrong.addAll(stacked.audit(Promise.AT_MOST_ONCE, deaths));
        if (queue.remainingCapacity() != CAPACITY
                || joinable.remainingCapacity() != CAPACITY
                || stack.remainingCapacity() != CAPACITY
                || priority.remainingCapacity() != CAPACITY) {
            wrong.add("places lost: " + queue + ", " + joinable + ", " + stack + ", " + priority);
        }
        return wrong;
    }

    private static void note(Numbers numbers, Long number) {
        numbers.received(number.intValue());
        numbers.ended(number.intValue());
    }
}
