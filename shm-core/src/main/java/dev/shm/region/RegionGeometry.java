package dev.shm.region;

import dev.shm.memory.CacheLine;

/**
 * Where the parts of a region file lie: all of it follows from three numbers.
 *
 * @param maxParticipants slots in the participant table.
 * @param maxObjects entries in the directory.
 * @param heapBytes bytes for objects, a multiple of the line.
 */
record RegionGeometry(int maxParticipants, int maxObjects, long heapBytes) {
    static final int MAX_OBJECTS = 1 << 16;

    /** Agrona's buffers have int offsets. */
    static final long MAX_FILE_BYTES = Integer.MAX_VALUE / CacheLine.BYTES * CacheLine.BYTES;

    int participants() {
        return RegionLayout.TABLES;
    }

    int participant(int slot) {
        return participants() + slot * ParticipantLayout.BYTES;
    }

    int directory() {
        return participant(maxParticipants);
    }

    int entry(int index) {
        return directory() + index * DirectoryLayout.BYTES;
    }

    int openMasks() {
        return entry(maxObjects);
    }

    /** One bit per participant, in whole longs. */
    int openMaskBytes() {
        return (maxParticipants + Long.SIZE - 1) / Long.SIZE * Long.BYTES;
    }

    int openMask(int index) {
        return openMasks() + index * openMaskBytes();
    }

    int heap() {
        return CacheLine.align(openMask(maxObjects));
    }

    long fileBytes() {
        return heap() + heapBytes;
    }
}
