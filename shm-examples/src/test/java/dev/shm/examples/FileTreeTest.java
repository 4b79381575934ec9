package dev.shm.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTreeTest {
    @TempDir Path temp;

    private Path root;

    @BeforeEach
    void resolveRoot() throws IOException {
        root = temp.toRealPath();
    }

    @Test
    void walk_findsRegularFilesOnly() throws IOException {
        Path sub = Files.createDirectory(root.resolve("sub"));
        Path outer = Files.writeString(root.resolve("b"), "12");
        Path inner = Files.writeString(sub.resolve("a"), "345");
        Files.createDirectory(root.resolve("empty"));
        Files.createSymbolicLink(root.resolve("link-to-file"), outer);
        Files.createSymbolicLink(root.resolve("link-to-directory"), sub);
        Files.createSymbolicLink(root.resolve("link-to-parent"), root);
        Files.createSymbolicLink(root.resolve("link-to-nothing"), root.resolve("nothing"));

        FileTree tree = FileTree.walk(root, Set.of());

        assertEquals(List.of(uri(outer), uri(inner)), tree.files());
        assertEquals(5, tree.bytes());
        assertEquals(List.of(), tree.unreadable());
    }

    @Test
    void walk_without_passesOver() throws IOException {
        Files.createDirectories(root.resolve("a/target/b"));
        Files.createDirectories(root.resolve(".git"));
        Path kept = Files.writeString(root.resolve("a/targets"), "");
        Files.writeString(root.resolve("a/target/b/c"), "");
        Files.writeString(root.resolve(".git/config"), "");

        FileTree tree = FileTree.walk(root, Set.of(".git", "target"));

        assertEquals(List.of(uri(kept)), tree.files());
    }

    @Test
    void walk_namesOfAnyBytes_comeBackUnharmed() throws IOException {
        // %FF is no UTF-8, and nothing in this JVM's encoding either where that is ASCII.
        for (String name : List.of("%20a%20", "b%0Ac", "d%C3%A9", "e%FF", "f%25", "g%3F%23")) {
            Path file = Path.of(URI.create(root.toUri() + name));
            Files.writeString(file, name);
        }

        FileTree tree = FileTree.walk(root, Set.of());

        assertEquals(6, tree.files().size());
        for (String file : tree.files()) {
            String name = Files.readString(FileTree.path(file));
            assertEquals(root.toUri() + name, file);
        }
    }

    @Test
    void walk_unreadableDirectory_isTold() throws IOException {
        Path locked = Files.createDirectory(root.resolve("locked"));
        Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("---------"));
        assumeFalse(Files.isReadable(locked), "this user may read everything");

        FileTree tree = FileTree.walk(root, Set.of());

        Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("rwx------"));
        assertEquals(1, tree.unreadable().size());
        assertTrue(tree.unreadable().get(0).startsWith(locked.toString()));
    }

    @Test
    void shown_controlCharacters_areReplaced() {
        assertEquals("a?b", FileTree.shown(Path.of("a\nb")));
    }

    private static String uri(Path file) {
        return file.toUri().toString();
    }
}
