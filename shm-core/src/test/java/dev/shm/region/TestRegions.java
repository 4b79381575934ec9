package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Small regions, and their files seen from outside. */
final class TestRegions {
    static final int MAX_PARTICIPANTS = 4;
    static final int MAX_OBJECTS = 8;
    static final int HEAP_BYTES = 4096;

    private TestRegions() {}

    /** 4 participants, 8 objects, 4096 bytes; far more patience than a test needs. */
    static RegionOptions small(Path path) {
        return RegionOptions.at(path)
                .maxParticipants(MAX_PARTICIPANTS)
                .maxObjects(MAX_OBJECTS)
                .bytes(HEAP_BYTES)
                .maxWait(30, TimeUnit.SECONDS);
    }

    /** Whatever is asked of a region is refused with a message that names a file. */
    static void assertRefused(RegionOptions options, Path named, String message) {
        List<Runnable> attempts =
                List.of(
                        () -> SharedRegion.open(options),
                        () -> SharedRegion.openOrCreate(options),
                        () -> SharedRegion.delete(options),
                        () -> SharedRegion.reclaim(options));
        for (Runnable attempt : attempts) {
            RegionFormatException e = assertThrows(RegionFormatException.class, attempt::run);
            assertTrue(e.getMessage().contains("file=" + named), e::getMessage);
            assertTrue(e.getMessage().contains(message), e::getMessage);
        }
        assertTrue(Files.exists(named, LinkOption.NOFOLLOW_LINKS));
    }

    /** The listing shows a region, the first one in its directory, with a problem. */
    static void assertListedWith(Path path, String problem) {
        RegionInfo info = RegionListing.list(path.getParent()).get(0);
        assertTrue(String.valueOf(info.problem()).contains(problem), info::toString);
        assertFalse(info.reclaimable());
    }

    /** The names of the files in a directory. */
    static Set<String> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** Writes into a file behind the library's back. */
    static void patch(Path path, long offset, byte... bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), offset);
        }
    }

    /** The same, with a little-endian long. */
    static void patchLong(Path path, long offset, long value) throws IOException {
        byte[] bytes = new byte[Long.BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (value >>> (Byte.SIZE * i));
        }
        patch(path, offset, bytes);
    }
}
