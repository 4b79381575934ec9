package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Test;

/** Creating, opening, deleting and leaving regions. BEHAVIOURS 19.1 to 19.7, 20.21. */
class SharedRegionTest extends RegionsByName {
    @Test
    void create_makesARegionOfTheNameAndSizeAskedFor() throws IOException {
        try (SharedRegion region = SharedRegion.create("orders", 1 << 16)) {
            assertEquals("orders", region.name());
            assertEquals(directory.resolve("orders.shm"), region.path());
            assertEquals(1 << 16, region.bytes());
            assertEquals(128, region.maxParticipants());
            assertEquals(List.of(), region.names());
            assertFalse(region.isDeleted());
            assertFalse(region.isClosed());
            assertTrue(region.toString().contains("orders"), region::toString);
            assertTrue(region.toString().contains("65536"), region::toString);
            assertTrue(Files.size(region.path()) > 1 << 16);
        }
        assertEquals(Set.of("orders.shm", "orders.shm.lock"), TestRegions.files(directory));
    }

    @Test
    void create_roundsTheSizeUpToWholeLines() {
        try (SharedRegion region = SharedRegion.create("r", 1)) {
            assertEquals(128, region.bytes());
            assertDoesNotThrow(() -> region.buffer("b", 128));
        }
        try (SharedRegion region = SharedRegion.create("s", 129)) {
            assertEquals(256, region.bytes());
        }
    }

    @Test
    void create_ofAnExistingNameThrows() {
        SharedRegion.create("r", 100).close();
        UncheckedIOException e =
                assertThrows(UncheckedIOException.class, () -> SharedRegion.create("r", 100));
        assertInstanceOf(FileAlreadyExistsException.class, e.getCause());
        assertTrue(e.getMessage().contains("region=r"), e::getMessage);
        assertTrue(e.getMessage().contains("exists") || e.getMessage().contains("already"));
    }

    @Test
    void open_ofAMissingNameThrowsAndLeavesNothing() throws IOException {
        assertNoSuchRegion(() -> SharedRegion.open("nowhere"));
        assertEquals(Set.of(), TestRegions.files(directory));
    }

    @Test
    void open_findsWhatAnotherHandleWrote() {
        try (SharedRegion one = SharedRegion.create("r", 1000);
                SharedRegion other = SharedRegion.open("r")) {
            one.buffer("b", 64).putLong(8, 42);
            AtomicBuffer seen = other.buffer("b", 64);
            assertEquals(42, seen.getLong(8));
            seen.putLongVolatile(16, 43);
            assertEquals(43, one.buffer("b", 64).getLongVolatile(16));
        }
        try (SharedRegion later = SharedRegion.open("r")) {
            assertEquals(42, later.buffer("b", 64).getLong(8));
        }
    }

    @Test
    void openOrCreate_keepsTheSizeOfAnExistingRegion() {
        try (SharedRegion one = SharedRegion.openOrCreate("r", 1000);
                SharedRegion other = SharedRegion.openOrCreate("r", 5000)) {
            assertEquals(1024, one.bytes());
            assertEquals(1024, other.bytes());
        }
    }

    @Test
    void open_ignoresTheSizesOfTheOptions() {
        RegionOptions large = RegionOptions.named("r").bytes(1000).maxParticipants(7);
        SharedRegion.create(large).close();
        RegionOptions small = RegionOptions.named("r").bytes(1).maxParticipants(1).maxObjects(1);
        try (SharedRegion region = SharedRegion.open(small)) {
            assertEquals(1024, region.bytes());
            assertEquals(7, region.maxParticipants());
        }
    }

    @Test
    void openOrCreate_needsASizeEvenWhenTheRegionExists() {
        SharedRegion.create("r", 100).close();
        assertThrows(
                IllegalArgumentException.class,
                () -> SharedRegion.openOrCreate(RegionOptions.named("r")));
        assertThrows(
                IllegalArgumentException.class,
                () -> SharedRegion.create(RegionOptions.named("s")));
    }

    @Test
    void delete_takesBothFilesAway() throws IOException {
        SharedRegion.create("r", 100).close();
        SharedRegion.delete("r");
        assertEquals(Set.of(), TestRegions.files(directory));
        assertNoSuchRegion(() -> SharedRegion.open("r"));
    }

    @Test
    void delete_twiceThrows() throws IOException {
        SharedRegion.create("r", 100).close();
        SharedRegion.delete("r");
        assertNoSuchRegion(() -> SharedRegion.delete("r"));
        assertNoSuchRegion(() -> SharedRegion.reclaim("r"));
        assertEquals(Set.of(), TestRegions.files(directory));
    }

    @Test
    void delete_leavesWhoHasItOpenWithTheirs() {
        try (SharedRegion old = SharedRegion.create("r", 1000);
                SharedRegion peer = SharedRegion.open("r")) {
            AtomicBuffer buffer = old.buffer("b", 8);
            SharedRegion.delete("r");
            assertTrue(old.isDeleted());
            assertTrue(peer.isDeleted());
            buffer.putLong(0, 1);
            assertEquals(1, peer.buffer("b", 8).getLong(0));
            peer.buffer("later", 8);
            assertEquals(2, old.names().size());
        }
    }

    /** BEHAVIOURS 20.21. */
    @Test
    void deleteAndCreate_givesAnotherRegionToWhomeverOpensNow() {
        try (SharedRegion old = SharedRegion.create("r", 1000)) {
            old.buffer("b", 8).putLong(0, 1);
            SharedRegion.delete("r");
            try (SharedRegion fresh = SharedRegion.create("r", 1000);
                    SharedRegion peer = SharedRegion.open("r")) {
                assertTrue(old.isDeleted());
                assertFalse(fresh.isDeleted());
                assertFalse(peer.isDeleted());
                assertEquals(0, peer.buffer("b", 8).getLong(0));
                fresh.buffer("b", 8).putLong(0, 2);
                assertEquals(1, old.buffer("b", 8).getLong(0));
                assertEquals(1, old.participants().size());
                assertEquals(2, fresh.participants().size());
            }
            assertFalse(old.isClosed());
        }
    }

    /** Whoever has the old one open keeps its lock file, too, which tells of nobody else. */
    @Test
    void theFileAloneDeleted_givesAnotherRegionToWhomeverCreatesNow() throws IOException {
        try (SharedRegion old = SharedRegion.create("r", 1000)) {
            Files.delete(old.path());
            try (SharedRegion fresh = SharedRegion.create("r", 1000)) {
                assertEquals(List.of(fresh.self()), fresh.participants());
                assertEquals(List.of(old.self()), old.participants());
            }
        }
    }

    @Test
    void deletedLongAgo_closesWithoutTouchingItsSuccessor() {
        SharedRegion old = SharedRegion.create("r", 1000);
        SharedRegion.delete("r");
        try (SharedRegion fresh = SharedRegion.create("r", 1000)) {
            fresh.buffer("b", 8);
            old.close();
            assertFalse(fresh.isDeleted());
            assertEquals(List.of("b"), fresh.names());
            assertEquals(List.of(fresh.self()), fresh.participants());
        }
    }

    @Test
    void path_mayBeAnyFile() throws IOException {
        Path path = directory.resolve("some other name");
        RegionOptions options = RegionOptions.at(path).bytes(100);
        try (SharedRegion region = SharedRegion.create(options)) {
            assertEquals(path, region.path());
            assertEquals("some other name", region.name());
        }
        assertEquals(
                Set.of("some other name", "some other name.lock"), TestRegions.files(directory));
        SharedRegion.open(options).close();
        SharedRegion.delete(options);
        assertEquals(Set.of(), TestRegions.files(directory));
    }

    @Test
    void path_mayChangeWhileTheRegionIsOpen() throws IOException {
        try (SharedRegion region = SharedRegion.create("old", 1000)) {
            region.buffer("b", 8).putLong(0, 42);
            Files.move(directory.resolve("old.shm"), directory.resolve("new.shm"));
            Files.move(directory.resolve("old.shm.lock"), directory.resolve("new.shm.lock"));
            assertTrue(region.isDeleted(), "under its old name");
            try (SharedRegion again = SharedRegion.open("new")) {
                assertEquals(42, again.buffer("b", 8).getLong(0));
                assertEquals(2, region.participants().size());
            }
            SharedRegion.create("old", 100).close();
        }
        SharedRegion.reclaim("new");
    }

    @Test
    void path_isFoundByName() {
        Path path = directory.resolve("byname.shm");
        SharedRegion.create(RegionOptions.at(path).bytes(100)).close();
        try (SharedRegion region = SharedRegion.open("byname")) {
            assertEquals(path, region.path());
        }
    }

    @Test
    void participants_areTheAttachmentsThatLive() {
        try (SharedRegion one = SharedRegion.create("r", 100)) {
            assertEquals(List.of(one.self()), one.participants());
            Participant left;
            try (SharedRegion other = SharedRegion.open("r")) {
                left = other.self();
                assertEquals(Set.of(one.self(), left), Set.copyOf(other.participants()));
                assertNotEquals(one.self().id(), left.id());
                assertFalse(one.isDead(left.id()));
            }
            assertTrue(one.isDead(left.id()));
            assertEquals(List.of(one.self()), one.participants());
            assertEquals(ProcessHandle.current().pid(), one.self().pid());
            try (SharedRegion third = SharedRegion.open("r")) {
                assertNotEquals(left.id(), third.self().id(), "ids do not come back");
            }
        }
    }

    @Test
    void open_withEveryParticipantSlotTakenThrows() {
        RegionOptions options = RegionOptions.named("r").bytes(100).maxParticipants(2);
        try (SharedRegion one = SharedRegion.create(options)) {
            try (SharedRegion two = SharedRegion.open("r")) {
                IllegalStateException e =
                        assertThrows(IllegalStateException.class, () -> SharedRegion.open("r"));
                assertTrue(e.getMessage().contains("region=r"), e::getMessage);
                assertTrue(e.getMessage().contains("all 2"), e::getMessage);
                assertTrue(e.getMessage().contains("maxParticipants"), e::getMessage);
                assertEquals(2, two.participants().size());
            }
            SharedRegion.open("r").close();
            assertEquals(1, one.participants().size());
        }
    }

    @Test
    void close_mayBeRepeated() {
        SharedRegion region = SharedRegion.create("r", 100);
        region.close();
        region.close();
        assertTrue(region.isClosed());
        assertTrue(region.toString().contains("closed"), region::toString);
        assertEquals("r", region.name());
        assertEquals(128, region.bytes());
        assertFalse(region.isDeleted());
    }

    /** An interrupted thread gets what it asked for, and stays interrupted. */
    @Test
    void interrupted_everythingWorksAndTheStatusStays() throws IOException {
        Thread.currentThread().interrupt();
        try {
            SharedRegion region = SharedRegion.create("r", 1000);
            SharedRegion peer = SharedRegion.open("r");
            AtomicBuffer buffer = region.buffer("b", 8);
            buffer.putLong(0, 5);
            assertEquals(5, peer.buffer("b", 8).getLong(0));
            assertEquals(1, SharedRegion.list().size());
            assertEquals(2, region.participants().size());
            assertTrue(region.remove("b"));
            peer.close();
            assertEquals(1, region.participants().size());
            region.close();
            SharedRegion.openOrCreate("r", 1000).close();
            SharedRegion.reclaim("r");
            assertTrue(Thread.currentThread().isInterrupted());
        } finally {
            assertTrue(Thread.interrupted());
        }
        assertEquals(Set.of(), TestRegions.files(directory));
    }

    /** The lock bytes are what keeps us alive: an interrupt must not cost them. */
    @Test
    void interrupted_keepsTheLocksOfTheOthers() {
        try (SharedRegion one = SharedRegion.create("r", 1000)) {
            Thread.currentThread().interrupt();
            SharedRegion.open("r").close();
            assertThrows(IllegalStateException.class, () -> SharedRegion.reclaim("r"));
            assertTrue(Thread.interrupted());
            assertEquals(List.of(one.self()), one.participants());
            assertDoesNotThrow(() -> one.buffer("b", 8));
        }
    }

    private static void assertNoSuchRegion(Runnable action) {
        UncheckedIOException e = assertThrows(UncheckedIOException.class, action::run);
        assertInstanceOf(NoSuchFileException.class, e.getCause());
        assertTrue(e.getMessage().contains("region="), e::getMessage);
        assertTrue(e.getMessage().contains("no such region"), e::getMessage);
    }
}
