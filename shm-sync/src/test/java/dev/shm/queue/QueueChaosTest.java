package dev.shm.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.queue.QueueChaosLog.Entry;
import dev.shm.queue.QueueChaosLog.Kind;
import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Producers and consumers of a queue are killed at any instruction, and replaced: nothing that was
 * accepted is lost, nothing that was acknowledged comes again, nothing is torn, and each producer's
 * messages come in their order, but for what is delivered again. BEHAVIOURS 20.10-20.12.
 *
 * <p>Each process keeps a log in a file of its own, so that the audit does not trust the region.
 * After each kill all the others are seen to go on. How long it took until the last of them did is
 * printed; {@code -Dshm.test.chaos.maxWaitMillis} makes more than that a failure.
 */
class QueueChaosTest {
    private static final int KILLS = Integer.getInteger("shm.test.kills", 4);
    private static final long SEED = Long.getLong("shm.test.seed", System.nanoTime());
    private static final long MAX_WAIT_MILLIS =
            Long.getLong("shm.test.chaos.maxWaitMillis", Long.MAX_VALUE);

    private static final int MOST_BEFORE_A_KILL = 200;

    /** So many messages a producer may put in when it is about to be through with what it may. */
    private static final int QUOTA = 100;

    /** Of any two records in turn that a process writes, one comes after an operation. */
    private static final int GOES_ON = 2;

    /** Records up to the end of the first operation, which loads the classes that it needs. */
    private static final int FIRST = 1 + GOES_ON;

    private static final int PRODUCERS = 2;
    private static final int CHILDREN = 4;

    /** Few, so that producers and consumers wait for each other. */
    private static final int CAPACITY = 5;

    @TempDir private Path directory;
    private final Random random = new Random(SEED);
    private final QueueChaosAudit audit = new QueueChaosAudit();
    private final Child[] children = new Child[CHILDREN];
    private int started;
    private SharedRegion region;
    private SharedQueue<byte[]> queue;
    private long longestNanos;

    @BeforeEach
    void create() {
        region = QueueChaosChild.open(file());
        queue = SharedQueue.create(region, "it", CAPACITY, QueueChaosMessage.CODEC);
    }

    @AfterEach
    void close() {
        for (Child child : children) {
            if (child != null) {
                child.jvm.close();
            }
        }
        region.close();
    }

    private Path file() {
        return directory.resolve("chaos.shm");
    }

    /** One that puts in or takes, until it is killed, and its log. */
    private final class Child {
        private final boolean puts;
        private final Path file;
        private final ChildJvm jvm;
        private final QueueChaosLog.Reader log;
        private final Consumer<Entry> reader = audit.reader();
        private long allowed;
        private long begun;

        Child(boolean puts, int number) {
            this.puts = puts;
            this.file = directory.resolve("log" + number);
            this.log = new QueueChaosLog.Reader(file);
            this.jvm =
                    ChildJvm.of(QueueChaosChild.class)
                            .shortLived()
                            .start(file(), file, puts ? "put" : "take", number);
        }

        /** Reads what it has done, and lets it do more. */
        void follow() {
            try {
                log.read(
                        entry -> {
                            reader.accept(entry);
                            begun += entry.kind() == Kind.BEGUN ? 1 : 0;
                        });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            if (puts && allowed - begun < QUOTA && jvm.isAlive()) {
                allowed += QUOTA;
                jvm.say(String.valueOf(QUOTA));
            }
        }

        /** Whether it has come so far that it can be in somebody's way, or somebody in its. */
        boolean isThere() {
            return log.count() > 0;
        }

        /** Ends its log, which has been read to its end. */
        void forget() throws IOException {
            follow();
            Files.deleteIfExists(file);
        }
    }

    private void start(int child) {
        children[child] = new Child(child < PRODUCERS, started++);
    }

    @Test
    void kills_loseNothing_andNothingComesTwice() throws Exception {
        for (int child = 0; child < CHILDREN; child++) {
            start(child);
        }
        int consumersKilled = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            awaitMore(1 + random.nextInt(MOST_BEFORE_A_KILL));
            int victim = random.nextInt(CHILDREN);
            children[victim].jvm.kill();
            consumersKilled += victim < PRODUCERS ? 0 : 1;
            awaitThatAllGoOn(victim);
            children[victim].forget();
            start(victim);
        }
        awaitMore(MOST_BEFORE_A_KILL);
        long longestMillis = longestNanos / 1_000_000;
        System.out.printf("kills: %d, longest wait of a survivor: %d ms%n", KILLS, longestMillis);
        assertTrue(longestMillis <= MAX_WAIT_MILLIS, () -> "millis=" + longestMillis);
        for (Child child : children) {
            awaitThat("it is there", child::isThere);
            child.jvm.say(String.valueOf(QUOTA)); // nobody shall wait for that
        }
        queue.shutdown();
        for (Child child : children) {
            child.jvm.expect("end");
            child.jvm.awaitExit();
            child.forget();
        }
        takeTheRest();
        audit.check(consumersKilled);
    }

    private void awaitMore(int messages) {
        int goal = audit.begun() + messages;
        awaitThat("messages pass", () -> audit.begun() >= goal);
    }

    /**
     * Each one that had come so far when another was killed does something after it. How long it
     * takes counts for those that had done something before; others are still about to start.
     */
    private void awaitThatAllGoOn(int killed) {
        long start = System.nanoTime();
        List<Child> waiting = new ArrayList<>();
        List<Long> goals = new ArrayList<>();
        for (int i = 0; i < CHILDREN; i++) {
            children[i].follow();
            if (i != killed && children[i].isThere()) {
                waiting.add(children[i]);
                goals.add(children[i].log.count() + GOES_ON);
            }
        }
        awaitThat(
                "all go on",
                () -> {
                    for (int i = waiting.size() - 1; i >= 0; i--) {
                        if (waiting.get(i).log.count() >= goals.get(i)) {
                            boolean hadBegun = goals.get(i) >= FIRST + GOES_ON;
                            long nanos = hadBegun ? System.nanoTime() - start : 0;
                            longestNanos = Math.max(longestNanos, nanos);
                            waiting.remove(i);
                            goals.remove(i);
                        }
                    }
                    return waiting.isEmpty();
                });
    }

    private void awaitThat(String what, BooleanSupplier state) {
        try {
            ChildJvm.awaitThat(
                    what + ", seed=" + SEED,
                    () -> {
                        for (Child child : children) {
                            child.follow();
                        }
                        return state.getAsBoolean() || failed();
                    });
            for (Child child : children) {
                assertEquals("", child.jvm.errors());
            }
        } catch (AssertionError e) {
            throw new AssertionError(standstill(), e);
        }
    }

    private boolean failed() {
        for (Child child : children) {
            if (!child.jvm.errorLines().isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** What everybody was about, for whoever looks for the reason. */
    private String standstill() {
        StringBuilder text = new StringBuilder("seed=" + SEED + " " + queue);
        region.participants().forEach(one -> text.append('\n').append(one));
        for (Child child : children) {
            ChildJvm jvm = child.jvm;
            text.append('\n').append(jvm.isAlive() ? jvm.threads() : jvm.pid() + " is dead");
        }
        return text.toString();
    }

    private void takeTheRest() throws Exception {
        ChildJvm.awaitThat("the dead are buried", () -> region.participants().size() == 1);
        Consumer<Entry> rest = audit.reader();
        try {
            while (true) {
                Delivery<byte[]> delivery = queue.receive();
                QueueChaosMessage message = QueueChaosMessage.of(delivery.message());
                Kind kind = delivery.attempts() == 0 ? Kind.RECEIVED : Kind.AGAIN;
                rest.accept(new Entry(kind, message));
                delivery.ack();
                rest.accept(new Entry(Kind.ACKED, message));
            }
        } catch (QueueShutDownException end) {
            assertEquals(0, queue.size());
        }
    }
}
