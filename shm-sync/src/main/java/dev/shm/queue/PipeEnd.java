package dev.shm.queue;

import dev.shm.codec.Codec;
import dev.shm.memory.MappedBuffer;
import dev.shm.queue.PipeInput.Sink;
import dev.shm.queue.PipeOutput.Source;
import dev.shm.queue.PipeWait.Outcome;
import dev.shm.wait.Deadline;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One end of a {@link SharedPipe}. Made by {@link SharedPipe#left} and {@link SharedPipe#right}.
 *
 * <pre>{@code
 * end.send("hello".getBytes(UTF_8));
 * byte[] answer = end.recv();                     // EOFException when the other end is over
 * if (end.poll(1, TimeUnit.SECONDS)) {
 *     String text = end.recv(Codecs.utf8(256));
 * }
 * }</pre>
 *
 * <p>A message is received whole and by itself, however long it is and also if it is empty. Sending
 * waits for room: a message that has none in the ring goes through it in parts, while the other end
 * receives. A message whose sending ended in any other way than by returning, or true, is never
 * received, nor is any part of it.
 *
 * <p><b>Threads and processes.</b> One thread at a time sends, and one at a time receives or polls;
 * they may be two. Any thread closes.
 *
 * <p><b>Memory effects.</b> What came before sending a message is visible to whoever receives it.
 *
 * <p><b>If a process dies.</b> The other end receives all that was sent, and then {@link
 * EOFException}, within some 100 ms of the death; what it sends from then on is refused in the same
 * way. An end is taken once: nobody goes on in the place of the dead, who may have received what he
 * never answered. A stopped process is waited for.
 */
public final class PipeEnd implements AutoCloseable {
    private static final int SMALL = 1 << 16;

    private final BooleanSupplier isGone;
    private final String name;
    private final @Nullable PipeOutput output;
    private final @Nullable PipeInput input;
    private final PipePeer self;
    private final PipePeer peer;
    private MappedBuffer scratch = new MappedBuffer(ByteBuffer.allocateDirect(0)); // the sender's
    private volatile boolean closed;

    /**
     * An end that is taken.
     *
     * @param isGone whether the pipe was closed, or its region.
     * @param name how messages call it.
     * @param output how it sends, or null.
     * @param input how it receives, or null.
     */
    PipeEnd(
            BooleanSupplier isGone,
            String name,
            @Nullable PipeOutput output,
            @Nullable PipeInput input,
            PipePeer self,
            PipePeer peer) {
        this.isGone = isGone;
        this.name = name;
        this.output = output;
        this.input = input;
        this.self = self;
        this.peer = peer;
    }

    /**
     * Whether this end can send.
     *
     * @return false for the right end of a one-way pipe.
     */
    public boolean isWritable() {
        return output != null;
    }

    /**
     * Whether this end can receive.
     *
     * @return false for the left end of a one-way pipe.
     */
    public boolean isReadable() {
        return input != null;
    }

    /**
     * Sends a message.
     *
     * @param message of 2<sup>30</sup> bytes at most.
     * @throws EOFException if the other end is over.
     * @throws InterruptedException if the thread was interrupted while it waited for room.
     * @throws IllegalArgumentException if the message is too long.
     * @throws IllegalStateException if this end, its pipe or the region was closed, or it only
     *     receives.
     */
    public void send(byte[] message) throws EOFException, InterruptedException {
        send(message, 0, message.length);
    }

    /**
     * Sends a part of an array as one message.
     *
     * @param source has the message.
     * @param offset where it begins.
     * @param length of it, 0 to 2<sup>30</sup>.
     * @throws IndexOutOfBoundsException if the array does not have it.
     * @throws EOFException if the other end is over.
     * @throws InterruptedException if the thread was interrupted while it waited for room.
     * @throws IllegalArgumentException if the message is too long.
     * @throws IllegalStateException as {@link #send(byte[])}.
     */
    public void send(byte[] source, int offset, int length)
            throws EOFException, InterruptedException {
        Objects.checkFromIndexSize(offset, length, source.length);
        Source bytes =
                (target, index, from, size) -> target.putBytes(index, source, offset + from, size);
        send(bytes, length, Deadline.never());
    }

    /**
     * Sends a part of a buffer as one message.
     *
     * @param source has the message.
     * @param index where it begins.
     * @param length of it, 0 to 2<sup>30</sup>.
     * @throws IndexOutOfBoundsException if the buffer does not have it.
     * @throws EOFException if the other end is over.
     * @throws InterruptedException if the thread was interrupted while it waited for room.
     * @throws IllegalArgumentException if the message is too long.
     * @throws IllegalStateException as {@link #send(byte[])}.
     */
    public void send(DirectBuffer source, int index, int length)
            throws EOFException, InterruptedException {
        send(bytes(source, index, length), length, Deadline.never());
    }

    /**
     * The same, within a time.
     *
     * @param source has the message.
     * @param index where it begins.
     * @param length of it, 0 to 2<sup>30</sup>.
     * @param timeout the longest time to wait for room; zero or less does not wait.
     * @param unit of the timeout.
     * @return false if the time ran out.
     * @throws IndexOutOfBoundsException if the buffer does not have it.
     * @throws EOFException if the other end is over.
     * @throws InterruptedException if the thread was interrupted while it waited for room.
     * @throws IllegalArgumentException if the message is too long.
     * @throws IllegalStateException as {@link #send(byte[])}.
     */
    public boolean send(DirectBuffer source, int index, int length, long timeout, TimeUnit unit)
            throws EOFException, InterruptedException {
        return send(bytes(source, index, length), length, Deadline.after(timeout, unit));
    }

    /**
     * Sends a value.
     *
     * @param value to send.
     * @param codec makes a message of it; if it fails, nothing is sent.
     * @param <E> its type.
     * @throws EOFException if the other end is over.
     * @throws InterruptedException if the thread was interrupted while it waited for room.
     * @throws IllegalArgumentException if the value cannot be encoded.
     * @throws IllegalStateException as {@link #send(byte[])}.
     */
    public <E> void send(E value, Codec<E> codec) throws EOFException, InterruptedException {
        int length = encode(value, codec);
        send(scratch, 0, length);
    }

    /** Most values are far smaller than the largest, which alone needs memory for that. */
    private <E> int encode(E value, Codec<E> codec) {
        growScratch(Math.min(codec.maxBytes(), SMALL));
        try {
            return codec.encode(value, scratch, 0);
        } catch (RuntimeException e) { // which may be that there is no room
            if (scratch.capacity() >= codec.maxBytes()) {
                throw e;
            }
        }
        growScratch(codec.maxBytes());
        return codec.encode(value, scratch, 0);
    }

    private void growScratch(int bytes) {
        if (scratch.capacity() < bytes) {
            scratch = new MappedBuffer(ByteBuffer.allocateDirect(bytes));
        }
    }

    private static Source bytes(DirectBuffer source, int index, int length) {
        source.boundsCheck(index, length);
        return (target, at, from, size) -> target.putBytes(at, source, index + from, size);
    }

    private boolean send(Source source, int length, Deadline deadline)
            throws EOFException, InterruptedException {
        checkOpen();
        if (output == null) {
            throw new IllegalStateException(name + " only receives");
        }
        if (length > PipeLayout.MAX_MESSAGE) {
            throw new IllegalArgumentException(
                    "length=" + length + ", allowed: 0 to " + PipeLayout.MAX_MESSAGE);
        }
        return hasCome(output.send(source, length, deadline));
    }

    /**
     * Waits for a message.
     *
     * @return the message.
     * @throws EOFException if the other end is over, and all that it sent was received.
     * @throws InterruptedException if the thread was interrupted while it waited.
     * @throws dev.shm.region.RegionFormatException if the memory is damaged.
     * @throws IllegalStateException if this end, its pipe or the region was closed, or it only
     *     sends.
     */
    public byte[] recv() throws EOFException, InterruptedException {
        PipeSinks.Bytes bytes = new PipeSinks.Bytes();
        take(bytes, Deadline.never());
        return Objects.requireNonNull(bytes.message);
    }

    /**
     * Waits for a message, for so long.
     *
     * @param timeout the longest time to wait; zero or less does not wait.
     * @param unit of the timeout.
     * @return the message, or null if the time ran out.
     * @throws EOFException as {@link #recv()}.
     * @throws InterruptedException if the thread was interrupted while it waited.
     * @throws IllegalStateException as {@link #recv()}.
     */
    public byte @Nullable [] recv(long timeout, TimeUnit unit)
            throws EOFException, InterruptedException {
        PipeSinks.Bytes bytes = new PipeSinks.Bytes();
        return take(bytes, Deadline.after(timeout, unit)) ? bytes.message : null;
    }

    /**
     * Waits for a message, and copies it into a buffer.
     *
     * @param target gets it.
     * @param index where it is to begin.
     * @return its length; the rest of the buffer stays as it is.
     * @throws BufferTooShortException if the message does not fit; it has it.
     * @throws EOFException as {@link #recv()}.
     * @throws InterruptedException if the thread was interrupted while it waited.
     * @throws IllegalStateException as {@link #recv()}.
     */
    public int recv(MutableDirectBuffer target, int index)
            throws EOFException, InterruptedException {
        target.boundsCheck(index, 0);
        PipeSinks.Into into = new PipeSinks.Into(target, index);
        take(into, Deadline.never());
        return into.length();
    }

    /**
     * Waits for a value.
     *
     * @param codec reads it; if it fails, the message is gone.
     * @param <E> its type.
     * @return the value.
     * @throws EOFException as {@link #recv()}.
     * @throws InterruptedException if the thread was interrupted while it waited.
     * @throws IllegalArgumentException if the message is none of the codec's.
     * @throws IllegalStateException as {@link #recv()}.
     */
    public <E> E recv(Codec<E> codec) throws EOFException, InterruptedException {
        PipeSinks.Decoded<E> decoded = new PipeSinks.Decoded<>(codec);
        take(decoded, Deadline.never());
        return Objects.requireNonNull(decoded.value);
    }

    private boolean take(Sink sink, Deadline deadline) throws EOFException, InterruptedException {
        return hasCome(input().take(sink, deadline));
    }

    /**
     * Whether there is a message, or the other end is over: receiving would not wait.
     *
     * @return false if there is nothing yet.
     * @throws IllegalStateException as {@link #recv()}.
     */
    public boolean poll() {
        return input().isReady();
    }

    /**
     * Waits until there is a message, or the other end is over: receiving would not wait then. A
     * message stays until it is received.
     *
     * @param timeout the longest time to wait; zero or less does not wait.
     * @param unit of the timeout.
     * @return false if the time ran out.
     * @throws InterruptedException if the thread was interrupted while it waited.
     * @throws IllegalStateException as {@link #recv()}.
     */
    public boolean poll(long timeout, TimeUnit unit) throws InterruptedException {
        return input().peek(Deadline.after(timeout, unit)) != Outcome.TIMED_OUT;
    }

    private PipeInput input() {
        checkOpen();
        if (input == null) {
            throw new IllegalStateException(name + " only sends");
        }
        return input;
    }

    private boolean hasCome(Outcome outcome) throws EOFException {
        if (outcome == Outcome.OVER) {
            throw new EOFException(name + ": the other end is over, " + peer.describe());
        }
        return outcome == Outcome.DONE;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(name + " is closed");
        }
    }

    /**
     * Whether this end was closed.
     *
     * @return true after {@link #close}, of it or of its pipe.
     */
    public boolean isClosed() {
        return closed;
    }

    /**
     * Ends this end for good. What it has sent can be received; what it has not received is lost.
     * Calls of other threads end with IllegalStateException. Closing again does nothing.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            closeHalves();
        } finally {
            tellThePeer();
        }
    }

    private void tellThePeer() {
        try {
            self.close();
            signal();
        } catch (IllegalStateException e) {
            if (!isGone.getAsBoolean()) {
                throw e;
            } // else it went with the region, and so did we
        }
    }

    private void closeHalves() {
        if (output != null) {
            output.close();
        }
        if (input != null) {
            input.close();
        }
    }

    private void signal() {
        if (output != null) {
            output.signalAll();
        }
        if (input != null) {
            input.signalAll();
        }
    }

    @Override
    public String toString() {
        return "PipeEnd[" + name + (closed ? ", closed" : "") + "]";
    }
}
