package dev.shm.queue;

import dev.shm.codec.Codec;
import dev.shm.memory.MappedBuffer;
import dev.shm.queue.PipeInput.Sink;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/** The forms in which a message is received. */
final class PipeSinks {
    private PipeSinks() {}

    /** As an array of its own. */
    static final class Bytes implements Sink {
        byte @Nullable [] message;

        @Override
        public void take(DirectBuffer buffer, int index, int length) {
            byte[] copy = new byte[length];
            buffer.getBytes(index, copy);
            message = copy;
        }

        @Override
        public void take(byte[] whole) {
            message = whole;
        }
    }

    /** Into a buffer. */
    static final class Into implements Sink {
        private final MutableDirectBuffer target;
        private final int at;
        private byte @Nullable [] tooLong;
        private int length;

        Into(MutableDirectBuffer target, int at) {
            this.target = target;
            this.at = at;
        }

        @Override
        public void take(DirectBuffer buffer, int index, int size) {
            length = size;
            if (size <= room()) {
                target.putBytes(at, buffer, index, size);
            } else {
                tooLong = new byte[size];
                buffer.getBytes(index, tooLong);
            }
        }

        @Override
        public void take(byte[] whole) {
            length = whole.length;
            if (length <= room()) {
                target.putBytes(at, whole);
            } else {
                tooLong = whole;
            }
        }

        private int room() {
            return target.isExpandable() ? Integer.MAX_VALUE - at : target.capacity() - at;
        }

        /** How long the message is. */
        int length() {
            if (tooLong != null) {
                throw new BufferTooShortException(room(), tooLong);
            }
            return length;
        }
    }

    /** As a value. */
    static final class Decoded<E> implements Sink {
        private final Codec<E> codec;
        @Nullable E value;

        Decoded(Codec<E> codec) {
            this.codec = codec;
        }

        @Override
        public void take(DirectBuffer buffer, int index, int length) {
            value = codec.decode(buffer, index, length);
        }

        @Override
        public void take(byte[] whole) {
            MappedBuffer copy = new MappedBuffer(ByteBuffer.allocateDirect(whole.length));
            copy.putBytes(0, whole);
            value = codec.decode(copy, 0, whole.length);
        }
    }
}
