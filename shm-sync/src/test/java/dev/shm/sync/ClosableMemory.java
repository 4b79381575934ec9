package dev.shm.sync;

import dev.shm.explore.Interception;
import dev.shm.explore.World;
import dev.shm.wait.Waiter;
import java.lang.reflect.Method;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Explored memory as it is reached through a handle that is closed: what has not passed its check
 * by then is refused, and what has may come later.
 */
final class ClosableMemory implements Waiter, Interception.Interceptor {
    private final World world;
    private final AtomicBuffer buffer;
    private final Waiter waiter;
    private boolean closed;
    private int sleeps;
    private boolean isSleeping;

    ClosableMemory(World world, AtomicBuffer target, Waiter waiter) {
        this.world = world;
        this.buffer = Interception.of(target, this);
        this.waiter = waiter;
    }

    AtomicBuffer buffer() {
        return buffer;
    }

    void close() {
        closed = true;
    }

    /**
     * The number of the sleep that its only sleeper has begun, or is about to; 0 if there is none.
     */
    int sleep() {
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
