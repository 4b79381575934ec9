package dev.shm.ring;

import static dev.shm.ring.BroadcastLayout.ALIGNMENT;
import static dev.shm.ring.BroadcastLayout.HEADER;

import dev.shm.region.RegionFormatException;

/** The checks of what the memory of a broadcast says, before it is used. */
final class BroadcastFormat {
    private BroadcastFormat() {}

    /** Whether a header is that of a record which lies inside the data. */
    static boolean isRecord(long header, int index, int capacity) {
        int length = BroadcastLayout.length(header);
        return BroadcastLayout.type(header) > 0
                && length >= HEADER
                && length - HEADER <= BroadcastLayout.maxLength(capacity)
                && BroadcastLayout.span(length) <= capacity - index;
    }

    /**
     * The distance to the next record.
     *
     * @param index of the header in the data.
     * @throws RegionFormatException if no transmitter of ours writes such a header there.
     */
    static int span(long header, int index, int capacity) {
        int room = capacity - index;
        boolean isPadding = index != 0 && header == BroadcastLayout.padding(room);
        if (!isPadding && !isRecord(header, index, capacity)) {
            throw new RegionFormatException(
                    "broadcast index="
                            + index
                            + " type="
                            + BroadcastLayout.type(header)
                            + " length="
                            + BroadcastLayout.length(header)
                            + ", expected: a record of "
                            + HEADER
                            + " to "
                            + Math.min(room, HEADER + BroadcastLayout.maxLength(capacity))
                            + " bytes, or padding of "
                            + room);
        }
        return BroadcastLayout.span(BroadcastLayout.length(header));
    }

    /**
     * A position.
     *
     * @throws RegionFormatException if it is none.
     */
    static long position(String name, long position) {
        if (position < 0 || position % ALIGNMENT != 0) {
            throw new RegionFormatException(
                    "broadcast "
                            + name
                            + "="
                            + position
                            + ", expected: a multiple of "
                            + ALIGNMENT
                            + ", 0 or more");
        }
        return position;
    }

    /**
     * A position that is between two others.
     *
     * @throws RegionFormatException if it is not.
     */
    static long position(String name, long position, long from, long to) {
        if (position < from || position > to) {
            throw new RegionFormatException(
                    "broadcast "
                            + name
                            + "="
                            + position
                            + ", expected: from "
                            + from
                            + " to "
                            + to);
        }
        return position(name, position);
    }
}
