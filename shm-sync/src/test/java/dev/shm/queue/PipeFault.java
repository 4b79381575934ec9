package dev.shm.queue;

/** One line of the waiting of a {@link SharedPipe} undone. */
enum PipeFault {
    /** Nothing is wrong. */
    NONE,
    /** Nobody is woken. */
    NO_WAKE,
    /** The other side is signalled first, and what it waits for is published afterwards. */
    SIGNAL_FIRST,
    /** Who signals does not clear the word (no C). */
    NO_CLEAR,
    /** Who has said that it sleeps does not look again (no A after W). */
    NO_SECOND_LOOK,
    /** Who finds its peer over does not look again (no A after O). */
    NO_LAST_LOOK,
    /** Closing wakes nobody. */
    SILENT_CLOSE,
    /** Nobody looks whether its peer has died. */
    NO_PROBE,
    /** What is published is seen later than the sleeper goes on looking. */
    SEEN_TOO_LATE;

    /** Whether it does harm where everybody lives. */
    boolean showsWithoutADeath() {
        return this != NO_PROBE;
    }
}
