package dev.shm.process;

import org.jspecify.annotations.Nullable;

/** A chunk that is to be run by some worker, and who is told about it. */
final class PoolWork {
    private final String words;
    private final Wire.Bytes chunk;
    private final boolean mayFollow;
    private final Listener listener;
    private int deaths; // of workers that had begun it; used by who has it

    /** Who waits for a chunk. */
    interface Listener {
        /** Hears the outcomes, one for each item. */
        void completed(@Nullable Object[] outcomes);

        /** Hears that there are none. */
        void failed(Throwable why);
    }

    /**
     * Work.
     *
     * @param words what it is, for people.
     * @param chunk the {@link Chunk}, serialised.
     * @param mayFollow whether a worker may be sent it that has not done the one before.
     * @param listener is told once, by whatever thread.
     */
    PoolWork(String words, Wire.Bytes chunk, boolean mayFollow, Listener listener) {
        this.words = words;
        this.chunk = chunk;
        this.mayFollow = mayFollow;
        this.listener = listener;
    }

    Wire.Bytes chunk() {
        return chunk;
    }

    boolean mayFollow() {
        return mayFollow;
    }

    Listener listener() {
        return listener;
    }

    /** Counts a worker that died of it, or with it. */
    int died() {
        return ++deaths;
    }

    @Override
    public String toString() {
        return words;
    }
}
