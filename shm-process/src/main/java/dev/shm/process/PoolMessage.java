package dev.shm.process;

import dev.shm.memory.KillPoint;
import dev.shm.queue.PipeEnd;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A message between a {@link ProcessPool} and a worker: what it is, and what it is about. What is
 * long comes as a second message, so that it is not copied to make room for the first.
 *
 * <pre>
 *  byte 0  byte 1                    bytes 2 to 9         the rest
 *  kind    1: a second one follows   number, big-endian   what it is about, unless that follows
 *
 *  kind       to      what it is about
 *  ---------  ------  ----------------------------------------------
 *  FUNCTION   worker  a {@link PoolJob}, serialised: of the ITEMS that follow
 *  ITEMS      worker  {@link Packing packed}, that it is to be applied to; number: the chunk's
 *  CALL       worker  a PoolJob, serialised, to be run once; number: the chunk's
 *  OPENED     pool    nothing: the worker has the region and the pipe, and begins with the initializer
 *  READY      pool    nothing
 *  UNUSABLE   pool    a {@link RemoteFailure} of the initializer
 *  OUTCOMES   pool    packed, one for each item of the chunk; a RemoteFailure if it failed
 *  BYTES      pool    the only outcome, an array of bytes, as it is
 *  FAILED     pool    a RemoteFailure of the chunk as a whole
 * </pre>
 */
final class PoolMessage {
    private static final int HEAD = 2 + Long.BYTES;
    private static final int LONG = 1 << 14; // bytes: to copy them costs about as much as a message
    private static final byte HERE = 0;
    private static final byte FOLLOWS = 1;

    /** What a message says. */
    enum Kind {
        FUNCTION(1),
        ITEMS(2),
        CALL(3),
        READY(4),
        UNUSABLE(5),
        OUTCOMES(6),
        BYTES(7),
        FAILED(8),
        OPENED(9);

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

    private final Kind kind;
    private final long number;
    private final byte[] array;
    private final int from;

    private PoolMessage(Kind kind, long number, byte[] array, int from) {
        this.kind = kind;
        this.number = number;
        this.array = array;
        this.from = from;
    }

    static void send(PipeEnd end, Kind kind, long number, Wire.Bytes about)
            throws EOFException, InterruptedException {
        send(end, kind, number, about.array(), about.size());
    }

    /** Sends one about the beginning of an array. */
    static void send(PipeEnd end, Kind kind, long number, byte[] about, int length)
            throws EOFException, InterruptedException {
        boolean isLong = length > LONG;
        ByteBuffer message = ByteBuffer.allocate(isLong ? HEAD : HEAD + length);
        message.put(kind.code).put(isLong ? FOLLOWS : HERE).putLong(number);
        if (isLong) {
            end.send(message.array());
            KillPoint.at("pool.head");
            end.send(about, 0, length);
        } else {
            end.send(message.put(about, 0, length).array());
        }
    }

    /** Waits for one. */
    static PoolMessage receive(PipeEnd end) throws IOException, InterruptedException {
        byte[] bytes = end.recv();
        Kind kind = bytes.length < HEAD ? null : Kind.of(bytes[0]);
        if (kind == null) {
            throw new IOException("message: length=" + bytes.length + ": none of ours");
        }
        long number = ByteBuffer.wrap(bytes).getLong(2);
        return bytes[1] == FOLLOWS
                ? new PoolMessage(kind, number, end.recv(), 0)
                : new PoolMessage(kind, number, bytes, HEAD);
    }

    Kind kind() {
        return kind;
    }

    /** That of the chunk that it is about, else 0. */
    long number() {
        return number;
    }

    /** Has what it is about, up to its end. */
    byte[] array() {
        return array;
    }

    /** Where that begins. */
    int from() {
        return from;
    }

    /** What it is about, in an array of its own. */
    byte[] about() {
        return from == 0 ? array : Arrays.copyOfRange(array, from, array.length);
    }

    /** What it is about, if that is serialised. */
    Object read() throws IOException, ClassNotFoundException {
        return Wire.read(array, from, array.length - from);
    }

    @Override
    public String toString() {
        return kind + " " + number + ", " + (array.length - from) + " bytes";
    }
}
