package dev.shm.region;

import dev.shm.memory.CacheLine;
import dev.shm.wait.RobustMutex;

/**
 * Layout of the header of a region file, little-endian.
 *
 * <pre>
 *  offset  size  field             written by              access
 *  ------  ----  ----------------  ----------------------  --------------------------
 *       0     8  magic             creator                 plain, before state
 *       8     4  version           creator                 plain, before state
 *      12     4  state             creator, once           release / acquire
 *      16     8  features          creator                 plain, before state
 *      24     8  fileBytes         creator                 plain, before state
 *      32     8  nonceLow          creator                 plain, before state
 *      40     8  nonceHigh         creator                 plain, before state
 *      48     4  maxParticipants   creator                 plain, before state
 *      52     4  maxObjects        creator                 plain, before state
 *      56     4  participants      creator                 plain, offset of the table
 *      60     4  directory         creator                 plain, offset of the table
 *      64     4  openMasks         creator                 plain, offset of the table
 *      68     4  heap              creator                 plain, offset of the objects
 *      72     8  heapBytes         creator                 plain, before state
 *      80     8  checksum          creator                 FNV-1a of bytes 16 to 79
 *      88    40  reserved          nobody                  zero
 *     128    16  directory mutex   whoever changes names   see RobustMutex
 *     144     8  changes           holder of the mutex     fetch-and-add / acquire, before a change
 *     152   104  reserved          nobody                  zero
 *     256        participants      see ParticipantLayout
 *                directory         see DirectoryLayout
 *                openMasks         one bit per participant for each directory entry
 *                heap              the objects, each on a 128-byte boundary
 * </pre>
 */
final class RegionLayout {
    static final int MAGIC = 0;
    static final int VERSION = 8;
    static final int STATE = 12;
    static final int FEATURES = 16;
    static final int FILE_BYTES = 24;
    static final int NONCE_LOW = 32;
    static final int NONCE_HIGH = 40;
    static final int MAX_PARTICIPANTS = 48;
    static final int MAX_OBJECTS = 52;
    static final int PARTICIPANTS = 56;
    static final int DIRECTORY = 60;
    static final int OPEN_MASKS = 64;
    static final int HEAP = 68;
    static final int HEAP_BYTES = 72;
    static final int CHECKSUM = 80;

    static final int DIRECTORY_MUTEX = CacheLine.BYTES;

    /** Grows before an entry of the directory is claimed or freed. */
    static final int CHANGES = DIRECTORY_MUTEX + RobustMutex.BYTES;

    static final int TABLES = 2 * CacheLine.BYTES;

    /** The first line of the file: all that is read before the file is mapped. */
    static final int HEADER_BYTES = CacheLine.BYTES;

    /** The bytes {@code shm-regn} read as a little-endian long. */
    static final long MAGIC_VALUE = 0x6E67_6572_2D6D_6873L;

    static final int FORMAT_VERSION = 1;

    /** Features that a reader must know to use a file; there are none yet. */
    static final long KNOWN_FEATURES = 0;

    /** Its creator has not finished: if that one is dead the file is made again from scratch. */
    static final int INIT = 0;

    /** Complete, for ever. */
    static final int READY = 1;

    private RegionLayout() {}
}
