package dev.shm.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** What only root may do. */
public final class Root {
    private Root() {}

    /** Skips a test where we may not, or fails: {@code -Dshm.test.root=true} says that we may. */
    public static void assume(boolean able, String otherwise) {
        assertTrue(able || !Boolean.getBoolean("shm.test.root"), otherwise);
        assumeTrue(able, otherwise);
    }
}
