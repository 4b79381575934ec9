package dev.shm.sync;

import dev.shm.region.Block;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/** The lock of a synchronized value or array: its own, or somebody else's. */
final class Guard {
    private Guard() {}

    static long id(@Nullable SharedLock given) {
        return given == null ? 0 : given.id();
    }

    /** What is said of the lock where an object is described. */
    static String describe(long id) {
        return id == 0 ? "" : ", lock id=" + Long.toHexString(id);
    }

    /** Writes the content at birth, and the lock behind it, unless that is somebody else's. */
    static Consumer<MutableDirectBuffer> image(
            int contentBytes, @Nullable SharedLock given, Consumer<MutableDirectBuffer> content) {
        return memory -> {
            content.accept(memory);
            if (given == null) {
                SharedLockType.initialise(memory, SynchronizedLayout.lock(contentBytes));
            }
        };
    }

    /** Writes the 8 bytes of a value at birth. */
    static Consumer<MutableDirectBuffer> content(long bits) {
        return memory -> memory.putLong(SynchronizedLayout.CONTENT, bits, ByteOrder.LITTLE_ENDIAN);
    }

    /** The lock of an object that was opened. */
    static <T> SharedLock of(
            Block block,
            int contentBytes,
            @Nullable SharedLock given,
            T content,
            @Nullable Consumer<? super T> repair) {
        if (block.configB() != id(given)) {
            throw new IllegalArgumentException(
                    "name="
                            + block.name()
                            + ": its lock is "
                            + (block.configB() == 0
                                    ? "its own"
                                    : "another's, id=" + Long.toHexString(block.configB()))
                            + ", asked for was "
                            + (given == null
                                    ? "its own"
                                    : "lock=" + given.name() + describe(id(given))));
        }
        Handles.checkBytes(block, SynchronizedLayout.bytes(contentBytes, given == null));
        return given != null
                ? given
                : new SharedLock(
                        block,
                        SynchronizedLayout.lock(contentBytes),
                        SharedLock.Mode.REENTRANT,
                        repair == null ? null : () -> repair.accept(content));
    }

    /** Lets go of an object, and of its lock if that is its own. */
    static void close(Block block, SharedLock lock) {
        if (block.configB() == 0) {
            lock.close(); // and the block, once nobody here holds the lock
        } else {
            block.close();
        }
    }
}
