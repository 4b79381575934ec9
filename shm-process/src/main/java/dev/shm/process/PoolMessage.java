package dev.shm.process;

import dev.shm.queue.PipeEnd;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A message between a {@link ProcessPool} and a worker: what it is, and, for most kinds, a second
 * one with what it is about, so that large results are not copied to make room for the first.
 *
 * <pre>
 *  kind       to      second message
 *  ---------  ------  ----------------------------------------------
 *  RUN        worker  a {@link Chunk}, serialised; number: the chunk's
 *  READY      pool    none
 *  UNUSABLE   pool    a {@link RemoteFailure} of the initializer
 *  OUTCOMES   pool    {@link Packing packed}, one for each item of the chunk; a RemoteFailure if it failed
 *  BYTES      pool    the only outcome, an array of bytes, as it is
 *  FAILED     pool    a RemoteFailure of the chunk as a whole
 * </pre>
 *
 * @param kind of the message.
 * @param number of the chunk that it is about, else 0.
 */
record PoolMessage(Kind kind, long number) {
    private static final int BYTES = 1 + Long.BYTES;

    /** What a message says. */
    enum Kind {
        RUN(1),
        READY(2),
        UNUSABLE(3),
        OUTCOMES(4),
        BYTES(5),
        FAILED(6);

        private final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }

        private static @Nullable Kind of(byte code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            return null;
        }
    }

    void send(PipeEnd end) throws EOFException, InterruptedException {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).put(kind.code).putLong(number);
        end.send(bytes.array());
    }

    /** Sends it, and what it is about. */
    void send(PipeEnd end, Wire.Bytes about) throws EOFException, InterruptedException {
        send(end, about.array(), about.size());
    }

    /** Sends it, and what it is about. */
    void send(PipeEnd end, byte[] about, int length) throws EOFException, InterruptedException {
        send(end);
        end.send(about, 0, length);
    }

    /** Waits for the first message. */
    static PoolMessage receive(PipeEnd end) throws IOException, InterruptedException {
        byte[] bytes = end.recv();
        Kind kind = bytes.length == BYTES ? Kind.of(bytes[0]) : null;
        if (kind == null) {
            throw new IOException("message: length=" + bytes.length + ": none of ours");
        }
        return new PoolMessage(kind, ByteBuffer.wrap(bytes).getLong(1));
    }
}
