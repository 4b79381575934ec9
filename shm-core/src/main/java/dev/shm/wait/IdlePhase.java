package dev.shm.wait;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

/**
 * What a blocked thread does before its first sleep: it looks again and again for a few
 * microseconds, and idles in between. To fall asleep and be woken takes longer than that, so
 * whoever is served soon saves much, and whoever is not loses little.
 *
 * <p><b>Threads and processes.</b> Each thread has an idle strategy of its own, which is reset
 * before each wait. Whether it parks, yields or spins is its affair; it must come back.
 */
public final class IdlePhase {
    private static final String CLASS = "shm.wait.idle";
    private static final String MICROS = "shm.wait.idle.micros";
    private static final long DEFAULT_MICROS = 20;

    /** No such phase: sleeps begin at once. */
    static final IdlePhase NONE = new IdlePhase(BusySpinIdleStrategy::new, 0);

    private final ThreadLocal<IdleStrategy> strategies;
    private final long nanos;
    private final Supplier<Deadline> ends;

    IdlePhase(Supplier<IdleStrategy> strategies, long nanos) {
        this(strategies, nanos, () -> Deadline.after(nanos, TimeUnit.NANOSECONDS));
    }

    /** The same with an end of another kind for each wait, which need not be one in time. */
    IdlePhase(Supplier<IdleStrategy> strategies, long nanos, Supplier<Deadline> ends) {
        this.strategies = ThreadLocal.withInitial(strategies);
        this.nanos = nanos;
        this.ends = ends;
    }

    /** The phase that the system properties describe; see {@link Waiter#system()}. */
    static IdlePhase configured() {
        String name = System.getProperty(CLASS, BusySpinIdleStrategy.class.getName());
        Class<? extends IdleStrategy> type = type(name);
        make(type); // what does not work fails here
        return new IdlePhase(() -> make(type), TimeUnit.MICROSECONDS.toNanos(micros()));
    }

    /** The phase of one wait. */
    Once begin() {
        return new Once();
    }

    /** The idle phase of one wait of one thread. */
    final class Once {
        private @Nullable Deadline end;
        private boolean over = nanos == 0;

        /** Idles for a moment; false when the phase is over. */
        boolean idles() {
            if (over) {
                return false;
            }
            IdleStrategy strategy = strategies.get();
            if (end == null) {
                end = ends.get();
                strategy.reset();
            }
            over = end.isExpired();
            if (!over) {
                strategy.idle();
            }
            return !over;
        }
    }

    @Override
    public String toString() {
        return "idling for " + TimeUnit.NANOSECONDS.toMicros(nanos) + " us";
    }

    private static long micros() {
        // Where there is one processor, nobody can end the wait of a thread that keeps it busy.
        long standard = Runtime.getRuntime().availableProcessors() == 1 ? 0 : DEFAULT_MICROS;
        String micros = System.getProperty(MICROS, String.valueOf(standard));
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
        try {
            return find(name).asSubclass(IdleStrategy.class);
        } catch (ClassNotFoundException | ClassCastException e) {
            throw refused(name, e);
        }
    }

    /**
     * Beside ourselves first, where Agrona is the one that we use: the thread's loader may have
     * loaded another, or be none.
     */
    private static Class<?> find(String name) throws ClassNotFoundException {
        try {
            return Class.forName(name, true, IdlePhase.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            return Class.forName(name, true, Thread.currentThread().getContextClassLoader());
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
