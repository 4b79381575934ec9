package dev.shm.bench;

import dev.shm.region.RegionOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Stream;

/** A folder beside the regions, for what contests leave; it goes when the program does. */
final class Scratch implements AutoCloseable {
    private final Path root;
    private int folders;

    Scratch() throws IOException {
        root = Files.createTempDirectory(regions(), "shm-bench-");
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "delete-scratch"));
    }

    /** Where regions are by default: in memory, if there is such a place. */
    static Path regions() {
        return Objects.requireNonNull(RegionOptions.named("bench").path().getParent());
    }

    /** A new one in it. */
    Path folder() throws IOException {
        return Files.createDirectory(root.resolve(Integer.toString(folders++)));
    }

    /** Deletes what is in it. */
    void clear() {
        delete(root, false);
    }

    private static void delete(Path root, boolean itself) {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                if (itself || !path.equals(root)) {
                    Files.deleteIfExists(path);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            // it is used or deleted elsewhere just now; the folder is a temporary one by its name
        }
    }

    @Override
    public void close() {
        delete(root, true);
    }
}
