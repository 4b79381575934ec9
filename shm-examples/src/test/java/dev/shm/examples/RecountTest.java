package dev.shm.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of files that are not what they were, or cannot be read. */
class RecountTest {
    @TempDir Path root;
    @TempDir Path regions;

    private SharedRegion region;
    private FileTable table;

    /** Two files, of which this JVM, as the worker, has counted the first. */
    @BeforeEach
    void countOne() throws Exception {
        Files.writeString(root.resolve("a"), "1\n");
        Files.writeString(root.resolve("b"), "22\n");
        List<String> files = walk().files();
        RegionOptions options = RegionOptions.at(regions.resolve("recount.shm"));
        region = SharedRegion.create(FileTable.sized(options, 1, files));
        table = FileTable.create(region, files);
        count(table.claim());
    }

    @AfterEach
    void close() {
        region.close();
    }

    @Test
    void differences_none() throws Exception {
        count(table.claim());
        assertEquals(List.of(), differences());
    }

    @Test
    void differences_notFinished() throws Exception {
        assertEquals(List.of(root.resolve("b") + ": no worker finished it"), differences());
    }

    @Test
    void differences_changed() throws Exception {
        count(table.claim());
        Files.writeString(root.resolve("a"), "1\n2\n");
        assertEquals(
                List.of(
                        root.resolve("a")
                                + ": the workers counted 1 lines and 2 bytes; now there are 2 lines"
                                + " and 4 bytes"),
                differences());
    }

    @Test
    void differences_appeared() throws Exception {
        count(table.claim());
        Path file = Files.writeString(root.resolve("c"), "");
        assertEquals(List.of(file + ": appeared after the files were listed"), differences());
    }

    @Test
    void differences_vanishedAfterItWasCounted() throws Exception {
        count(table.claim());
        Files.delete(root.resolve("b"));
        assertEquals(
                List.of(
                        root.resolve("b")
                                + ": the workers counted 1 lines and 3 bytes; it has vanished"
                                + " since"),
                differences());
    }

    @Test
    void differences_vanishedBeforeItWasCounted_isInNeitherCount() throws Exception {
        Files.delete(root.resolve("b"));
        table.giveUp(table.claim());
        assertEquals(List.of(), differences());
    }

    @Test
    void differences_unreadableForWorkersOnly() throws Exception {
        table.giveUp(table.claim());
        assertEquals(
                List.of(
                        root.resolve("b")
                                + ": a worker could not read it; now there are 1 lines and 3"
                                + " bytes"),
                differences());
    }

    @Test
    void differences_unreadable_tellsWhy() throws Exception {
        Path file = root.resolve("b");
        FileTree before = walk();
        Files.delete(file);
        Files.createDirectory(file); // nobody, root neither, reads a directory
        table.giveUp(table.claim());
        List<String> differences = new Recount(before).differences(table);
        assertEquals(1, differences.size());
        assertTrue(differences.get(0).startsWith(file + ": java.io.IOException"));
    }

    private void count(int file) throws Exception {
        Path path = FileTree.path(table.name(file));
        table.store(file, 1, new LineCounter().count(path, bytes -> {}));
        table.finish(file);
    }

    private List<String> differences() throws Exception {
        return new Recount(walk()).differences(table);
    }

    private FileTree walk() throws Exception {
        return FileTree.walk(root, Set.of());
    }
}
