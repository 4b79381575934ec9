package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.testing.ChildJvm;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The thread that looks after a region. */
class JanitorTest {
    private static final int SLOT = 3;
    private static final int SEVERAL_ROUNDS_MILLIS = 350;

    @TempDir Path directory;

    private static List<Thread> janitors(String region) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("shm-janitor-" + region))
                .toList();
    }

    @Test
    void oneDaemonThreadPerRegion_asLongAsItIsOpen() throws InterruptedException {
        RegionOptions one = TestRegions.small(directory.resolve("janitor-one.shm"));
        RegionOptions other = TestRegions.small(directory.resolve("janitor-other.shm"));
        SharedRegion first = SharedRegion.create(one);
        SharedRegion second = SharedRegion.open(one);
        SharedRegion elsewhere = SharedRegion.create(other);
        assertEquals(1, janitors("janitor-one").size());
        assertEquals(1, janitors("janitor-other").size());
        Thread janitor = janitors("janitor-one").get(0);
        assertTrue(janitor.isDaemon());

        first.close();
        assertEquals(List.of(janitor), janitors("janitor-one"));
        second.close();
        janitor.join(TimeUnit.MINUTES.toMillis(1));
        assertFalse(janitor.isAlive());
        assertEquals(1, janitors("janitor-other").size());
        elsewhere.close();

        try (SharedRegion again = SharedRegion.open(one)) {
            assertEquals(1, janitors(again.name()).size());
            assertFalse(janitors(again.name()).contains(janitor));
        }
    }

    /** An idle region is tidy too: nobody calls anything. */
    @Test
    void aDeath_isNoticedWithoutAnybodyWaiting() {
        RegionOptions options = TestRegions.small(directory.resolve("r.shm"));
        try (SharedRegion region = SharedRegion.create(options)) {
            RawRegion raw = new RawRegion(region.path());
            raw.pretendDead(SLOT, 1);
            ChildJvm.awaitThat(
                    "the janitor comes", () -> raw.status(SLOT) == ParticipantLayout.FREE);
            assertFalse(region.isClosed());
        }
    }

    /**
     * BEHAVIOURS 20.22: who uses the region is told, and the janitor is not the one who dies of it.
     */
    @Test
    void aFileCutShort_leavesTheJanitorAlive() throws IOException {
        Path file = directory.resolve("cut.shm");
        try (ChildJvm child = ChildJvm.of(CutShort.class).start(file.toString())) {
            child.expect("java.lang.InternalError");
            child.expect("janitors=1");
            assertEquals(0, child.awaitExit());
            assertEquals("", child.errors());
        }
        SharedRegion.delete(TestRegions.small(file));
        assertEquals(Set.of(), TestRegions.files(directory));
    }

    /** Cuts the file of its own region, and tells what becomes of it. */
    static final class CutShort {
        private CutShort() {}

        public static void main(String... arguments) throws IOException {
            RegionOptions options = TestRegions.small(Path.of(arguments[0]));
            SharedRegion region = SharedRegion.create(options);
            try (FileChannel file = FileChannel.open(options.path(), StandardOpenOption.WRITE)) {
                file.truncate(0);
            }
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SEVERAL_ROUNDS_MILLIS);
            while (System.nanoTime() - end < 0) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
            try {
                System.out.println(region.names());
            } catch (InternalError e) {
                System.out.println(e.getClass().getName());
            }
            System.out.println("janitors=" + janitors(region.name()).size());
            Runtime.getRuntime().halt(0);
        }
    }

    /** A sweep that fails is tried again, and the janitor goes on. */
    @Test
    void aSweepThatThrows_isTriedAgain() {
        RegionOptions options = TestRegions.small(directory.resolve("r.shm"));
        try (SharedRegion region = SharedRegion.create(options)) {
            RawRegion raw = new RawRegion(region.path());
            region.attach("c", ClaimType.spec(), AttachMode.CREATE);
            int entry = raw.directory.find("c");
            int config = raw.geometry.entry(entry) + DirectoryLayout.CONFIG_A;
            long right = raw.memory.getLong(config);
            raw.memory.putLong(config, 99); // which its type does not like
            raw.directory.setOpen(entry, SLOT);
            raw.pretendDead(SLOT, 1);
            ChildJvm.awaitThat(
                    "the janitor comes", () -> raw.status(SLOT) == ParticipantLayout.DEAD);
            ChildJvm.awaitThat("the byte is unlocked", () -> !raw.isLocked(SLOT));
            raw.memory.putLong(config, right);
            ChildJvm.awaitThat(
                    "the janitor comes again", () -> raw.status(SLOT) == ParticipantLayout.FREE);
        }
    }
}
