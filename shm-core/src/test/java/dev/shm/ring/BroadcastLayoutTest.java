package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.RegionFormatException;
import dev.shm.region.SharedRegion;
import dev.shm.testing.FormatDoc;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import org.agrona.concurrent.broadcast.BroadcastBufferDescriptor;
import org.agrona.concurrent.broadcast.RecordDescriptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The numbers of {@link BroadcastLayout} are the file format, and Agrona's. */
class BroadcastLayoutTest {
    private static final int CAPACITY = 128;

    @TempDir private Path directory;
    private SharedRegion region;

    @BeforeEach
    void open() {
        region = TestRings.region(directory);
    }

    @AfterEach
    void close() {
        region.close();
    }

    @Test
    void offsets() {
        assertEquals(0, BroadcastLayout.INTENT);
        assertEquals(8, BroadcastLayout.TAIL);
        assertEquals(16, BroadcastLayout.LATEST);
        assertEquals(24, BroadcastLayout.TRANSMITTER);
        assertEquals(256, BroadcastLayout.bytes(CAPACITY));
        assertEquals(16, BroadcastLayout.maxLength(CAPACITY));
        assertEquals(66, BroadcastType.INSTANCE.code());
        assertEquals("Broadcast", BroadcastType.INSTANCE.name());
        assertTrue(BroadcastLayout.isCapacity(1 << 30));
        assertFalse(BroadcastLayout.isCapacity(1L << 31));
        assertFalse(BroadcastLayout.isCapacity(192));
        assertFalse(BroadcastLayout.isCapacity(64));
    }

    @Test
    void offsets_areAgronas() {
        assertEquals(BroadcastBufferDescriptor.TAIL_INTENT_COUNTER_OFFSET, BroadcastLayout.INTENT);
        assertEquals(BroadcastBufferDescriptor.TAIL_COUNTER_OFFSET, BroadcastLayout.TAIL);
        assertEquals(BroadcastBufferDescriptor.LATEST_COUNTER_OFFSET, BroadcastLayout.LATEST);
        assertEquals(BroadcastBufferDescriptor.TRAILER_LENGTH, BroadcastLayout.TRAILER);
        assertEquals(RecordDescriptor.HEADER_LENGTH, BroadcastLayout.HEADER);
        assertEquals(RecordDescriptor.RECORD_ALIGNMENT, BroadcastLayout.ALIGNMENT);
        assertEquals(
                RecordDescriptor.calculateMaxMessageLength(1 << 20),
                BroadcastLayout.maxLength(1 << 20));
    }

    @Test
    void block_holdsRecords() {
        Broadcast broadcast = Broadcast.create(region, "b", CAPACITY);
        Block block = region.attach("b", BroadcastType.INSTANCE);
        assertEquals(CAPACITY, block.configA());
        assertEquals(0, block.configB());
        MappedBuffer memory = block.buffer();
        assertEquals(256, memory.capacity());
        BroadcastTransmitter transmitter = broadcast.transmitter();
        assertEquals(region.self().id(), memory.getInt(152, ByteOrder.LITTLE_ENDIAN));
        memory.setMemory(0, CAPACITY, (byte) 0x55); // what a lap before left
        transmitter.transmit(7, TestRings.bytes("abc"), 0, 3);
        assertEquals(11, memory.getInt(0, ByteOrder.LITTLE_ENDIAN));
        assertEquals(7, memory.getInt(4, ByteOrder.LITTLE_ENDIAN));
        assertEquals("abc\0\0\0\0\0", memory.getStringWithoutLengthAscii(8, 8));
        assertEquals(0x55, memory.getByte(16));
        assertWords(memory, 16, 16, 0);
        for (int i = 0; i < 4; i++) {
            transmitter.transmit(1, TestRings.bytes("0123456789abcdef"), 0, 16);
        }
        assertWords(memory, 112, 112, 88);
        transmitter.transmit(9, TestRings.bytes("0123456789abcdef"), 0, 16); // 16 left: padding
        assertEquals(0xFFFF_FFFF_0000_0010L, memory.getLong(112, ByteOrder.LITTLE_ENDIAN));
        assertEquals(9L << 32 | 24, memory.getLong(0, ByteOrder.LITTLE_ENDIAN));
        assertWords(memory, 152, 152, 128);
        transmitter.close();
        assertEquals(0, memory.getInt(152));
    }

    private static void assertWords(MappedBuffer memory, long intent, long tail, long latest) {
        assertEquals(intent, memory.getLong(CAPACITY, ByteOrder.LITTLE_ENDIAN));
        assertEquals(tail, memory.getLong(CAPACITY + 8, ByteOrder.LITTLE_ENDIAN));
        assertEquals(latest, memory.getLong(CAPACITY + 16, ByteOrder.LITTLE_ENDIAN));
    }

    /** {@code docs/format.md} has the same numbers. */
    @Test
    void formatDoc_isTheLayout() throws IOException {
        assertEquals(
                List.of(
                        "data 0 capacity",
                        "intent capacity + " + BroadcastLayout.INTENT + " 8",
                        "tail capacity + " + BroadcastLayout.TAIL + " 8",
                        "latest capacity + " + BroadcastLayout.LATEST + " 8",
                        "transmitter capacity + " + BroadcastLayout.TRANSMITTER + " 4",
                        "reserved capacity + 28 " + (BroadcastLayout.TRAILER - 28)),
                FormatDoc.table("broadcast layout").stream()
                        .map(row -> row.get(2) + " " + row.get(0) + " " + row.get(1))
                        .toList());
        assertEquals(List.of("63-32 type", "31-0 length"), bits());
        assertEquals(7, BroadcastLayout.type(BroadcastLayout.header(7, 3)));
        assertEquals(11, BroadcastLayout.length(BroadcastLayout.header(7, 3)));
    }

    private static List<String> bits() throws IOException {
        return FormatDoc.table("broadcast bits: header").stream()
                .map(row -> row.get(0) + " " + row.get(1))
                .toList();
    }

    /** What another program may have left there is refused, with what was expected. */
    @Test
    void open_refusesAForeignBlock() {
        refused("odd", 129, 257);
        refused("small", 64, 192);
        refused("negative", -128, 256);
        refused("large", 1L << 31, 256);
        refused("wide", 1L << 32 | 128, 256);
        refused("short", 256, 256);
        refused("long", 128, 384);
    }

    private void refused(String name, long capacity, int bytes) {
        ObjectSpec spec =
                new ObjectSpec(BroadcastType.INSTANCE, capacity, 0, bytes, "", memory -> {});
        region.attach(name, spec, AttachMode.CREATE);
        RegionFormatException e =
                assertThrows(RegionFormatException.class, () -> Broadcast.open(region, name));
        assertTrue(
                e.getMessage().startsWith("object=" + name + " capacity=" + capacity),
                e.getMessage());
    }
}
