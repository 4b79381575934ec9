package dev.shm.memory;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where the states of the stress tests lie. jcstress makes millions of states and has some ten
 * thousand of them in use, so that one memory is handed out again and again; a state takes 2 KiB at
 * most.
 */
public final class StressMemory {
    private static final int BYTES = 1 << 25;
    private static final MappedBuffer ALL = new MappedBuffer(ByteBuffer.allocateDirect(BYTES));
    private static final AtomicInteger NEXT = new AtomicInteger();

    private StressMemory() {}

    /** The memory that every {@link #place} is in. */
    public static MappedBuffer all() {
        return ALL;
    }

    /** Lines that nobody else uses, all zero. */
    public static int place(int bytes) {
        int lines = CacheLine.align(bytes);
        int place;
        do {
            place = NEXT.getAndAdd(lines) & BYTES - CacheLine.BYTES;
        } while (place > BYTES - lines);
        ALL.setMemory(place, lines, (byte) 0);
        return place;
    }

    /** The same as a buffer of its own. */
    public static MappedBuffer take(int bytes) {
        return ALL.slice(place(bytes), bytes);
    }
}
