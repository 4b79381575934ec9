package dev.shm.ring;

import static dev.shm.ring.BroadcastLayout.HEADER;
import static dev.shm.ring.BroadcastLayout.INTENT;
import static dev.shm.ring.BroadcastLayout.LATEST;
import static dev.shm.ring.BroadcastLayout.TAIL;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.RegionFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.BitUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.MessageHandler;

/** A receiver's side of the protocol of {@link Broadcast}. */
final class BroadcastReader {
    /*
     * Overview. The transmitter's steps are in BroadcastWriter.
     *
     *   open   go on at latest (J)
     *   poll   while tail (R) is beyond our position: load the header, copy the payload, each load an
     *          acquire (C); load intent (V). If our position is more than a capacity before it, the copy
     *          may be torn: count what is lost, and go on at latest (J).
     *          Else the record is whole: step over it, and hand the copy over
     *
     * Nothing is torn, as BroadcastWriter says: nothing that was loaded is used before (V), but the length,
     * and that only after it was found to lie inside the data.
     *
     * Nothing is lost unnoticed: positions only grow, by a record at a time, or by a jump that is counted.
     * Nothing is stuck: a receiver waits for nobody. After a jump, latest is at most three records and two
     * paddings before any intent, less than a capacity; so it is lapped again only by new records.
     */
    private static final int FIRST_SCRATCH = 256;

    private final AtomicBuffer buffer;
    private final int capacity;
    private final int mask;
    private MappedBuffer scratch = scratch(FIRST_SCRATCH);
    private long position; // of the next record
    private long losses;
    private long lostBytes;

    BroadcastReader(AtomicBuffer buffer, int capacity) {
        this.buffer = buffer;
        this.capacity = capacity;
        this.mask = capacity - 1;
        this.position = latest();
    }

    int poll(MessageHandler handler, int limit) {
        int records = 0;
        while (records < limit && position < tail()) { // (R) pairs with (T)
            int index = (int) position & mask;
            long header = buffer.getLongAcquire(index); // (C) pairs with (D)
            int length = BroadcastLayout.length(header);
            boolean isRecord = BroadcastFormat.isRecord(header, index, capacity);
            if (isRecord) {
                copy(index + HEADER, length - HEADER);
            }
            if (isLapped()) {
                jump();
            } else {
                position += BroadcastFormat.span(header, index, capacity);
                if (isRecord) {
                    records++;
                    int type = BroadcastLayout.type(header);
                    handler.onMessage(type, scratch, 0, length - HEADER);
                }
            }
        }
        return records;
    }

    /** Copies whole words; what is behind the payload in the last one does no harm. */
    private void copy(int index, int length) {
        if (length > scratch.capacity()) {
            scratch = scratch(BitUtil.findNextPositivePowerOfTwo(length));
        }
        for (int i = 0; i < length; i += Long.BYTES) {
            long word = buffer.getLongAcquire(index + i); // (C) pairs with (D)
            scratch.putLong(i, word, ByteOrder.LITTLE_ENDIAN);
        }
    }

    private boolean isLapped() {
        long intent = buffer.getLongAcquire(capacity + INTENT); // (V) pairs with (I)
        return intent - position > capacity;
    }

    private void jump() {
        long latest = latest();
        if (latest <= position) {
            throw new RegionFormatException(
                    "broadcast latest=" + latest + ", expected: more than " + position);
        }
        losses++;
        lostBytes += latest - position;
        position = latest;
    }

    private long tail() {
        return BroadcastFormat.position("tail", buffer.getLongAcquire(capacity + TAIL));
    }

    private long latest() {
        long latest = buffer.getLongAcquire(capacity + LATEST); // (J) pairs with (L)
        return BroadcastFormat.position("latest", latest);
    }

    private static MappedBuffer scratch(int bytes) {
        return new MappedBuffer(ByteBuffer.allocateDirect(bytes));
    }

    long position() {
        return position;
    }

    long losses() {
        return losses;
    }

    long lostBytes() {
        return lostBytes;
    }
}
