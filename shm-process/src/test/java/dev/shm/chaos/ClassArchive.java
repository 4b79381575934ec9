package dev.shm.chaos;

import dev.shm.testing.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * The classes of the children, as a JVM maps them: a third of what it costs to start one is saved.
 * It is made from a rehearsal, and from jars, which the folders of the class path are packed into.
 */
final class ClassArchive implements AutoCloseable {
    private final Path directory;
    private final String classPath;
    private final List<String> flags;

    private ClassArchive(Path directory, String classPath, List<String> flags) {
        this.directory = directory;
        this.classPath = classPath;
        this.flags = flags;
    }

    /** One of all that is on the class path; takes some seconds. */
    static ClassArchive create() throws IOException {
        Path directory = Files.createTempDirectory("shm-chaos");
        List<String> jars = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path jar = directory.resolve(jars.size() + ".jar");
            if (Files.isDirectory(Path.of(entry))) {
                pack(Path.of(entry), jar);
                jars.add(jar.toString());
            } else if (Files.exists(Path.of(entry))) {
                jars.add(entry);
            }
        }
        String classPath = String.join(File.pathSeparator, jars);
        Path archive = directory.resolve("classes.jsa");
        ChildJvm.Builder rehearsal =
                ChildJvm.of(Rehearsal.class)
                        .classPath(classPath)
                        .flag("-XX:ArchiveClassesAtExit=" + archive);
        Spares.FLAGS.forEach(rehearsal::flag);
        try (ChildJvm child = rehearsal.start(directory.resolve("rehearsal.shm"))) {
            child.join();
        }
        List<String> flags = new ArrayList<>(Spares.FLAGS);
        if (Files.exists(archive)) {
            flags.add("-XX:SharedArchiveFile=" + archive);
        }
        return new ClassArchive(directory, classPath, List.copyOf(flags));
    }

    private static void pack(Path folder, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> contents = Files.walk(folder)) {
            for (Path path : contents.filter(Files::isRegularFile).sorted().toList()) {
                String name = folder.relativize(path).toString();
                out.putNextEntry(new ZipEntry(name.replace(File.separatorChar, '/')));
                Files.copy(path, out);
            }
        }
    }

    String classPath() {
        return classPath;
    }

    List<String> flags() {
        return flags;
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(ClassArchive::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
