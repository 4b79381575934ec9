package dev.shm.sync;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedLock.Acquisition;
import dev.shm.testing.ChildCommands.Commands;
import dev.shm.value.SharedArray;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;

/** What a peer can do with the read-write lock "it", and with the two equal numbers in "n". */
@SuppressWarnings("LockNotBeforeTry") // one step at a time
final class ReadWriteCommands implements Commands {
    static final String LOCK = "it";
    static final String VALUES = "n";

    private final SharedReadWriteLock lock;
    private final SharedArray values;

    ReadWriteCommands(SharedRegion region) {
        lock = SharedReadWriteLock.open(region, LOCK);
        values = SharedArray.of(region, VALUES, 'q', 2);
    }

    @Override
    public String run(String... words) throws Exception {
        Lock side = words[0].endsWith("ead") ? lock.readLock() : lock.writeLock();
        return switch (words[0]) {
            case "read", "write" -> {
                side.lock();
                yield "locked";
            }
            case "unread", "unwrite" -> {
                side.unlock();
                yield "unlocked";
            }
            case "tryRead", "tryWrite" ->
                    String.valueOf(
                            words.length == 1
                                    ? side.tryLock()
                                    : side.tryLock(
                                            Long.parseLong(words[1]), TimeUnit.MILLISECONDS));
            case "acquire" -> lock.writeLock().acquire().toString();
            case "visitRead", "raceRead" -> {
                visitReading(words[0].startsWith("race"));
                yield "visited";
            }
            case "visitWrite", "raceWrite" -> visitWriting(words[0].startsWith("race")).toString();
            case "repair" -> {
                lock.writeLock().markConsistent();
                yield "repaired";
            }
            case "show" -> lock.toString();
            case "readers" -> String.valueOf(lock.readers());
            case "increment" -> {
                increment(Integer.parseInt(words[1]));
                yield "done";
            }
            case "compare" -> {
                compare(Integer.parseInt(words[1]));
                yield "done";
            }
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private void visitReading(boolean racing) throws InterruptedException {
        Lock side = lock.readLock();
        if (!racing) {
            side.lock();
        } else {
            while (!side.tryLock(1, TimeUnit.MILLISECONDS)) {
                Thread.onSpinWait();
            }
        }
        side.unlock();
    }

    /** Says whether a writer died, and does not repair. */
    private Acquisition visitWriting(boolean racing) throws InterruptedException {
        Acquisition acquisition = racing ? null : lock.writeLock().acquire();
        while (acquisition == null) {
            acquisition = lock.writeLock().tryAcquire(1, TimeUnit.MILLISECONDS);
        }
        lock.writeLock().unlock();
        return acquisition;
    }

    private void increment(int times) {
        for (int i = 0; i < times; i++) {
            lock.writeLock().lock();
            try {
                values.setLong(0, values.getLong(0) + 1);
                values.setLong(1, values.getLong(1) + 1);
            } finally {
                lock.writeLock().unlock();
            }
        }
    }

    private void compare(int times) {
        for (int i = 0; i < times; i++) {
            lock.readLock().lock();
            try {
                long first = values.getLong(0);
                long second = values.getLong(1);
                if (first != second) {
                    throw new AssertionError("first=" + first + " second=" + second);
                }
            } finally {
                lock.readLock().unlock();
            }
        }
    }
}
