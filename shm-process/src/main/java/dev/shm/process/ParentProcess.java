package dev.shm.process;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The process that started this one, as {@link SharedProcess#parent} tells of it.
 *
 * <p><b>Threads and processes.</b> For any thread. Its end is noticed by the end of this process's
 * standard input, whose other end only the parent has: at once, and however it ended.
 */
public final class ParentProcess {
    private final long pid;
    private final String name;
    private final CompletableFuture<ParentProcess> exit = new CompletableFuture<>();

    ParentProcess(long pid, String name) {
        this.pid = pid;
        this.name = name;
    }

    void ended() {
        exit.complete(this);
    }

    /**
     * Returns its process id.
     *
     * @return another process may have that number once the parent has ended.
     */
    public long pid() {
        return pid;
    }

    /**
     * Returns its name.
     *
     * @return {@code main} where nobody gave it one.
     */
    public String name() {
        return name;
    }

    /**
     * Tells whether it runs.
     *
     * @return false once it has ended; a stopped process runs.
     */
    public boolean isAlive() {
        return !exit.isDone();
    }

    /**
     * Waits until it has ended.
     *
     * @throws InterruptedException if the thread is interrupted.
     */
    public void join() throws InterruptedException {
        Exits.await(exit);
    }

    /**
     * Waits until it has ended, or the time has run out.
     *
     * @param timeout the longest time to wait; zero or less does not wait.
     * @param unit of the timeout.
     * @return false if the time ran out.
     * @throws InterruptedException if the thread is interrupted.
     */
    public boolean join(long timeout, TimeUnit unit) throws InterruptedException {
        return Exits.await(exit, timeout, unit);
    }

    /**
     * Returns a future that is completed when it has ended.
     *
     * @return a new one at each call; completing it has no effect on anything else.
     */
    public CompletableFuture<ParentProcess> onExit() {
        return exit.copy();
    }

    @Override
    public String toString() {
        return "ParentProcess[name=" + name + ", pid=" + pid + (isAlive() ? "" : ", ended") + "]";
    }
}
