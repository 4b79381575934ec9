package dev.shm.region;

import dev.shm.memory.MappedBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tables of a region in an array, for those who damage them, and what is said of its file. */
public final class RegionTables {
    /** A participant that joins where nobody lives is of an incarnation that no word names. */
    private static final int FRESH_INCARNATION = 0x155;

    /**
     * A part of the file.
     *
     * @param offset from the start
     * @param length in bytes
     */
    public record Extent(int offset, int length) {}

    private RegionTables() {}

    /**
     * Names the parts of a region: its tables, and its objects.
     *
     * @param region a whole one
     * @return by name; that of an object is its own, and those of the tables begin with a dot
     */
    public static Map<String, Extent> parts(byte[] region) {
        MappedBuffer memory = memory(region);
        RegionGeometry geometry = geometry(memory);
        Map<String, Extent> parts = new LinkedHashMap<>();
        parts.put(".header", new Extent(0, RegionLayout.HEADER_BYTES));
        parts.put(
                ".mutex",
                new Extent(
                        RegionLayout.DIRECTORY_MUTEX,
                        RegionLayout.TABLES - RegionLayout.DIRECTORY_MUTEX));
        parts.put(".participants", between(geometry.participants(), geometry.directory()));
        parts.put(".directory", between(geometry.directory(), geometry.openMasks()));
        parts.put(".masks", between(geometry.openMasks(), geometry.heap()));
        DirectoryTable table = new DirectoryTable("parts", memory, geometry);
        for (int entry = 0; entry < table.entries(); entry++) {
            if (table.status(entry) == DirectoryLayout.READY) {
                parts.put(table.name(entry), new Extent(table.offset(entry), table.bytes(entry)));
            }
        }
        return parts;
    }

    private static Extent between(int from, int to) {
        return new Extent(from, to - from);
    }

    private static MappedBuffer memory(byte[] region) {
        ByteBuffer direct = ByteBuffer.allocateDirect(region.length);
        direct.put(0, region);
        return new MappedBuffer(direct);
    }

    private static RegionGeometry geometry(MappedBuffer memory) {
        return new RegionGeometry(
                memory.getInt(RegionLayout.MAX_PARTICIPANTS),
                memory.getInt(RegionLayout.MAX_OBJECTS),
                memory.getLong(RegionLayout.HEAP_BYTES));
    }

    /**
     * Makes the participants of a region those of a process that is gone, except for some.
     *
     * @param region is changed
     * @param living how many go on living, the first ones
     */
    public static void bury(byte[] region, int living) {
        MappedBuffer memory = memory(region);
        RegionGeometry geometry = geometry(memory);
        for (int slot = living; slot < geometry.maxParticipants(); slot++) {
            int at = geometry.participant(slot);
            long state = memory.getLong(at + ParticipantLayout.STATE);
            if (ParticipantLayout.status(state) == ParticipantLayout.FREE) {
                long fresh =
                        ParticipantLayout.state(FRESH_INCARNATION + slot, ParticipantLayout.FREE);
                memory.putLong(at + ParticipantLayout.STATE, fresh);
            } else {
                memory.putLong(at + ParticipantLayout.START_TICKS, -1);
            }
        }
        memory.getBytes(0, region);
    }

    /**
     * Makes the checksum of the header right.
     *
     * @param region is changed
     */
    public static void seal(byte[] region) {
        MappedBuffer memory = memory(region);
        int length = RegionLayout.CHECKSUM - RegionLayout.FEATURES;
        long checksum = Fnv.hash(memory, RegionLayout.FEATURES, length);
        memory.putLong(RegionLayout.CHECKSUM, checksum);
        memory.getBytes(0, region, 0, RegionLayout.HEADER_BYTES);
    }

    /**
     * Gives a region a header that is right in itself, and has tables of other sizes.
     *
     * @param region is changed, unless its file is too short for such tables
     * @param participants of the other tables
     * @param objects of the other tables
     */
    public static void reshape(byte[] region, int participants, int objects) {
        RegionGeometry tables = new RegionGeometry(participants, objects, 0);
        long heapBytes = (long) region.length - tables.heap();
        if (heapBytes <= 0) {
            return;
        }
        MappedBuffer memory = memory(region);
        memory.putInt(RegionLayout.MAX_PARTICIPANTS, participants);
        memory.putInt(RegionLayout.MAX_OBJECTS, objects);
        memory.putInt(RegionLayout.DIRECTORY, tables.directory());
        memory.putInt(RegionLayout.OPEN_MASKS, tables.openMasks());
        memory.putInt(RegionLayout.HEAP, tables.heap());
        memory.putLong(RegionLayout.HEAP_BYTES, heapBytes);
        memory.getBytes(0, region, 0, RegionLayout.HEADER_BYTES);
        seal(region);
    }

    /**
     * Tells whether the header of a region's file is accepted.
     *
     * @param options where it is
     * @return false when opening it must be refused
     */
    public static boolean isReadable(RegionOptions options) throws IOException {
        try {
            return RegionFile.readHeader(options.path(), options).found() == RegionFile.Found.READY;
        } catch (RegionFormatException e) {
            return false;
        }
    }

    /**
     * Tells whether there is an object of this name that is whole, and nothing else of the name.
     *
     * @param region a whole one
     * @param name of the object
     */
    public static boolean isReady(byte[] region, String name) {
        MappedBuffer memory = memory(region);
        DirectoryTable table = new DirectoryTable("ready", memory, geometry(memory));
        boolean ready = false;
        for (int entry = 0; entry < table.entries(); entry++) {
            if (table.isNamed(entry, name)) {
                if (ready || table.status(entry) != DirectoryLayout.READY) {
                    return false;
                }
                ready = true;
            }
        }
        return ready;
    }

    /**
     * Looks for a write that nobody makes who wanted to join, and could not: to anything else than
     * who is a participant, what the dead had open, and the objects that were given back for them.
     *
     * @param before the region, whose header is accepted
     * @param after the same
     * @return where there is one; null where there is none
     */
    public static @Nullable String strayWrite(byte[] before, byte[] after) {
        return stray(before, after, 0, false);
    }

    /**
     * The same for a participant that wanted to open an object, and could not.
     *
     * @param tag of the participant, which is not dead
     * @param before the region
     * @param after the same
     * @return where there is one; null where there is none
     */
    public static @Nullable String strayWriteOf(int tag, byte[] before, byte[] after) {
        return stray(before, after, tag, true);
    }

    private static @Nullable String stray(byte[] before, byte[] after, int tag, boolean locks) {
        MappedBuffer memory = memory(before);
        RegionGeometry geometry = geometry(memory);
        boolean[] free = new boolean[before.length];
        Arrays.fill(free, geometry.participants(), geometry.directory(), true);
        Arrays.fill(free, RegionLayout.DIRECTORY_MUTEX, RegionLayout.TABLES, locks);
        DirectoryTable table = new DirectoryTable("stray", memory, geometry);
        for (int entry = 0; entry < table.entries(); entry++) {
            if (isSwept(memory, geometry, table, entry, ParticipantLayout.slot(tag))) {
                Extent extent = extentIfAny(table, entry);
                Arrays.fill(free, extent.offset(), extent.offset() + extent.length(), true);
            }
        }
        for (int at = 0; at < before.length; at++) {
            boolean isMask = at >= geometry.openMasks() && at < geometry.heap();
            boolean isRight = isMask ? (after[at] & ~before[at]) == 0 : free[at];
            if (before[at] != after[at] && !isRight) {
                return "offset=" + at + " before=" + before[at] + " after=" + after[at];
            }
        }
        return null;
    }

    /**
     * Whether somebody else had it open who may be dead, and it is to be given back for that one.
     */
    private static boolean isSwept(
            MappedBuffer memory,
            RegionGeometry geometry,
            DirectoryTable table,
            int entry,
            int own) {
        int status = table.status(entry);
        int flags = memory.getInt(geometry.entry(entry) + DirectoryLayout.FLAGS);
        boolean swept = false;
        for (int slot = 0; slot < geometry.maxParticipants(); slot++) {
            long state = memory.getLong(geometry.participant(slot) + ParticipantLayout.STATE);
            swept |=
                    slot != own
                            && ParticipantLayout.status(state) != ParticipantLayout.FREE
                            && table.isOpen(entry, slot);
        }
        return swept
                && status != DirectoryLayout.FREE
                && status != DirectoryLayout.CREATING
                && (flags & DirectoryLayout.NEEDS_SWEEP) != 0;
    }

    private static Extent extentIfAny(DirectoryTable table, int entry) {
        try {
            return new Extent(table.offset(entry), table.bytes(entry));
        } catch (RegionFormatException outside) {
            return new Extent(0, 0);
        }
    }

    /**
     * Lists the regions of a directory.
     *
     * @param directory any
     * @return as {@link SharedRegion#list} does with the usual one
     */
    public static List<RegionInfo> list(Path directory) {
        return RegionListing.list(directory);
    }
}
