package dev.shm.process;

import java.io.Serializable;

/**
 * A function of two arguments that can be sent to a worker of a {@link ProcessPool}, with all that
 * it captures.
 *
 * @param <A> the type of its first argument, which must be serialisable too.
 * @param <B> the type of its second argument, which must be serialisable too.
 * @param <R> the type of its result, which must be serialisable too.
 */
@FunctionalInterface
public interface PoolBiFunction<A, B, R> extends Serializable {
    /**
     * Runs in a worker.
     *
     * @param first as it was sent.
     * @param second as it was sent.
     * @return what is sent back.
     * @throws Exception which is sent back instead.
     */
    R apply(A first, B second) throws Exception;
}
