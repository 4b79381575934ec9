package dev.shm.process;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.Block;
import dev.shm.region.Claims;
import dev.shm.region.RegionFormatException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the handles of maps and lists share: the block, the core that all handles of the attachment
 * have in common, and their closing.
 *
 * <p>An operation that has begun when the handle is closed is finished, over memory that lasts as
 * long as the region is open; the region's closing waits for it.
 *
 * @param <C> the class of the core.
 */
final class Handle<C> {
    private final Block block;
    private final Shared shared;
    private final C core;

    /** What all handles of an attachment on one object share. */
    private static final class Shared {
        final Object core;
        final ReentrantReadWriteLock operations = new ReentrantReadWriteLock();
        final Claims claims = Claims.under(operations.writeLock());
        final AtomicBoolean guarded = new AtomicBoolean();

        Shared(Object core) {
            this.core = core;
        }
    }

    /**
     * A handle on a block.
     *
     * @param type the class of the core.
     * @param core makes it over the object's memory, if there is none yet.
     */
    Handle(Block block, Class<C> type, Function<MappedBuffer, C> core) {
        this.block = block;
        MappedBuffer memory = block.lastingBuffer();
        this.shared = block.companion(Shared.class, untilClosed -> new Shared(core.apply(memory)));
        this.core = type.cast(shared.core);
        if (shared.guarded.compareAndSet(false, true)) {
            block.guard(shared.claims);
        }
    }

    /** Refuses a block that is not as large as its configuration says. */
    static void checkBytes(Block block, Supplier<Integer> expected) {
        int found = block.buffer().capacity();
        int bytes;
        try {
            bytes = expected.get();
        } catch (IllegalArgumentException e) {
            throw new RegionFormatException("object=" + block.name() + ": " + e.getMessage());
        }
        if (found != bytes) {
            throw new RegionFormatException(
                    "object=" + block.name() + " bytes=" + found + ", expected: " + bytes);
        }
    }

    /** Carries out an operation, if the handle is open. */
    <T> T use(Function<C, T> operation) {
        Lock reading = shared.operations.readLock();
        reading.lock();
        try {
            if (block.isClosed()) {
                throw new IllegalStateException(
                        "region="
                                + block.region().name()
                                + " name="
                                + block.name()
                                + ": handle closed");
            }
            return operation.apply(core);
        } finally {
            reading.unlock();
        }
    }

    String name() {
        return block.name();
    }

    Block block() {
        return block;
    }

    void close() {
        block.close();
    }

    /** An object in words; for toString, which must not fail on a closed one. */
    String describe(String type, Supplier<String> state) {
        return block.ifOpen(state).orElse(type + "[name=" + block.name() + ", closed]");
    }
}
