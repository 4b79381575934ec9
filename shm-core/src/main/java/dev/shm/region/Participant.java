package dev.shm.region;

import java.time.Instant;

/**
 * One attachment of one JVM to a region: a process that opens a region twice is two participants.
 *
 * @param id the participant's tag: 30 bits, never 0, never used again for another participant of
 *     the same region.
 * @param pid its process id, as seen in its own PID namespace.
 * @param started when its process was started, in milliseconds; the epoch where the platform does
 *     not tell.
 * @param command its main class or jar, cut to what fits; may be empty.
 */
public record Participant(int id, long pid, Instant started, String command) {}
