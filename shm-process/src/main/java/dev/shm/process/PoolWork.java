package dev.shm.process;

import org.jspecify.annotations.Nullable;

/** A chunk that is to be run by some worker, and who is told about it. */
final class PoolWork {
    private final String words;
    private final int items;
    private final byte @Nullable [] function;
    private final Wire.Bytes about;
    private final Listener listener;
    private int deaths; // of workers that had begun it; used by who has it
    private int losses; // of workers that had not, and had nothing else; the same

    /** Who waits for a chunk. */
    interface Listener {
        /** Hears the outcomes, one for each item. */
        void completed(@Nullable Object[] outcomes);

        /** Hears that there are none. */
        void failed(Throwable why);

        /** Whether nobody waits any more. */
        default boolean isDone() {
            return false;
        }
    }

    /** What a message can be about at most: a pipe takes no longer ones. */
    static final int MAX_BYTES = 1 << 30;

    private PoolWork(
            String words,
            int items,
            byte @Nullable [] function,
            Wire.Bytes about,
            Listener listener) {
        check(about.size());
        check(function == null ? 0 : function.length);
        this.words = words;
        this.items = items;
        this.function = function;
        this.about = about;
        this.listener = listener;
    }

    private static void check(int bytes) {
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "task: it is " + bytes + " bytes long, allowed: " + MAX_BYTES);
        }
    }

    /**
     * One task.
     *
     * @param words what it is, for people.
     * @param job a {@link PoolJob}, serialised.
     * @param listener is told once, by whatever thread.
     */
    static PoolWork ofTask(String words, Wire.Bytes job, Listener listener) {
        return new PoolWork(words, 1, null, job, listener);
    }

    /**
     * Some items of many.
     *
     * @param words what is done with them, for people.
     * @param function a {@link PoolJob}, serialised: the same array for all of them.
     * @param packed the items.
     * @param items how many.
     * @param listener is told once, by whatever thread.
     */
    static PoolWork ofItems(
            String words, byte[] function, Wire.Bytes packed, int items, Listener listener) {
        return new PoolWork(words, items, function, packed, listener);
    }

    /** What is done with the items; null for a task. */
    byte @Nullable [] function() {
        return function;
    }

    PoolMessage.Kind kind() {
        return function == null ? PoolMessage.Kind.CALL : PoolMessage.Kind.ITEMS;
    }

    /** What the message of that kind is about. */
    Wire.Bytes about() {
        return about;
    }

    Listener listener() {
        return listener;
    }

    /** Counts a worker that died of it, or with it. */
    int died() {
        return ++deaths;
    }

    /** Counts a worker that died before it had begun it, of nothing else that we know of. */
    int lost() {
        return ++losses;
    }

    @Override
    public String toString() {
        return function == null ? words : words + " of " + items + " items";
    }
}
