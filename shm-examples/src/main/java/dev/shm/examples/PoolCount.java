package dev.shm.examples;

import dev.shm.examples.LineCounter.Count;
import dev.shm.process.SharedProcess;
import java.io.IOException;
import java.io.Serializable;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** What the workers of the pool do, in their JVMs. */
final class PoolCount {
    /** Set by the initializer, before the first task. */
    private static @Nullable PoolCount instance;

    private final PoolWorkers workers = PoolWorkers.open(SharedProcess.current().region());
    private final int number = workers.begin();
    private final LineCounter counter = new LineCounter();

    private PoolCount() {}

    /**
     * A file to count.
     *
     * @param number in the list.
     */
    record Task(int number, String uri) implements Serializable {}

    /**
     * What is in a file.
     *
     * @param lines -1 if it cannot be read.
     */
    record Found(int worker, long lines, long bytes) implements Serializable {
        static final int UNREADABLE = -1;

        boolean isUnreadable() {
            return lines == UNREADABLE;
        }
    }

    /** Runs once in each worker. */
    static void begin() {
        instance = new PoolCount();
    }

    /** Counts a file. It does no harm to do that again. */
    static Found count(Task task) throws InterruptedException {
        return Objects.requireNonNull(instance).found(task);
    }

    private Found found(Task task) throws InterruptedException {
        int kill = workers.nextKill();
        if (kill > 0 && kill % 2 == 1) {
            hold(task); // before
        }
        Found found = countedBy(task);
        if (kill > 0) {
            hold(task); // after, and before anybody hears of it
        }
        return found;
    }

    private Found countedBy(Task task) {
        try {
            Count count =
                    counter.count(FileTree.path(task.uri()), read -> workers.progress().add(read));
            return new Found(number, count.lines(), count.bytes());
        } catch (IOException e) {
            return new Found(number, Found.UNREADABLE, 0); // the parent looks why
        }
    }

    /** Waits to be killed. */
    private void hold(Task task) throws InterruptedException {
        workers.hold(number, task.number());
        new CountDownLatch(1).await();
    }
}
