package dev.shm.wait;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.shm.memory.MappedBuffer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;

/** A small file to map, as often as one likes. */
final class SharedFile {
    static final int BYTES = 8192;

    private SharedFile() {}

    /** Another mapping of a file, at another address. */
    static MappedBuffer map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, CREATE, READ, WRITE)) {
            return new MappedBuffer(channel.map(MapMode.READ_WRITE, 0, BYTES));
        }
    }
}
