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

    private final Function<AtomicBuffer, RingBuffer> kind;

    private AgronaTransport(Function<AtomicBuffer, RingBuffer> kind) {
        this.kind = kind;
    }

    static Transport oneToOne() {
        return new AgronaTransport(OneToOneRingBuffer::new);
    }

    static Transport manyToOne() {
        return new AgronaTransport(ManyToOneRingBuffer::new);
    }

    @Override
    public Out out(Path folder, String name, int bytes) throws IOException {
        RingBuffer ring = ring(folder, name);
        AtomicBuffer source = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes));
        return number -> {
            source.putLong(0, number);
            return ring.write(TYPE, source, 0, bytes);
        };
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
            int bytes = ShmTransport.CAPACITY + RingBufferDescriptor.TRAILER_LENGTH;
            return kind.apply(new UnsafeBuffer(channel.map(MapMode.READ_WRITE, 0, bytes)));
        }
    }
}
