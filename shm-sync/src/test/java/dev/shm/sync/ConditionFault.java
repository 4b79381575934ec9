package dev.shm.sync;

import dev.shm.explore.FaultyLiveness;
import dev.shm.explore.Interception;
import dev.shm.sync.ConditionCore.Ending;
import dev.shm.sync.ConditionScenario.Size;
import dev.shm.wait.Liveness;
import dev.shm.wait.Waiter;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Faults put between a {@link ConditionCore} and its memory, waiter and liveness: each undoes one
 * line of the protocol, as if it had been forgotten.
 */
enum ConditionFault {
    /** Nothing is wrong. */
    NONE,
    /** A waiter unlocks first, and announces itself afterwards. */
    UNLOCK_BEFORE_ANNOUNCEMENT,
    /** Signalling wakes nobody. */
    NO_WAKE,
    /** The signaller wakes first, and marks the cell afterwards. */
    WAKE_BEFORE_STORE,
    /** Who leaves for another reason does not look whether it was chosen. */
    CHOSEN_IS_NOT_LOOKED_AT,
    /** A signal to several is one to the first of them. */
    ONE_FOR_SEVERAL,
    /** Nobody finds the signal that was given to one who died. */
    NO_PASSING_ON,
    /** It is found, and taken from the dead, but given to nobody else. */
    PASSED_ON_TO_NOBODY,
    /** It is found, and given to somebody each time that somebody looks. */
    PASSED_ON_AGAIN,
    /** Who finds the lock's owner dead in its wait is not told. */
    TAKEN_OVER_SILENTLY,
    /** Sleepers do not look whether the lock's owner lives. */
    NO_PROBE,
    /** Who is told of a death does not count it. */
    DEATHS_ARE_NOT_COUNTED;

    /** Whether it does harm where everybody lives. */
    boolean showsWithoutADeath() {
        return compareTo(NO_PASSING_ON) < 0;
    }

    /** Whether it shows only where somebody's tick comes while others can go on. */
    boolean needsEarlyTicks() {
        return this == PASSED_ON_AGAIN;
    }

    /** The scenario that it shows in. */
    Size shownBy() {
        return switch (this) {
            case ONE_FOR_SEVERAL -> new Size(1, 2, 0, 1, true, false).by(2);
            case PASSED_ON_AGAIN -> new Size(1, 3, 0, 1, false, false);
            default ->
                    showsWithoutADeath()
                            ? new Size(1, 2, 0, 1, true, false)
                            : new Size(1, 2, 1, 1, false, false);
        };
    }

    /** How a wait ends for who waits. */
    Ending distort(Ending ending) {
        boolean silent = this == TAKEN_OVER_SILENTLY && ending == Ending.OWNER_DIED;
        return silent ? Ending.WOKEN : ending;
    }

    /** What a condition and its lock are to be built on. */
    record Injected(AtomicBuffer buffer, Waiter waiter) {}

    Injected inject(AtomicBuffer buffer, Waiter waiter, int condition, int cells, int lock) {
        if (this == NONE) {
            return new Injected(buffer, waiter);
        }
        int first = condition + ConditionLayout.cell(0);
        int end = condition + ConditionLayout.cell(cells);
        Injector injector = new Injector(this, waiter, first, end, lock);
        return new Injected(Interception.of(buffer, injector), injector);
    }

    /** What the condition, but not its mutex, knows of the others. */
    Liveness inject(Liveness real, AtomicBuffer memory, int condition, int cells) {
        return switch (this) {
            case NO_PROBE -> FaultyLiveness.ofProbes(real, tag -> {});
            case NO_PASSING_ON ->
                    FaultyLiveness.ofDeaths(
                            real,
                            tag -> !isChosen(memory, condition, cells, tag) && real.isDead(tag));
            default -> real;
        };
    }

    private static boolean isChosen(AtomicBuffer memory, int condition, int cells, int tag) {
        for (int i = 0; i < cells; i++) {
            long cell = memory.getLong(condition + ConditionLayout.cell(i));
            if (ConditionLayout.state(cell) == ConditionLayout.SIGNALLED
                    && ConditionLayout.tag(cell) == tag) {
                return true;
            }
        }
        return false;
    }

    private static final class Injector implements Waiter, Interception.Interceptor {
        private final ConditionFault fault;
        private final Waiter waiter;
        private final int first;
        private final int end;
        private final int lock;
        private final Map<Thread, Object[]> postponed = new HashMap<>();

        Injector(ConditionFault fault, Waiter waiter, int first, int end, int lock) {
            this.fault = fault;
            this.waiter = waiter;
            this.first = first;
            this.end = end;
            this.lock = lock;
        }

        @Override
        public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
            return waiter.await(buffer, index, expected, nanos);
        }

        @Override
        public void wake(AtomicBuffer buffer, int index, int count) {
            boolean dropped = fault == NO_WAKE || fault == WAKE_BEFORE_STORE;
            if (!dropped || !isCell(index)) {
                waiter.wake(buffer, index, count);
            }
        }

        @Override
        public @Nullable Object call(AtomicBuffer target, Method method, Object[] arguments)
                throws Throwable {
            int index = arguments.length > 0 && arguments[0] instanceof Integer i ? i : -1;
            switch (method.getName()) {
                case "putLongRelease" -> {
                    if (isSuppressed(target, index, arguments)) {
                        return null;
                    }
                }
                case "getLongVolatile" -> {
                    if (fault == CHOSEN_IS_NOT_LOOKED_AT && isCell(index)) {
                        return overlooked(target.getLongVolatile(index));
                    }
                }
                default -> {}
            }
            Object result = Interception.proceed(target, method, arguments);
            boolean unlocked =
                    method.getName().equals("compareAndSetLong")
                            && index == lock + LockLayout.MUTEX
                            && (boolean) result
                            && ((long) arguments[2] & ConditionLayout.TAG) == 0;
            Object[] late = unlocked ? postponed.remove(Thread.currentThread()) : null;
            if (late != null) {
                target.putLongRelease((int) late[0], (long) late[1]);
            }
            return result;
        }

        private boolean isSuppressed(AtomicBuffer target, int index, Object... arguments) {
            if (fault == DEATHS_ARE_NOT_COUNTED) {
                return index == lock + LockLayout.DEATHS;
            }
            if (!isCell(index)) {
                return false;
            }
            int state = ConditionLayout.state((long) arguments[1]);
            if (fault == PASSED_ON_TO_NOBODY && state == ConditionLayout.SIGNALLED) {
                return isPassingOn();
            }
            if (fault == PASSED_ON_AGAIN && (long) arguments[1] == ConditionLayout.FREE) {
                return isPassingOn();
            }
            if (fault == WAKE_BEFORE_STORE && state < 0) {
                waiter.wake(target, index, 1);
            }
            if (fault == UNLOCK_BEFORE_ANNOUNCEMENT && state == ConditionLayout.WAITING) {
                postponed.put(Thread.currentThread(), arguments.clone());
                return true;
            }
            return false;
        }

        private static boolean isPassingOn() {
            return StackWalker.getInstance()
                    .walk(frames -> frames.anyMatch(f -> f.getMethodName().equals("passOn")));
        }

        private static long overlooked(long cell) {
            boolean leaving = Thread.currentThread().isInterrupted();
            return leaving && ConditionLayout.state(cell) != 0
                    ? ConditionLayout.cell(
                            ConditionLayout.ticket(cell),
                            ConditionLayout.WAITING,
                            ConditionLayout.tag(cell))
                    : cell;
        }

        private boolean isCell(int index) {
            return index >= first && index < end;
        }
    }
}
