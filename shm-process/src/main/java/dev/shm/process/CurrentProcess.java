package dev.shm.process;

import dev.shm.region.SharedRegion;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * This process, as {@link SharedProcess#current} tells of it.
 *
 * <p><b>Threads and processes.</b> Immutable, for any thread.
 */
public final class CurrentProcess {
    private static volatile CurrentProcess current =
            new CurrentProcess("main", false, List.of(), null);

    private final String name;
    private final boolean daemon;
    private final List<SharedRegion> regions;
    private final @Nullable ParentProcess parent;

    CurrentProcess(
            String name,
            boolean daemon,
            List<SharedRegion> regions,
            @Nullable ParentProcess parent) {
        this.name = name;
        this.daemon = daemon;
        this.regions = regions;
        this.parent = parent;
    }

    static CurrentProcess get() {
        return current;
    }

    /** Makes this the current process, for its whole life. */
    void begin() {
        current = this;
    }

    Optional<ParentProcess> parent() {
        return Optional.ofNullable(parent);
    }

    /**
     * Returns the name that its parent gave it.
     *
     * @return {@code main} where no {@link SharedProcess} started this process.
     */
    public String name() {
        return name;
    }

    /**
     * Returns the process id.
     *
     * @return the same number that the parent sees, unless a PID namespace lies between them.
     */
    public long pid() {
        return ProcessHandle.current().pid();
    }

    /**
     * Tells whether this process ends when its parent does.
     *
     * @return what its children are too, unless they are told otherwise.
     */
    public boolean isDaemon() {
        return daemon;
    }

    /**
     * Returns the region that this process was started with.
     *
     * @return an open region, or one that this process has closed.
     * @throws IllegalStateException if no {@link SharedProcess} started this process.
     */
    public SharedRegion region() {
        if (regions.isEmpty()) {
            throw new IllegalStateException("process=" + name + ": was not started with a region");
        }
        return regions.get(0);
    }

    /**
     * Returns all regions that this process was started with.
     *
     * @return {@link #region} first, then those of {@link SharedProcess.Builder#region} in order;
     *     empty if no {@link SharedProcess} started this process.
     */
    public List<SharedRegion> regions() {
        return regions;
    }

    @Override
    public String toString() {
        return "CurrentProcess[name="
                + name
                + ", pid="
                + pid()
                + (daemon ? ", daemon" : "")
                + (parent == null ? "" : ", parent=" + parent.name())
                + "]";
    }
}
