package dev.shm.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.examples.LineCounter.Count;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The protocol between workers; here they are attachments of one JVM, and die by closing. */
class FileTableTest {
    private static final Count RIGHT = new Count(3, 4);
    private static final Count WRONG = new Count(1, 2);

    @TempDir Path directory;

    private final List<SharedRegion> attachments = new ArrayList<>();

    @AfterEach
    void closeAll() {
        attachments.forEach(SharedRegion::close);
    }

    @Test
    void open_findsTheNames() {
        List<String> files = List.of("file:///a", "file:///b%20c", "file:///");
        create(files);
        FileTable table = FileTable.open(attach());
        assertEquals(files.size(), table.files());
        for (int file = 0; file < files.size(); file++) {
            assertEquals(files.get(file), table.name(file));
        }
    }

    @Test
    void claim_noFiles_isNone() throws Exception {
        assertEquals(FileTable.NONE, create(List.of()).claim());
    }

    @Test
    void claim_givesEachFileOnce() throws Exception {
        create(List.of("a", "b", "c"));
        FileTable one = FileTable.open(attach());
        FileTable other = FileTable.open(attach());
        assertEquals(0, one.claim());
        assertEquals(1, other.claim());
        assertEquals(2, one.claim());
        for (int file : new int[] {0, 2}) {
            one.store(file, 1, RIGHT);
            one.finish(file);
        }
        other.giveUp(1);
        assertEquals(FileTable.NONE, one.claim());
        assertEquals(FileTable.NONE, other.claim());
        assertTrue(one.isDone(0) && one.isUnreadable(1) && one.isDone(2));
    }

    @Test
    void claim_fileOfTheDead_isCountedAgain() throws Exception {
        FileTable table = create(List.of("a"));
        SharedRegion victim = attach();
        FileTable dying = FileTable.open(victim);
        dying.store(dying.claim(), 1, WRONG);
        assertFalse(table.isDone(0), "stored is not done");
        victim.close();

        assertEquals(0, table.claim());
        table.store(0, 2, RIGHT);
        table.finish(0);

        assertEquals(RIGHT, table.count(0));
        assertEquals(2, table.worker(0));
        assertEquals(FileTable.NONE, table.claim());
    }

    @Test
    void claim_waitsForTheLiving() throws Exception {
        FileTable table = create(List.of("a"));
        SharedRegion victim = attach();
        FileTable.open(victim).claim();

        FutureTask<Integer> claim = new FutureTask<>(table::claim);
        Thread thread = new Thread(claim);
        thread.start();
        assertThrows(TimeoutException.class, () -> claim.get(150, TimeUnit.MILLISECONDS));
        victim.close();

        assertEquals(0, claim.get());
    }

    @Test
    void claim_waiting_canBeInterrupted() throws Exception {
        FileTable table = create(List.of("a"));
        FileTable.open(attach()).claim();
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, table::claim);
    }

    @Test
    void finish_fileTakenOver_isRefused() throws Exception {
        create(List.of("a"));
        FileTable slow = FileTable.open(attach());
        FileTable other = FileTable.open(attach());
        assertEquals(0, slow.claim());
        assertThrows(IllegalStateException.class, () -> other.finish(0));
        assertThrows(IllegalStateException.class, () -> other.giveUp(0));
        assertFalse(slow.isDone(0) || slow.isUnreadable(0));
    }

    @Test
    void sized_tooManyFiles_saysHowMany() {
        RegionOptions options = options();
        String message =
                assertThrows(
                                IllegalArgumentException.class,
                                () -> FileTable.sized(options, 2, 80_000_000L, 100L))
                        .getMessage();
        assertTrue(message.startsWith("files=80000000: the list does not fit"), message);
    }

    @Test
    void sized_namesTooLong_isRefused() {
        RegionOptions options = options();
        assertThrows(
                IllegalArgumentException.class,
                () -> FileTable.sized(options, 2, 10L, Integer.MAX_VALUE));
    }

    private RegionOptions options() {
        return RegionOptions.at(directory.resolve("table.shm"));
    }

    private FileTable create(List<String> files) {
        SharedRegion region = SharedRegion.create(FileTable.sized(options(), 2, files));
        attachments.add(region);
        return FileTable.create(region, files);
    }

    private SharedRegion attach() {
        SharedRegion region = SharedRegion.open(options());
        attachments.add(region);
        return region;
    }
}
