package dev.shm.sync;

import dev.shm.region.Block;
import dev.shm.region.RegionFormatException;
import java.util.function.Function;
import java.util.function.Supplier;

/** What the handles of this package share. */
final class Handles {
    private Handles() {}

    /** Makes a handle of a block, which is let go if that fails. */
    static <T> T open(Block block, Function<Block, T> handle) {
        try {
            return handle.apply(block);
        } catch (RuntimeException e) {
            block.close();
            throw e;
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

    /** A handle in words; for toString, which must not fail on a closed one. */
    static String describe(String type, Block block, Supplier<String> state) {
        return type + "[name=" + block.name() + ", " + stateOf(block, state) + "]";
    }

    private static String stateOf(Block block, Supplier<String> state) {
        if (!block.isClosed()) {
            try {
                return state.get();
            } catch (IllegalStateException closedMeanwhile) {
                // Falls through: there is nothing to show any more.
            }
        }
        return "closed";
    }

    static String yesOrNo(boolean yes) {
        return yes ? "yes" : "no";
    }
}
