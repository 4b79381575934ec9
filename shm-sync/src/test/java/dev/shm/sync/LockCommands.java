package dev.shm.sync;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands.Commands;
import dev.shm.value.SharedValue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a peer can do with the lock "it", and with the value "n" that it guards. */
final class LockCommands implements Commands {
    static final String LOCK = "it";
    static final String VALUE = "n";

    private final SharedRegion region;
    private final SharedLock lock;
    private final SharedValue value;

    LockCommands(SharedRegion region) {
        this.region = region;
        lock = SharedLock.open(region, LOCK);
        value = SharedValue.of(region, VALUE, 'q');
    }

    @Override
    public String run(String... words) throws Exception {
        return switch (words[0]) {
            case "lock" -> {
                lock.lock();
                yield "locked";
            }
            case "unlock" -> {
                lock.unlock();
                yield "unlocked";
            }
            case "tryLock" -> String.valueOf(tryLock(words));
            case "acquire" -> lock.acquire().toString();
            case "repair" -> {
                lock.markConsistent();
                yield "repaired";
            }
            case "letGo" -> {
                lock.close();
                yield "let go";
            }
            case "letGoOfAnother" -> {
                SharedLock another = SharedLock.open(region, LOCK);
                new Thread(another::close).start();
                yield "letting go";
            }
            case "isLocked" -> String.valueOf(lock.isLocked());
            case "holds" -> String.valueOf(lock.holdCount());
            case "show" -> lock.toString();
            case "count" -> {
                count(Integer.parseInt(words[1]));
                yield "counted";
            }
            case "countTogether" -> {
                int times = Integer.parseInt(words[2]);
                together(Integer.parseInt(words[1]), () -> count(times));
                yield "counted";
            }
            case "crowd" -> {
                together(Integer.parseInt(words[1]), this::repairOnce);
                yield "passed";
            }
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private boolean tryLock(String... words) throws InterruptedException {
        return words.length == 1
                ? lock.tryLock()
                : lock.tryLock(Long.parseLong(words[1]), TimeUnit.MILLISECONDS);
    }

    private static void together(int size, Runnable work) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Thread thread = new Thread(work);
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** The value counts those who are told of a death. */
    private void repairOnce() {
        if (lock.acquire() == SharedLock.Acquisition.OWNER_DIED) {
            value.getAndAdd(1);
            lock.markConsistent();
        }
        lock.unlock();
    }

    /** Increments that would get lost if two were made at once. */
    private void count(int times) {
        for (int i = 0; i < times; i++) {
            lock.lock();
            try {
                value.setLong(value.getLong() + 1);
            } finally {
                lock.unlock();
            }
        }
    }
}
