package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a death looks like depends on the dead one and on the system: it is noticed in any case.
 * ALGORITHMS 9.2, T2, T10 and T12; and as many participants as there may be.
 */
class EnvironmentProcessTest {
    /** All of it, for T2: {@code -Dshm.test.heap.megabytes=2048}. */
    private static final int HEAP_MEGABYTES = Integer.getInteger("shm.test.heap.megabytes", 64);

    /** How many join at once: {@code -Dshm.test.crowd=1000} for more. */
    private static final int CROWD = Integer.getInteger("shm.test.crowd", 60);

    private static final int DOORS = 4;

    @TempDir Path directory;

    private Path path() {
        return directory.resolve("r.shm");
    }

    private RegionOptions options() {
        return TestRegions.small(path());
    }

    /** A child dies, and is not there any more soon after; how long that takes is printed. */
    private static void assertNoticed(SharedRegion region, ChildJvm child, Runnable death) {
        int tag = Integer.parseInt(child.ask("tag"));
        assertFalse(region.isDead(tag));
        long start = System.nanoTime();
        death.run();
        ChildJvm.awaitThat("the death is noticed", () -> region.isDead(tag));
        System.out.printf("noticed after %.1f ms%n", (System.nanoTime() - start) / 1e6);
        ChildJvm.awaitThat(
                "it is buried", () -> region.participants().equals(List.of(region.self())));
    }

    /** T2: the kernel takes its time to tear a large process down. */
    @Test
    void killedWithALargeHeap_isNoticed() {
        ChildJvm.Builder large =
                RegionChild.plain()
                        .flag("-Xms" + HEAP_MEGABYTES + "m")
                        .flag("-Xmx" + HEAP_MEGABYTES + "m")
                        .flag("-XX:+AlwaysPreTouch");
        try (SharedRegion region = SharedRegion.create(options());
                ChildJvm child = large.start()) {
            child.say("open " + path()).expect("ok");
            assertNoticed(region, child, child::beginKill);
        }
    }

    /** T10: it dies of a signal that the JVM handles, and may leave a core file. */
    @Test
    void crashed_isNoticed() {
        String enter = "cd '" + directory + "' && ulimit -c unlimited; exec \"$@\"";
        ChildJvm.Builder crashing =
                RegionChild.plain().flag("-Xmx32m").prefix("sh", "-c", enter, "sh");
        try (SharedRegion region = SharedRegion.create(options());
                ChildJvm child = crashing.start()) {
            child.say("open " + path()).expect("ok");
            long pid = child.pid();
            assertNoticed(region, child, () -> signal("SEGV", pid));
        }
    }

    private static void signal(String name, long pid) {
        try {
            assertEquals(0, new ProcessBuilder("kill", "-" + name, "" + pid).start().waitFor());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** T12: a child of the dead one lives on, and has the lock file open. */
    @Test
    void killedWithTheLockFileOpenInAChild_isNoticed() {
        try (SharedRegion region = SharedRegion.create(options())) {
            String leak =
                    "exec 9<>'"
                            + options().lockPath()
                            + "'; sleep 1000 >/dev/null 2>&1 & exec \"$@\"";
            try (ChildJvm child = RegionChild.plain().prefix("sh", "-c", leak, "sh").start()) {
                child.say("open " + path()).expect("ok");
                ProcessHandle sleeping =
                        ProcessHandle.of(child.pid())
                                .orElseThrow()
                                .children()
                                .findFirst()
                                .orElseThrow();
                try {
                    assertNoticed(region, child, child::beginKill);
                    assertTrue(sleeping.isAlive());
                } finally {
                    sleeping.destroyForcibly();
                }
            }
        }
    }

    /** Those who have the old one go on with it, and neither sees who dies in the other. */
    @Test
    void deletedAndMadeAnewInUse_bothAreWhole() {
        try (SharedRegion old = SharedRegion.create(options());
                ChildJvm user = RegionChild.plain().start()) {
            user.say("open " + path()).expect("ok");
            assertEquals("ok", user.ask("attach a"));
            SharedRegion.delete(options());
            try (SharedRegion fresh = SharedRegion.create(options());
                    ChildJvm newcomer = RegionChild.plain().start()) {
                newcomer.say("open " + path()).expect("ok");
                assertEquals("[]", newcomer.ask("names"));
                assertEquals("ok", newcomer.ask("attach b"));
                assertEquals("ok", user.ask("attach c"));
                assertEquals(List.of("b"), fresh.names());
                assertEquals(List.of("a", "c"), old.names());
                assertNoticed(old, user, user::beginKill);
                assertEquals(2, fresh.participants().size());
                assertNoticed(fresh, newcomer, newcomer::beginKill);
                assertTrue(old.isDeleted());
                assertFalse(fresh.isDeleted());
            }
        }
    }

    /** They come through several doors at once, are all there, and leave in any order. */
    @Test
    void manyParticipants_joinAndLeave() throws Exception {
        RegionOptions wide = options().maxParticipants(CROWD + 1);
        try (SharedRegion host = SharedRegion.create(wide)) {
            for (int round = 0; round < 2; round++) {
                List<SharedRegion> guests = new ArrayList<>();
                Race.run(DOORS, door -> open(wide, CROWD / DOORS)).forEach(guests::addAll);
                assertEquals(guests.size() + 1, host.participants().size());
                assertEquals(
                        guests.size(),
                        guests.stream().mapToInt(g -> g.self().id()).distinct().count());
                List<SharedRegion> rest = open(wide, CROWD - guests.size());
                IllegalStateException full =
                        assertThrows(IllegalStateException.class, () -> open(wide, 1));
                assertTrue(
                        full.getMessage().contains("RegionOptions.maxParticipants"),
                        full::getMessage);
                guests.addAll(rest);
                guests.forEach(SharedRegion::close);
                assertEquals(List.of(host.self()), host.participants());
            }
        }
    }

    private static List<SharedRegion> open(RegionOptions options, int count) {
        RegionOptions impatient = options.maxWait(1, TimeUnit.SECONDS);
        List<SharedRegion> opened = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            opened.add(SharedRegion.open(impatient));
        }
        return opened;
    }
}
