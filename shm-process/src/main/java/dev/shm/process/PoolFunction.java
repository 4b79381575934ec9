package dev.shm.process;

import java.io.Serializable;

/**
 * A function that can be sent to a worker of a {@link ProcessPool}, with all that it captures.
 *
 * @param <T> the type of its argument, which must be serialisable too.
 * @param <R> the type of its result, which must be serialisable too.
 */
@FunctionalInterface
public interface PoolFunction<T, R> extends Serializable {
    /**
     * Runs in a worker.
     *
     * @param argument as it was sent.
     * @return what is sent back.
     * @throws Exception which is sent back instead.
     */
    R apply(T argument) throws Exception;
}
