package dev.shm.explore;

/**
 * Ends a thread whose participant was killed, or whose execution is over. Scenarios let it pass.
 */
final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed() {
        super("killed by the explorer", null, false, false);
    }
}
