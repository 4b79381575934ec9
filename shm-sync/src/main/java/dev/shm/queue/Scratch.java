package dev.shm.queue;

import dev.shm.memory.MappedBuffer;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Buffers of one size, to encode into and to decode from while nobody is kept waiting.
 *
 * <p><b>Threads and processes.</b> Threads of this process; there are as many buffers as were in
 * use at once.
 */
final class Scratch {
    private final int bytes;
    private final Queue<MappedBuffer> idle = new ConcurrentLinkedQueue<>();

    Scratch(int bytes) {
        this.bytes = bytes;
    }

    MappedBuffer take() {
        MappedBuffer buffer = idle.poll();
        return buffer != null ? buffer : new MappedBuffer(ByteBuffer.allocateDirect(bytes));
    }

    void giveBack(MappedBuffer buffer) {
        idle.add(buffer);
    }
}
