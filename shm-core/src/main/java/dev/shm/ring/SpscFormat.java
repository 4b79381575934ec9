package dev.shm.ring;

import static dev.shm.ring.SpscLayout.ALIGNMENT;
import static dev.shm.ring.SpscLayout.HEADER;

import dev.shm.region.RegionFormatException;

/**
 * The checks of what the memory of a ring says, before it is used. A ring that fails one is damaged
 * for good: every later call fails the same way.
 */
final class SpscFormat {
    private SpscFormat() {}

    /**
     * The distance to the next record, of a header that is not {@link SpscLayout#NOTHING}.
     *
     * @param index of the header in the data.
     * @throws RegionFormatException if no producer of ours writes such a header there.
     */
    static int span(long header, int index, int capacity) {
        int type = SpscLayout.type(header);
        int length = SpscLayout.length(header);
        int room = capacity - index;
        boolean isRecord = type > 0 && length >= HEADER && length <= room;
        boolean isPadding = type == -1 && length == room && index != 0;
        if (!isRecord && !isPadding) {
            throw new RegionFormatException(
                    "ring index="
                            + index
                            + " type="
                            + type
                            + " length="
                            + length
                            + ", expected: a record of "
                            + HEADER
                            + " to "
                            + room
                            + " bytes, or padding of "
                            + room);
        }
        return SpscLayout.span(length);
    }

    /**
     * A position that is so far ahead of another, at most.
     *
     * @throws RegionFormatException if it is not.
     */
    static long position(String name, long position, long from, long most) {
        if (position - from < 0 || position - from > most || position % ALIGNMENT != 0) {
            throw new RegionFormatException(
                    "ring "
                            + name
                            + "="
                            + position
                            + ", expected: a multiple of "
                            + ALIGNMENT
                            + " from "
                            + from
                            + " to "
                            + (from + most));
        }
        return position;
    }
}
