package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, sizes, limits, permissions and places. BEHAVIOURS 19.4. */
class RegionOptionsTest extends RegionsByName {
    private static final String RULE = "[A-Za-z0-9][A-Za-z0-9._-]{0,62}";

    static Stream<String> goodNames() {
        return Stream.of("a", "0", "Z9", "a.b-c_d", "x..", "A" + "b".repeat(62), "shm", "a.shm");
    }

    static Stream<String> badNames() {
        return Stream.of(
                "",
                ".",
                "..",
                ".hidden",
                "-dash",
                "_under",
                "a/b",
                "/a",
                "../a",
                "a\\b",
                "a b",
                " a",
                "a ",
                "a\n",
                "a\0",
                "a:b",
                "\u00e4",
                "a\u0301",
                "\uff41",
                "a".repeat(64));
    }

    @ParameterizedTest
    @MethodSource("goodNames")
    void name_goodOnesMakeRegionsAndObjects(String name) {
        try (SharedRegion region = SharedRegion.create(name, 1000)) {
            region.buffer(name, 8);
            assertEquals(List.of(name), region.names());
            assertEquals(name, region.name());
            assertEquals(
                    List.of(name), SharedRegion.list().stream().map(RegionInfo::name).toList());
            assertTrue(region.remove(name));
        }
        SharedRegion.delete(name);
    }

    @ParameterizedTest
    @MethodSource("badNames")
    void name_badOnesAreRefusedWithTheValueAndTheRule(String name) throws IOException {
        assertBadName(name, () -> SharedRegion.create(name, 100));
        assertBadName(name, () -> SharedRegion.open(name));
        assertBadName(name, () -> SharedRegion.openOrCreate(name, 100));
        assertBadName(name, () -> SharedRegion.delete(name));
        assertBadName(name, () -> SharedRegion.reclaim(name));
        assertEquals(Set.of(), TestRegions.files(directory));
        try (SharedRegion region = SharedRegion.create("good", 1000)) {
            assertBadName(name, () -> region.buffer(name, 8));
            assertBadName(name, () -> region.remove(name));
            assertBadName(name, () -> region.attach(name, RawBufferType.INSTANCE));
            assertEquals(List.of(), region.names());
        }
    }

    /**
     * POSIX drops a process's locks on a file when it closes any descriptor of it, so not even a
     * refused opening of a lock file goes well.
     */
    @Test
    void at_aLockFileIsRefusedBeforeItIsOpened() {
        SharedRegion.create("r", 100).close();
        Path lockFile = directory.resolve("r.shm.lock");
        assertTrue(Files.exists(lockFile));
        for (Path path : List.of(lockFile, Path.of("r.shm.lock"), Path.of(".lock"))) {
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> SharedRegion.open(RegionOptions.at(path)));
            assertTrue(e.getMessage().contains("path=" + path), e::getMessage);
            assertTrue(e.getMessage().contains("must not end in .lock"), e::getMessage);
        }
        assertEquals("r.lock", RegionOptions.named("r.lock").name());
    }

    private static void assertBadName(String name, Runnable action) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, action::run);
        assertTrue(e.getMessage().contains("name=" + name), e::getMessage);
        assertTrue(e.getMessage().contains(RULE), e::getMessage);
    }

    @ParameterizedTest
    @ValueSource(
            longs = {0, -1, Long.MIN_VALUE, 2_147_483_520L, 1L << 31, 1L << 40, Long.MAX_VALUE})
    void bytes_badOnesAreRefusedAndLeaveNothing(long bytes) throws IOException {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> SharedRegion.create("r", bytes));
        assertTrue(e.getMessage().contains("bytes=" + bytes), e::getMessage);
        assertTrue(e.getMessage().matches(".*(at least 1|at most 2147483520).*"), e::getMessage);
        assertThrows(IllegalArgumentException.class, () -> SharedRegion.openOrCreate("r", bytes));
        assertEquals(Set.of(), TestRegions.files(directory));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nfs",
                "nfs4",
                "cifs",
                "smb3",
                "smbfs",
                "9p",
                "v9fs",
                "virtiofs",
                "fuse",
                "fuseblk",
                "fuse.sshfs",
                "fuse.glusterfs",
                "afs",
                "afpfs",
                "ceph",
                "lustre",
                "gpfs",
                "beegfs",
                "ocfs2",
                "gfs2",
                "orangefs",
                "vboxsf",
                "vmhgfs",
                "prl_fs",
                "webdav",
                "NFS"
            })
    void fileSystemsOfOthers_areUnsuitable(String type) {
        assertFalse(RegionFile.isSuitable(type));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tmpfs",
                "ramfs",
                "ext4",
                "xfs",
                "btrfs",
                "zfs",
                "f2fs",
                "overlay",
                "aufs",
                "bcachefs",
                "apfs",
                "hfs",
                "ufs",
                "NTFS",
                "hugetlbfs",
                "rootfs"
            })
    void fileSystemsOfThisHost_areSuitable(String type) {
        assertTrue(RegionFile.isSuitable(type));
    }

    @Test
    void bytes_theLargestIsWhatTheTablesLeave() {
        RegionOptions options = RegionOptions.named("r").maxParticipants(1).maxObjects(1);
        long largest = 2_147_483_520L - 640;
        assertDoesNotThrow(() -> options.bytes(largest));
        assertThrows(IllegalArgumentException.class, () -> options.bytes(largest + 1));
    }

    @Test
    void bytes_thatLargerTablesLeaveNoRoomForAreRefusedAtCreation() throws IOException {
        RegionOptions options =
                RegionOptions.named("r")
                        .maxParticipants(1)
                        .maxObjects(1)
                        .bytes(2_147_483_520L - 640)
                        .maxObjects(2);
        assertThrows(IllegalArgumentException.class, () -> SharedRegion.create(options));
        assertEquals(Set.of(), TestRegions.files(directory));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 4096, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void maxParticipants_badOnesAreRefused(int max) {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> RegionOptions.named("r").maxParticipants(max));
        assertTrue(e.getMessage().contains("maxParticipants=" + max), e::getMessage);
        assertTrue(e.getMessage().contains("1 to 4095"), e::getMessage);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65537, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void maxObjects_badOnesAreRefused(int max) {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> RegionOptions.named("r").maxObjects(max));
        assertTrue(e.getMessage().contains("maxObjects=" + max), e::getMessage);
        assertTrue(e.getMessage().contains("1 to 65536"), e::getMessage);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "4095, 1", "1, 65536", "65, 3"})
    void limits_theExtremesWork(int participants, int objects) {
        RegionOptions options =
                RegionOptions.named("r")
                        .maxParticipants(participants)
                        .maxObjects(objects)
                        .bytes(128);
        try (SharedRegion region = SharedRegion.create(options)) {
            assertEquals(participants, region.maxParticipants());
            region.buffer("b", 128).putLong(0, 7);
            assertEquals(List.of("b"), region.names());
            assertEquals(List.of(region.self()), region.participants());
        }
    }

    @Test
    void maxParticipants_allOfThemCanJoin() {
        int participants = 67; // more than one word of an open mask
        RegionOptions options = RegionOptions.named("r").maxParticipants(participants).bytes(1000);
        SharedRegion[] regions = new SharedRegion[participants];
        regions[0] = SharedRegion.create(options);
        regions[0].buffer("b", 8);
        for (int i = 1; i < participants; i++) {
            regions[i] = SharedRegion.open("r");
            regions[i].buffer("b", 8).getAndAddLong(0, i);
        }
        assertThrows(IllegalStateException.class, () -> SharedRegion.open("r"));
        assertEquals(participants, regions[0].participants().size());
        regions[1].remove("b");
        for (int i = 1; i < participants; i++) {
            regions[i].close();
        }
        assertEquals(66 * 67 / 2, regions[0].buffer("c", 8).getLong(0) + 66 * 67 / 2);
        assertThrows(IllegalStateException.class, () -> regions[0].buffer("d", 769), "b is ours");
        regions[0].close();
        try (SharedRegion region = SharedRegion.open("r")) {
            assertDoesNotThrow(() -> region.buffer("d", 768), "nobody has b any more");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void maxWait_badOnesAreRefused(long timeout) {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> RegionOptions.named("r").maxWait(timeout, TimeUnit.SECONDS));
        assertTrue(e.getMessage().contains("timeout=" + timeout), e::getMessage);
    }

    @Test
    void options_areValues() {
        RegionOptions base = RegionOptions.named("r").bytes(100);
        RegionOptions changed = base.bytes(1000).maxParticipants(5).maxObjects(6).pretouch(true);
        assertEquals(new RegionGeometry(128, 256, 128), base.geometry());
        assertEquals(new RegionGeometry(5, 6, 1024), changed.geometry());
        assertTrue(changed.toString().contains("maxParticipants=5"), changed::toString);
    }

    /** Whatever the umask is: tests run with 022, which takes the group's right to write. */
    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "rw-rw----", "rw-rw-rw-", "rw-r--r--"})
    void permissions_areThoseAskedForWhateverTheUmask(String permissions) throws IOException {
        assumePosix();
        RegionOptions options = RegionOptions.named("r").bytes(100).permissions(permissions);
        SharedRegion.create(options).close();
        for (String file : TestRegions.files(directory)) {
            assertEquals(
                    permissions,
                    PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(directory.resolve(file))),
                    file);
        }
    }

    @Test
    void permissions_areTheOwnersAloneByDefault() throws IOException {
        assumePosix();
        SharedRegion.create("r", 100).close();
        for (String file : TestRegions.files(directory)) {
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(directory.resolve(file))),
                    file);
        }
    }

    @Test
    void permissions_badOnesAreRefused() {
        assertThrows(
                IllegalArgumentException.class, () -> RegionOptions.named("r").permissions("rwx"));
    }

    private static void assumePosix() {
        assumeTrue(
                FileSystems.getDefault().supportedFileAttributeViews().contains("posix"),
                "this file system has no POSIX permissions");
    }

    /** What is resident is seen from outside, in what the kernel says about the mapping. */
    @Test
    void pretouch_makesEveryPageResident() throws IOException {
        Path smaps = Path.of("/proc/self/smaps");
        assumeTrue(Files.isReadable(smaps), "only Linux tells what is resident");
        RegionOptions options = RegionOptions.named("r").bytes(8 << 20);
        SharedRegion.create(options).close();
        try (SharedRegion region = SharedRegion.open(options)) {
            assertTrue(residentKib(smaps, region.path()) < 4 << 10);
        }
        try (SharedRegion region = SharedRegion.open(options.pretouch(true))) {
            assertTrue(residentKib(smaps, region.path()) >= 8 << 10);
        }
    }

    /** The most that is resident of any mapping of a file. */
    private static long residentKib(Path smaps, Path file) throws IOException {
        long most = 0;
        boolean ours = false;
        for (String line : Files.readAllLines(smaps)) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                ours = line.contains(file.toString());
            } else if (ours && line.startsWith("Rss:")) {
                most = Math.max(most, Long.parseLong(line.replaceAll("[^0-9]", "")));
            }
        }
        return most;
    }

    @Test
    void directory_isThePropertysIfThereIsOne() {
        assertEquals(directory.resolve("r.shm"), RegionOptions.named("r").path());
        System.setProperty("shm.dir", "relative/dir");
        assertEquals(
                Path.of("relative/dir/r.shm").toAbsolutePath(), RegionOptions.named("r").path());
    }

    /** Another process, since a JVM cannot change its own environment. */
    @ParameterizedTest
    @CsvSource({
        "property, variable, property",
        "-, variable, variable",
        "property, -, property",
        "'', variable, variable",
        "-, '', default",
        "-, -, default"
    })
    void directory_isTheFirstOfPropertyVariableAndDefault(
            String property, String variable, String expected) throws Exception {
        ProcessBuilder builder = new ProcessBuilder();
        builder.command().add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (!property.equals("-")) {
            builder.command().add("-Dshm.dir=" + resolved(property));
        }
        builder.command()
                .addAll(
                        List.of(
                                "-cp",
                                System.getProperty("java.class.path"),
                                PrintPath.class.getName()));
        builder.environment().remove("SHM_DIR");
        if (!variable.equals("-")) {
            builder.environment().put("SHM_DIR", resolved(variable));
        }
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String printed =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        Path byDefault =
                Files.isWritable(Path.of("/dev/shm"))
                        ? Path.of("/dev/shm")
                        : Path.of(System.getProperty("java.io.tmpdir"));
        Path parent = expected.equals("default") ? byDefault : directory.resolve(expected);
        assertEquals(parent.resolve("r.shm").toString(), printed);
    }

    private String resolved(String name) {
        return name.isEmpty() ? "" : directory.resolve(name).toString();
    }

    /** The main class of another process: prints where a region would be. */
    static final class PrintPath {
        private PrintPath() {}

        public static void main(String[] args) {
            System.out.println(RegionOptions.named("r").path());
        }
    }
}
