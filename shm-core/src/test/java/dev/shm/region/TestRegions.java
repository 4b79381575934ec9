package dev.shm.region;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
            bytes[i] = (byte) (value >>> Byte.SIZE * i);
        }
        patch(path, offset, bytes);
    }
}
