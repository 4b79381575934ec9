package dev.shm.region;

import dev.shm.memory.CacheLine;
import dev.shm.memory.KillPoint;
import dev.shm.memory.MappedBuffer;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The entries of the directory in memory: reads, writes and checks, no decisions but the sweep.
 * Every offset and length that comes from the file is checked before it is used.
 */
final class DirectoryTable {
    private final String region;
    private final AtomicBuffer buffer;
    private final MappedBuffer memory;
    private final RegionGeometry geometry;

    DirectoryTable(String region, MappedBuffer memory, RegionGeometry geometry) {
        this(region, memory, memory, geometry);
    }

    /**
     * The same for tests: with the tables reached in another way than the objects.
     *
     * @param buffer the region, by which the tables are reached.
     * @param memory the same region, of which the objects are views.
     */
    DirectoryTable(
            String region, AtomicBuffer buffer, MappedBuffer memory, RegionGeometry geometry) {
        this.region = region;
        this.buffer = buffer;
        this.memory = memory;
        this.geometry = geometry;
    }

    int entries() {
        return geometry.maxObjects();
    }

    RegionGeometry geometry() {
        return geometry;
    }

    long state(int entry) {
        return buffer.getLongVolatile(geometry.entry(entry) + DirectoryLayout.STATE);
    }

    int status(int entry) {
        return DirectoryLayout.status(state(entry));
    }

    boolean compareAndSetState(int entry, long expected, long state) {
        return buffer.compareAndSetLong(
                geometry.entry(entry) + DirectoryLayout.STATE, expected, state);
    }

    /** Whether an entry stands for a name: one that is being created counts. */
    static boolean isNamed(long state) {
        int status = DirectoryLayout.status(state);
        return status == DirectoryLayout.CREATING || status == DirectoryLayout.READY;
    }

    /** Whether an entry stands for this name. */
    boolean isNamed(int entry, String name) {
        return isNamed(state(entry)) && hasName(entry, name.getBytes(StandardCharsets.US_ASCII));
    }

    /** The entry of this name, looked for among all; -1 when there is none. */
    int find(String name) {
        byte[] wanted = name.getBytes(StandardCharsets.US_ASCII);
        for (int entry = 0; entry < entries(); entry++) {
            if (isNamed(state(entry)) && hasName(entry, wanted)) {
                return entry;
            }
        }
        return -1;
    }

    private boolean hasName(int entry, byte[] wanted) {
        int at = geometry.entry(entry);
        if (buffer.getByte(at + DirectoryLayout.NAME_BYTES) != wanted.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (buffer.getByte(at + DirectoryLayout.NAME + i) != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    /** The state that makes a FREE entry one that we create. */
    long nextGeneration(int entry, int creator) {
        return DirectoryLayout.with(
                DirectoryLayout.nextGeneration(state(entry)), DirectoryLayout.CREATING, creator);
    }

    /** How often entries were claimed or freed. */
    long changes() {
        return buffer.getLongVolatile(RegionLayout.CHANGES);
    }

    /** Says that one more is about to be; returns how often that was said before. */
    long announceChange() {
        return buffer.getAndAddLong(RegionLayout.CHANGES, 1);
    }

    String name(int entry) {
        String name = nameIfAny(entry);
        if (name == null) {
            throw corrupt(entry, "expected a name of 1 to 63 characters");
        }
        return name;
    }

    /** Null when what stands there is no name. */
    @Nullable String nameIfAny(int entry) {
        int at = geometry.entry(entry);
        byte[] name = new byte[buffer.getByte(at + DirectoryLayout.NAME_BYTES) & 0xFF];
        if (name.length > DirectoryLayout.BYTES - DirectoryLayout.NAME) {
            return null;
        }
        buffer.getBytes(at + DirectoryLayout.NAME, name);
        String text = new String(name, StandardCharsets.US_ASCII);
        return RegionOptions.NAME.matcher(text).matches() ? text : null;
    }

    int offset(int entry) {
        long offset = buffer.getLong(geometry.entry(entry) + DirectoryLayout.OFFSET);
        long length = CacheLine.align((long) bytes(entry));
        if (offset < geometry.heap()
                || offset > geometry.fileBytes() - length
                || offset % CacheLine.BYTES != 0) {
            throw corrupt(entry, "expected an extent inside the heap, found offset=" + offset);
        }
        return (int) offset;
    }

    int bytes(int entry) {
        int bytes = buffer.getInt(geometry.entry(entry) + DirectoryLayout.OBJECT_BYTES);
        if (bytes < 1) {
            throw corrupt(entry, "expected a positive size, found bytes=" + bytes);
        }
        return bytes;
    }

    int kind(int entry) {
        return buffer.getInt(geometry.entry(entry) + DirectoryLayout.KIND);
    }

    long configA(int entry) {
        return buffer.getLong(geometry.entry(entry) + DirectoryLayout.CONFIG_A);
    }

    long configB(int entry) {
        return buffer.getLong(geometry.entry(entry) + DirectoryLayout.CONFIG_B);
    }

    private boolean needsSweep(int entry) {
        int flags = buffer.getInt(geometry.entry(entry) + DirectoryLayout.FLAGS);
        return (flags & DirectoryLayout.NEEDS_SWEEP) != 0;
    }

    RegionFormatException corrupt(int entry, String message) {
        return new RegionFormatException(
                "region=" + region + " directory entry=" + entry + ": " + message);
    }

    /**
     * Fills a FREE entry; the caller holds the mutex, and nobody looks before the state says so.
     */
    void describe(int entry, String name, ObjectSpec spec, int offset) {
        int at = geometry.entry(entry);
        buffer.putLong(at + DirectoryLayout.OFFSET, offset);
        buffer.putInt(at + DirectoryLayout.OBJECT_BYTES, spec.bytes());
        buffer.putInt(at + DirectoryLayout.KIND, spec.type().code());
        buffer.putInt(
                at + DirectoryLayout.FLAGS,
                spec.type().needsSweep() ? DirectoryLayout.NEEDS_SWEEP : 0);
        buffer.putLong(at + DirectoryLayout.CONFIG_A, spec.configA());
        buffer.putLong(at + DirectoryLayout.CONFIG_B, spec.configB());
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        buffer.putByte(at + DirectoryLayout.NAME_BYTES, (byte) bytes.length);
        buffer.putBytes(at + DirectoryLayout.NAME, bytes);
        for (int i = 0; i < geometry.openMaskBytes(); i += Long.BYTES) {
            buffer.putLong(geometry.openMask(entry) + i, 0);
        }
    }

    void setOpen(int entry, int slot) {
        int at = maskWord(entry, slot);
        long mask;
        do {
            mask = buffer.getLongVolatile(at);
        } while (!buffer.compareAndSetLong(at, mask, mask | bit(slot)));
    }

    void clearOpen(int entry, int slot) {
        int at = maskWord(entry, slot);
        long mask;
        do {
            mask = buffer.getLongVolatile(at);
        } while (!buffer.compareAndSetLong(at, mask, mask & ~bit(slot)));
    }

    boolean isOpen(int entry, int slot) {
        return (buffer.getLongVolatile(maskWord(entry, slot)) & bit(slot)) != 0;
    }

    boolean isOpenAnywhere(int entry) {
        for (int i = 0; i < geometry.openMaskBytes(); i += Long.BYTES) {
            if (buffer.getLongVolatile(geometry.openMask(entry) + i) != 0) {
                return true;
            }
        }
        return false;
    }

    private int maskWord(int entry, int slot) {
        return geometry.openMask(entry) + slot / Long.SIZE * Long.BYTES;
    }

    private static long bit(int slot) {
        return 1L << slot; // shifts count modulo 64
    }

    /** Bytes that no object uses, in all gaps together. */
    long freeBytes() {
        long used = 0;
        for (int entry = 0; entry < entries(); entry++) {
            if (status(entry) != DirectoryLayout.FREE) {
                used += CacheLine.align((long) bytes(entry));
            }
        }
        return geometry.heapBytes() - used;
    }

    /**
     * Gives back what the participant of a slot has in every object that it had open. The bit goes
     * last, so that a sweep cut short is done again.
     *
     * @return false when an object is of a type whose code this process lacks.
     * @throws RegionFormatException when an object is damaged; all others are swept.
     */
    boolean sweep(int slot, int tag) {
        boolean complete = true;
        RegionFormatException damage = null;
        for (int entry = 0; entry < entries(); entry++) {
            int status = status(entry);
            if (status == DirectoryLayout.FREE || !isOpen(entry, slot)) {
                continue;
            }
            if (status == DirectoryLayout.CREATING || !needsSweep(entry)) {
                clearOpen(entry, slot);
                continue;
            }
            ObjectType type = ObjectTypes.find(kind(entry));
            if (type == null) {
                complete = false;
                continue;
            }
            if (type.needsSweep()) { // or the mark is damage
                try {
                    sweep(entry, type, tag);
                } catch (RegionFormatException e) {
                    damage = e;
                    continue;
                }
            }
            KillPoint.at("sweep.object");
            clearOpen(entry, slot);
        }
        if (damage != null) {
            throw damage;
        }
        return complete;
    }

    private void sweep(int entry, ObjectType type, int tag) {
        MappedBuffer view = view(entry);
        try {
            type.sweep(view, configA(entry), configB(entry), tag);
        } catch (IndexOutOfBoundsException e) {
            throw corrupt(
                    entry,
                    "expected room for what "
                            + type.name()
                            + " keeps, found bytes="
                            + view.capacity());
        }
    }

    /** A buffer over the object's memory, and nothing else. */
    MappedBuffer view(int entry) {
        return memory.slice(offset(entry), bytes(entry));
    }

    /** Fills the memory, up to the end of its last line, with zeros. */
    void clear(int entry) {
        buffer.setMemory(offset(entry), CacheLine.align(bytes(entry)), (byte) 0);
    }

    boolean isMadeWith(int entry, ObjectSpec spec) {
        return kind(entry) == spec.type().code()
                && configA(entry) == spec.configA()
                && configB(entry) == spec.configB()
                && bytes(entry) == spec.bytes();
    }

    private String describe(int entry) {
        ObjectType type = ObjectTypes.find(kind(entry));
        if (type == null) {
            return "";
        }
        MappedBuffer view = view(entry);
        try {
            return type.describe(configA(entry), configB(entry), view);
        } catch (IndexOutOfBoundsException e) {
            return "unreadable configuration"; // of which the rest is not there
        }
    }

    /** What an object is, for messages. */
    String summary(int entry) {
        return summary(ObjectTypes.nameOf(kind(entry)), describe(entry), bytes(entry));
    }

    static String summary(String kind, String config, int bytes) {
        return kind + (config.isEmpty() ? "" : " of " + config) + " (" + bytes + " bytes)";
    }

    /** Everything about one entry, if it stands for an object that is whole; null otherwise. */
    @Nullable ObjectEntry read(int entry) {
        long state = state(entry);
        if (DirectoryLayout.status(state) != DirectoryLayout.READY) {
            return null;
        }
        try {
            ObjectEntry read =
                    new ObjectEntry(
                            name(entry),
                            ObjectTypes.nameOf(kind(entry)),
                            describe(entry),
                            bytes(entry));
            return isStill(entry, state) ? read : null;
        } catch (RuntimeException e) {
            if (isStill(entry, state)) {
                throw e;
            }
            return null; // removed, and half way to being another object
        }
    }

    /** Not a read: that one could be made before the plain reads that it is to vouch for. */
    private boolean isStill(int entry, long state) {
        return compareAndSetState(entry, state, state);
    }
}
