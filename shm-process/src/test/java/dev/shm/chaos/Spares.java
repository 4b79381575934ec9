package dev.shm.chaos;

import dev.shm.testing.ChildJvm;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** JVMs that are started ahead, so that whoever is killed has a successor at once. */
final class Spares implements AutoCloseable {
    /** To be there, and gone, quickly. */
    static final List<String> FLAGS =
            List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx32m");

    private final int count;
    private final String classPath;
    private final List<String> flags;
    private final Queue<ChildJvm> waiting = new ArrayDeque<>();

    /** Of the class path of this process. */
    Spares(int count) {
        this(count, System.getProperty("java.class.path"), FLAGS);
    }

    Spares(int count, ClassArchive archive) {
        this(count, archive.classPath(), archive.flags());
    }

    private Spares(int count, String classPath, List<String> flags) {
        this.count = count;
        this.classPath = classPath;
        this.flags = flags;
    }

    /** One that does this from now on. */
    ChildJvm take(String order) {
        while (waiting.size() <= count) {
            ChildJvm.Builder child = ChildJvm.of(ChaosChild.class).classPath(classPath);
            flags.forEach(child::flag);
            waiting.add(child.start());
        }
        return waiting.remove().say(order);
    }

    @Override
    public void close() {
        waiting.forEach(ChildJvm::close);
    }
}
