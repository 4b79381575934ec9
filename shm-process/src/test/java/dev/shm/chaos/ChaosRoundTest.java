package dev.shm.chaos;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.codec.Codecs;
import dev.shm.queue.SharedQueue;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chaos notices when somebody stands still, whoever that is, and tells what everybody did. */
class ChaosRoundTest {
    private static final long MAX_WAIT_MILLIS = 2_000;

    @TempDir Path directory;

    /**
     * One of all who join in does something that stops others for ever. On a machine that is busy
     * somebody else may have been waiting for too long by then, and that is told first: again.
     */
    private AssertionError roundWith(String act, Brake brake) throws InterruptedException {
        AssertionError failure;
        int rounds = 0;
        do {
            failure = oneRoundWith("round-" + rounds++ + ".shm", brake);
        } while (!standsStill(failure.getMessage(), act));
        assertTrue(Files.exists(directory.resolve("round-" + (rounds - 1) + ".shm")));
        return failure;
    }

    private static boolean standsStill(String message, String acts) {
        return Pattern.compile("stands still: (" + acts + "): seat=").matcher(message).find();
    }

    private AssertionError oneRoundWith(String name, Brake brake) throws InterruptedException {
        Path file = directory.resolve(name);
        Patience patience = Patience.ofWaits(MAX_WAIT_MILLIS);
        try (Spares spares = new Spares(0);
                PoolChaos pool = new PoolChaos(directory.resolve("pool.shm"), patience);
                ChaosRound round =
                        new ChaosRound(
                                file, new Random(1), patience, new Figures(1), spares, pool)) {
            Thread braking = new Thread(() -> braked(file, brake), "braking");
            AssertionError failure =
                    assertThrows(
                            AssertionError.class,
                            () ->
                                    round.run(
                                            () -> {
                                                startOnce(braking); // all is there by now
                                                return true;
                                            }));
            braking.interrupt();
            braking.join();
            return failure;
        }
    }

    private static void startOnce(Thread thread) {
        if (thread.getState() == Thread.State.NEW) {
            thread.start();
        }
    }

    private interface Brake {
        void pull(SharedRegion region) throws InterruptedException;
    }

    private static void braked(Path file, Brake brake) {
        try (SharedRegion region = SharedRegion.open(RegionOptions.at(file))) {
            brake.pull(region);
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the round is over
        }
    }

    private static void assertTold(AssertionError failure, String frame) {
        String message = failure.getMessage();
        assertAll(
                () -> assertTrue(message.contains("participants: [Participant["), message),
                () -> assertTrue(message.contains(frame), message),
                () -> assertTrue(message.contains(" ms: seat=5 pid="), message));
    }

    @Test
    void aQueue_thatIsStuck_isNoticed() throws Exception {
        AssertionError failure =
                roundWith(
                        "QUEUE",
                        region -> {
                            SharedQueue<byte[]> queue =
                                    SharedQueue.open(
                                            region, "queue", Codecs.bytes(Numbers.MAX_BYTES));
                            for (int held = 0; held < queue.capacity(); held++) {
                                queue.receive();
                            }
                        });
        assertTold(failure, "dev.shm.chaos.QueueActs");
    }

    /** Also that everything here ends by itself which waits for these locks. */
    @Test
    void locks_thatAreNotGivenBack_areNoticed() throws Exception {
        AssertionError failure =
                roundWith(
                        "LOCK|CONDITION",
                        region -> {
                            SharedLock.open(region, "items-lock").lock();
                            SharedLock.open(region, "lock").lock();
                        });
        assertTold(failure, "dev.shm.chaos.LockActs");
    }

    @Test
    void whatDoesNotEnd_isLeftBehind() {
        try (Watched watched = new Watched(new Patience(1, TimeUnit.MILLISECONDS.toNanos(1)))) {
            AssertionError failure =
                    assertThrows(
                            AssertionError.class,
                            () -> watched.run("it", new CountDownLatch(1)::await));
            assertTrue(failure.getMessage().contains("it: does not end"));
        }
    }
}
