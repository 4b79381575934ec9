package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Many processes do everything at once, and are killed at any instruction. ALGORITHMS 9.1, L6.
 *
 * <p>Every build does a little of it. All of it, each in minutes and with its figures printed:
 *
 * <pre>
 * mvn verify -pl shm-core -Dtest=RegionChaosTest#kills* -Dshm.test.chaos.kills=500 -Dtest.watchdog=30m
 * mvn verify -pl shm-core -Dtest=RegionChaosTest#same* -Dshm.test.chaos.jvms=8 -Dshm.test.chaos.seconds=30
 * </pre>
 */
class RegionChaosTest {
    private static final int KILLS = Integer.getInteger("shm.test.chaos.kills", 24);
    private static final int JVMS = Integer.getInteger("shm.test.chaos.jvms", 4);
    private static final int SECONDS = Integer.getInteger("shm.test.chaos.seconds", 1);
    private static final long SEED = Long.getLong("shm.test.chaos.seed", System.nanoTime());

    private static final int VICTIMS = 3;
    private static final int KILLS_PER_ROUND = 8;

    private final Random random = new Random(SEED);
    private Path directory;
    private RegionOptions options;

    @BeforeEach
    void chooseDirectory() throws IOException {
        // Where regions live by default: in memory, if the platform has such a place.
        directory = Files.createTempDirectory(RegionOptions.directory(), "shm-chaos-");
        options = RegionChaosChild.options(directory.resolve("chaos.shm"));
    }

    @AfterEach
    void removeDirectory() throws IOException {
        for (String name : TestRegions.files(directory)) {
            Files.delete(directory.resolve(name));
        }
        Files.delete(directory);
    }

    /** Creators, openers and removers of a region and its objects are killed at random moments. */
    @Test
    void kills_leaveARegionThatOpensAtOnceAndIsWhole() {
        List<ChildJvm> victims = new ArrayList<>();
        List<Long> busyNanos = new ArrayList<>();
        List<Long> quietNanos = new ArrayList<>();
        try {
            for (int kills = 0; kills < KILLS; ) {
                while (victims.size() < VICTIMS) {
                    victims.add(start("churn", random.nextLong()));
                }
                ChildJvm victim = victims.remove(0);
                victim.expect("ready");
                LockSupport.parkNanos(random.nextInt(20_000_000));
                kill(victim);
                kills++;
                useWhileOthersDo(busyNanos);
                if (kills % KILLS_PER_ROUND == 0) {
                    kills += victims.size();
                    victims.forEach(ChildJvm::hear);
                    victims.forEach(this::kill);
                    victims.clear();
                    useAlone(quietNanos);
                }
            }
        } catch (Throwable e) {
            throw new AssertionError("seed=" + SEED, e);
        } finally {
            victims.forEach(ChildJvm::close);
        }
        print("opening after a kill, while others create, open and delete", busyNanos);
        print("opening after a kill of all", quietNanos);
    }

    private ChildJvm start(String what, long number) {
        return ChildJvm.of(RegionChaosChild.class)
                .shortLived()
                .start(what, options.path().toString(), Long.toString(number));
    }

    private void kill(ChildJvm victim) {
        victim.kill();
        assertEquals("", victim.errors());
    }

    private SharedRegion open(List<Long> nanos) {
        long start = System.nanoTime();
        SharedRegion region = SharedRegion.openOrCreate(options);
        nanos.add(System.nanoTime() - start);
        return region;
    }

    private void useWhileOthersDo(List<Long> nanos) {
        try (SharedRegion region = open(nanos)) {
            for (String name : region.names()) {
                attachAndVerify(region, name);
            }
        }
    }

    /** Nobody else lives: what is there is whole, and all space can be had. */
    private void useAlone(List<Long> nanos) {
        try (SharedRegion region = open(nanos)) {
            checkThatNothingIsLost(region);
        }
        if (random.nextBoolean()) {
            SharedRegion.delete(options);
        }
    }

    private static void checkThatNothingIsLost(SharedRegion region) {
        assertEquals(List.of(region.self()), region.participants());
        List<String> names = region.names();
        assertEquals(names.size(), new HashSet<>(names).size(), "a name is there twice");
        for (String name : names) {
            attachAndVerify(region, name);
            assertTrue(region.remove(name), name);
        }
        int bytes = Math.toIntExact(region.bytes());
        ObjectSpec everything =
                new ObjectSpec(RawBufferType.INSTANCE, 0, 0, bytes, "", memory -> {});
        region.attach("everything", everything, AttachMode.CREATE).close();
        assertTrue(region.remove("everything"));
    }

    private static void attachAndVerify(SharedRegion region, String name) {
        try (Block block = region.attach(name, Patterns.spec(name), AttachMode.OPEN_OR_CREATE)) {
            Patterns.verify(name, block.buffer());
        }
    }

    /** Many processes create, open and remove the same names; nobody is killed. */
    @Test
    void sameNames_stayWholeAndLoseNoSpace() {
        SharedRegion.create(options).close();
        List<ChildJvm> children = new ArrayList<>();
        try {
            for (int i = 0; i < JVMS; i++) {
                children.add(start("names", SECONDS));
            }
            children.forEach(child -> child.expect("ready"));
            for (ChildJvm child : children) {
                System.out.println(child.hear());
                assertEquals(0, child.awaitExit(), child::errors);
            }
        } finally {
            children.forEach(ChildJvm::close);
        }
        try (SharedRegion region = SharedRegion.open(options)) {
            checkThatNothingIsLost(region);
        }
    }

    private static void print(String what, List<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        StringBuilder line = new StringBuilder(what + ", " + sorted.length + " times, ms:");
        for (int percent : new int[] {50, 90, 99, 100}) {
            long value = sorted[(sorted.length - 1) * percent / 100];
            line.append(String.format(" p%d=%.1f", percent, value / 1e6));
        }
        System.out.println(line);
    }
}
