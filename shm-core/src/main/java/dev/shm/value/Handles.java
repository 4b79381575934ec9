package dev.shm.value;

import dev.shm.region.Block;
import java.util.function.Supplier;

/** What the handles of this package share. */
final class Handles {
    private Handles() {}

    /** What memory holds, in words; for toString, which must not fail on a closed handle. */
    static String describe(Block block, Supplier<String> content) {
        if (!block.isClosed()) {
            try {
                return content.get();
            } catch (IllegalStateException closedMeanwhile) {
                // Falls through: there is nothing to show any more.
            }
        }
        return "closed";
    }
}
