package dev.shm.sync;

import dev.shm.memory.CacheLine;

/**
 * Layout of a {@link WaitingRoom}.
 *
 * <pre>
 *  offset  size  field     written by               access
 *  ------  ----  --------  -----------------------  ----------------
 *       0     4  epoch     who signals              atomic add
 *       4     4  waiting   waiters and signallers   CAS
 *       8   120  reserved  nobody                   zero
 *
 *  waiting   who may be asleep
 *  -------   ------------------------------------------------------------
 *        0   nobody that must be woken
 *        1   somebody who can go on with one permit: wake one for each
 *        2   somebody who needs several at once, too: wake all
 * </pre>
 *
 * <p>The epoch counts the signals, modulo 2^32.
 */
final class WaitingRoomLayout {
    static final int EPOCH = 0;
    static final int WAITING = 4;
    static final int BYTES = CacheLine.BYTES;

    static final int NOBODY = 0;
    static final int FOR_ONE = 1;
    static final int FOR_SEVERAL = 2;

    private WaitingRoomLayout() {}
}
