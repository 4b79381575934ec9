package dev.shm.examples;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CancellationException;

/** A region that is deleted when this is closed, or when the JVM is told to exit. */
final class TemporaryRegion implements AutoCloseable {
    private final RegionOptions options;
    private final AtExit deletion;
    private final SharedRegion region;
    private boolean isDeleted; // guarded by this

    /**
     * Creates a region that must not exist yet.
     *
     * @throws UncheckedIOException as {@link SharedRegion#create(RegionOptions)}.
     */
    TemporaryRegion(RegionOptions options) {
        this.options = options;
        this.deletion = new AtExit(this::delete);
        try {
            this.region = create();
        } catch (RuntimeException e) {
            deletion.close();
            throw e;
        }
    }

    private synchronized SharedRegion create() {
        if (isDeleted) {
            throw new CancellationException("exiting");
        }
        return SharedRegion.create(options);
    }

    private synchronized void delete() {
        isDeleted = true;
        try {
            SharedRegion.delete(options);
        } catch (UncheckedIOException e) {
            if (!(e.getCause() instanceof NoSuchFileException)) {
                throw e;
            }
        }
    }

    SharedRegion region() {
        return region;
    }

    @Override
    public void close() {
        region.close();
        deletion.close();
    }
}
