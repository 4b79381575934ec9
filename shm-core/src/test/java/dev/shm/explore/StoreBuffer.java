package dev.shm.explore;

import dev.shm.memory.MappedBuffer;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a thread has stored and others do not see yet, as processors keep it back (total store
 * order): it becomes visible in its order, and the thread itself sees it at once.
 */
final class StoreBuffer {
    private static final byte NONE = 0;
    private static final byte ALL = -1;

    private final AtomicBuffer memory;
    private final Deque<List<Change>> stores = new ArrayDeque<>();

    StoreBuffer(AtomicBuffer memory) {
        this.memory = memory;
    }

    private record Change(int index, byte value) {}

    boolean isEmpty() {
        return stores.isEmpty();
    }

    /** Keeps a store back. What it would write is what comes out the same whatever was there. */
    void add(Method method, Object[] arguments) throws Throwable {
        AtomicBuffer one = memoryOf(NONE);
        AtomicBuffer other = memoryOf(ALL);
        Interception.proceed(one, method, arguments);
        Interception.proceed(other, method, arguments);
        List<Change> changes = new ArrayList<>();
        for (int index = 0; index < memory.capacity(); index++) {
            if (one.getByte(index) == other.getByte(index)) {
                changes.add(new Change(index, one.getByte(index)));
            }
        }
        stores.add(changes);
    }

    private AtomicBuffer memoryOf(byte everywhere) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(memory.capacity());
        AtomicBuffer scratch = new MappedBuffer(bytes);
        scratch.setMemory(0, memory.capacity(), everywhere);
        return scratch;
    }

    /** Reads as the thread itself does. Nobody else runs meanwhile. */
    @Nullable Object read(Method method, Object[] arguments) throws Throwable {
        List<Change> hidden = new ArrayList<>();
        for (List<Change> store : stores) {
            for (Change change : store) {
                hidden.add(new Change(change.index, memory.getByte(change.index)));
            }
            apply(store);
        }
        try {
            return Interception.proceed(memory, method, arguments);
        } finally {
            for (int i = hidden.size() - 1; i >= 0; i--) {
                memory.putByte(hidden.get(i).index, hidden.get(i).value);
            }
        }
    }

    /** The oldest store becomes visible. */
    void drainOne() {
        apply(stores.remove());
    }

    private void apply(List<Change> store) {
        store.forEach(change -> memory.putByte(change.index, change.value));
    }
}
