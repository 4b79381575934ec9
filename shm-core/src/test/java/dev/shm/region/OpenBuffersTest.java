package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The end of all handles, those that are just being made included. */
class OpenBuffersTest {
    private static MappedBuffer buffer() {
        return new MappedBuffer(ByteBuffer.allocateDirect(8));
    }

    @Test
    void invalidateAll_endsAllThatAreInUse() {
        OpenBuffers open = new OpenBuffers();
        List<MappedBuffer> buffers = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            buffers.add(buffer());
            open.add(buffers.get(i));
        }
        open.invalidateAll("closed");
        buffers.forEach(buffer -> assertFalse(buffer.isValid()));
    }

    @Test
    void add_afterTheEndEndsAtOnce() {
        OpenBuffers open = new OpenBuffers();
        open.invalidateAll("closed");
        MappedBuffer late = buffer();
        open.add(late);
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> late.getByte(0));
        assertTrue(e.getMessage().contains("closed"), e.getMessage());
    }
}
