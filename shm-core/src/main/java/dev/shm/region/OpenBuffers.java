package dev.shm.region;

import dev.shm.memory.MappedBuffer;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The buffers that were handed out over a region, so that closing the region can end their use.
 * They are held weakly: a handle that its user dropped must not stay in memory.
 */
final class OpenBuffers {
    private static final int FIRST_PURGE = 64;

    // All guarded by this.
    private final List<WeakReference<MappedBuffer>> buffers = new ArrayList<>();
    private int purgeAt = FIRST_PURGE;
    private @Nullable String ended;

    /** Adds a buffer; one that comes after the end of all is ended at once. */
    synchronized void add(MappedBuffer buffer) {
        if (ended != null) {
            buffer.invalidate(ended);
            return;
        }
        if (buffers.size() >= purgeAt) {
            buffers.removeIf(reference -> !isValid(reference.get()));
            purgeAt = Math.max(FIRST_PURGE, 2 * buffers.size());
        }
        buffers.add(new WeakReference<>(buffer));
    }

    private static boolean isValid(@Nullable MappedBuffer buffer) {
        return buffer != null && buffer.isValid();
    }

    synchronized void invalidateAll(String because) {
        ended = because;
        for (WeakReference<MappedBuffer> reference : buffers) {
            MappedBuffer buffer = reference.get();
            if (buffer != null) {
                buffer.invalidate(because);
            }
        }
        buffers.clear();
    }
}
