package dev.shm.queue;

import static dev.shm.queue.PipeLayout.FIRST;
import static dev.shm.queue.PipeLayout.LENGTH;
import static dev.shm.queue.PipeLayout.MAX_MESSAGE;
import static dev.shm.queue.PipeLayout.NEXT;
import static dev.shm.queue.PipeLayout.WHOLE;

import dev.shm.memory.KillPoint;
import dev.shm.queue.PipeWait.Outcome;
import dev.shm.region.RegionFormatException;
import dev.shm.ring.SpscConsumer;
import dev.shm.wait.Deadline;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.jspecify.annotations.Nullable;

/** The receiving half of an end of a pipe. */
final class PipeInput {
    /*
     * Overview (the records are pictured in PipeLayout).
     *
     *   take   a message that was put together, if there is one; else the next record:
     *          WHOLE is a message, where it lies; FIRST and NEXT are added to what is put together, which is a
     *          message when it has its length. A WHOLE or a FIRST before that forgets what was there.
     *          After each record: give its room back, and signal the writer
     *   peek   the same, but a WHOLE stays where it is, and what was put together stays as well
     *
     * So no part of a message is ever handed out, and looking takes nothing away. Whoever writes nonsense
     * into the memory can keep a reader busy, as one who sends and never ends a message can; an interrupt,
     * the deadline and the end of the peer are looked at after each ring of records.
     */

    /** What a message is handed to; one of the two is called. */
    interface Sink {
        /** Takes it from the ring. */
        void take(DirectBuffer buffer, int index, int length);

        /** Takes it as it was put together. */
        void take(byte[] message);
    }

    private static final int NONE = -1;
    private static final int FIRST_BYTES = 1 << 20;

    private final SpscConsumer consumer;
    private final int capacity;
    private final PipeWait records;
    private final PipeWait writer;
    private final PipePeer peer;
    private final ControlledMessageHandler handler = this::onRecord;

    private byte[] assembly = new byte[0];
    private int filled;
    private int total = NONE; // the length of what is put together
    private @Nullable Sink sink; // of this call, or null: it only looks
    private boolean found; // a WHOLE, in this call
    private @Nullable String damage;

    /**
     * The half of one who has the end.
     *
     * @param capacity of the ring.
     * @param records what we wait for.
     * @param writer what the other side waits for.
     */
    PipeInput(
            SpscConsumer consumer, int capacity, PipeWait records, PipeWait writer, PipePeer peer) {
        this.consumer = consumer;
        this.capacity = capacity;
        this.records = records;
        this.writer = writer;
        this.peer = peer;
    }

    /** Hands the next message to a sink. */
    Outcome take(Sink to, Deadline deadline) throws InterruptedException {
        return await(to, deadline);
    }

    /** Waits until there is a whole message, which stays there. */
    Outcome peek(Deadline deadline) throws InterruptedException {
        return await(null, deadline);
    }

    /** Whether there is a whole message, or the end. */
    boolean isReady() {
        step(null);
        return hasMessage() || peer.isOver();
    }

    private Outcome await(@Nullable Sink to, Deadline deadline) throws InterruptedException {
        long end = Long.MAX_VALUE; // of what comes from a peer that is over: a ring at most
        while (consumer.position() < end) {
            Outcome outcome =
                    step(to) ? Outcome.DONE : records.await(() -> step(to), peer, deadline);
            if (outcome != Outcome.DONE || hasMessage()) {
                return outcome;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (end == Long.MAX_VALUE && peer.isOver()) {
                end = consumer.position() + capacity;
            }
            if (end == Long.MAX_VALUE && deadline.isExpired()) {
                return Outcome.TIMED_OUT;
            }
        }
        return Outcome.OVER;
    }

    /** Takes what there is, up to a message or a ring of it; false if there is nothing. */
    private boolean step(@Nullable Sink to) {
        long start = consumer.position();
        try {
            sink = to;
            found = false;
            while (!hasMessage() && consumer.position() - start < capacity && takeRecord()) {}
        } finally {
            sink = null;
        }
        if (damage != null) {
            throw new RegionFormatException("pipe " + damage);
        }
        if (!found && isComplete() && to != null) {
            byte[] message = assembly;
            forget();
            found = true;
            to.take(message);
        }
        return hasMessage() || consumer.position() != start;
    }

    /** Whether the last step has handed a message over, or seen one. */
    private boolean hasMessage() {
        return found || isComplete();
    }

    /** Takes a record, or looks at a WHOLE; false if there is none. */
    private boolean takeRecord() {
        int taken = 0;
        long before = consumer.position();
        try {
            taken = consumer.controlledPoll(handler, 1);
        } finally {
            if (consumer.position() != before) {
                KillPoint.at("pipe.taken");
                consumer.free();
                KillPoint.at("pipe.freed");
                writer.signal();
            }
        }
        return taken > 0;
    }

    private ControlledMessageHandler.Action onRecord(
            int type, DirectBuffer buffer, int index, int length) {
        switch (type) {
            case WHOLE -> {
                found = true;
                if (sink == null) {
                    return ControlledMessageHandler.Action.ABORT;
                }
                forget();
                sink.take(buffer, index, length);
            }
            case FIRST -> {
                long size = length < LENGTH ? NONE : buffer.getLong(index, ByteOrder.LITTLE_ENDIAN);
                if (size <= Math.max(0, length - LENGTH) || size > MAX_MESSAGE) {
                    return damaged("length of a message=" + size + ", in a record of " + length);
                }
                forget();
                total = (int) size;
                append(buffer, index + LENGTH, length - LENGTH);
            }
            case NEXT -> {
                if (length == 0 || length > total - filled) {
                    return damaged("part of " + length + " after " + filled + " of " + total);
                }
                append(buffer, index, length);
            }
            default -> {
                return damaged("record of type=" + type + ", expected: 1, 2 or 3");
            }
        }
        return ControlledMessageHandler.Action.COMMIT;
    }

    /** The record stays there, so that every later call fails in the same way. */
    private ControlledMessageHandler.Action damaged(String what) {
        damage = what;
        return ControlledMessageHandler.Action.ABORT;
    }

    /** The array grows with what has come, not with what was announced; in the end it is exact. */
    private void append(DirectBuffer buffer, int index, int length) {
        int needed = filled + length;
        if (needed > assembly.length) {
            long size = Math.max(Math.max(FIRST_BYTES, needed), 2L * assembly.length);
            assembly = Arrays.copyOf(assembly, (int) Math.min(size, total));
        }
        buffer.getBytes(index, assembly, filled, length);
        filled = needed;
    }

    private boolean isComplete() {
        return filled == total;
    }

    private void forget() {
        assembly = new byte[0];
        filled = 0;
        total = NONE;
    }

    /** Ends what this side does; waits for the call in progress. */
    void close() {
        consumer.close();
    }

    /** Wakes both sides. */
    void signalAll() {
        records.signal();
        writer.signal();
    }
}
