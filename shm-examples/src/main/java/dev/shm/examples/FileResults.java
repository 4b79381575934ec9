package dev.shm.examples;

/** What workers found in the files of a list. */
interface FileResults {
    /** How many files there are. */
    int files();

    /** The URI of a file. */
    String name(int file);

    boolean isDone(int file);

    boolean isUnreadable(int file);

    /** What was found in a file that is done. */
    LineCounter.Count count(int file);

    /** The number of the worker that finished a file that is done. */
    int worker(int file);
}
