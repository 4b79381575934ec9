package dev.shm.chaos;

import java.util.List;

/**
 * What a process can do with some of the objects, checked as it is done: what is not as it must be
 * is an {@link AssertionError}.
 */
interface Acts {
    /** Does one of them, and waits for it if need be. */
    void doIt(Act act) throws InterruptedException;

    /** Sees to it that nobody need wait for ever who waits for what need not happen. */
    default void relieve() throws InterruptedException {}

    /** Whether messages are running out, so that another round should begin. */
    default boolean isRunningOut() {
        return false;
    }

    /** What can tell of itself how it stands. */
    default List<Object> objects() {
        return List.of();
    }

    /**
     * What is not as it must be when everybody else is gone.
     *
     * @return a line each
     */
    List<String> audit() throws InterruptedException;
}
