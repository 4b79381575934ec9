package dev.shm.sync;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands.Commands;
import dev.shm.value.SharedValue;
import java.util.concurrent.TimeUnit;

/** What a peer can do with the lock "it", its condition "c", and the value "n". */
@SuppressWarnings({"LockNotBeforeTry", "WaitNotInLoop"}) // one step at a time
final class ConditionCommands implements Commands {
    static final String LOCK = "it";
    static final String CONDITION = "c";
    static final String VALUE = "n";

    private final SharedLock lock;
    private final SharedCondition condition;
    private final SharedValue value;

    ConditionCommands(SharedRegion region) {
        lock = SharedLock.open(region, LOCK);
        condition = SharedCondition.open(lock, CONDITION);
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
            case "acquire" -> lock.acquire().toString();
            case "signal" -> {
                condition.signal();
                yield "signalled";
            }
            case "signalAll" -> {
                condition.signalAll();
                yield "signalled";
            }
            case "add" -> String.valueOf(value.addAndGet(Integer.parseInt(words[1])));
            case "wait" -> words.length == 1 ? await() : await(Long.parseLong(words[1]));
            case "depth" -> depth(Integer.parseInt(words[1]));
            case "take" -> take(condition::await);
            case "race" -> take(() -> condition.await(1, TimeUnit.MILLISECONDS));
            case "takeAll" -> {
                for (int i = 0; i < Integer.parseInt(words[1]); i++) {
                    take(condition::await);
                }
                yield "taken";
            }
            case "even", "odd" -> step(words[0].equals("odd") ? 1 : 0, Long.parseLong(words[1]));
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private String await() throws InterruptedException {
        lock.lock();
        try {
            condition.await();
            return "woken";
        } finally {
            lock.unlock();
        }
    }

    private String await(long millis) throws InterruptedException {
        lock.lock();
        try {
            return String.valueOf(condition.await(millis, TimeUnit.MILLISECONDS));
        } finally {
            lock.unlock();
        }
    }

    /** Waits holding the lock so many times; answers how many times it holds it afterwards. */
    private String depth(int depth) throws InterruptedException {
        for (int i = 0; i < depth; i++) {
            lock.lock();
        }
        condition.await();
        int after = lock.holdCount();
        for (int i = 0; i < after; i++) {
            lock.unlock();
        }
        return String.valueOf(after);
    }

    /** A wait, as long as it may be. */
    @FunctionalInterface
    private interface Wait {
        void run() throws InterruptedException;
    }

    /** Waits until the value is positive, and takes one of it; over, if it was told of a death. */
    private String take(Wait wait) throws InterruptedException {
        boolean told = lock.acquire() == SharedLock.Acquisition.OWNER_DIED;
        if (told) {
            lock.markConsistent();
        }
        try {
            while (value.getLong() == 0) {
                wait.run();
            }
            value.setLong(value.getLong() - 1);
            return told ? "taken over" : "taken";
        } catch (OwnerDiedException e) {
            value.setLong(value.getLong() - 1);
            lock.markConsistent();
            return "taken over";
        } finally {
            lock.unlock();
        }
    }

    /** Takes turns with another: makes odd numbers even, or even ones odd, up to an end. */
    private String step(int parity, long end) throws InterruptedException {
        lock.lock();
        try {
            while (value.getLong() < end) {
                if (value.getLong() % 2 == parity) {
                    value.setLong(value.getLong() + 1);
                    condition.signal();
                } else {
                    condition.await();
                }
            }
            condition.signalAll();
            return String.valueOf(value.getLong());
        } finally {
            lock.unlock();
        }
    }
}
