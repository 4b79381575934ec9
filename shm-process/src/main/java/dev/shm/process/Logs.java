package dev.shm.process;

import java.util.function.Supplier;

/**
 * What this package logs about itself. Handlers and filters are the user's: what they throw is no
 * reason to leave anything undone.
 */
final class Logs {
    private Logs() {}

    /** Finds the logger when there is something to say: most processes never have. */
    static void debug(Class<?> source, Supplier<String> what) {
        try {
            System.getLogger(source.getName()).log(System.Logger.Level.DEBUG, what);
        } catch (Throwable e) { // of the user's
            // Nobody is left to tell.
        }
    }

    /** Says what went wrong in code of the user's that we have called. */
    static void warn(Class<?> source, String what, Throwable why) {
        try {
            System.getLogger(source.getName()).log(System.Logger.Level.WARNING, what, why);
        } catch (Throwable e) { // of the user's
            // Nobody is left to tell.
        }
    }
}
