package dev.shm.process;

import java.io.Serializable;
import java.util.concurrent.Callable;

/**
 * A {@link Callable} that can be sent to a worker of a {@link ProcessPool}, with all that it
 * captures.
 *
 * @param <T> the type of its result, which must be serialisable too.
 */
@FunctionalInterface
public interface PoolTask<T> extends Callable<T>, Serializable {}
