package dev.shm.region;

import dev.shm.memory.CacheLine;

/**
 * Layout of one slot of the participant table, a line of its own.
 *
 * <pre>
 *  offset  size  field         written by                        access
 *  ------  ----  ------------  --------------------------------  -----------------
 *       0     8  state         the holder of the slot's byte     CAS / acquire
 *       8     8  pid           the participant, before it joins  plain
 *      16     8  startTicks    the participant, before it joins  plain
 *      24     8  pidNamespace  the participant, before it joins  plain
 *      32     8  boot          the participant, before it joins  plain
 *      40     8  startMillis   the participant, before it joins  plain
 *      48     4  commandBytes  the participant, before it joins  plain
 *      52    76  command       the participant, before it joins  plain, UTF-8
 *
 *  state    63            32 31      24 23        0
 *          +----------------+----------+----------+
 *          |  incarnation   |  status  |    0     |
 *          +----------------+----------+----------+
 *
 *  status   name     what it says                               who may change it
 *  ------   -------  -----------------------------------------  --------------------------------
 *       0   FREE     nobody, and nothing is left of anybody     a joiner: ACTIVE, or RETIRED
 *       1   ACTIVE   joined; alive while its byte is locked     itself: FREE; a prober: DEAD
 *       2   DEAD     certified dead, its claims not all swept   whoever completes the sweep: FREE
 *       3   RETIRED  its incarnations are used up               nobody
 *
 *  tag      29                      12 11             0
 *          +--------------------------+----------------+
 *          |  incarnation, low 18 bit |  slot + 1      |        0 names nobody
 *          +--------------------------+----------------+
 * </pre>
 *
 * <p>The state is changed only by whoever holds the lock on the slot's byte of the lock file; by a
 * CAS, because foreign code of its process may cost it that lock. Incarnations only grow, and a
 * slot retires before a tag could repeat: a tag in a lock word never comes to mean somebody else.
 */
final class ParticipantLayout {
    static final int STATE = 0;
    static final int PID = 8;
    static final int START_TICKS = 16;
    static final int PID_NAMESPACE = 24;
    static final int BOOT = 32;
    static final int START_MILLIS = 40;
    static final int COMMAND_BYTES = 48;
    static final int COMMAND = 52;
    static final int MAX_COMMAND_BYTES = 76;
    static final int BYTES = CacheLine.BYTES;

    static final int FREE = 0;
    static final int ACTIVE = 1;
    static final int DEAD = 2;
    static final int RETIRED = 3;

    /** The slot number is 12 bits of a tag, and 0 stands for nobody. */
    static final int MAX_SLOTS = 4095;

    /** The incarnation that is never given out: a slot that would reach it retires. */
    static final int LAST_INCARNATION = (1 << 18) - 1;

    private static final int SLOT_BITS = 12;
    private static final int SLOT_MASK = (1 << SLOT_BITS) - 1;
    private static final int STATUS_SHIFT = 24;
    private static final int STATUS_MASK = 0xFF;
    private static final int INCARNATION_SHIFT = 32;

    private ParticipantLayout() {}

    static long state(int incarnation, int status) {
        return (long) incarnation << INCARNATION_SHIFT | (long) status << STATUS_SHIFT;
    }

    static int status(long state) {
        return (int) (state >>> STATUS_SHIFT) & STATUS_MASK;
    }

    static int incarnation(long state) {
        return (int) (state >>> INCARNATION_SHIFT);
    }

    static int tag(int incarnation, int slot) {
        return (incarnation & LAST_INCARNATION) << SLOT_BITS | slot + 1;
    }

    /** The slot a tag names; -1 when it names nobody. */
    static int slot(int tag) {
        return (tag & SLOT_MASK) - 1;
    }

    static int incarnationOfTag(int tag) {
        return tag >>> SLOT_BITS & LAST_INCARNATION;
    }
}
