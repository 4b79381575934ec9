package dev.shm.process;

import java.io.Serializable;

/**
 * A {@link Runnable} that can be sent to a worker of a {@link ProcessPool}, with all that it
 * captures.
 */
@FunctionalInterface
public interface PoolAction extends Runnable, Serializable {}
