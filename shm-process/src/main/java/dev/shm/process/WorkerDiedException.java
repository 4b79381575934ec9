package dev.shm.process;

/**
 * The worker of a {@link ProcessPool} that had begun a task died, and the task was not to be run
 * again; or three workers died, one after the other, before they had begun it. How far the task
 * came nobody knows.
 */
public final class WorkerDiedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long pid;
    private final int exitCode;

    WorkerDiedException(long pid, int exitCode, String task) {
        super("pid=" + pid + " exitCode=" + exitCode + ": died in task " + task);
        this.pid = pid;
        this.exitCode = exitCode;
    }

    /**
     * Returns who died.
     *
     * @return its process id.
     */
    public long pid() {
        return pid;
    }

    /**
     * Returns how it died.
     *
     * @return as {@link SharedProcess#exitCode}.
     */
    public int exitCode() {
        return exitCode;
    }
}
