package dev.shm.sync;

import dev.shm.memory.CacheLine;

/**
 * Layout of a {@link SharedLatch}.
 *
 * <pre>
 *  offset   size  field     written by                      access
 *  -------  ----  --------  ------------------------------  ------
 *        0     4  gate      who counts down last, waiters   CAS
 *        4   124  reserved  nobody                          zero
 *      128     8  left      who counts down                 CAS
 *      136   120  reserved  nobody                          zero
 *  256+4*k     4  party k   who joins as party k            CAS
 *
 *  gate    31          2       1        0
 *         +-------------+---------+------+
 *         |      0      | WAITERS | OPEN |
 *         +-------------+---------+------+
 *
 *  left     mode COUNT: how many times it is still to be counted down
 *           mode PARTIES: bit k is set while party k has not counted down
 *  party k  the tag of the participant that joined as party k; 0 nobody has. In mode COUNT there are
 *           no parties.
 *
 *  OPEN  left  state
 *  ----  ----  -------------------------------------------------------------------
 *    0    > 0  closed
 *    0      0  open, though nobody has said so yet: whoever finds it so does
 *    1      0  open for ever
 *    1    > 0  never written
 *
 *  directory: configA = parties or initial count, configB = 0 mode COUNT, 1 mode PARTIES;
 *             bytes = 256 in mode COUNT, 256 + 4 * parties in mode PARTIES
 * </pre>
 */
final class LatchLayout {
    static final int GATE = 0;
    static final int LEFT = CacheLine.BYTES;
    static final int PARTIES = 2 * CacheLine.BYTES;
    static final int MAX_PARTIES = Long.SIZE;

    static final int OPEN = 1;
    static final int WAITERS = 1 << 1;

    private LatchLayout() {}

    static int party(int party) {
        return PARTIES + party * Integer.BYTES;
    }

    static int bytes(int parties) {
        return party(parties);
    }

    /** The bits of so many parties. */
    static long mask(int parties) {
        return -1L >>> Long.SIZE - parties;
    }
}
