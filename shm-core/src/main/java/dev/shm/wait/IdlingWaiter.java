package dev.shm.wait;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.IdleStrategy;

/**
 * A waiter that looks at the int for a while, idling in between as a strategy of the user's does,
 * and then sleeps as another waiter does.
 *
 * <p><b>Threads and processes.</b> Each thread has a strategy of its own, which is reset before
 * each wait. Where the strategy parks or spins is its affair; it must come back. Whoever wakes does
 * not know who idles, so wakes are as they are without it.
 *
 * <p><b>If a process dies.</b> As with the waiter behind.
 */
final class IdlingWaiter implements Waiter {
    private static final String CLASS = "shm.wait.idle";
    private static final String MICROS = "shm.wait.idle.micros";
    private static final String DEFAULT_MICROS = "20";

    private final ThreadLocal<IdleStrategy> strategies;
    private final long idleNanos;
    private final Waiter sleeping;

    IdlingWaiter(Supplier<IdleStrategy> strategies, long idleNanos, Waiter sleeping) {
        this.strategies = ThreadLocal.withInitial(strategies);
        this.idleNanos = idleNanos;
        this.sleeping = sleeping;
    }

    /** The waiter itself, or with the strategy before it that the system properties name. */
    static Waiter asConfigured(Waiter sleeping) {
        String name = System.getProperty(CLASS);
        if (name == null) {
            return sleeping;
        }
        Class<? extends IdleStrategy> type = type(name);
        make(type); // what does not work fails here
        return new IdlingWaiter(
                () -> make(type), TimeUnit.MICROSECONDS.toNanos(micros()), sleeping);
    }

    @Override
    public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
        WaitWord.check(buffer, index);
        Deadline deadline = Deadline.after(nanos, TimeUnit.NANOSECONDS);
        Deadline idling = Deadline.after(Math.min(idleNanos, nanos), TimeUnit.NANOSECONDS);
        IdleStrategy strategy = strategies.get();
        strategy.reset();
        while (buffer.getIntVolatile(index) == expected
                && !Thread.currentThread().isInterrupted()) {
            if (idling.isExpired()) {
                return sleeping.await(buffer, index, expected, deadline.remainingNanos());
            }
            strategy.idle();
        }
        return true;
    }

    @Override
    public void wake(AtomicBuffer buffer, int index, int count) {
        sleeping.wake(buffer, index, count);
    }

    @Override
    public String toString() {
        return "idling, then " + sleeping;
    }

    private static long micros() {
        String micros = System.getProperty(MICROS, DEFAULT_MICROS);
        try {
            long value = Long.parseLong(micros);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            // Falls through: refused as a negative one is.
        }
        throw new IllegalArgumentException(MICROS + "=" + micros + ": must be 0 or more");
    }

    private static Class<? extends IdleStrategy> type(String name) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        try {
            return Class.forName(name, true, loader).asSubclass(IdleStrategy.class);
        } catch (ClassNotFoundException | ClassCastException e) {
            throw refused(name, e);
        }
    }

    private static IdleStrategy make(Class<? extends IdleStrategy> type) {
        try {
            return type.getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw refused(type.getName(), e);
        }
    }

    private static IllegalArgumentException refused(String name, Exception e) {
        return new IllegalArgumentException(
                CLASS
                        + "="
                        + name
                        + ": must be an IdleStrategy with a public constructor without parameters",
                e);
    }
}
