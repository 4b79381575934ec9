package dev.shm.bench.report;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * A file that has whole results at any moment: those of the run before, until there are new ones,
 * and then those so far.
 */
public final class ResultFile implements AutoCloseable {
    private final Path file;
    private final Path part;

    /** What is written. */
    @FunctionalInterface
    public interface Content {
        /** Writes it, and leaves the writer open. */
        void writeTo(Writer to) throws IOException;
    }

    /**
     * Sees to it that it can be written.
     *
     * @throws IOException if it cannot: better now than when all is measured.
     */
    public ResultFile(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IOException(file + ": there is no such folder");
        }
        if (Files.isDirectory(file)) {
            throw new IOException(file + ": is a folder");
        }
        this.file = file;
        this.part = folder.resolve("shm-bench-" + UUID.randomUUID() + ".part");
        Files.createFile(part); // to see that it can be: no temporary file, as others may read it
        Files.delete(part); // or a run that is stopped leaves it
    }

    /** Puts it in the place of what was there. */
    public void write(Content content) throws IOException {
        try (Writer to = Files.newBufferedWriter(part)) {
            content.writeTo(to);
        }
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(part);
    }
}
