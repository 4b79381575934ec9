package dev.shm.queue;

import static dev.shm.queue.PipeLayout.FIRST;
import static dev.shm.queue.PipeLayout.LENGTH;
import static dev.shm.queue.PipeLayout.NEXT;
import static dev.shm.queue.PipeLayout.WHOLE;

import dev.shm.memory.KillPoint;
import dev.shm.queue.PipeWait.Outcome;
import dev.shm.ring.SpscProducer;
import dev.shm.wait.Deadline;
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

/** The sending half of an end of a pipe. */
final class PipeOutput {
    /*
     * Overview (the records are pictured in PipeLayout).
     *
     *   send   a message that fits into a record: WHOLE
     *          a longer one: FIRST, with its length, and NEXT until it is all there; each takes a quarter of
     *          the ring, so that the reader reads while we write
     *          no room: wait for it; after each record: signal the reader
     *
     * A message is received when it is all there, and not otherwise: who stops in the middle, because of
     * an interrupt, a timeout, an exception or a death, sends no further NEXT of it, and whatever comes then
     * is a WHOLE or a FIRST, or the end: the reader forgets what it has.
     */

    /** What a message is copied from. */
    @FunctionalInterface
    interface Source {
        /** Copies a part of the message. */
        void copyTo(MutableDirectBuffer target, int index, int from, int length);
    }

    private static final int PARTS = 4; // of the ring
    private static final int OVERHEAD = 16; // header of a record, and of the next one

    private final SpscProducer producer;
    private final PipeWait room;
    private final PipeWait reader;
    private final PipePeer peer;
    private final int longest;
    private final int part;

    /**
     * The half of one who has the end.
     *
     * @param capacity of the ring.
     * @param longest payload of a record in it.
     * @param room what we wait for.
     * @param reader what the other side waits for.
     */
    PipeOutput(
            SpscProducer producer,
            int capacity,
            int longest,
            PipeWait room,
            PipeWait reader,
            PipePeer peer) {
        this.producer = producer;
        this.room = room;
        this.reader = reader;
        this.peer = peer;
        this.longest = longest;
        this.part = capacity / PARTS - OVERHEAD;
    }

    /** Sends a message; unless it ends with DONE, nobody ever receives any of it. */
    Outcome send(Source source, int length, Deadline deadline) throws InterruptedException {
        if (peer.isOver()) {
            return Outcome.OVER;
        }
        if (length <= longest) {
            return put(WHOLE, source, 0, length, length, deadline);
        }
        int sent = part - LENGTH;
        Outcome outcome = put(FIRST, source, 0, sent, length, deadline);
        while (outcome == Outcome.DONE && sent < length) {
            int next = Math.min(part, length - sent);
            outcome = put(NEXT, source, sent, next, length, deadline);
            sent += next;
        }
        return outcome;
    }

    private Outcome put(int type, Source source, int from, int length, int total, Deadline deadline)
            throws InterruptedException {
        return tryPut(type, source, from, length, total)
                ? Outcome.DONE
                : room.await(() -> tryPut(type, source, from, length, total), peer, deadline);
    }

    private boolean tryPut(int type, Source source, int from, int length, int total) {
        int prefix = type == FIRST ? LENGTH : 0;
        int index = producer.tryClaim(type, prefix + length);
        if (index == SpscProducer.FULL) {
            return false;
        }
        try {
            MutableDirectBuffer target = producer.buffer();
            if (type == FIRST) {
                target.putLong(index, total, ByteOrder.LITTLE_ENDIAN);
            }
            source.copyTo(target, index + prefix, from, length);
        } catch (RuntimeException | Error e) {
            producer.abort(index);
            throw e;
        }
        KillPoint.at("pipe.claimed");
        producer.commit(index);
        KillPoint.at("pipe.published");
        reader.signal();
        return true;
    }

    /** Ends what this side does; waits for the call in progress. */
    void close() {
        producer.close();
    }

    /** Wakes both sides. */
    void signalAll() {
        room.signal();
        reader.signal();
    }
}
