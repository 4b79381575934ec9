package dev.shm.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileCountTest {
    @TempDir Path tree;
    @TempDir Path regions;

    @BeforeEach
    void useOwnRegions() {
        System.setProperty("shm.dir", regions.toString());
    }

    @AfterEach
    void nothingIsLeft() {
        System.clearProperty("shm.dir");
        assertEquals(List.of(), Run.namesIn(regions));
        assertEquals(0, ProcessHandle.current().children().count());
    }

    @ParameterizedTest
    @CsvSource({"1,0", "1,2", "4,1"})
    void count_agreesWithAnIndependentCount(int workers, int kills) throws IOException {
        plantTree();
        Run run = demo("--workers", workers, "--kill", kills, tree);
        assertEquals("", run.err());
        assertEquals(0, run.exit());
        assertEquals(expectedTotal(workers, kills), run.lastLine());
        assertEquals(
                kills, run.out().lines().filter(line -> line.contains("killed while")).count());
        assertTrue(run.out().contains("a recount by one process agrees"), run.out());
        assertFalse(run.out().contains("\r"), "progress is for terminals");
    }

    @ParameterizedTest
    @CsvSource({"1,0", "1,2", "3,2"})
    void pool_agreesWithAnIndependentCount(int workers, int kills) throws IOException {
        plantTree();
        Run run = demo("--pool", "--workers", workers, "--kill", kills, tree);
        assertEquals("", run.err());
        assertEquals(0, run.exit());
        assertEquals(expectedTotal(workers, kills), run.lastLine());
        assertEquals(
                kills, run.out().lines().filter(line -> line.contains("killed while")).count());
        assertTrue(run.out().contains("a recount by one process agrees"), run.out());
        assertFalse(run.out().contains("\r"), "progress is for terminals");
    }

    @Test
    void pool_moreKillsThanFiles_killsOneAfterTheOther() throws IOException {
        Files.writeString(tree.resolve("only"), "a\nb");
        Run run = demo("--pool", "--workers", 2, "--kill", 4, tree);
        assertEquals(0, run.exit());
        assertEquals("total files=1 lines=1 bytes=3 workers=2 killed=4", run.lastLine());
    }

    @Test
    void pool_emptyDirectory_killsNobody() {
        Run run = demo("--pool", "--workers", 1, tree);
        assertEquals(0, run.exit());
        assertEquals("total files=0 lines=0 bytes=0 workers=1 killed=0", run.lastLine());
    }

    @Test
    void pool_directoryOfTheRegions_isWithoutItsOwn() throws IOException {
        Files.writeString(tree.resolve("f.shm.lock"), "a\n");
        System.setProperty("shm.dir", tree.toString());
        Run run = demo("--pool", "--workers", 1, "--kill", 0, tree);
        assertEquals("", run.err());
        assertEquals("total files=1 lines=1 bytes=2 workers=1 killed=0", run.lastLine());
        assertEquals(List.of("f.shm.lock"), Run.namesIn(tree));
    }

    @Test
    void pool_onTerminal_showsProgress() throws IOException {
        Files.writeString(tree.resolve("f"), "x".repeat(3 << 20));
        Run run = Run.demo(tree, true, "--pool", "--workers", "1", "--kill", "0", tree);
        assertTrue(run.out().contains("\r\033[Kread 3.0 of 3.0 MiB\r"), run.out());
        assertEquals("total files=1 lines=0 bytes=3145728 workers=1 killed=0", run.lastLine());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void count_byDefault_killsOneWorker(boolean inPool) throws IOException {
        Files.writeString(tree.resolve("only"), "");
        Run run = inPool ? demo("--pool", tree) : demo(tree);
        assertEquals(0, run.exit());
        int workers = Math.max(2, Runtime.getRuntime().availableProcessors());
        assertEquals(expectedTotal(workers, 1), run.lastLine());
    }

    @Test
    void count_moreKillsThanFiles_killsOneAfterTheOther() throws IOException {
        Files.writeString(tree.resolve("only"), "a\nb");
        Run run = demo("--workers", 2, "--kill", 4, tree);
        assertEquals(0, run.exit());
        assertEquals("total files=1 lines=1 bytes=3 workers=2 killed=4", run.lastLine());
    }

    @Test
    void count_emptyDirectory_killsNobody() {
        Run run = demo("--workers", 1, tree);
        assertEquals(0, run.exit());
        assertEquals("total files=0 lines=0 bytes=0 workers=1 killed=0", run.lastLine());
    }

    @Test
    void count_byDefault_isOfTheRepositoryWithoutGitAndTarget() throws IOException {
        Files.createDirectories(tree.resolve("module/target"));
        Files.createDirectories(tree.resolve(".git"));
        Files.writeString(tree.resolve("module/target/passed over"), "\n");
        Files.writeString(tree.resolve(".git/passed over"), "\n");
        Files.writeString(tree.resolve("module/counted"), "\n");
        Run run = Run.demo(tree, false, "--workers", "1", "--kill", "0");
        assertEquals("total files=1 lines=1 bytes=1 workers=1 killed=0", run.lastLine());
    }

    @Test
    void count_directoryOfTheRegions_isWithoutItsOwn() throws IOException {
        Files.writeString(tree.resolve("f.shm.lock"), "a\n");
        System.setProperty("shm.dir", tree.toString());
        Run run = demo("--workers", 1, "--kill", 0, tree);
        assertEquals("", run.err());
        assertEquals(0, run.exit());
        assertEquals("total files=1 lines=1 bytes=2 workers=1 killed=0", run.lastLine());
        assertEquals(List.of("f.shm.lock"), Run.namesIn(tree));
    }

    @Test
    void table_addsUp() throws IOException {
        plantTree();
        Run run = demo("--workers", 2, tree);
        Pattern row = Pattern.compile(" *(\\d+|all) +(\\d+ +)?(\\d+) +([\\d,]+) +([\\d,]+)( .*)?");
        long workers = 0;
        long all = 0;
        for (String line : run.out().lines().toList()) {
            Matcher matcher = row.matcher(line);
            if (matcher.matches()) {
                long bytes = Long.parseLong(matcher.group(5).replace(",", ""));
                if (matcher.group(1).equals("all")) {
                    all += bytes;
                } else {
                    workers += bytes;
                }
            }
        }
        assertTrue(run.lastLine().contains(" bytes=" + all + " "), run.out());
        assertEquals(all, workers);
    }

    @Test
    void count_onTerminal_showsProgress() throws IOException {
        Files.writeString(tree.resolve("f"), "x".repeat(3 << 20));
        Run run = Run.demo(tree, true, "--workers", "1", "--kill", "0", tree);
        assertTrue(run.out().contains("\r\033[Kread 3.0 of 3.0 MiB\r"), run.out());
        assertEquals("total files=1 lines=0 bytes=3145728 workers=1 killed=0", run.lastLine());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void count_unreadableFile_isToldAndNotCounted(boolean inPool) throws IOException {
        Path locked = Files.writeString(tree.resolve("locked"), "a\n");
        Files.writeString(tree.resolve("open"), "b\n");
        Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("---------"));
        assumeFalse(Files.isReadable(locked), "this user may read everything");
        Run run = demo("--workers", 1, inPool ? "--pool" : "--kill=1", tree);
        assertEquals(1, run.exit());
        assertTrue(run.err().startsWith("shm demo: " + locked.toRealPath()), run.err());
        assertEquals("total files=1 lines=1 bytes=2 workers=1 killed=1", run.lastLine());
    }

    @Test
    void directory_missing_isToldAndExits2() {
        Run run = demo(tree.resolve("missing"));
        assertEquals(2, run.exit());
        assertEquals("shm demo: " + tree.resolve("missing") + ": no such directory\n", run.err());
        assertEquals("", run.out());
    }

    @Test
    void directory_isAFile_isToldAndExits2() throws IOException {
        Path file = Files.writeString(tree.resolve("file"), "");
        Run run = demo(file);
        assertEquals(2, run.exit());
        assertEquals("shm demo: " + file + ": not a directory\n", run.err());
    }

    @Test
    void directory_isASymbolicLink_isFollowed() throws IOException {
        Path real = Files.createDirectory(tree.resolve("real"));
        Files.writeString(real.resolve("f"), "a\n");
        Path link = Files.createSymbolicLink(tree.resolve("link"), real);
        Run run = demo("--workers", 1, "--kill", 0, link);
        assertEquals("total files=1 lines=1 bytes=2 workers=1 killed=0", run.lastLine());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--workers=0", "--workers=257", "--workers=x", "--kill=-1", "--what"})
    void option_bad_isToldAndExits2(String option) {
        Run run = demo(option, tree);
        assertEquals(2, run.exit());
        assertTrue(run.err().contains(option.replaceFirst("=.*", "")), run.err());
        assertEquals("", run.out());
    }

    @Test
    void help_showsUsage() {
        Run run = demo("--help");
        assertEquals(0, run.exit());
        assertTrue(run.out().startsWith("Usage: shm demo "), run.out());
        assertEquals("", run.err());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void regions_directoryMissing_isToldAndExits1(boolean inPool) throws IOException {
        Files.writeString(tree.resolve("f"), "");
        System.setProperty("shm.dir", regions.resolve("missing").toString());
        Run run = inPool ? demo("--pool", tree) : demo(tree);
        assertEquals(1, run.exit());
        assertTrue(run.err().startsWith("shm demo: region=filecount-"), run.err());
    }

    private static Run demo(Object... args) {
        return Run.demo(Path.of("unused"), false, args);
    }

    /** Contents of all shapes, names of all shapes, and links that are not to be followed. */
    private void plantTree() throws IOException {
        Path deep = Files.createDirectories(tree.resolve("a/b/c d"));
        Files.createDirectory(tree.resolve("empty directory"));
        Files.writeString(tree.resolve("empty"), "");
        Files.writeString(tree.resolve("no newline"), "abc");
        Files.writeString(tree.resolve("no final newline"), "a\nb\nc");
        Files.writeString(tree.resolve("newlines"), "\n".repeat(200_000));
        Files.writeString(deep.resolve("carriage returns"), "a\r\nb\r\n");
        Files.writeString(deep.resolve("new\nline"), "x\n");
        Files.write(Path.of(URI.create(tree.toUri() + "%C3%A9%FF")), new byte[] {10, -118, 0, 10});
        for (int i = 0; i < 40; i++) {
            Files.writeString(deep.resolve("f" + i), ("line of file " + i + "\n").repeat(i));
        }
        Files.createSymbolicLink(tree.resolve("link to file"), tree.resolve("newlines"));
        Files.createSymbolicLink(tree.resolve("link to directory"), deep);
        Files.createSymbolicLink(deep.resolve("link to parent"), tree);
    }

    /** Counts in another way than the program does. */
    private String expectedTotal(int workers, int kills) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(tree)) {
            files = walk.filter(p -> Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS)).toList();
        }
        long lines = 0;
        long bytes = 0;
        for (Path file : files) {
            for (byte b : Files.readAllBytes(file)) {
                lines += b == 0x0A ? 1 : 0;
                bytes++;
            }
        }
        return "total files="
                + files.size()
                + " lines="
                + lines
                + " bytes="
                + bytes
                + " workers="
                + workers
                + " killed="
                + kills;
    }
}
