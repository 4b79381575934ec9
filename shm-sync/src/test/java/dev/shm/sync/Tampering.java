package dev.shm.sync;

import dev.shm.explore.Interception;
import dev.shm.explore.World;
import dev.shm.wait.CountedIdling;
import dev.shm.wait.IdlePhase;
import dev.shm.wait.Waiter;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a core and the explored world: sees what the core does, and may undo a line of its
 * protocol. This one undoes nothing.
 */
class Tampering implements Waiter, Interception.Interceptor {
    private final Waiter waiter;
    private final AtomicBuffer buffer;
    private final IdlePhase idlePhase;
    private final Map<Thread, Integer> tags = new HashMap<>();

    Tampering(World world) {
        this(world, 0);
    }

    /** Whose waits begin with so many idles, at each of which others may come between. */
    Tampering(World world, int idles) {
        idlePhase = CountedIdling.of(idles, () -> world.point("idle"));
        waiter = world.waiter();
        buffer = Interception.of(world.buffer(), this);
    }

    /** What to build a core on. */
    final AtomicBuffer buffer() {
        return buffer;
    }

    /** Says whose thread the current one is; first of all. */
    final void iAm(int tag) {
        tags.put(Thread.currentThread(), tag);
    }

    /** Whose thread the current one is. */
    final int me() {
        return tags.get(Thread.currentThread());
    }

    boolean compareAndSet(AtomicBuffer target, int index, int expected, int next) {
        return target.compareAndSetInt(index, expected, next);
    }

    boolean compareAndSet(AtomicBuffer target, int index, long expected, long next) {
        return target.compareAndSetLong(index, expected, next);
    }

    int getAndAdd(AtomicBuffer target, int index, int delta) {
        return target.getAndAddInt(index, delta);
    }

    @Override
    public boolean await(AtomicBuffer unused, int index, int expected, long nanos) {
        return waiter.await(unused, index, expected, nanos);
    }

    @Override
    public IdlePhase idlePhase() {
        return idlePhase;
    }

    @Override
    public void wake(AtomicBuffer unused, int index, int count) {
        waiter.wake(unused, index, count);
    }

    @Override
    public final @Nullable Object call(AtomicBuffer target, Method method, Object[] arguments)
            throws Throwable {
        return switch (method.getName()) {
            case "compareAndSetInt" ->
                    compareAndSet(
                            target, (int) arguments[0], (int) arguments[1], (int) arguments[2]);
            case "compareAndSetLong" ->
                    compareAndSet(
                            target, (int) arguments[0], (long) arguments[1], (long) arguments[2]);
            case "getAndAddInt" -> getAndAdd(target, (int) arguments[0], (int) arguments[1]);
            default -> Interception.proceed(target, method, arguments);
        };
    }

    static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
