package dev.shm.chaos;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.shm.chaos.Numbers.Promise;
import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.queue.Delivery;
import dev.shm.queue.JoinableQueue;
import dev.shm.queue.SharedLongQueue;
import dev.shm.queue.SharedPriorityQueue;
import dev.shm.queue.SharedQueue;
import dev.shm.queue.SharedStack;
import dev.shm.region.SharedRegion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * What a process can do with queues, a stack and a priority queue. Nearly all wait until they have
 * what they want, and the others give up soon.
 */
final class QueueActs implements Acts {
    static final List<Act> ACTS =
            List.of(Act.QUEUE, Act.JOINABLE, Act.LONGS, Act.STACK, Act.PRIORITY);

    /** Few, so that producers and consumers wait for each other. */
    private static final int CAPACITY = 5;

    private static final int ONE_OF_SO_MANY_GIVES_UP = 8;
    private static final int PATIENCE_MILLIS = 20;
    private static final int NONE = -1;
    private static final Codec<byte[]> CODEC = Codecs.bytes(Numbers.MAX_BYTES);

    private final Ledger ledger;
    private final int seat;
    private final Random random;
    private final SharedQueue<byte[]> queue;
    private final Numbers queued;
    private final JoinableQueue<byte[]> joinable;
    private final Numbers joined;
    private final SharedLongQueue longs;
    private final Numbers counted;
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
        longs = SharedLongQueue.of(region, "longs", CAPACITY);
        counted = new Numbers(region, "longs", seat);
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
    public void doIt(Act act) throws InterruptedException {
        boolean sends = random.nextBoolean();
        long patience =
                random.nextInt(ONE_OF_SO_MANY_GIVES_UP) == 0 ? PATIENCE_MILLIS : Long.MAX_VALUE;
        boolean moved =
                sends ? send(act, patience) : ledger.tryAwait(act, seat, () -> take(act, patience));
        if (moved) {
            ledger.increment(act, Ledger.Entry.DONE, seat);
        }
    }

    private Numbers numbers(Act act) {
        return switch (act) {
            case QUEUE -> queued;
            case JOINABLE -> joined;
            case LONGS -> counted;
            case STACK -> stacked;
            case PRIORITY -> sorted;
            default -> throw new IllegalArgumentException(act.toString());
        };
    }

    /** Puts one in, if there is a number left and room in that time; false if not. */
    private boolean send(Act act, long patience) throws InterruptedException {
        int number = numbers(act).begin();
        return number >= 0 && ledger.tryAwait(act, seat, () -> put(act, number, patience));
    }

    private boolean put(Act act, int number, long patience) throws InterruptedException {
        boolean put = offer(act, number, patience);
        if (put) {
            numbers(act).sent(number);
        }
        return put;
    }

    /** As {@code put} where patience has no end, and that is what is called then. */
    private boolean offer(Act act, int number, long millis) throws InterruptedException {
        return switch (act) {
            case QUEUE -> offer(queue, Numbers.message(number), millis);
            case JOINABLE -> offer(joinable, Numbers.message(number), millis);
            case STACK -> offer(stack, (long) number, millis);
            case PRIORITY -> offer(priority, (long) number, millis);
            default -> {
                if (millis < Long.MAX_VALUE) {
                    yield longs.offer(number, millis, MILLISECONDS);
                }
                longs.put(number);
                yield true;
            }
        };
    }

    private static <E> boolean offer(BlockingQueue<E> to, E element, long millis)
            throws InterruptedException {
        if (millis < Long.MAX_VALUE) {
            return to.offer(element, millis, MILLISECONDS);
        }
        to.put(element);
        return true;
    }

    /** Takes one, if one comes in that time; false if none did. */
    private boolean take(Act act, long millis) throws InterruptedException {
        boolean endless = millis == Long.MAX_VALUE;
        switch (act) {
            case QUEUE -> {
                Delivery<byte[]> delivery =
                        endless ? queue.receive() : queue.receive(millis, MILLISECONDS);
                return delivery != null && accept(delivery);
            }
            case JOINABLE -> {
                byte[] message = endless ? joinable.take() : joinable.poll(millis, MILLISECONDS);
                return message != null && work(message);
            }
            case LONGS -> {
                long number = endless ? longs.take() : longs.poll(NONE, millis, MILLISECONDS);
                return number != NONE && count((int) number);
            }
            case STACK -> {
                return take(stack, stacked, millis);
            }
            default -> {
                return take(priority, sorted, millis);
            }
        }
    }

    private static boolean take(BlockingQueue<Long> from, Numbers numbers, long millis)
            throws InterruptedException {
        Long number = millis == Long.MAX_VALUE ? from.take() : from.poll(millis, MILLISECONDS);
        return number != null && note(numbers, number);
    }

    private boolean accept(Delivery<byte[]> delivery) {
        int number = Numbers.number(delivery.message());
        if (delivery.attempts() == 0) {
            queued.inOrder(number);
        }
        queued.received(number);
        if (delivery.attempts() == 0 && random.nextInt(16) == 0) {
            delivery.requeue();
        } else {
            delivery.ack();
            queued.ended(number);
        }
        return true;
    }

    private boolean work(byte[] message) {
        int number = Numbers.number(message);
        order(Act.JOINABLE, number);
        joined.received(number);
        joinable.taskDone();
        joined.ended(number);
        return true;
    }

    private boolean count(int number) {
        order(Act.LONGS, number);
        return note(counted, number);
    }

    /** What somebody had who was killed comes again, and late. */
    private void order(Act act, int number) {
        if (!numbers(act).follows(number)) {
            ledger.increment(act, Ledger.Entry.DISORDER, seat);
        }
    }

    private static boolean note(Numbers numbers, long number) {
        numbers.received((int) number);
        numbers.ended((int) number);
        return true;
    }

    /** Something comes in where all may wait for that, and goes out where all may wait for room. */
    @Override
    public void relieve() throws InterruptedException {
        for (Act act : ACTS) {
            int room = room(act);
            if (room == CAPACITY) {
                int number = numbers(act).begin();
                if (number >= 0) {
                    put(act, number, 0);
                }
            } else if (room == 0) {
                take(act, 0);
            }
        }
    }

    private int room(Act act) {
        return switch (act) {
            case QUEUE -> queue.remainingCapacity();
            case JOINABLE -> joinable.remainingCapacity();
            case LONGS -> longs.remainingCapacity();
            case STACK -> stack.remainingCapacity();
            default -> priority.remainingCapacity();
        };
    }

    @Override
    public boolean isRunningOut() {
        return ACTS.stream().anyMatch(act -> numbers(act).isRunningOut());
    }

    @Override
    public List<Object> objects() {
        return List.of(queue, joinable, longs, stack, priority);
    }

    @Override
    public List<String> audit() throws InterruptedException {
        List<String> wrong = new ArrayList<>();
        while (acknowledged(queue.receive(0, MILLISECONDS))) {
            // until it is empty
        }
        while (take(Act.JOINABLE, 0) || take(Act.LONGS, 0)) {
            // until they are empty
        }
        if (!joinable.join(0, MILLISECONDS)) {
            wrong.add("tasks left: " + joinable);
        }
        drainStack(wrong);
        drainPriority(wrong);
        for (Act act : ACTS) {
            boolean again = act == Act.QUEUE || act == Act.JOINABLE;
            Promise promise = again ? Promise.AT_LEAST_ONCE : Promise.AT_MOST_ONCE;
            wrong.addAll(numbers(act).audit(promise, ledger.deaths(act)));
            long disorder = ledger.sum(act, Ledger.Entry.DISORDER);
            if (disorder > ledger.deaths(act)) {
                wrong.add(act + ": out of order=" + disorder + " deaths=" + ledger.deaths(act));
            }
            if (room(act) != CAPACITY) {
                wrong.add(act + ": places lost, room=" + room(act));
            }
        }
        return wrong;
    }

    /** What a seat has put on last comes first. */
    private void drainStack(List<String> wrong) {
        long[] above = new long[Ledger.SEATS];
        Arrays.fill(above, Long.MAX_VALUE);
        for (Long rest = stack.poll(); rest != null; rest = stack.poll()) {
            int sender = Numbers.sender(rest.intValue());
            if (rest > above[sender]) {
                wrong.add("stack: " + rest + " below " + above[sender]);
            }
            above[sender] = rest;
            note(stacked, rest);
        }
    }

    /** The least comes first and, of what is the same, what a seat has put in first. */
    private void drainPriority(List<String> wrong) {
        long last = Long.MIN_VALUE;
        long[] before = new long[Ledger.SEATS];
        for (Long rest = priority.poll(); rest != null; rest = priority.poll()) {
            if (urgency(rest) < last) {
                wrong.add("priority: " + rest + " after one of priority " + last);
            } else if (urgency(rest) > last) {
                Arrays.fill(before, Long.MIN_VALUE);
            }
            int sender = Numbers.sender(rest.intValue());
            if (rest < before[sender]) {
                wrong.add("priority: " + rest + " after " + before[sender]);
            }
            last = urgency(rest);
            before[sender] = rest;
            note(sorted, rest);
        }
    }

    private boolean acknowledged(@Nullable Delivery<byte[]> rest) {
        if (rest == null) {
            return false;
        }
        int number = Numbers.number(rest.message());
        if (rest.attempts() == 0) {
            queued.inOrder(number);
        }
        queued.received(number);
        rest.ack();
        queued.ended(number);
        return true;
    }
}
