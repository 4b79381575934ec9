package dev.shm.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.queue.SharedPipe.Mode;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.RegionFormatException;
import dev.shm.region.SharedRegion;
import dev.shm.sync.Peers;
import dev.shm.testing.FormatDoc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The numbers of {@link PipeLayout} are the file format. */
class PipeLayoutTest {
    private static final int CAPACITY = 128;
    private static final int OUT = 128;
    private static final int OUT_DATA = OUT + 256 + 640;

    @TempDir private Path directory;
    private SharedRegion region;

    @BeforeEach
    void open() {
        region = Peers.open(directory.resolve("pipes.shm"));
    }

    @AfterEach
    void close() {
        region.close();
    }

    @Test
    void offsets() {
        assertEquals(0, PipeLayout.LEFT);
        assertEquals(4, PipeLayout.RIGHT);
        assertEquals(128, PipeLayout.DIRECTIONS);
        assertEquals(0, PipeLayout.READER);
        assertEquals(128, PipeLayout.WRITER);
        assertEquals(256, PipeLayout.RING);
        assertEquals(1 << 30, PipeLayout.CLOSED);
        assertEquals(128 + 1024, PipeLayout.bytes(CAPACITY, 1));
        assertEquals(128 + 2048, PipeLayout.bytes(CAPACITY, 2));
        assertEquals(128 + 1024, PipeLayout.direction(CAPACITY, 1));
        assertEquals(71, SharedPipeType.INSTANCE.code());
        assertEquals("SharedPipe", SharedPipeType.INSTANCE.name());
        assertEquals("one-way, capacity 128", SharedPipeType.INSTANCE.describe(128, 1, null));
        assertTrue(PipeLayout.isCapacity(1 << 29));
        assertFalse(PipeLayout.isCapacity(1 << 30));
        assertTrue(PipeLayout.bytes(1 << 29, 2) > 0);
    }

    @Test
    void block_holdsMessages() throws Exception {
        SharedPipe pipe = SharedPipe.create(region, "p", CAPACITY);
        Block block = region.attach("p", SharedPipeType.INSTANCE);
        assertEquals(CAPACITY, block.configA());
        assertEquals(2, block.configB());
        MappedBuffer memory = block.buffer();
        int self = region.self().id();
        PipeEnd left = pipe.left();
        assertEquals(self, memory.getInt(0, ByteOrder.LITTLE_ENDIAN));
        assertEquals(0, memory.getInt(4));
        left.send("abc".getBytes(StandardCharsets.US_ASCII));
        assertEquals(1L << 32 | 11, memory.getLong(OUT_DATA, ByteOrder.LITTLE_ENDIAN));
        assertEquals("abc", memory.getStringWithoutLengthAscii(OUT_DATA + 8, 3));
        MappedBuffer large = new MappedBuffer(ByteBuffer.allocateDirect(100));
        large.setMemory(0, 100, (byte) 'x');
        assertFalse(left.send(large, 0, 100, 0, TimeUnit.SECONDS)); // four records fit
        assertEquals(2L << 32 | 24, memory.getLong(OUT_DATA + 16, ByteOrder.LITTLE_ENDIAN));
        assertEquals(100, memory.getLong(OUT_DATA + 24, ByteOrder.LITTLE_ENDIAN));
        assertEquals("xxxxxxxx", memory.getStringWithoutLengthAscii(OUT_DATA + 32, 8));
        assertEquals(3L << 32 | 24, memory.getLong(OUT_DATA + 40, ByteOrder.LITTLE_ENDIAN));
        pipe.close();
        assertEquals(1 << 30 | self, memory.getInt(0, ByteOrder.LITTLE_ENDIAN));
    }

    /** Who waits has said so, in the direction and on the side that it waits on. */
    @Test
    void block_holdsWhoWaits() throws Exception {
        SharedPipe pipe = SharedPipe.create(region, "p", CAPACITY);
        MappedBuffer memory = region.attach("p", SharedPipeType.INSTANCE).buffer();
        PipeEnd left = pipe.left();
        PipeEnd right = pipe.right();
        int back = OUT + 1024;
        while (memory.getInt(back, ByteOrder.LITTLE_ENDIAN) != 1) { // or it had no time to sleep
            assertEquals(null, left.recv(5, TimeUnit.MILLISECONDS));
        }
        while (memory.getInt(OUT, ByteOrder.LITTLE_ENDIAN) != 1) {
            assertEquals(null, right.recv(5, TimeUnit.MILLISECONDS));
        }
        left.send(new byte[3]);
        assertEquals(0, memory.getInt(OUT));
        MappedBuffer large = new MappedBuffer(ByteBuffer.allocateDirect(200));
        while (memory.getInt(OUT + 128, ByteOrder.LITTLE_ENDIAN) != 1) {
            assertFalse(left.send(large, 0, 200, 5, TimeUnit.MILLISECONDS));
        }
        right.recv();
        assertEquals(0, memory.getInt(OUT + 128));
    }

    /** {@code docs/format.md} has the same numbers. */
    @Test
    void formatDoc_isTheLayout() throws IOException {
        assertEquals(
                List.of(
                        "left " + PipeLayout.LEFT + " 4",
                        "right " + PipeLayout.RIGHT + " 4",
                        "reserved 8 " + (PipeLayout.DIRECTIONS - 8),
                        "out " + PipeLayout.DIRECTIONS + " 896 + capacity",
                        "back 1024 + capacity 896 + capacity"),
                rows("pipe layout"));
        assertEquals(
                List.of(
                        "reader " + PipeLayout.READER + " 4",
                        "reserved 4 124",
                        "writer " + PipeLayout.WRITER + " 4",
                        "reserved 132 124",
                        "ring " + PipeLayout.RING + " 640 + capacity"),
                rows("pipe direction"));
        assertEquals(
                List.of("31-31 zero", "30-30 CLOSED", "29-0 tag"),
                FormatDoc.table("pipe bits: end").stream()
                        .map(row -> row.get(0) + " " + row.get(1))
                        .toList());
        assertEquals(
                List.of(
                        PipeLayout.WHOLE + " WHOLE",
                        PipeLayout.FIRST + " FIRST",
                        PipeLayout.NEXT + " NEXT"),
                FormatDoc.table("pipe codes: records").stream()
                        .map(row -> row.get(0) + " " + row.get(1))
                        .toList());
    }

    @Test
    void formatDoc_hasTheKind() throws IOException {
        assertEquals(
                List.of(
                        List.of(
                                String.valueOf(SharedPipeType.INSTANCE.code()),
                                SharedPipeType.INSTANCE.name())),
                FormatDoc.table("pipe kinds").stream().map(row -> row.subList(0, 2)).toList());
    }

    private static List<String> rows(String mark) throws IOException {
        return FormatDoc.table(mark).stream()
                .map(row -> row.get(2) + " " + row.get(0) + " " + row.get(1))
                .toList();
    }

    /** What another program may have left there is refused, with what was expected. */
    @Test
    void open_refusesAForeignBlock() {
        refused("odd", 129, 1, 1153, "capacity=129");
        refused("small", 64, 1, 1088, "capacity=64");
        refused("negative", -128, 1, 1152, "capacity=-128");
        refused("large", 1L << 32 | 128, 1, 1152, "capacity=4294967424");
        refused("short", 128, 2, 1152, "capacity=128 bytes=1152");
        refused("long", 128, 1, 2176, "capacity=128 bytes=2176");
        refused("none", 128, 0, 1152, "directions=0");
        refused("three", 128, 3, 3200, "directions=3");
        refused("wide", 128, 1L << 32 | 1, 1152, "directions=4294967297");
    }

    private void refused(String name, long capacity, long directions, int bytes, String found) {
        ObjectSpec spec =
                new ObjectSpec(
                        SharedPipeType.INSTANCE, capacity, directions, bytes, "", memory -> {});
        region.attach(name, spec, AttachMode.CREATE);
        RegionFormatException e =
                assertThrows(RegionFormatException.class, () -> SharedPipe.open(region, name));
        assertTrue(e.getMessage().startsWith("object=" + name + " " + found), e.getMessage());
        assertFalse(e.getMessage().contains(Mode.DUPLEX.name()), e.getMessage());
    }
}
