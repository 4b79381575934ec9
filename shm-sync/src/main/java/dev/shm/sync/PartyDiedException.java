package dev.shm.sync;

/**
 * A process that had joined a {@link SharedLatch} as one of its parties died, or left the region,
 * before it counted down. The message names the party.
 *
 * <p>Thrown to everybody who waits, until another process joins as that party and counts down in
 * its place, or somebody does so without joining.
 */
public final class PartyDiedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    PartyDiedException(String message) {
        super(message);
    }
}
