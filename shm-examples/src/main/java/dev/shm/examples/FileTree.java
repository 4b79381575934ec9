package dev.shm.examples;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * The regular files under a directory, symbolic links not followed.
 *
 * <p>A file is named by its URI: it is ASCII and keeps every byte of the name, also of names that
 * are not text in the encoding of this JVM.
 *
 * @param files the URIs, in order.
 * @param bytes the sum of their sizes, as far as the file system knew them.
 * @param unreadable a line for each directory that could not be read.
 */
record FileTree(List<String> files, long bytes, List<String> unreadable) {

    /**
     * Walks a directory. What vanishes meanwhile is left out.
     *
     * @param without names of files and directories to pass over, wherever they are.
     * @throws IOException when the directory itself cannot be read.
     */
    static FileTree walk(Path directory, Set<String> without) throws IOException {
        Walk walk = new Walk(without);
        Files.walkFileTree(directory, walk);
        Collections.sort(walk.files);
        return new FileTree(walk.files, walk.bytes, walk.unreadable);
    }

    /** The file that a URI of the list names. */
    static Path path(String file) {
        return Path.of(URI.create(file));
    }

    /** A path for humans: control characters, such as a newline in a name, become {@code ?}. */
    static String shown(Path path) {
        return path.toString().replaceAll("\\p{Cntrl}", "?");
    }

    private static final class Walk extends SimpleFileVisitor<Path> {
        private final Set<String> without;
        private final List<String> files = new ArrayList<>();
        private final List<String> unreadable = new ArrayList<>();
        private long bytes;

        Walk(Set<String> without) {
            this.without = without;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            return isWanted(directory) ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && isWanted(file)) {
                files.add(file.toUri().toString());
                bytes += attributes.size();
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException problem) {
            if (!(problem instanceof NoSuchFileException)) {
                unreadable.add(shown(file) + ": cannot be read: " + problem);
            }
            return FileVisitResult.CONTINUE;
        }

        private boolean isWanted(Path path) {
            return !without.contains(String.valueOf(path.getFileName()));
        }
    }
}
