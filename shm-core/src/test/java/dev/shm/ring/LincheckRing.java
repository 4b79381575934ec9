package dev.shm.ring;

import dev.shm.testing.ArrayMemory;
import dev.shm.testing.EverybodyLives;
import dev.shm.wait.Waiter;
import java.util.function.LongSupplier;
import org.agrona.concurrent.AtomicBuffer;

/**
 * A many-to-many ring that Lincheck sees into, and what its operations are made of. Where the ring
 * says that it is full or blocked because of an operation in progress (ALGORITHMS 6), they ask
 * again.
 */
abstract class LincheckRing {
    /** As Lincheck numbers threads, with those before and after the others. */
    private static final int THREADS = 5;

    private final AtomicBuffer memory;
    private final MpmcLayout layout;
    private final MpmcCore[] cores;

    /**
     * An empty ring.
     *
     * @param torn where the memory has a fault; -1 for nowhere.
     * @param handles that threads have in turn.
     */
    LincheckRing(MpmcLayout layout, int torn, int handles) {
        this.layout = layout;
        this.memory = ArrayMemory.torn(layout.bytes(), torn);
        this.cores = new MpmcCore[handles];
        MpmcCore.initialize(memory, layout, 0);
        for (int i = 0; i < handles; i++) {
            cores[i] =
                    new MpmcCore(
                            memory, memory, layout, new EverybodyLives(i + 1), new NobodyWaits());
        }
    }

    static MpmcLayout layout(int capacity) {
        return new MpmcLayout(capacity, Long.BYTES, THREADS);
    }

    final MpmcCore core(int thread) {
        return cores[thread % cores.length];
    }

    /** Claims a place, or nothing since the ring is full, of messages or of what was given up. */
    final long claim(int thread) {
        MpmcCore core = core(thread);
        long claim = core.claim();
        while (MpmcCore.isNothing(claim) && !isFull()) {
            Thread.onSpinWait();
            claim = core.claim();
        }
        return claim;
    }

    final boolean fill(int thread, int message) {
        long claim = claim(thread);
        if (MpmcCore.isNothing(claim)) {
            return false;
        }
        memory.putLong(core(thread).message(claim) + MpmcLayout.PAYLOAD, message);
        core(thread).publish(claim);
        return true;
    }

    /** Takes the next message, or nothing since there is none. */
    static long unlessBlocked(LongSupplier take) {
        long claim = take.getAsLong();
        while (claim == MpmcCore.BLOCKED) {
            Thread.onSpinWait();
            claim = take.getAsLong();
        }
        return claim;
    }

    final int read(int thread, long claim) {
        return (int) memory.getLong(core(thread).message(claim) + MpmcLayout.PAYLOAD);
    }

    /** The oldest position that has to be released before the next is claimed. */
    abstract long oldest(long head, long tail);

    /**
     * Whether, at one instant, a message in the oldest place was in the way of the next one, and
     * nobody was at work on those behind it.
     */
    private boolean isFull() {
        long head = memory.getLongVolatile(MpmcLayout.HEAD);
        long tail = memory.getLongVolatile(MpmcLayout.TAIL);
        long oldest = oldest(head & MpmcLayout.POSITION, tail & MpmcLayout.POSITION);
        boolean full = (tail & MpmcLayout.POSITION) - oldest == layout.span();
        for (int i = 1; i < layout.capacity(); i++) {
            long position = oldest + i * MpmcLayout.ONE;
            full &= sequence(position) != position;
        }
        return full
                && sequence(oldest) == (oldest | MpmcLayout.FULL)
                && memory.getLongVolatile(MpmcLayout.HEAD) == head
                && memory.getLongVolatile(MpmcLayout.TAIL) == tail;
    }

    private long sequence(long position) {
        return memory.getLongVolatile(layout.sequences() + layout.index(position) * Long.BYTES);
    }

    /** A waiter for those who never do. */
    private static final class NobodyWaits implements Waiter {
        @Override
        public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void wake(AtomicBuffer buffer, int index, int count) {
            // nobody waits
        }
    }
}
