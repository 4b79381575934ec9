package dev.shm.bench.harness;

import dev.shm.region.RegionOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Stream;

/** A folder beside the regions, for what sides leave; it goes when the program does. */
public final class Scratch implements AutoCloseable {
    private final Path root;
    private int folders;

    /** Makes the folder. */
    public Scratch() throws IOException {
        root = Files.createTempDirectory(regions(), "shm-bench-");
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "delete-scratch"));
    }

    /** Where regions are by default: in memory, if there is such a place. */
    public static Path regions() {
        return Objects.requireNonNull(RegionOptions.named("bench").path().getParent());
    }

    /** A new folder in it; those before are deleted, so that memory is not full of them. */
    public Path fresh() throws IOException {
        delete(root.resolve(Integer.toString(folders)));
        folders++;
        return Files.createDirectory(root.resolve(Integer.toString(folders)));
    }

    /** Deletes a folder and what is in it. */
    public static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            // it is used or deleted elsewhere just now; the folder is a temporary one by its name
        }
    }

    @Override
    public void close() {
        delete(root);
    }
}
