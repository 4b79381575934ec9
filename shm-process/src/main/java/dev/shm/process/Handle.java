package dev.shm.process;

import dev.shm.region.Block;
import dev.shm.region.Claims;
import dev.shm.region.RegionFormatException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the handles of maps and lists share: the block, the core that all handles of the attachment
 * have in common, and their closing.
 *
 * @param <C> the class of the core.
 */
final class Handle<C> {
    /*
     * Overview. close() lets no operation begin any more. The block goes when the last one in progress has
     * ended: what has begun stores into memory that is the object's until then, whoever removes the object
     * meanwhile. Whoever begins counts itself before it looks whether the handle is closed, and close() marks
     * it closed before it looks whether somebody is counted; so the block is not let go under anybody, and of
     * the two whoever comes later lets it go. The region's closing waits for operations in progress.
     */
    private final Block block;
    private final Shared shared;
    private final C core;
    private final AtomicInteger inProgress = new AtomicInteger();
    private volatile boolean closed;

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
    Handle(Block block, Class<C> type, Function<AtomicBuffer, C> core) {
        this.block = block;
        this.shared = block.companion(Shared.class, memory -> new Shared(core.apply(memory)));
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
        inProgress.incrementAndGet();
        try {
            Lock reading = shared.operations.readLock();
            reading.lock();
            try {
                checkOpen();
                return operation.apply(core);
            } finally {
                reading.unlock();
            }
        } finally {
            ended();
        }
    }

    /** The same without waiting for a closing of the region, which it gives way to. */
    private <T> Optional<T> tryUse(Function<C, @Nullable T> operation) {
        inProgress.incrementAndGet();
        try {
            Lock reading = shared.operations.readLock();
            if (!reading.tryLock()) {
                return Optional.empty();
            }
            try {
                checkOpen();
                return Optional.ofNullable(operation.apply(core));
            } finally {
                reading.unlock();
            }
        } finally {
            ended();
        }
    }

    private void ended() {
        if (inProgress.decrementAndGet() == 0 && closed) {
            block.close();
        }
    }

    private void checkOpen() {
        if (isClosed()) {
            throw new IllegalStateException(
                    "region="
                            + block.region().name()
                            + " name="
                            + block.name()
                            + ": handle closed");
        }
    }

    private boolean isClosed() {
        return closed || block.isClosed();
    }

    String name() {
        return block.name();
    }

    Block block() {
        return block;
    }

    void close() {
        closed = true;
        if (inProgress.get() == 0) {
            block.close();
        }
    }

    /**
     * An object in words; for toString, which must not fail on a closed one and waits for nobody.
     *
     * @param look copies what is to be shown; null where it would have to wait.
     * @param state what the copy looks like.
     */
    <T> String describe(String type, Function<C, @Nullable T> look, Function<T, String> state) {
        String named = type + "[name=" + block.name() + ", ";
        return block.ifOpen(() -> tryUse(look).map(state).orElse(named + "in use]"))
                .orElse(named + "closed]");
    }
}
