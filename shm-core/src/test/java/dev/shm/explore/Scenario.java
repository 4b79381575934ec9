package dev.shm.explore;

/**
 * What is explored: participants, their threads, and what must hold. Built anew for each schedule.
 */
@FunctionalInterface
public interface Scenario {

    /**
     * Joins participants, gives them threads, and registers checks. Runs before any thread of the
     * scenario; its own accesses to the memory are not scheduled.
     *
     * @param world that was made for this execution
     */
    void build(World world);
}
