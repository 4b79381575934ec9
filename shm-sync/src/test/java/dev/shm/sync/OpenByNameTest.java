package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands.Commands;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** BEHAVIOURS 1.17: processes find each other's objects by name, whenever those are made. */
@SuppressWarnings({"LockNotBeforeTry", "WaitNotInLoop"}) // one step at a time
class OpenByNameTest {
    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource
    void peers_openWhatIsMadeAfterTheyStarted(Where where) throws Exception {
        try (Peers peers = new Peers(where, directory, ByName.class)) {
            List<Peer> two = peers.add(2);
            two.forEach(
                    peer ->
                            assertEquals(
                                    "java.util.NoSuchElementException",
                                    peer.ask("lock").split(":", 2)[0]));
            SharedRegion region = peers.region();
            SharedLock lock = SharedLock.create(region, "lock");
            SharedLock.create(region, "plain", SharedLock.Mode.NON_REENTRANT);
            SharedSemaphore.create(region, "semaphore", 2);
            SharedCondition condition = lock.condition("condition");
            for (Peer peer : two) {
                assertEquals("reentrant", peer.ask("lock"));
                assertEquals("non-reentrant", peer.ask("plain"));
                assertEquals("2", peer.ask("semaphore"));
                peer.say("condition").awaitAsleep();
                lock.lock();
                condition.signal();
                lock.unlock();
                peer.expect("signalled");
            }
        }
    }

    /** Opens what is named, at that moment, and uses it. */
    static final class ByName implements Commands {
        private final SharedRegion region;

        ByName(SharedRegion region) {
            this.region = region;
        }

        @Override
        public String run(String... words) throws Exception {
            switch (words[0]) {
                case "semaphore" -> {
                    try (SharedSemaphore semaphore = SharedSemaphore.open(region, words[0])) {
                        semaphore.acquire(2);
                        int held = semaphore.heldPermits();
                        semaphore.release(2);
                        return String.valueOf(held);
                    }
                }
                case "condition" -> {
                    try (SharedLock lock = SharedLock.open(region, "lock");
                            SharedCondition condition = SharedCondition.open(lock, words[0])) {
                        lock.lock();
                        try {
                            condition.await();
                            return "signalled";
                        } finally {
                            lock.unlock();
                        }
                    }
                }
                default -> {
                    try (SharedLock lock = SharedLock.open(region, words[0])) {
                        lock.lock();
                        lock.unlock();
                        return lock.mode().toString();
                    }
                }
            }
        }
    }
}
