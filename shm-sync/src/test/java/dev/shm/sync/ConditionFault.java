package dev.shm.sync;

import dev.shm.explore.FaultyLiveness;
import dev.shm.explore.Interception;
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
    /** Nobody finds the signal that was given to one who died. */
    NO_PASSING_ON,
    /** It is found, and taken from the dead, but given to nobody else. */
    PASSED_ON_TO_NOBODY,
    /** Sleepers do not look whether the lock's owner lives. */
    NO_PROBE,
    /** Who is told of a death does not count it. */
    DEATHS_ARE_NOT_COUNTED;

    /** Whether it does harm where everybody lives. */
    boolean showsWithoutADeath() {
        return compareTo(NO_PASSING_ON) < 0;
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
