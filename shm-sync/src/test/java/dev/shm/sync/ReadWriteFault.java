package dev.shm.sync;

import dev.shm.explore.FaultyLiveness;
import dev.shm.explore.Interception;
import dev.shm.sync.ReadWriteScenario.Size;
import dev.shm.wait.Liveness;
import dev.shm.wait.Waiter;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Faults put between a {@link ReadWriteCore} and its memory, waiter and liveness: each undoes one
 * line of the protocol, as if it had been forgotten.
 */
enum ReadWriteFault {
    /** Nothing is wrong. */
    NONE,
    /** A reader does not look for a writer once it has counted itself. */
    NO_LOOK_AFTER_COUNTING,
    /** A writer does not look for readers. */
    NO_LOOK_FOR_READERS,
    /** A reader that leaves wakes nobody. */
    WRITER_IS_NOT_WOKEN,
    /** A writer that unlocks wakes no reader. */
    READERS_ARE_NOT_WOKEN,
    /** A writer sleeps on what drain is after it has looked at the cell. */
    DRAIN_AFTER_CELL,
    /** A writer looks at the gate before it unlocks. */
    GATE_BEFORE_UNLOCK,
    /** A writer does not look whether the readers live. */
    DEAD_READERS_STAY,
    /** Of several threads of one participant that read only the first is counted. */
    SIBLINGS_NOT_COUNTED,
    /** A thread that reads twice is not counted while it reads once less. */
    INNER_LEAVES;

    /** Whether it does harm where everybody lives. */
    boolean showsWithoutADeath() {
        return this != DEAD_READERS_STAY;
    }

    /** The scenario that it shows in. */
    Size shownBy(Size size) {
        boolean siblings = compareTo(DEAD_READERS_STAY) > 0;
        return siblings ? new Size(1, 1, 2, false, true) : size;
    }

    /** What a reader does before and after it reads once less than before. */
    void count(AtomicBuffer buffer, int tag, int change) {
        if (this == INNER_LEAVES) {
            buffer.getAndAddLong(ReadWriteLayout.cell(ReadWriteLayout.slot(tag)), change);
        }
    }

    /** What a lock is to be built on. */
    record Injected(AtomicBuffer buffer, Waiter waiter, Liveness liveness) {}

    Injected inject(AtomicBuffer buffer, Waiter waiter, Liveness liveness) {
        if (this == NONE) {
            return new Injected(buffer, waiter, liveness);
        }
        int own = ReadWriteLayout.cell(ReadWriteLayout.slot(liveness.self()));
        Injector injector = new Injector(this, waiter, own);
        return new Injected(
                Interception.of(buffer, injector),
                injector,
                this == DEAD_READERS_STAY
                        ? FaultyLiveness.ofDeaths(liveness, tag -> false)
                        : liveness);
    }

    private static final class Injector implements Waiter, Interception.Interceptor {
        private final ReadWriteFault fault;
        private final Waiter waiter;
        private final int own;
        private final Set<Thread> counted = new HashSet<>();
        private final Map<Thread, Integer> gates = new HashMap<>();

        Injector(ReadWriteFault fault, Waiter waiter, int own) {
            this.fault = fault;
            this.waiter = waiter;
            this.own = own;
        }

        @Override
        public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
            boolean late = fault == DRAIN_AFTER_CELL && index == ReadWriteLayout.DRAIN;
            int value = late ? buffer.getIntVolatile(index) : expected;
            return waiter.await(buffer, index, value, nanos);
        }

        @Override
        public void wake(AtomicBuffer buffer, int index, int count) {
            boolean dropped =
                    fault == WRITER_IS_NOT_WOKEN && index == ReadWriteLayout.DRAIN
                            || fault == READERS_ARE_NOT_WOKEN && index == ReadWriteLayout.GATE;
            if (!dropped) {
                waiter.wake(buffer, index, count);
            }
        }

        @Override
        public @Nullable Object call(AtomicBuffer target, Method method, Object[] arguments)
                throws Throwable {
            int index = arguments.length > 0 && arguments[0] instanceof Integer i ? i : -1;
            Thread current = Thread.currentThread();
            switch (method.getName()) {
                case "getIntVolatile" -> {
                    if (fault == NO_LOOK_AFTER_COUNTING
                            && index == ReadWriteLayout.MUTEX
                            && counted.remove(current)) {
                        return 0;
                    }
                    Integer early = index == ReadWriteLayout.GATE ? gates.remove(current) : null;
                    if (early != null) {
                        return early;
                    }
                }
                case "getLongVolatile" -> {
                    if (fault == NO_LOOK_FOR_READERS
                            && index >= ReadWriteLayout.CELLS
                            && index != own) {
                        return 0L;
                    }
                }
                case "compareAndSetLong" -> {
                    if (fault == SIBLINGS_NOT_COUNTED && index == own) {
                        int before = ReadWriteLayout.readers((long) arguments[1]);
                        int after = ReadWriteLayout.readers((long) arguments[2]);
                        if (before > 0 && after > before || after < 0) {
                            return true;
                        }
                    }
                    if (index == own && (long) arguments[2] > (long) arguments[1]) {
                        counted.add(current);
                    }
                    boolean unlocks =
                            index == ReadWriteLayout.MUTEX
                                    && (long) arguments[1] != 0
                                    && (long) arguments[2] == 0;
                    if (fault == GATE_BEFORE_UNLOCK && unlocks) {
                        gates.put(current, target.getIntVolatile(ReadWriteLayout.GATE));
                    }
                }
                default -> {}
            }
            return Interception.proceed(target, method, arguments);
        }
    }
}
