package dev.shm.process;

/**
 * Where an exception was thrown that came from another process: the last cause of an exception that
 * a task of a {@link ProcessPool} has thrown. Its message is the stack trace as it was printed
 * there.
 */
public final class RemoteTraceException extends Exception {
    private static final long serialVersionUID = 1;

    RemoteTraceException(String trace) {
        super(trace, null, false, false);
    }
}
