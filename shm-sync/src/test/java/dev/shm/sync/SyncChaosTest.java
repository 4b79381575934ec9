package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.sync.ChaosLedger.Act;
import dev.shm.sync.ChaosLedger.Entry;
import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Processes use one object of each kind all the time, and are killed at any instruction. ALGORITHMS
 * 9.1, L6; BEHAVIOURS 20.1-20.9.
 *
 * <p>Every build does a little of it. All of it, in minutes and with its figures printed:
 *
 * <pre>
 * mvn verify -pl shm-sync -am -Dtest=SyncChaosTest -Dsurefire.failIfNoSpecifiedTests=false
 *     -Dshm.test.chaos.kills=1000 -Dshm.test.chaos.maxWaitMillis=1000 -Dtest.watchdog=30m
 * </pre>
 */
class SyncChaosTest {
    private static final int KILLS = Integer.getInteger("shm.test.chaos.kills", 12);
    private static final long SEED = Long.getLong("shm.test.chaos.seed", System.nanoTime());

    /** A watchdog; on a machine with a core for each process, a second is enough. */
    private static final long MAX_WAIT_MILLIS =
            Long.getLong("shm.test.chaos.maxWaitMillis", 30_000);

    private static final int SURVIVORS = 2;
    private static final int VICTIMS = 3;
    private static final int OUR_SEAT = SURVIVORS + VICTIMS;
    private static final int LATEST_KILL_NANOS = 20_000_000;
    private static final long RELIEF_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Random random = new Random(SEED);
    private final ChildJvm[] children = new ChildJvm[SURVIVORS + VICTIMS];
    private final long[] actsAtStart = new long[SURVIVORS + VICTIMS];
    private final Map<Act, Integer> ownersKilled = new EnumMap<>(Act.class);
    private int suspects;
    private Path file;
    private SharedRegion region;
    private ChaosActs acts;
    private ChaosLedger ledger;
    private volatile boolean stopping;

    @BeforeEach
    void createRegion() {
        // Where regions live by default: in memory, if the platform has such a place.
        file = RegionOptions.named("chaos-" + ProcessHandle.current().pid()).path();
        region = ChaosActs.open(file);
        acts = new ChaosActs(region, OUR_SEAT, SEED);
        ledger = acts.ledger();
    }

    @AfterEach
    void removeRegion() {
        Stream.of(children).filter(child -> child != null).forEach(ChildJvm::close);
        region.close();
        SharedRegion.delete(RegionOptions.at(file));
    }

    @Test
    void kills_loseNothingAndBlockNobody() throws Exception {
        for (int seat = 0; seat < children.length; seat++) {
            start(seat);
        }
        Thread relief = new Thread(this::relieve, "relief");
        Throwable[] failure = new Throwable[1];
        relief.setUncaughtExceptionHandler((thread, e) -> failure[0] = e);
        relief.start();
        try {
            for (int kills = 0; kills < KILLS; kills++) {
                int seat = SURVIVORS + random.nextInt(VICTIMS);
                await(seat + " does something", () -> ledger.acts(seat) > actsAtStart[seat]);
                LockSupport.parkNanos(random.nextInt(LATEST_KILL_NANOS));
                kill(seat);
                start(seat);
                for (int survivor = 0; survivor < SURVIVORS; survivor++) {
                    assertEquals("", children[survivor].errors());
                }
            }
            for (int seat = 0; seat < children.length; seat++) {
                endInGoodOrder(seat);
            }
        } catch (Throwable e) {
            throw new AssertionError("seed=" + SEED + figures(), e);
        } finally {
            stopping = true;
            relief.join();
        }
        assertEquals(null, failure[0]);
        audit();
        System.out.println(figures());
    }

    private void relieve() {
        try {
            while (!stopping) {
                acts.relieve();
                LockSupport.parkNanos(RELIEF_NANOS);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void start(int seat) {
        actsAtStart[seat] = ledger.acts(seat);
        ChildJvm.Builder child = ChildJvm.of(SyncChaosChild.class);
        if (seat >= SURVIVORS) {
            child.flag("-XX:TieredStopAtLevel=1").flag("-Xmx32m"); // to be there, and gone, quickly
        }
        children[seat] =
                child.start(
                        file.toString(), Integer.toString(seat), Long.toString(random.nextLong()));
    }

    private void kill(int seat) {
        children[seat].kill();
        assertEquals("", children[seat].errors());
        for (Act act : Act.values()) {
            ledger.set(act, Entry.SINCE, seat, 0);
        }
        for (Act act : List.of(Act.LOCK, Act.READ, Act.WRITE)) {
            if (ledger.get(act, Entry.HOLDS, seat) != 0) {
                ownersKilled.merge(act, 1, Integer::sum);
                ledger.set(act, Entry.HOLDS, seat, 0);
            }
        }
        if (ledger.get(Act.COUNTING, Entry.HOLDS, seat) != 0) {
            suspects++;
            ledger.set(Act.COUNTING, Entry.HOLDS, seat, 0);
        }
    }

    private void endInGoodOrder(int seat) {
        children[seat].expect("ready");
        children[seat].endInput();
        assertEquals(0, children[seat].awaitExit(), children[seat]::errors);
        assertEquals("", children[seat].errors());
    }

    /** Waits, while nobody else may wait for too long. */
    private void await(String what, BooleanSupplier state) {
        ChildJvm.awaitThat(
                what,
                () -> {
                    for (Act act : Act.values()) {
                        long millis =
                                TimeUnit.NANOSECONDS.toMillis(ledger.longestWaitInProgress(act));
                        assertTrue(
                                millis <= MAX_WAIT_MILLIS,
                                () -> act + ": somebody waits for " + millis + " ms");
                    }
                    return state.getAsBoolean();
                });
    }

    private void audit() throws InterruptedException {
        ChildJvm.awaitThat(
                "we are alone", () -> region.participants().equals(List.of(region.self())));
        assertEquals(List.of(), acts.audit());
        for (Act act : List.of(Act.LOCK, Act.WRITE)) {
            long reports = ledger.sum(act, Entry.REPORTS);
            int killed = ownersKilled.getOrDefault(act, 0);
            assertTrue(
                    reports >= killed, act + ": reports=" + reports + " owners killed=" + killed);
        }
        int tokens = acts.tokens();
        assertTrue(tokens >= 0 && tokens <= suspects, "tokens=" + tokens + " of " + suspects);
        for (Act act : Act.values()) {
            long millis = TimeUnit.NANOSECONDS.toMillis(ledger.max(act, Entry.LONGEST));
            assertTrue(millis <= MAX_WAIT_MILLIS, act + ": a wait took " + millis + " ms");
        }
    }

    private String figures() {
        List<String> lines = new ArrayList<>();
        lines.add("kills=" + KILLS);
        for (Act act : Act.values()) {
            lines.add(
                    String.format(
                            "%-10s done=%d deaths reported=%d longest wait=%.1f ms",
                            act,
                            ledger.sum(act, Entry.DONE),
                            ledger.sum(act, Entry.REPORTS),
                            ledger.max(act, Entry.LONGEST) / 1e6));
        }
        return String.join("\n    ", lines);
    }
}
