package dev.shm.wait;

import dev.shm.explore.FaultyLiveness;
import dev.shm.explore.Interception;
import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Faults put between a {@link RobustMutex} and its memory and waiter: each undoes one line of the
 * protocol, as if it had been forgotten.
 */
enum MutexFault {
    /** Nothing is wrong. */
    NONE,
    /** Who has slept takes the lock without WAITERS. */
    NO_KEEP,
    /** Unlocking wakes nobody. */
    NO_WAKE,
    /** The unlocker wakes first, and gives the lock up afterwards. */
    WAKE_BEFORE_UNLOCK,
    /** A sleeper that gives up wakes nobody and leaves no WAITERS. */
    NO_BATON,
    /** Who finds that the owner died frees the word for whoever comes. */
    DEAD_OWNER_IS_FORGOTTEN,
    /** Whoever unlocks after a death forgets that nobody has repaired. */
    DIED_IS_NOT_STICKY,
    /** The word is read, compared and written in three steps. */
    NO_ATOMICITY;

    private static final long WAITERS = Integer.toUnsignedLong(MutexLayout.WAITERS);

    /** What a mutex is to be built on. */
    record Injected(AtomicBuffer buffer, Waiter waiter, UnaryOperator<Liveness> liveness) {}

    /** Whether it does harm where everybody lives. */
    boolean showsWithoutADeath() {
        return this != DEAD_OWNER_IS_FORGOTTEN && this != DIED_IS_NOT_STICKY;
    }

    Injected inject(AtomicBuffer buffer, Waiter waiter, int word) {
        if (this == NONE) {
            return new Injected(buffer, waiter, UnaryOperator.identity());
        }
        Injector injector = new Injector(this, waiter, word);
        UnaryOperator<Liveness> liveness =
                this == DEAD_OWNER_IS_FORGOTTEN
                        ? real ->
                                FaultyLiveness.ofDeaths(
                                        real, tag -> forget(real, buffer, word, tag))
                        : UnaryOperator.identity();
        return new Injected(Interception.of(buffer, injector), injector, liveness);
    }

    private static final class Injector implements Waiter, Interception.Interceptor {
        private final MutexFault fault;
        private final Waiter waiter;
        private final int word;
        private final Set<Thread> unlocking = new HashSet<>();

        Injector(MutexFault fault, Waiter waiter, int word) {
            this.fault = fault;
            this.waiter = waiter;
            this.word = word;
        }

        @Override
        public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
            return waiter.await(buffer, index, expected, nanos);
        }

        @Override
        public void wake(AtomicBuffer buffer, int index, int count) {
            boolean dropped =
                    switch (fault) {
                        case NO_WAKE, WAKE_BEFORE_UNLOCK -> true;
                        case NO_BATON -> !unlocking.remove(Thread.currentThread());
                        default -> false;
                    };
            if (!dropped) {
                waiter.wake(buffer, index, count);
            }
        }

        @Override
        public @Nullable Object call(AtomicBuffer target, Method method, Object[] arguments)
                throws Throwable {
            if (method.getName().equals("compareAndSetLong") && (int) arguments[0] == word) {
                return compareAndSet(target, (long) arguments[1], (long) arguments[2]);
            }
            return Interception.proceed(target, method, arguments);
        }

        private boolean compareAndSet(AtomicBuffer target, long seen, long next) {
            boolean fromFree = tag(seen) == 0;
            boolean toFree = tag(next) == 0;
            boolean announcement = next == (seen | WAITERS) && seen != next;
            long written = next;
            switch (fault) {
                case NO_KEEP -> written = fromFree ? next & ~WAITERS : next;
                case DIED_IS_NOT_STICKY -> written = toFree ? MutexLayout.FREE : next;
                case WAKE_BEFORE_UNLOCK -> {
                    if (toFree && (seen & WAITERS) != 0) {
                        waiter.wake(target, word, 1);
                    }
                }
                case NO_BATON -> {
                    if (toFree && (seen & WAITERS) != 0) {
                        unlocking.add(Thread.currentThread());
                    }
                    if (announcement && Thread.currentThread().isInterrupted()) {
                        return true;
                    }
                }
                case NO_ATOMICITY -> {
                    if (target.getLongVolatile(word) != seen) {
                        return false;
                    }
                    target.putLongVolatile(word, next);
                    return true;
                }
                default -> {}
            }
            return target.compareAndSetLong(word, seen, written);
        }

        private static int tag(long value) {
            return MutexLayout.word(value) & MutexLayout.TAG;
        }
    }

    /** Frees the word of the dead, and takes nobody for dead. */
    private static boolean forget(Liveness real, AtomicBuffer buffer, int word, int tag) {
        if (real.isDead(tag)) {
            long seen = buffer.getLongVolatile(word);
            if (Injector.tag(seen) == tag) {
                buffer.compareAndSetLong(word, seen, MutexLayout.FREE);
            }
        }
        return false;
    }
}
