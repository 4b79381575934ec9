package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the handles of one attachment on one object share. */
class CompanionTest {
    @TempDir Path directory;

    private SharedRegion region;

    @BeforeEach
    void createRegion() {
        region = SharedRegion.create(TestRegions.small(directory.resolve("r.shm")));
    }

    @AfterEach
    void closeRegion() {
        region.close();
    }

    private Block attach(String name) {
        return region.attach(name, Patterns.spec(name), AttachMode.OPEN_OR_CREATE);
    }

    private static MappedBuffer companion(Block block) {
        return block.companion(MappedBuffer.class, memory -> (MappedBuffer) memory);
    }

    @Test
    void companion_isOneForAllHandlesAndOutlivesEachButTheLast() {
        Block one = attach("a");
        Block other = attach("a");
        MappedBuffer shared = companion(one);
        assertSame(shared, companion(other));
        one.close();
        assertSame(shared, companion(other));
        Patterns.verify("a", shared);
        other.close();
        assertFalse(shared.isValid());
    }

    @Test
    void companion_isAnotherAfterTheLastHandleWasClosed() {
        Block one = attach("a");
        MappedBuffer first = companion(one);
        one.close();
        try (Block again = attach("a")) {
            assertNotSame(first, companion(again));
            assertTrue(companion(again).isValid());
        }
    }

    /** Its place in the directory may be another object's by now. */
    @Test
    void companion_ofAClosedHandleIsRefused() {
        Block gone = attach("a");
        gone.close();
        region.remove("a");
        try (Block next = attach("b")) {
            assertEquals(gone.entry(), next.entry());
            companion(next);
            assertThrows(IllegalStateException.class, () -> companion(gone));
        }
    }

    @Test
    void companion_endsWithTheRegion() {
        MappedBuffer shared = companion(attach("a"));
        region.close();
        assertFalse(shared.isValid());
    }
}
