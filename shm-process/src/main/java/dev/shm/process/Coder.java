package dev.shm.process;

import dev.shm.codec.Codec;
import dev.shm.memory.MappedBuffer;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Turns values into arrays of bytes and back, so that no codec runs under a mutex.
 *
 * @param <E> the type of the values.
 */
final class Coder<E> {
    private final Codec<E> codec;
    private final String what;
    private final AtomicReference<@Nullable MappedBuffer> last = new AtomicReference<>();
    private final Queue<MappedBuffer> others = new ConcurrentLinkedQueue<>(); // of other threads

    /**
     * A coder.
     *
     * @param what is encoded, for messages.
     */
    Coder(Codec<E> codec, String what) {
        this.codec = Objects.requireNonNull(codec, "codec");
        this.what = what;
    }

    int maxBytes() {
        return codec.maxBytes();
    }

    byte[] encode(E value) {
        E given = Objects.requireNonNull(value, what);
        return withScratch(
                scratch -> {
                    byte[] bytes = new byte[codec.encode(given, scratch, 0)];
                    scratch.getBytes(0, bytes);
                    return bytes;
                });
    }

    E decode(byte[] bytes) {
        if (bytes.length > codec.maxBytes()) {
            throw new IllegalArgumentException(
                    what
                            + ": bytes="
                            + bytes.length
                            + ", allowed by this handle's codec: at most maxBytes="
                            + codec.maxBytes());
        }
        return withScratch(
                scratch -> {
                    scratch.putBytes(0, bytes);
                    return codec.decode(scratch, 0, bytes.length);
                });
    }

    private <T> T withScratch(Function<MappedBuffer, T> use) {
        MappedBuffer scratch = take();
        try {
            return use.apply(scratch);
        } finally {
            if (!last.compareAndSet(null, scratch)) {
                others.add(scratch);
            }
        }
    }

    private MappedBuffer take() {
        MappedBuffer idle = last.getAndSet(null);
        if (idle == null) {
            idle = others.poll();
        }
        return idle == null ? newScratch() : idle;
    }

    private MappedBuffer newScratch() {
        return new MappedBuffer(ByteBuffer.allocateDirect(codec.maxBytes()));
    }
}
