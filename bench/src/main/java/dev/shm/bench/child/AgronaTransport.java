package dev.shm.bench.child;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** One of Agrona's rings over a mapped file. */
final class AgronaTransport implements Transport {
    private static final int TYPE = 1;
    private static final int NUMBER_BYTES = 16; // with its header

    private final Function<AtomicBuffer, RingBuffer> kind;
    private final int capacity;
    private final boolean asNumbers;

    private AgronaTransport(
            Function<AtomicBuffer, RingBuffer> kind, int capacity, boolean asNumbers) {
        this.kind = kind;
        this.capacity = capacity;
        this.asNumbers = asNumbers;
    }

    /**
     * Its ring for one producer.
     *
     * @param asNumbers whether records have eight bytes and are copied from no buffer.
     */
    static Transport oneToOne(boolean asNumbers) {
        return new AgronaTransport(OneToOneRingBuffer::new, ShmTransport.CAPACITY, asNumbers);
    }

    /** Its ring for several, with room for as many numbers as ours. */
    static Transport manyToOne() {
        int capacity = MpmcTransport.CAPACITY * NUMBER_BYTES;
        return new AgronaTransport(ManyToOneRingBuffer::new, capacity, true);
    }

    @Override
    public Out out(Path folder, String name, int bytes) throws IOException {
        RingBuffer ring = ring(folder, name);
        if (asNumbers) {
            return number -> claim(ring, number);
        }
        AtomicBuffer source = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes));
        return number -> {
            source.putLong(0, number);
            return ring.write(TYPE, source, 0, bytes);
        };
    }

    /** Puts a number in where it is to lie; false if there is no room. */
    static boolean claim(RingBuffer ring, long number) {
        int index = ring.tryClaim(TYPE, Long.BYTES);
        if (index < 0) {
            return false;
        }
        ring.buffer().putLong(index, number);
        ring.commit(index);
        return true;
    }

    @Override
    public In in(Path folder, String name, int bytes, Sink sink, int limit) throws IOException {
        RingBuffer ring = ring(folder, name);
        return () -> ring.read(sink, limit);
    }

    private RingBuffer ring(Path folder, String name) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        folder.resolve(name + ".agrona"),
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE)) {
            int bytes = capacity + RingBufferDescriptor.TRAILER_LENGTH;
            return kind.apply(new UnsafeBuffer(channel.map(MapMode.READ_WRITE, 0, bytes)));
        }
    }
}
