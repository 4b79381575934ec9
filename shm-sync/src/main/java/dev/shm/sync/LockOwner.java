package dev.shm.sync;

/**
 * Who holds a lock.
 *
 * @param participant its {@link dev.shm.region.Participant#id}.
 * @param pid its process id, as seen in its own PID namespace.
 * @param threadId its thread, as its own JVM numbers it ({@link Thread#getId}).
 */
public record LockOwner(int participant, long pid, long threadId) {}
