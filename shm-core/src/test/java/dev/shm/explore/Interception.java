package dev.shm.explore;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/** An {@link AtomicBuffer} whose calls pass through the hands of somebody else. */
public final class Interception {

    private Interception() {}

    /** Stands between a buffer and who uses it. */
    @FunctionalInterface
    public interface Interceptor {
        /**
         * Answers a call, as a rule by {@link Interception#proceed}.
         *
         * @param target the real buffer
         * @param method that was called
         * @param arguments it was called with
         * @return what the call returns
         * @throws Throwable what the call throws
         */
        @Nullable Object call(AtomicBuffer target, Method method, Object[] arguments)
                throws Throwable;
    }

    /**
     * Puts an interceptor before a buffer.
     *
     * @param target the real buffer
     * @param interceptor that gets the calls
     * @return what to use instead of the real one
     */
    public static AtomicBuffer of(AtomicBuffer target, Interceptor interceptor) {
        InvocationHandler handler =
                (proxy, method, arguments) ->
                        interceptor.call(
                                target, method, arguments == null ? new Object[0] : arguments);
        Class<?>[] types = {AtomicBuffer.class};
        return (AtomicBuffer)
                Proxy.newProxyInstance(Interception.class.getClassLoader(), types, handler);
    }

    /**
     * Makes the call on the real buffer.
     *
     * @param target the real buffer
     * @param method to call
     * @param arguments to call it with
     * @return what it returned
     * @throws Throwable what it threw
     */
    public static @Nullable Object proceed(AtomicBuffer target, Method method, Object[] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
