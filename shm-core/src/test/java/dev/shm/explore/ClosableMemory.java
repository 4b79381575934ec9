package dev.shm.explore;

import dev.shm.wait.Waiter;
import java.lang.reflect.Method;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Explored memory as it is reached through a handle that is closed: what has not passed its check
 * by then is refused, and what has may come later.
 */
public final class ClosableMemory implements Waiter, Interception.Interceptor {
    private final World world;
    private final AtomicBuffer buffer;
    private final Waiter waiter;
    private boolean closed;
    private int sleeps;
    private boolean isSleeping;

    /**
     * Memory of a handle that is open.
     *
     * @param target the memory
     * @param waiter sleeps and wakes for the handle
     */
    public ClosableMemory(World world, AtomicBuffer target, Waiter waiter) {
        this.world = world;
        this.buffer = Interception.of(target, this);
        this.waiter = waiter;
    }

    /**
     * The memory, as the handle reaches it.
     *
     * @return what refuses every access once the handle is closed
     */
    public AtomicBuffer buffer() {
        return buffer;
    }

    /** Closes the handle. */
    public void close() {
        closed = true;
    }

    /**
     * Which sleep its only sleeper is in.
     *
     * @return the number of the sleep that has begun, or is about to; 0 if there is none
     */
    public int sleep() {
        return isSleeping ? sleeps : 0;
    }

    @Override
    public @Nullable Object call(AtomicBuffer target, Method method, Object[] arguments)
            throws Throwable {
        checkOpen();
        return Interception.proceed(target, method, arguments);
    }

    @Override
    public boolean await(AtomicBuffer unused, int index, int expected, long nanos) {
        checkOpen();
        sleeps++;
        isSleeping = true;
        boolean news = waiter.await(unused, index, expected, nanos);
        isSleeping = false;
        return news;
    }

    @Override
    public void wake(AtomicBuffer unused, int index, int count) {
        checkOpen();
        waiter.wake(unused, index, count);
    }

    private void checkOpen() {
        world.glance("isOpen"); // it may be closed after the access before, and also after this
        if (closed) {
            throw new IllegalStateException("closed");
        }
    }
}
