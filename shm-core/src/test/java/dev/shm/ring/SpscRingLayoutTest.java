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
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The numbers of {@link SpscLayout} are the file format. */
class SpscRingLayoutTest {
    private static final int CAPACITY = 64;

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
        assertEquals(0, SpscLayout.TAIL);
        assertEquals(8, SpscLayout.PRODUCER);
        assertEquals(128, SpscLayout.HEAD);
        assertEquals(256, SpscLayout.COMMIT);
        assertEquals(264, SpscLayout.CONSUMER);
        assertEquals(384, SpscLayout.CORRELATION);
        assertEquals(512, SpscLayout.HEARTBEAT);
        assertEquals(640, SpscLayout.DATA);
        assertEquals(704, SpscLayout.bytes(CAPACITY));
        assertEquals(16, SpscLayout.maxLength(CAPACITY));
        assertEquals(64, SpscRingType.INSTANCE.code());
        assertEquals("SpscRing", SpscRingType.INSTANCE.name());
    }

    @Test
    void headers() {
        assertEquals(7L << 32 | 11, SpscLayout.header(7, 3));
        assertEquals(0xFFFF_FFFF_0000_0018L, SpscLayout.padding(24));
        assertEquals(7, SpscLayout.type(7L << 32 | 11));
        assertEquals(11, SpscLayout.length(7L << 32 | 11));
        assertEquals(-1, SpscLayout.type(SpscLayout.padding(24)));
        assertEquals(24, SpscLayout.length(SpscLayout.padding(24)));
        assertEquals(8, SpscLayout.span(8));
        assertEquals(16, SpscLayout.span(9));
        assertEquals(16, SpscLayout.span(16));
        assertTrue(SpscLayout.isCapacity(1 << 30));
        assertFalse(SpscLayout.isCapacity(1L << 31));
        assertFalse(SpscLayout.isCapacity(96));
    }

    @Test
    void block_holdsRecords() {
        SpscRing ring = SpscRing.create(region, "r", CAPACITY);
        Block block = region.attach("r", SpscRingType.INSTANCE);
        assertEquals(CAPACITY, block.configA());
        assertEquals(0, block.configB());
        MappedBuffer memory = block.buffer();
        assertEquals(704, memory.capacity());
        SpscProducer producer = ring.producer();
        assertEquals(region.self().id(), memory.getInt(8, ByteOrder.LITTLE_ENDIAN));
        memory.setMemory(640, CAPACITY, (byte) 0x55); // what a lap before left
        memory.putLong(640, 0);
        TestRings.offer(producer, 7, "abc");
        assertEquals(7L << 32 | 11, memory.getLong(640, ByteOrder.LITTLE_ENDIAN));
        assertEquals("abc", memory.getStringWithoutLengthAscii(648, 3));
        assertEquals(0x55, memory.getByte(651));
        assertEquals(0, memory.getLong(656), "the end");

        SpscConsumer consumer = ring.consumer();
        assertEquals(region.self().id(), memory.getInt(264, ByteOrder.LITTLE_ENDIAN));
        TestRings.poll(consumer, 1);
        assertEquals(16, memory.getLong(256, ByteOrder.LITTLE_ENDIAN));
        assertEquals(16, memory.getLong(128, ByteOrder.LITTLE_ENDIAN), "a quarter");
        TestRings.offer(producer, 1, "0123456789abcdef"); // 24 bytes, to 40
        TestRings.poll(consumer, 9);
        assertEquals(40, memory.getLong(128, ByteOrder.LITTLE_ENDIAN));
        TestRings.offer(producer, 2, "0123456789abcdef"); // just fits, and ends at 64
        assertEquals(0, memory.getLong(640), "the end, at the beginning");
        TestRings.poll(consumer, 9);
        TestRings.offer(producer, 3, "0123456789abcdef"); // to 88
        TestRings.poll(consumer, 9);
        TestRings.offer(producer, 4, "01234567"); // to 104
        TestRings.poll(consumer, 9);
        TestRings.offer(producer, 5, "0123456789abcdef"); // 24 left: to 128
        TestRings.poll(consumer, 9);
        TestRings.offer(producer, 1, "0123456789abcdef"); // to 152
        TestRings.poll(consumer, 9);
        TestRings.offer(producer, 1, "0123456789abcdef"); // to 176
        TestRings.poll(consumer, 9);
        TestRings.offer(producer, 9, "0123456789abcdef"); // 16 left: padding, and to 216
        assertEquals(0xFFFF_FFFF_0000_0010L, memory.getLong(688, ByteOrder.LITTLE_ENDIAN));
        assertEquals(9L << 32 | 24, memory.getLong(640, ByteOrder.LITTLE_ENDIAN));
        assertEquals(216, ring.producerPosition());
        producer.close();
        assertEquals(216, memory.getLong(0, ByteOrder.LITTLE_ENDIAN));
        assertEquals(0, memory.getInt(8));
        consumer.close();
        assertEquals(0, memory.getInt(264));
    }

    /** What another program may have left there is refused, with what was expected. */
    @Test
    void open_refusesAForeignBlock() {
        refused("odd", 65, 705);
        refused("small", 32, 672);
        refused("negative", -64, 704);
        refused("large", 1L << 31, 704);
        refused("wide", 1L << 32 | 64, 704);
        refused("short", 128, 704);
        refused("long", 64, 768);
    }

    private void refused(String name, long capacity, int bytes) {
        ObjectSpec spec =
                new ObjectSpec(SpscRingType.INSTANCE, capacity, 0, bytes, "", memory -> {});
        region.attach(name, spec, AttachMode.CREATE);
        RegionFormatException e =
                assertThrows(RegionFormatException.class, () -> SpscRing.open(region, name));
        assertTrue(
                e.getMessage().startsWith("object=" + name + " capacity=" + capacity),
                e.getMessage());
    }
}
