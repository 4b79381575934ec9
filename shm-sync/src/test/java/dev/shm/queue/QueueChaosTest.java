package dev.shm.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.sync.CountingSemaphore;
import dev.shm.testing.ChildJvm;
import dev.shm.value.SharedArray;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Producers and consumers of a queue are killed at any instruction, and replaced: nothing that was
 * accepted is lost, nothing that was acknowledged comes again, nothing is torn, and each producer's
 * messages come in their order, but for what is delivered again. BEHAVIOURS 20.10-20.12.
 *
 * <p>How long the survivors stood still at most after a kill is printed; {@code
 * -Dshm.test.chaos.maxWaitMillis} makes more than that a failure.
 */
class QueueChaosTest {
    private static final int KILLS = Integer.getInteger("shm.test.kills", 4);
    private static final long SEED = Long.getLong("shm.test.seed", System.nanoTime());
    private static final long MAX_WAIT_MILLIS =
            Long.getLong("shm.test.chaos.maxWaitMillis", Long.MAX_VALUE);

    /** So many messages may be put in for each wait, so that there are numbers enough for all. */
    private static final int BUDGET = 250;

    private static final int MOST_BEFORE_A_KILL = 200;
    private static final int GOES_ON = 20; // messages after a kill that show that it goes on
    private static final int PRODUCERS = 2;
    private static final int NUMBERS = PRODUCERS * BUDGET * (2 * KILLS + 4);
    private static final int CHILDREN = 4;

    /** Few, so that producers and consumers wait for each other. */
    private static final int CAPACITY = 5;

    @TempDir private Path directory;
    private final Random random = new Random(SEED);
    private final ChildJvm[] children = new ChildJvm[CHILDREN];
    private SharedRegion region;
    private SharedQueue<byte[]> queue;
    private SharedArray next;
    private SharedArray accepted;
    private SharedArray received;
    private SharedArray acked;
    private CountingSemaphore budget;
    private long longestNanos;

    @BeforeEach
    void create() {
        region = QueueChaosChild.open(file(), NUMBERS);
        budget = CountingSemaphore.create(region, "budget", 0);
        queue = SharedQueue.create(region, "it", CAPACITY, QueueChaosChild.CODEC);
        next = SharedArray.create(region, "next", 'i', PRODUCERS);
        accepted = SharedArray.create(region, "accepted", 'i', NUMBERS);
        received = SharedArray.create(region, "received", 'i', NUMBERS);
        acked = SharedArray.create(region, "acked", 'i', NUMBERS);
    }

    @AfterEach
    void close() {
        for (ChildJvm child : children) {
            if (child != null) {
                child.close();
            }
        }
        region.close();
    }

    private Path file() {
        return directory.resolve("chaos.shm");
    }

    private void start(int child) {
        String role = child < PRODUCERS ? "put" : "take";
        children[child] =
                ChildJvm.of(QueueChaosChild.class)
                        .start(file().toString(), role, String.valueOf(child));
    }

    @Test
    void kills_loseNothing_andNothingComesTwice() throws Exception {
        for (int child = 0; child < CHILDREN; child++) {
            start(child);
        }
        for (int kill = 0; kill < KILLS; kill++) {
            awaitMore(1 + random.nextInt(MOST_BEFORE_A_KILL));
            int victim = random.nextInt(CHILDREN);
            children[victim].kill();
            long start = System.nanoTime();
            awaitMore(GOES_ON);
            longestNanos = Math.max(longestNanos, System.nanoTime() - start);
            start(victim);
        }
        awaitMore(MOST_BEFORE_A_KILL);
        long longestMillis = longestNanos / 1_000_000;
        System.out.printf("kills: %d, longest standstill: %d ms%n", KILLS, longestMillis);
        assertTrue(longestMillis <= MAX_WAIT_MILLIS, () -> "millis=" + longestMillis);
        budget.release(BUDGET); // nobody shall wait for that
        queue.shutdown();
        for (ChildJvm child : children) {
            child.expect("end");
            child.awaitExit();
        }
        takeTheRest();
        audit();
    }

    private void awaitMore(int messages) {
        int goal = passed() + messages; // before more may be put in, or none might be left
        budget.release(BUDGET);
        try {
            ChildJvm.awaitThat("messages pass, seed=" + SEED, () -> passed() >= goal || failed());
            for (ChildJvm child : children) {
                assertEquals("", child.errors());
            }
        } catch (AssertionError e) {
            throw new AssertionError(standstill(), e);
        }
    }

    private boolean failed() {
        return Stream.of(children).anyMatch(child -> !child.errorLines().isEmpty());
    }

    /** What everybody was about, for whoever looks for the reason. */
    private String standstill() {
        StringBuilder text = new StringBuilder();
        text.append(queue).append(", permits=").append(budget.availablePermits());
        region.participants().forEach(one -> text.append('\n').append(one));
        for (ChildJvm child : children) {
            text.append('\n').append(child.isAlive() ? child.threads() : child.pid() + " is dead");
        }
        return text.toString();
    }

    /** How many messages were begun to be put in by now. */
    private int passed() {
        return next.getInt(0) + next.getInt(1);
    }

    private void takeTheRest() throws InterruptedException {
        ChildJvm.awaitThat("the dead are buried", () -> region.participants().size() == 1);
        QueueChaosChild.Audit rest = new QueueChaosChild.Audit(region);
        try {
            while (true) {
                rest.note(queue.receive());
            }
        } catch (QueueShutDownException end) {
            assertEquals(0, queue.size());
        }
    }

    private void audit() {
        int unsaid = 0;
        for (int number = 0; number < NUMBERS; number++) {
            String which = "number=" + number + " seed=" + SEED;
            assertTrue(acked.getInt(number) <= 1, "came again: " + which);
            assertTrue(accepted.getInt(number) <= received.getInt(number), "lost: " + which);
            unsaid += received.getInt(number) - acked.getInt(number);
        }
        assertTrue(unsaid <= KILLS, "acknowledged, and not noted: " + unsaid + " seed=" + SEED);
    }
}
