package dev.shm.ring;

import static dev.shm.ring.BroadcastLayout.HEADER;
import static dev.shm.ring.BroadcastLayout.INTENT;
import static dev.shm.ring.BroadcastLayout.LATEST;
import static dev.shm.ring.BroadcastLayout.TAIL;

import dev.shm.memory.KillPoint;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/** The transmitter's side of the protocol of {@link Broadcast}. */
final class BroadcastWriter {
    /*
     * Overview (the protocol of Agrona's BroadcastTransmitter; the words are pictured in BroadcastLayout).
     *
     *   open       go on at tail; whatever intent a predecessor left stays the least (O); from latest on
     *              look for the last record, and store it into latest (L)
     *   transmit   intent = the end of the record, or what it was if that is more (I)
     *              does not fit before the end of the data: padding, and go on at place 0
     *              header and payload, 8 bytes at a time, each a release store (D)
     *              tail = the end of the record (T); latest = its beginning (L)
     *
     * Nothing is torn. A receiver copies a record, each load an acquire, and then looks at intent (V). If
     * one of its loads returned a store (D) of a later lap, the (I) before that store is visible to (V): the
     * copy is not used. It reads no further than (T), which released all stores before it.
     *
     * Where we differ from Agrona, and why. There a transmitter killed between (I) and (T) leaves an intent
     * that the next one takes back when its own record is shorter: what the dead one had begun to write over
     * would be believed again. So intent never falls (O). And (L) comes after (T), so that latest is never
     * ahead of what is transmitted. Agrona's receiver takes the next position from a length before it knows
     * that it was not written over, and is then lost for good; ours does not.
     *
     * Nothing is stuck. Killed before (T): it never happened, and the successor writes over it. Killed
     * before (L): it is transmitted, and who joins begins one record earlier; only one, since each successor
     * makes up for it. Nobody waits for anything.
     */
    private final AtomicBuffer buffer;
    private final int capacity;
    private final int maxLength;
    private long intent;
    private long tail;

    /** Goes on where the last transmitter ended, however it ended. The caller has the role. */
    BroadcastWriter(AtomicBuffer buffer, int capacity) {
        this.buffer = buffer;
        this.capacity = capacity;
        this.maxLength = BroadcastLayout.maxLength(capacity);
        this.tail = BroadcastFormat.position("tail", buffer.getLongAcquire(capacity + TAIL));
        this.intent =
                BroadcastFormat.position(
                        "intent",
                        buffer.getLongAcquire(capacity + INTENT), // (O)
                        tail,
                        tail + capacity);
        repairLatest();
    }

    /** A predecessor may have died just before it said which record is the latest. */
    private void repairLatest() {
        long stored = buffer.getLongAcquire(capacity + LATEST);
        long latest = BroadcastFormat.position("latest", stored, tail - capacity, tail);
        for (long next = latest; next < tail; ) {
            latest = next;
            int index = (int) next & (capacity - 1);
            next += BroadcastFormat.span(buffer.getLongAcquire(index), index, capacity);
        }
        buffer.putLongRelease(capacity + LATEST, latest); // (L)
    }

    void transmit(int type, DirectBuffer source, int sourceIndex, int length) {
        check(type, length);
        source.boundsCheck(sourceIndex, length);
        int span = BroadcastLayout.span(HEADER + length);
        int index = (int) tail & (capacity - 1);
        int toEnd = capacity - index;
        long start = span <= toEnd ? tail : tail + toEnd;
        intent = Math.max(intent, start + span);
        buffer.putLongRelease(capacity + INTENT, intent); // (I) pairs with (V)
        KillPoint.at("broadcast.intent");
        if (start != tail) {
            buffer.putLongRelease(index, BroadcastLayout.padding(toEnd)); // (D)
            KillPoint.at("broadcast.padded");
            index = 0;
        }
        buffer.putLongRelease(index, BroadcastLayout.header(type, length)); // (D)
        copy(index + HEADER, source, sourceIndex, length);
        KillPoint.at("broadcast.copied");
        tail = start + span;
        buffer.putLongRelease(capacity + TAIL, tail); // (T) pairs with (R): the record is visible
        KillPoint.at("broadcast.transmitted");
        buffer.putLongRelease(capacity + LATEST, start); // (L) pairs with (J)
    }

    /** In words of 8 bytes; what is left of the last one is zero. */
    private void copy(int index, DirectBuffer source, int sourceIndex, int length) {
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            long word = source.getLong(sourceIndex + i, ByteOrder.LITTLE_ENDIAN);
            buffer.putLongRelease(index + i, word); // (D) pairs with (C)
            KillPoint.at("broadcast.word");
        }
        if (i < length) {
            long word = 0;
            for (int j = length - 1; j >= i; j--) {
                word = word << Byte.SIZE | source.getByte(sourceIndex + j) & 0xFF;
            }
            buffer.putLongRelease(index + i, word); // (D)
        }
    }

    private void check(int type, int length) {
        if (type < 1) {
            throw new IllegalArgumentException("type=" + type + ": must be at least 1");
        }
        if (length < 0 || length > maxLength) {
            throw new IllegalArgumentException(
                    "length="
                            + length
                            + ", allowed: 0 to "
                            + maxLength
                            + " in a broadcast of "
                            + capacity);
        }
    }

    /** The end of what is transmitted. */
    long position() {
        return tail;
    }
}
