package dev.shm.region;

import dev.shm.memory.MappedBuffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The tables of a region, read and written behind its back. */
final class RawRegion {
    final RegionGeometry geometry;
    final MappedBuffer memory;
    final ParticipantTable participants;
    final DirectoryTable directory;
    private final RegionOptions options;

    RawRegion(Path path) {
        try {
            options = RegionOptions.at(path);
            geometry = RegionFile.readHeader(path, options).geometry();
            memory = new MappedBuffer(RegionFile.map(path, geometry.fileBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        participants = new ParticipantTable(memory, geometry);
        directory = new DirectoryTable("raw", memory, geometry);
    }

    int status(int slot) {
        return ParticipantLayout.status(participants.state(slot));
    }

    int incarnation(int slot) {
        return ParticipantLayout.incarnation(participants.state(slot));
    }

    /** Writes into a slot who is to be its tenant, and makes that one ACTIVE. */
    void pretend(int slot, int incarnation, ProcessIdentity tenant) {
        int at = geometry.participant(slot);
        memory.putLong(at + ParticipantLayout.PID, tenant.pid());
        memory.putLong(at + ParticipantLayout.START_TICKS, tenant.startTicks());
        memory.putLong(at + ParticipantLayout.PID_NAMESPACE, tenant.pidNamespace());
        memory.putLong(at + ParticipantLayout.BOOT, tenant.boot());
        setState(slot, incarnation, ParticipantLayout.ACTIVE);
    }

    void setState(int slot, int incarnation, int status) {
        memory.putLongVolatile(
                geometry.participant(slot) + ParticipantLayout.STATE,
                ParticipantLayout.state(incarnation, status));
    }

    /** A tenant that is dead for sure: there has been no such process since the machine started. */
    void pretendDead(int slot, int incarnation) {
        pretend(slot, incarnation, new ProcessIdentity(1, 1, 1, 1));
    }

    /** Whether somebody holds the byte of a slot, this JVM included. */
    boolean isLocked(int slot) {
        try {
            LockFile lockFile = LockFile.acquireExisting(options.lockPath(), options);
            try {
                SlotLocks.Held lock = lockFile.tryLockSlot(slot);
                if (lock != null) {
                    lock.unlock();
                }
                return lock == null;
            } finally {
                lockFile.release();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isOpen(String objectName, int slot) {
        int entry = directory.find(objectName);
        return entry >= 0 && directory.isOpen(entry, slot);
    }
}
