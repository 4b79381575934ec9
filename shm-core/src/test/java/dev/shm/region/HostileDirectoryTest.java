package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A right header, and behind it a directory that no library wrote. */
class HostileDirectoryTest {
    private static final int ENTRY_0 = 768;
    private static final int MASK_0 = ENTRY_0 + TestRegions.MAX_OBJECTS * 128;
    private static final int HEAP = 1920;

    @TempDir Path directory;

    private Path path;
    private RegionOptions options;

    @BeforeEach
    void makeAWholeRegion() {
        path = directory.resolve("hostile.shm");
        options = TestRegions.small(path);
        try (SharedRegion whole = SharedRegion.create(options)) {
            whole.buffer("b", 64).putLong(0, 42);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "8, 8, 0, extent",
        "8, 8, -128, extent",
        "8, 8, 1921, extent",
        "8, 8, 6016, extent",
        "8, 8, 4294969216, extent",
        "8, 8, 9223372036854775680, extent",
        "8, 8, -9223372036854775808, extent",
        "16, 4, 0, positive size",
        "16, 4, -1, positive size",
        "16, 4, 4097, extent",
        "16, 4, 2147483647, extent",
        "64, 1, 0, name",
        "64, 1, 64, name",
        "64, 1, -1, name",
        "65, 1, 47, name"
    })
    void anImpossibleEntry_isRefusedWhenItIsLookedAt(
            int field, int size, long value, String message) throws IOException {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (value >>> (Byte.SIZE * i));
        }
        TestRegions.patch(path, ENTRY_0 + field, bytes);
        byte[] before = Files.readAllBytes(path);
        try (SharedRegion open = SharedRegion.open(options)) {
            RegionFormatException e = assertThrows(RegionFormatException.class, open::entries);
            assertTrue(e.getMessage().contains("entry=0"), e::getMessage);
            assertTrue(e.getMessage().contains(message), e::getMessage);
            if (field < 64) {
                assertThrows(RegionFormatException.class, () -> open.buffer("b", 64));
                assertThrows(RegionFormatException.class, () -> open.buffer("new", 64));
            }
        }
        byte[] after = Files.readAllBytes(path);
        assertArrayEquals(
                Arrays.copyOfRange(before, ENTRY_0, ENTRY_0 + 128),
                Arrays.copyOfRange(after, ENTRY_0, ENTRY_0 + 128));
        assertArrayEquals(
                Arrays.copyOfRange(before, HEAP, before.length),
                Arrays.copyOfRange(after, HEAP, after.length));
    }

    /** Code of other modules looks at it, and counts on the size that its kind has. */
    @Test
    void anObjectTooSmallForItsKind_isToldWhenItIsSweptOrListed() throws IOException {
        RawRegion raw = new RawRegion(path);
        try (SharedRegion living = SharedRegion.open(options)) {
            int slot;
            try (SharedRegion leaving = SharedRegion.open(options)) {
                slot = ParticipantLayout.slot(leaving.self().id());
                leaving.attach("claims", ClaimType.spec(), AttachMode.OPEN_OR_CREATE);
                TestRegions.patch(path, ENTRY_0 + 128 + 16, (byte) 1);
                RegionFormatException e = assertThrows(RegionFormatException.class, leaving::close);
                assertTrue(e.getMessage().contains("entry=1: expected room"), e::getMessage);
            }
            assertEquals("unreadable configuration", living.entries().get(1).config());
            assertEquals(1, living.participants().size());
            assertEquals(ParticipantLayout.DEAD, raw.status(slot));
            TestRegions.patch(path, ENTRY_0 + 128 + 16, (byte) ClaimType.BYTES);
            assertEquals(1, living.participants().size());
            assertEquals(ParticipantLayout.FREE, raw.status(slot), "swept now");
        }
    }

    /** What is damaged keeps nobody from having back what the dead held elsewhere. */
    @Test
    void anObjectTooSmallForItsKind_keepsNoOtherFromBeingSwept() throws IOException {
        try (SharedRegion living = SharedRegion.open(options)) {
            SharedRegion leaving = SharedRegion.open(options);
            leaving.attach("damaged", ClaimType.spec(), AttachMode.CREATE);
            leaving.attach("healthy", ClaimType.spec(), AttachMode.CREATE);
            Block healthy = living.attach("healthy", ClaimType.spec(), AttachMode.OPEN_OR_CREATE);
            int tag = leaving.self().id();
            ClaimType.claim(healthy.buffer(), tag);
            TestRegions.patch(path, ENTRY_0 + 128 + 16, (byte) 1);
            assertThrows(RegionFormatException.class, leaving::close);
            assertFalse(ClaimType.hasClaim(healthy.buffer(), tag));
            RawRegion raw = new RawRegion(path);
            int slot = ParticipantLayout.slot(tag);
            assertTrue(raw.isOpen("damaged", slot), "its sweep is to be done again");
            assertFalse(raw.isOpen("healthy", slot));
        }
    }

    /** The mark that something is to be swept stands at an object where nothing is. */
    @Test
    void anObjectThatNeedsNoSweep_isLeftByWhoMustSweepIt() throws IOException {
        RawRegion raw = new RawRegion(path);
        SharedRegion open = SharedRegion.open(options);
        open.block("b", 64);
        assertTrue(raw.isOpen("b", 0));
        TestRegions.patch(path, ENTRY_0 + DirectoryLayout.FLAGS, (byte) 1);
        open.close();
        assertFalse(raw.isOpen("b", 0));
    }

    /** Damage that comes later is met at the end of an opening, which leaves nothing behind. */
    @Test
    void anEntryDamagedWhileTheRegionIsOpen_isNotLeftOpen() throws IOException {
        RawRegion raw = new RawRegion(path);
        try (SharedRegion open = SharedRegion.open(options)) {
            open.block("b", 64).close();
            TestRegions.patchLong(path, ENTRY_0 + DirectoryLayout.OFFSET, 8);
            RegionFormatException e =
                    assertThrows(RegionFormatException.class, () -> open.block("b", 64));
            assertTrue(e.getMessage().contains("extent"), e::getMessage);
            assertFalse(raw.isOpen("b", 0));
            TestRegions.patchLong(path, ENTRY_0 + DirectoryLayout.OFFSET, HEAP);
            try (Block block = open.block("b", 64)) {
                assertEquals(42, block.buffer().getLong(0));
                assertTrue(raw.isOpen("b", 0));
            }
            assertFalse(raw.isOpen("b", 0));
        }
    }

    /** Two objects over one piece of memory: nobody gets either, nor anything new. */
    @Test
    void overlappingExtents_areRefusedWhenAnythingIsOpened() throws IOException {
        try (SharedRegion whole = SharedRegion.open(options)) {
            whole.buffer("c", 256);
        }
        TestRegions.patchLong(path, ENTRY_0 + 128 + DirectoryLayout.OFFSET, HEAP);
        byte[] before = Files.readAllBytes(path);
        try (SharedRegion open = SharedRegion.open(options)) {
            for (int i = 0; i < 2; i++) {
                for (String name : List.of("b", "c", "new")) {
                    RegionFormatException e =
                            assertThrows(RegionFormatException.class, () -> open.block(name, 64));
                    assertTrue(e.getMessage().contains("entry=1"), e::getMessage);
                    assertTrue(e.getMessage().contains("no other entry has"), e::getMessage);
                }
                assertThrows(RegionFormatException.class, () -> open.remove("b"));
            }
        }
        byte[] after = Files.readAllBytes(path);
        assertArrayEquals(
                Arrays.copyOfRange(before, ENTRY_0, before.length),
                Arrays.copyOfRange(after, ENTRY_0, after.length));
    }

    /** The fields of a FREE entry and its open mask are what a creator left that died too soon. */
    @Test
    void whatAFreeEntryHolds_isGarbage() throws IOException {
        byte[] garbage = new byte[128 - Long.BYTES];
        Arrays.fill(garbage, (byte) 0xAB);
        for (int entry = 1; entry < TestRegions.MAX_OBJECTS; entry++) {
            TestRegions.patch(path, ENTRY_0 + entry * 128 + Long.BYTES, garbage);
            TestRegions.patchLong(path, MASK_0 + entry * Long.BYTES, -1);
        }
        int rest = TestRegions.HEAP_BYTES - 128;
        ObjectSpec spec = new ObjectSpec(RawBufferType.INSTANCE, 0, 0, rest, "", memory -> {});
        try (SharedRegion open = SharedRegion.open(options)) {
            assertEquals(List.of("b"), open.names());
            for (int i = 0; i < 2 * TestRegions.MAX_OBJECTS; i++) {
                open.attach("all", spec, AttachMode.CREATE).close();
                assertEquals(2, open.entries().size());
                assertTrue(open.remove("all"));
            }
        }
    }

    /** A mutex that a stopped process holds, or a corrupt one: an exception after maxWait. */
    @Test
    void aDirectoryThatIsLockedForEver_isAnExceptionInTheEnd() throws IOException {
        RegionOptions impatient = options.maxWait(20, TimeUnit.MILLISECONDS);
        try (SharedRegion open = SharedRegion.open(impatient)) {
            TestRegions.patchLong(path, RegionLayout.DIRECTORY_MUTEX, open.self().id());
            IllegalStateException e =
                    assertThrows(IllegalStateException.class, () -> open.buffer("b", 64));
            assertTrue(e.getMessage().contains("locked by the process with pid="), e::getMessage);
            assertEquals(List.of("b"), open.names(), "looking needs no lock");
            TestRegions.patchLong(path, RegionLayout.DIRECTORY_MUTEX, 0);
            assertDoesNotThrow(() -> open.buffer("b", 64));
        }
    }

    /** The same with an object that is never finished. */
    @Test
    void anObjectThatIsNeverFinished_isAnExceptionInTheEnd() throws IOException {
        RegionOptions impatient = options.maxWait(20, TimeUnit.MILLISECONDS);
        try (SharedRegion open = SharedRegion.open(impatient)) {
            long creating =
                    DirectoryLayout.with(1L << 34, DirectoryLayout.CREATING, open.self().id());
            TestRegions.patchLong(path, ENTRY_0, creating);
            for (Runnable use :
                    List.<Runnable>of(() -> open.buffer("b", 64), () -> open.remove("b"))) {
                IllegalStateException e = assertThrows(IllegalStateException.class, use::run);
                assertTrue(e.getMessage().contains("name=b"), e::getMessage);
                assertTrue(
                        e.getMessage().contains("pid=" + ProcessHandle.current().pid()),
                        e::getMessage);
            }
            assertEquals(List.of(), open.names());
        }
    }
}
