package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.shm.value.SharedAdder;
import dev.shm.value.SharedArray;
import dev.shm.value.SharedStruct;
import dev.shm.value.SharedValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.AtomicBuffer;

/**
 * A small region with a bit of everything in its tables, damaged before each use. Whatever is done
 * with it gives a result or one of six exceptions, and touches no other file.
 */
final class FuzzedRegion {
    /** Where a lock file counts who opens the region. */
    private static final int TURNS = 24;

    private static final String NAME = "fuzzed";
    private static final Set<String> FILES =
            Set.of(NAME + ".shm", NAME + ".shm.lock", "neighbour", "neighbour.shm.lock");
    private static final byte[] NEIGHBOUR = {1, 2, 3, 4, 5};

    private final Path directory;
    private final Path path;
    private final Path lock;
    private final RegionOptions options;
    private final byte[] whole;
    private final RegionGeometry geometry;

    /** Makes it once; each damage starts from here. */
    FuzzedRegion(Path directory) throws IOException {
        this.directory = directory;
        this.path = directory.resolve(NAME + ".shm");
        this.lock = directory.resolve(NAME + ".shm.lock");
        // Waiting for a participant that seems to live ends soon.
        this.options =
                TestRegions.small(path)
                        .bytes(8192)
                        .maxParticipants(3)
                        .maxObjects(9)
                        .maxWait(2, TimeUnit.MILLISECONDS);
        this.geometry = options.geometry();
        this.whole = make();
        Files.write(directory.resolve("neighbour"), NEIGHBOUR);
        Files.write(directory.resolve("neighbour.shm.lock"), NEIGHBOUR);
    }

    /**
     * Slot 0 is a participant that seems to live: this very process, without its lock. Slot 1 is
     * one that died in the middle of everything. The others are free.
     */
    private byte[] make() throws IOException {
        byte[] bytes;
        int dead;
        try (SharedRegion living = SharedRegion.create(options);
                SharedRegion dying = SharedRegion.open(options)) {
            dead = dying.self().id();
            living.buffer("buffer", 100).putLong(0, 42);
            dying.buffer("buffer", 100);
            SharedValue.of(dying, "value", 'q', 7);
            SharedArray.of(living, "array", 'i', new int[] {1, 2, 3});
            SharedStruct.of(dying, "struct", "id:q price:d qty:i");
            SharedAdder.of(dying, "adder").add(5);
            dying.buffer("removed", 200);
            dying.remove("removed");
            dying.buffer("unfinished", 50);
            bytes = Files.readAllBytes(path);
        }
        patch(bytes, geometry.participant(1) + ParticipantLayout.START_TICKS, -1);
        int unfinished = geometry.entry(6) + DirectoryLayout.STATE;
        patch(bytes, unfinished, DirectoryLayout.with(1L << 34, DirectoryLayout.CREATING, dead));
        return bytes;
    }

    private static void patch(byte[] bytes, int at, long value) {
        for (int i = 0; i < Long.BYTES; i++) {
            bytes[at + i] = (byte) (value >>> (Byte.SIZE * i));
        }
    }

    /** How many bytes the header and the tables have, which are all that is worth damaging. */
    int tableBytes() {
        return geometry.heap();
    }

    /** A copy to be damaged. */
    byte[] copy() {
        return whole.clone();
    }

    /** Does with the damaged file everything that can be done. */
    void use(byte[] damaged) throws IOException {
        TestRegions.patch(path, 0, damaged);
        byte[] before = Files.readAllBytes(lock);
        boolean refused = !isReadable();
        attempt(() -> RegionListing.list(directory));
        attempt(this::openAndUse);
        if (refused) {
            assertArrayEquals(damaged, Files.readAllBytes(path), "a refused file was written to");
        }
        byte[] after = Files.readAllBytes(lock);
        if (!refused) { // it may count the openings
            System.arraycopy(before, TURNS, after, TURNS, Long.BYTES);
        }
        assertArrayEquals(before, after, "the lock file was written to");
        assertArrayEquals(NEIGHBOUR, Files.readAllBytes(directory.resolve("neighbour")));
        assertArrayEquals(NEIGHBOUR, Files.readAllBytes(directory.resolve("neighbour.shm.lock")));
        assertEquals(FILES, TestRegions.files(directory));
        assertEquals(whole.length, Files.size(path));
    }

    private boolean isReadable() throws IOException {
        try {
            return RegionFile.readHeader(path, options).found() == RegionFile.Found.READY;
        } catch (RegionFormatException e) {
            return false;
        }
    }

    private void openAndUse() {
        SharedRegion region = SharedRegion.open(options);
        try {
            attempt(region::self);
            attempt(region::participants);
            attempt(region::entries);
            attempt(region::names);
            attempt(() -> touch(region.buffer("buffer", 100)));
            attempt(() -> useValues(region));
            attempt(() -> touch(region.buffer("fresh", 300)));
            attempt(() -> touch(region.buffer("unfinished", 50)));
            attempt(() -> region.remove("buffer"));
            attempt(() -> region.remove("array"));
            attempt(() -> touch(region.buffer("again", 1000)));
            attempt(region::entries);
        } finally {
            attempt(region::close);
        }
    }

    private static void useValues(SharedRegion region) {
        attempt(() -> SharedValue.open(region, "value").get());
        attempt(() -> SharedValue.of(region, "value", 'q').set(5));
        attempt(() -> SharedArray.open(region, "array").forEach(Number::longValue));
        attempt(() -> SharedArray.of(region, "array", 'i', 3).fill(-1));
        attempt(() -> SharedStruct.open(region, "struct").read());
        attempt(() -> SharedStruct.of(region, "struct", "id:q price:d qty:i").version());
        attempt(() -> SharedStruct.open(region, "struct").update(r -> r.setInt("qty", 1)));
        attempt(() -> SharedAdder.open(region, "adder").sum());
        attempt(() -> SharedAdder.of(region, "adder").add(1));
    }

    private static void touch(AtomicBuffer buffer) {
        for (int i = 0; i < buffer.capacity(); i++) {
            buffer.putByte(i, (byte) (buffer.getByte(i) + 1));
        }
    }

    /** Lets pass what a damaged file may lead to; anything else ends the test. */
    private static void attempt(Runnable use) {
        try {
            use.run();
        } catch (IllegalStateException
                | IllegalArgumentException
                | RegionFormatException
                | NoSuchElementException
                | UncheckedIOException
                | ArithmeticException allowed) {
            return;
        }
    }

    /** Which bytes of a damaged copy differ, for whoever has to find out why. */
    String difference(byte[] damaged) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < whole.length; i++) {
            if (whole[i] != damaged[i]) {
                text.append(String.format(" [%d]=%02x (was %02x)", i, damaged[i], whole[i]));
            }
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return "FuzzedRegion[path=" + path + ", bytes=" + Arrays.hashCode(whole) + "]";
    }
}
