package dev.shm.sync;

import dev.shm.region.Block;
import dev.shm.region.Participant;
import dev.shm.region.RegionFormatException;
import dev.shm.region.SharedRegion;
import java.util.Map;
import java.util.stream.Collectors;

/** What the handles of this package share. */
final class Handles {
    private Handles() {}

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
