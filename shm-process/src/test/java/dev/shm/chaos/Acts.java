package dev.shm.chaos;

import java.util.List;
import java.util.Set;

/**
 * What a process can do with some of the objects, checked as it is done: what is not as it must be
 * is an {@link AssertionError}.
 */
interface Acts {
    /** Which of all. */
    Set<Act> acts();

    /** Does one of them, and waits for it if need be. */
    void doIt(Act act) throws InterruptedException;

    /**
     * What is not as it must be when everybody else is gone.
     *
     * @param deaths how many were killed
     * @return a line each
     */
    List<String> audit(int deaths) throws InterruptedException;
}
