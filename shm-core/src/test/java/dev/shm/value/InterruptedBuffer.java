package dev.shm.value;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.agrona.concurrent.AtomicBuffer;

/**
 * A buffer with something that happens just before the n-th access to it, as if by another thread.
 */
final class InterruptedBuffer {
    private InterruptedBuffer() {}

    /** Accesses are counted from 0. */
    static AtomicBuffer of(AtomicBuffer memory, int access, Runnable event) {
        int[] accesses = {0};
        return (AtomicBuffer)
                Proxy.newProxyInstance(
                        AtomicBuffer.class.getClassLoader(),
                        new Class<?>[] {AtomicBuffer.class},
                        (proxy, method, arguments) -> {
                            if (accesses[0]++ == access) {
                                event.run();
                            }
                            try {
                                return method.invoke(memory, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }
}
