package dev.shm.sync;

import dev.shm.memory.CacheLine;

/**
 * Layout of a {@link CountingSemaphore}.
 *
 * <pre>
 *  offset  size  field         written by                      access
 *  ------  ----  ------------  ------------------------------  ------
 *       0   128  waiting room  see {@link WaitingRoomLayout}
 *     128     4  count         who acquires, releases, waits   CAS
 *     132   124  reserved      nobody                          zero
 *
 *  count     31      30                          0
 *         +--------+------------------------------+
 *         | WAITED |           permits            |
 *         +--------+------------------------------+
 *
 *  WAITED: somebody may be asleep, and who releases looks who waits
 *
 *  directory: configA = initial count, configB = 0, bytes = 256
 * </pre>
 */
final class CountingLayout {
    static final int COUNT = CacheLine.BYTES;
    static final int BYTES = 2 * CacheLine.BYTES;

    static final int WAITED = 1 << 31;
    static final int PERMITS = Integer.MAX_VALUE;

    private CountingLayout() {}
}
