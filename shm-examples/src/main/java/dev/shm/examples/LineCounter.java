package dev.shm.examples;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/** Counts files one after the other, each by reading it once through one and the same buffer. */
final class LineCounter {
    private static final int BUFFER_BYTES = 1 << 17;

    private final byte[] buffer = new byte[BUFFER_BYTES];

    /** What is in a file: newlines (0x0A) and bytes. */
    record Count(long lines, long bytes) {}

    /**
     * Reads a file to its end, whatever its size was said to be.
     *
     * @param progress is told how many bytes were read, as it goes.
     * @throws IOException also when it is a symbolic link.
     */
    Count count(Path file, LongConsumer progress) throws IOException {
        long lines = 0;
        long bytes = 0;
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                lines += newlines(read);
                bytes += read;
                progress.accept(read);
            }
        }
        return new Count(lines, bytes);
    }

    private int newlines(int length) {
        int newlines = 0;
        for (int i = 0; i < length; i++) {
            newlines += buffer[i] == '\n' ? 1 : 0;
        }
        return newlines;
    }
}
