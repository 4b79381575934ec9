package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The numbers are the file format. */
class ParticipantLayoutTest {
    private static final int SLOT_0 = 256;
    private static final int SLOT_1 = SLOT_0 + 128;

    @TempDir Path directory;

    @Test
    void offsets_areTheFormat() {
        assertEquals(0, ParticipantLayout.STATE);
        assertEquals(8, ParticipantLayout.PID);
        assertEquals(16, ParticipantLayout.START_TICKS);
        assertEquals(24, ParticipantLayout.PID_NAMESPACE);
        assertEquals(32, ParticipantLayout.BOOT);
        assertEquals(40, ParticipantLayout.START_MILLIS);
        assertEquals(48, ParticipantLayout.COMMAND_BYTES);
        assertEquals(52, ParticipantLayout.COMMAND);
        assertEquals(76, ParticipantLayout.MAX_COMMAND_BYTES);
        assertEquals(128, ParticipantLayout.BYTES);
        assertEquals(
                ParticipantLayout.BYTES,
                ParticipantLayout.COMMAND + ParticipantLayout.MAX_COMMAND_BYTES);
    }

    @Test
    void codes_areTheFormat() {
        assertEquals(0, ParticipantLayout.FREE);
        assertEquals(1, ParticipantLayout.ACTIVE);
        assertEquals(2, ParticipantLayout.DEAD);
        assertEquals(3, ParticipantLayout.RETIRED);
        assertEquals(4095, ParticipantLayout.MAX_SLOTS);
        assertEquals(262_143, ParticipantLayout.LAST_INCARNATION);
    }

    @Test
    void state_packsIncarnationAndStatus() {
        assertEquals(0x0000_0005_0100_0000L, ParticipantLayout.state(5, ParticipantLayout.ACTIVE));
        assertEquals(0x0003_FFFE_0300_0000L, ParticipantLayout.state(0x3FFFE, 3));
        assertEquals(0, ParticipantLayout.state(0, ParticipantLayout.FREE), "zero at birth");
        assertEquals(5, ParticipantLayout.incarnation(0x0000_0005_0100_0000L));
        assertEquals(1, ParticipantLayout.status(0x0000_0005_0100_0000L));
        assertEquals(0xFF, ParticipantLayout.status(-1L), "status is 8 bits");
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, 0x00001001",
        "1, 1, 0x00001002",
        "5, 3, 0x00005004",
        "262142, 4094, 0x3FFFEFFF",
        "262145, 0, 0x00001001" // only 18 bits of the incarnation are in a tag
    })
    void tag_packsIncarnationAndSlot(int incarnation, int slot, int tag) {
        assertEquals(tag, ParticipantLayout.tag(incarnation, slot));
        assertEquals(slot, ParticipantLayout.slot(tag));
        assertEquals(incarnation & 0x3FFFF, ParticipantLayout.incarnationOfTag(tag));
    }

    @Test
    void tag_fitsIn30BitsAndZeroIsNobody() {
        int largest =
                ParticipantLayout.tag(
                        ParticipantLayout.LAST_INCARNATION - 1, ParticipantLayout.MAX_SLOTS - 1);
        assertTrue(largest < 1 << 30);
        assertEquals(-1, ParticipantLayout.slot(0));
    }

    @Test
    void slotOfAParticipant_hasTheDocumentedBytes() throws IOException {
        Path path = directory.resolve("layout.shm");
        try (SharedRegion first = SharedRegion.create(TestRegions.small(path));
                SharedRegion second = SharedRegion.open(TestRegions.small(path))) {
            ByteBuffer file = read(path);
            assertSlot(file, SLOT_0, 1, first.self());
            assertSlot(file, SLOT_1, 1, second.self());
        }
        assertEquals(0x0000_0001_0000_0000L, read(path).getLong(SLOT_0), "FREE after it left");
        try (SharedRegion third = SharedRegion.open(TestRegions.small(path))) {
            assertSlot(read(path), SLOT_0, 2, third.self());
        }
    }

    private static void assertSlot(ByteBuffer file, int at, int incarnation, Participant self) {
        assertEquals((long) incarnation << 32 | 1 << 24, file.getLong(at), "state");
        assertEquals(ProcessHandle.current().pid(), file.getLong(at + 8), "pid");
        assertEquals(self.started().toEpochMilli(), file.getLong(at + 40), "startMillis");
        byte[] command = new byte[file.getInt(at + 48)];
        file.get(at + 52, command);
        assertEquals(self.command(), new String(command, StandardCharsets.UTF_8), "command");
        assertEquals(incarnation << 12 | (at - SLOT_0) / 128 + 1, self.id(), "tag");
    }

    private static ByteBuffer read(Path path) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    }
}
