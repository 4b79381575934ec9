package dev.shm.sync;

/**
 * Who holds permits.
 *
 * @param participant its {@link dev.shm.region.Participant#id}.
 * @param pid its process id, as seen in its own PID namespace.
 * @param permits how many it holds, at least 1.
 */
public record PermitHolder(int participant, long pid, int permits) {}
