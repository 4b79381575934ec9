package dev.shm.region;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.agrona.concurrent.AtomicBuffer;

/** The slots of the participant table in memory: reads and writes, no decisions. */
final class ParticipantTable {
    private static final long SELF_START_MILLIS =
            ProcessHandle.current().info().startInstant().map(Instant::toEpochMilli).orElse(0L);

    private final AtomicBuffer buffer;
    private final RegionGeometry geometry;

    ParticipantTable(AtomicBuffer buffer, RegionGeometry geometry) {
        this.buffer = buffer;
        this.geometry = geometry;
    }

    int slots() {
        return geometry.maxParticipants();
    }

    long state(int slot) {
        return buffer.getLongVolatile(geometry.participant(slot) + ParticipantLayout.STATE);
    }

    /**
     * Goes on from a state that was seen; false if it has changed since. No state comes twice, so
     * nothing has happened in between if it has not.
     */
    boolean changeState(int slot, long seen, int incarnation, int status) {
        int at = geometry.participant(slot) + ParticipantLayout.STATE;
        long next = ParticipantLayout.state(incarnation, status);
        return buffer.compareAndSetLong(at, seen, next);
    }

    /**
     * Whether a tag names nobody who is alive: no slot, another incarnation, or one that is not
     * ACTIVE. One load; the answer true is final.
     */
    boolean isDead(int tag) {
        int slot = ParticipantLayout.slot(tag);
        if (slot < 0 || slot >= slots()) {
            return true;
        }
        long state = state(slot);
        return ParticipantLayout.status(state) != ParticipantLayout.ACTIVE
                || ParticipantLayout.tag(ParticipantLayout.incarnation(state), slot) != tag;
    }

    ProcessIdentity identity(int slot) {
        int at = geometry.participant(slot);
        return new ProcessIdentity(
                buffer.getLong(at + ParticipantLayout.PID),
                buffer.getLong(at + ParticipantLayout.START_TICKS),
                buffer.getLong(at + ParticipantLayout.PID_NAMESPACE),
                buffer.getLong(at + ParticipantLayout.BOOT));
    }

    /** Writes who we are; others believe it only once the state says ACTIVE. */
    void describeSelf(int slot) {
        int at = geometry.participant(slot);
        ProcessIdentity self = ProcessIdentity.self();
        buffer.putLong(at + ParticipantLayout.PID, self.pid());
        buffer.putLong(at + ParticipantLayout.START_TICKS, self.startTicks());
        buffer.putLong(at + ParticipantLayout.PID_NAMESPACE, self.pidNamespace());
        buffer.putLong(at + ParticipantLayout.BOOT, self.boot());
        buffer.putLong(at + ParticipantLayout.START_MILLIS, SELF_START_MILLIS);
        String mainClass = System.getProperty("sun.java.command", "").split(" ", 2)[0];
        byte[] command = mainClass.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(command.length, ParticipantLayout.MAX_COMMAND_BYTES);
        buffer.putInt(at + ParticipantLayout.COMMAND_BYTES, length);
        buffer.putBytes(at + ParticipantLayout.COMMAND, command, 0, length);
    }

    Participant describe(int slot, int tag) {
        int at = geometry.participant(slot);
        int length = buffer.getInt(at + ParticipantLayout.COMMAND_BYTES);
        int trusted = Math.max(0, Math.min(length, ParticipantLayout.MAX_COMMAND_BYTES));
        byte[] command = new byte[trusted];
        buffer.getBytes(at + ParticipantLayout.COMMAND, command);
        return new Participant(
                tag,
                buffer.getLong(at + ParticipantLayout.PID),
                Instant.ofEpochMilli(buffer.getLong(at + ParticipantLayout.START_MILLIS)),
                new String(command, StandardCharsets.UTF_8));
    }
}
