package dev.shm.sync;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.Block;
import dev.shm.region.Participant;
import dev.shm.region.RegionFormatException;
import dev.shm.region.SharedRegion;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.agrona.concurrent.AtomicBuffer;

/** What the handles of this package share. */
final class Handles {
    private Handles() {}

    /**
     * Lets go of a block that threads may sleep in: those who do so through it leave by an
     * exception when they wake up, and may have taken wakes that others need.
     *
     * @param lasting of the block, made before: to make one now might mean to wait for a region
     *     that is closing
     * @param wakeEverybody is called when no access can be made through the block any more, and
     *     before the object can go: wakes all who sleep, so that each looks again
     */
    static void close(Block block, MappedBuffer lasting, Consumer<AtomicBuffer> wakeEverybody) {
        synchronized (block) {
            if (block.isClosed()) {
                return;
            }
            try {
                block.buffer().invalidate(Locks.closedReason(block));
                wakeEverybody.accept(lasting);
            } catch (IllegalStateException gone) {
                // With the region: who leaves it wakes nobody.
            } finally {
                block.close();
            }
        }
    }

    /** Refuses what the directory says about an object, unless it is so. */
    static void check(Block block, boolean holds, String found, String expected) {
        if (!holds) {
            throw new RegionFormatException(
                    "object=" + block.name() + " " + found + ", expected: " + expected);
        }
    }

    static void checkBytes(Block block, long bytes) {
        int found = block.buffer().capacity();
        check(block, found == bytes, "bytes=" + found, String.valueOf(bytes));
    }

    /** The pids of all participants, by tag, after looking who is alive. */
    static Map<Integer, Long> pids(SharedRegion region) {
        return region.participants().stream()
                .collect(Collectors.toMap(Participant::id, Participant::pid));
    }

    static String yesOrNo(boolean yes) {
        return yes ? "yes" : "no";
    }
}
