package dev.shm.ring;

import dev.shm.explore.Interception;
import dev.shm.ring.MpmcScenario.Manner;
import dev.shm.ring.MpmcScenario.Size;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.Waiter;
import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Faults put between an {@link MpmcCore} and its memory: each undoes one line of the protocol, as
 * if it had been forgotten.
 */
enum MpmcFault {
    /** Nothing is wrong. */
    NONE,
    /** Who claims on top of an unfinished claim does not name its producer. */
    PRODUCER_NOT_NAMED,
    /** Who takes on top of an unfinished take does not name its consumer. */
    CONSUMER_NOT_NAMED,
    /** A claim names nobody. */
    ANONYMOUS_CLAIM,
    /** A take names nobody. */
    ANONYMOUS_TAKE,
    /** The tail is read, compared and written in three steps. */
    CLAIM_NOT_ATOMIC,
    /** The head is read, compared and written in three steps. */
    TAKE_NOT_ATOMIC,
    /** A dead consumer's message is taken over in three steps. */
    TAKEOVER_NOT_ATOMIC,
    /** A dead producer's place is never skipped. */
    NOT_SKIPPED,
    /** A dead producer's place is released at once, instead of when its turn comes. */
    SKIPPED_OUT_OF_ORDER,
    /** Nobody is told that there is something to be delivered again. */
    NOT_ANNOUNCED,
    /** Who found nothing withdraws whatever was announced since. */
    WITHDRAWN_BLINDLY,
    /** The living are taken for dead. */
    RASH,
    /** Messages of the dead stay theirs. */
    NOT_TAKEN_OVER,
    /** A message is released for the lap that it is of. */
    RELEASED_FOR_THIS_LAP,
    /** Who wakes does not move the epoch first. */
    EPOCH_NOT_MOVED,
    /** Who moved the epoch does not wake. */
    NOT_WOKEN,
    /** Who ends a long claim wakes before, instead of after. */
    WOKEN_BEFORE_THE_END,
    /** Who goes to sleep announces nothing. */
    NO_ANNOUNCEMENT,
    /** Who has announced itself goes to sleep without another look. */
    NOT_LOOKED_AGAIN,
    /** A claim for long takes an announcement away, and nobody owes the wake. */
    ANNOUNCEMENT_TAKEN_AWAY,
    /** The ring is closed without a look at who claims meanwhile. */
    CLOSED_BLINDLY,
    /** Sleeps last until somebody wakes the sleeper. */
    NO_TICKS,
    /** The publication of the last message is lost. */
    NOT_PUBLISHED,
    /** A wait gives up as if its deadline had expired. */
    IMPATIENT,
    /** Whoever is interrupted withdraws the announcement of everybody. */
    LEAVES_WITH_ALL;

    /** How many messages there are in the world that it shows in. */
    private static final int MESSAGES = 4;

    /** Whether it does harm where everybody lives. */
    boolean showsWithoutADeath() {
        return switch (this) {
            case ANONYMOUS_CLAIM,
                    ANONYMOUS_TAKE,
                    CLAIM_NOT_ATOMIC,
                    TAKE_NOT_ATOMIC,
                    RASH,
                    RELEASED_FOR_THIS_LAP,
                    EPOCH_NOT_MOVED,
                    NOT_WOKEN,
                    WOKEN_BEFORE_THE_END,
                    NO_ANNOUNCEMENT,
                    NOT_LOOKED_AGAIN,
                    ANNOUNCEMENT_TAKEN_AWAY,
                    CLOSED_BLINDLY,
                    NOT_PUBLISHED,
                    IMPATIENT,
                    LEAVES_WITH_ALL ->
                    true;
            default -> false;
        };
    }

    /** Whether it shows only where somebody is interrupted. */
    boolean needsAnInterrupt() {
        return this == LEAVES_WITH_ALL;
    }

    /** The scenario that it shows in. */
    Size shownBy(Size size) {
        return switch (this) {
            case TAKEOVER_NOT_ATOMIC, WITHDRAWN_BLINDLY -> size.givingBack();
            case EPOCH_NOT_MOVED,
                    NOT_WOKEN,
                    NO_ANNOUNCEMENT,
                    NOT_LOOKED_AGAIN,
                    NO_TICKS,
                    IMPATIENT,
                    LEAVES_WITH_ALL ->
                    size.sleeping(Manner.SLEEPING, 2);
            case WOKEN_BEFORE_THE_END, ANNOUNCEMENT_TAKEN_AWAY -> size.sleeping(Manner.FOR_LONG, 2);
            case CLOSED_BLINDLY -> size.sleeping(Manner.DROPPING, 2);
            default -> size;
        };
    }

    AtomicBuffer inject(AtomicBuffer buffer, MpmcLayout layout, Waiter waiter) {
        return this == NONE
                ? buffer
                : Interception.of(
                        buffer,
                        new Injector(this, layout, waiter, new HashSet<>(), new HashSet<>()));
    }

    Waiter inject(Waiter waiter) {
        return this != NOT_WOKEN
                ? waiter
                : new Waiter() {
                    @Override
                    public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
                        return waiter.await(buffer, index, expected, nanos);
                    }

                    @Override
                    public void wake(AtomicBuffer buffer, int index, int count) {
                        // forgotten
                    }
                };
    }

    /** What a wait looks with. */
    LongSupplier distort(LongSupplier look) {
        if (this != NOT_LOOKED_AGAIN) {
            return look;
        }
        boolean[] looked = new boolean[1];
        return () -> {
            looked[0] = !looked[0];
            return looked[0] ? look.getAsLong() : MpmcCore.NONE;
        };
    }

    /** How long a wait is to last. */
    Deadline distort(Deadline deadline) {
        return this == IMPATIENT ? deadline.unless(() -> true) : deadline;
    }

    /** What somebody does who was interrupted. */
    void withdraw(AtomicBuffer buffer) {
        if (this == LEAVES_WITH_ALL) {
            for (int word : new int[] {MpmcLayout.TAIL, MpmcLayout.HEAD}) {
                long seen = buffer.getLongVolatile(word);
                buffer.compareAndSetLong(word, seen, seen & ~MpmcLayout.WAITING);
            }
        }
    }

    boolean isDead(Liveness real, int tag) {
        return this == RASH || real.isDead(tag);
    }

    private record Injector(
            MpmcFault fault,
            MpmcLayout layout,
            Waiter waiter,
            Set<Thread> through,
            Set<Long> published)
            implements Interception.Interceptor {

        @Override
        public @Nullable Object call(AtomicBuffer target, Method method, Object[] arguments)
                throws Throwable {
            if (method.getName().equals("compareAndSetLong")) {
                return compareAndSet(
                        target, (int) arguments[0], (long) arguments[1], (long) arguments[2]);
            }
            if (method.getName().equals("getLongVolatile")
                    && through.remove(Thread.currentThread())) {
                return target.getLongVolatile((int) arguments[0]) & ~MpmcLayout.WAITING;
            }
            if (fault == EPOCH_NOT_MOVED && method.getName().equals("getAndAddInt")) {
                return target.getIntVolatile((int) arguments[0]);
            }
            if (fault == RELEASED_FOR_THIS_LAP && method.getName().equals("putLongRelease")) {
                long next = (long) arguments[1];
                boolean release = MpmcLayout.state(next) == MpmcLayout.FREE;
                arguments[1] = release ? next - layout.span() : next;
            }
            if (method.getName().equals("putLongRelease")
                    && loses((int) arguments[0], (long) arguments[1])) {
                return null;
            }
            return Interception.proceed(target, method, arguments);
        }

        /** Whether it is the publication of the last message. */
        private boolean loses(int index, long next) {
            return fault == NOT_PUBLISHED
                    && isIn(index, layout.sequences())
                    && MpmcLayout.state(next) == MpmcLayout.FULL
                    && published.add(next)
                    && published.size() == MESSAGES;
        }

        private boolean compareAndSet(AtomicBuffer target, int index, long expected, long next) {
            boolean producer = isIn(index, layout.producers());
            boolean consumer = isIn(index, layout.consumers());
            boolean takeover = consumer && sameLap(expected, next);
            boolean skip =
                    isIn(index, layout.sequences()) && MpmcLayout.state(next) == MpmcLayout.ABORTED;
            boolean withdrawal =
                    index == MpmcLayout.REDELIVERY && next == (expected & ~MpmcLayout.SET);
            boolean announcement = index == MpmcLayout.REDELIVERY && !withdrawal;
            if (loses(index, next)) {
                return true;
            }
            switch (fault) {
                case PRODUCER_NOT_NAMED -> {
                    if (producer) {
                        return true;
                    }
                }
                case CONSUMER_NOT_NAMED -> {
                    if (consumer && !takeover) {
                        return true;
                    }
                }
                case ANONYMOUS_CLAIM -> {
                    if (index == MpmcLayout.TAIL) {
                        return target.compareAndSetLong(
                                index, expected, next & MpmcLayout.POSITION);
                    }
                }
                case ANONYMOUS_TAKE -> {
                    if (index == MpmcLayout.HEAD) {
                        return target.compareAndSetLong(
                                index, expected, next & MpmcLayout.POSITION);
                    }
                }
                case CLAIM_NOT_ATOMIC -> {
                    if (index == MpmcLayout.TAIL) {
                        return inSteps(target, index, expected, next);
                    }
                }
                case TAKE_NOT_ATOMIC -> {
                    if (index == MpmcLayout.HEAD) {
                        return inSteps(target, index, expected, next);
                    }
                }
                case TAKEOVER_NOT_ATOMIC -> {
                    if (takeover) {
                        return inSteps(target, index, expected, next);
                    }
                }
                case NOT_SKIPPED -> {
                    if (skip) {
                        return true;
                    }
                }
                case SKIPPED_OUT_OF_ORDER -> {
                    if (skip) {
                        return target.compareAndSetLong(index, expected, expected + layout.span());
                    }
                }
                case NOT_ANNOUNCED -> {
                    if (announcement) {
                        return true;
                    }
                }
                case WITHDRAWN_BLINDLY -> {
                    if (withdrawal) {
                        long now = target.getLongVolatile(index);
                        return target.compareAndSetLong(index, now, now & ~MpmcLayout.SET);
                    }
                }
                case NOT_TAKEN_OVER -> {
                    if (takeover) {
                        return false;
                    }
                }
                case WOKEN_BEFORE_THE_END -> {
                    if (isIn(index, layout.sequences())) {
                        wakeEverybody(target);
                        through.add(Thread.currentThread()); // and does not look afterwards
                    }
                }
                case NO_ANNOUNCEMENT -> {
                    if (next == (expected | MpmcLayout.WAITING)) {
                        return true;
                    }
                }
                case ANNOUNCEMENT_TAKEN_AWAY -> {
                    if (index <= MpmcLayout.HEAD && next - expected > MpmcLayout.WAITING) {
                        return target.compareAndSetLong(
                                index, expected, next & ~MpmcLayout.WAITING);
                    }
                }
                case CLOSED_BLINDLY -> {
                    if (index == MpmcLayout.TAIL && (next & MpmcLayout.SLOT) == MpmcLayout.CLOSED) {
                        target.putLongVolatile(index, next);
                        return true;
                    }
                }
                default -> {}
            }
            return target.compareAndSetLong(index, expected, next);
        }

        private void wakeEverybody(AtomicBuffer target) {
            for (int word : new int[] {MpmcLayout.TAIL, MpmcLayout.HEAD}) {
                long value = target.getLongVolatile(word);
                if ((value & MpmcLayout.WAITING) != 0
                        && target.compareAndSetLong(word, value, value & ~MpmcLayout.WAITING)) {
                    int epoch =
                            word == MpmcLayout.TAIL
                                    ? MpmcLayout.ITEM_EPOCH
                                    : MpmcLayout.SPACE_EPOCH;
                    target.getAndAddInt(epoch, 1);
                    waiter.wakeAll(target, epoch);
                }
            }
        }

        private static boolean inSteps(AtomicBuffer target, int index, long expected, long next) {
            if (target.getLongVolatile(index) != expected) {
                return false;
            }
            target.putLongVolatile(index, next);
            return true;
        }

        private static boolean sameLap(long expected, long next) {
            return (expected ^ next) >>> MpmcLayout.TAG_BITS == 0
                    && MpmcLayout.tagOf(expected) != 0;
        }

        private boolean isIn(int index, int array) {
            return index >= array && index < array + layout.capacity() * Long.BYTES;
        }
    }
}
