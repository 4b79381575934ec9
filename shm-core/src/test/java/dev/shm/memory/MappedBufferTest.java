package dev.shm.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.agrona.AsciiNumberFormatException;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MappedBufferTest {
    private final ByteBuffer memory = ByteBuffer.allocateDirect(1024).alignedSlice(8);
    private final MappedBuffer buffer = new MappedBuffer(memory);

    @Test
    void numbers_areLittleEndian() {
        buffer.putLong(0, 0x0807060504030201L);
        buffer.putInt(8, 0x04030201);
        buffer.putShort(12, (short) 0x0201);
        buffer.putChar(14, (char) 0x0201);
        buffer.putDouble(16, Double.longBitsToDouble(0x0807060504030201L));
        buffer.putFloat(24, Float.intBitsToFloat(0x04030201));
        buffer.putLongVolatile(32, 0x0807060504030201L);

        assertArrayEquals(
                new byte[] {
                    1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 1, 2, 1, 2, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3,
                    4
                },
                bytes(0, 28));
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, bytes(32, 8));
    }

    @Test
    void numbers_mayBeAskedForInBigEndian() {
        buffer.putLong(0, 0x0102030405060708L, ByteOrder.BIG_ENDIAN);
        buffer.putShort(8, (short) 0x0102, ByteOrder.BIG_ENDIAN);

        assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 1, 2}, bytes(0, 10));
        assertEquals(0x0102030405060708L, buffer.getLong(0, ByteOrder.BIG_ENDIAN));
        assertEquals(0x01020304, buffer.getInt(0, ByteOrder.BIG_ENDIAN));
        assertEquals('\u0102', buffer.getChar(8, ByteOrder.BIG_ENDIAN));
    }

    @Test
    void readModifyWrite_losesNothing() throws Exception {
        Runnable adder =
                () -> {
                    for (int i = 0; i < 100_000; i++) {
                        buffer.getAndAddLong(0, 1);
                        buffer.addIntRelease(8, 1);
                        int seen;
                        do {
                            seen = buffer.getIntVolatile(12);
                        } while (!buffer.compareAndSetInt(12, seen, seen + 1));
                    }
                };
        FutureTask<Void> other = new FutureTask<>(adder, null);
        new Thread(other, "adder").start();
        adder.run();
        other.get();

        assertEquals(200_000, buffer.getLong(0));
        assertEquals(200_000, buffer.getInt(8));
        assertEquals(200_000, buffer.getInt(12));
    }

    /** Wherever the memory begins and ends, the byte is reached and its neighbours are not. */
    @Test
    void byteVolatile_worksAtEveryEdge() {
        for (int offset = 0; offset < 8; offset++) {
            for (int length = 1; length <= 9; length++) {
                MappedBuffer part = buffer.slice(offset, length);
                for (int index = 0; index < length; index++) {
                    buffer.setMemory(0, 32, (byte) 0x55);
                    part.putByteVolatile(index, (byte) 0xA3);
                    assertEquals((byte) 0xA3, part.getByteVolatile(index));
                    buffer.putByte(offset + index, (byte) 0x55);
                    assertEquals(0x55, part.getByteVolatile(index));
                    assertArrayEquals(filled(32, 0x55), bytes(0, 32));
                }
            }
        }
    }

    /** Bytes that two threads write side by side do not undo each other. */
    @Test
    void byteVolatile_leavesNeighboursToOthers() throws Exception {
        FutureTask<Void> other = new FutureTask<>(() -> countIn(1), null);
        new Thread(other, "neighbour").start();
        countIn(2);
        other.get();
    }

    private void countIn(int index) {
        for (int i = 0; i < 200_000; i++) {
            buffer.putByteVolatile(index, (byte) i);
            assertEquals((byte) i, buffer.getByteVolatile(index));
        }
    }

    @Test
    void verifyAlignment_looksAtTheAddress() {
        buffer.verifyAlignment();
        buffer.slice(8, 1).verifyAlignment();
        buffer.slice(16, 0).verifyAlignment();
        for (int offset = 1; offset < 8; offset++) {
            MappedBuffer part = buffer.slice(offset, 64);
            Exception e = assertThrows(IllegalStateException.class, part::verifyAlignment);
            assertEquals(
                    "excess=" + offset + ": index 0 must be at a multiple of 8 bytes",
                    e.getMessage());
        }
    }

    @Test
    void atomicAccess_countsAlignmentFromTheAddress() {
        MappedBuffer part = buffer.slice(1, 64);
        part.putLongVolatile(7, 5);

        assertEquals(5, buffer.getLong(8));
        assertThrows(IllegalStateException.class, () -> part.getLongVolatile(8));
        part.putLong(8, 6);
        assertEquals(6, part.getLong(8));
    }

    @Test
    void heapMemory_isRefusedWithTheReason() {
        ByteBuffer heap = ByteBuffer.allocate(16);
        refused("on-heap", () -> new MappedBuffer(heap));
        refused("wrap", () -> buffer.wrap(heap));
        refused("wrap", () -> buffer.wrap(heap, 0, 8));
        Exception e =
                assertThrows(
                        UnsupportedOperationException.class, () -> buffer.wrap(new byte[16], 0, 8));
        assertTrue(e.getMessage().contains("garbage collector"), e.getMessage());
        assertThrows(UnsupportedOperationException.class, () -> buffer.wrap(new byte[16]));
        assertEquals(memory.capacity(), buffer.capacity());
    }

    private static void refused(String what, Runnable call) {
        Exception e = assertThrows(IllegalArgumentException.class, call::run, what);
        assertTrue(e.getMessage().contains("garbage collector"), e.getMessage());
    }

    @Test
    void addresses_areRefused() {
        assertThrows(UnsupportedOperationException.class, () -> buffer.wrap(4096L, 8));
        assertThrows(UnsupportedOperationException.class, buffer::addressOffset);
        assertNull(buffer.byteArray());
        assertFalse(buffer.isExpandable());
    }

    @Test
    void wrap_spansWhatItIsTold() {
        ByteBuffer other = ByteBuffer.allocateDirect(64).position(8).limit(16);
        MappedBuffer view = new MappedBuffer(other);
        assertEquals(64, view.capacity());
        view.putLong(56, 7);

        MappedBuffer part = new MappedBuffer(memory);
        part.wrap(other, 8, 56);
        assertEquals(7, part.getLong(48));
        assertSame(other, part.byteBuffer());
        assertEquals(8, part.wrapAdjustment());

        part.wrap(part, 40, 16);
        assertEquals(7, part.getLong(8));
        assertEquals(48, part.wrapAdjustment());
        assertEquals(16, part.capacity());

        assertThrows(IndexOutOfBoundsException.class, () -> part.wrap(other, 8, 57));
        assertThrows(IndexOutOfBoundsException.class, () -> part.wrap(view, -1, 8));
        assertEquals(8, other.position());
        assertEquals(16, other.limit());
    }

    @Test
    void byteBuffer_leadsToTheSameBytes() {
        MappedBuffer part = buffer.slice(100, 50).slice(10, 10);
        part.putByte(3, (byte) 9);

        assertEquals(110, part.wrapAdjustment());
        assertEquals(9, part.byteBuffer().get(part.wrapAdjustment() + 3));
        part.byteBuffer().limit(1);
        assertEquals(9, part.getByte(3));
    }

    @Test
    void file_isSharedByItsMappings(@TempDir Path dir) throws IOException {
        Path file = Files.write(dir.resolve("f"), new byte[8192]);
        MappedBuffer one = new MappedBuffer(map(file, MapMode.READ_WRITE));
        MappedBuffer two = new MappedBuffer(map(file, MapMode.READ_ONLY));
        one.putLongRelease(4096, 42);

        assertEquals(42, two.getLongAcquire(4096));
        assertThrows(ReadOnlyBufferException.class, () -> two.putLongRelease(4096, 43));
        assertThrows(
                ReadOnlyBufferException.class, () -> two.putBytes(0, stranger(new byte[8]), 0, 8));
    }

    private static MappedByteBuffer map(Path file, MapMode mode) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(mode, 0, channel.size());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 63, 16_383, 16_384, 16_385, 16_391, 32_768, 100_003})
    void setMemory_fillsExactly(int length) {
        MappedBuffer large = new MappedBuffer(ByteBuffer.allocateDirect(length + 6));
        large.setMemory(3, length, (byte) 0x9C);

        byte[] expected = new byte[length + 6];
        Arrays.fill(expected, 3, 3 + length, (byte) 0x9C);
        byte[] found = new byte[length + 6];
        large.getBytes(0, found);
        assertArrayEquals(expected, found);
    }

    @Test
    void copies_overlappingMemoryAreWhole() {
        for (int shift : new int[] {-9, -1, 0, 1, 9}) {
            byte[] text = "0123456789abcdefghijklmnopqrstuvwxyz".getBytes(UTF_8);
            buffer.putBytes(100, text);
            buffer.putBytes(100 + shift, buffer, 100, text.length);
            assertArrayEquals(text, bytes(100 + shift, text.length));

            buffer.putBytes(100, text);
            buffer.getBytes(100, buffer.slice(50, 200), 50 + shift, text.length);
            assertArrayEquals(text, bytes(100 + shift, text.length));
        }
    }

    @Test
    void copies_absoluteOnesIgnorePositionAndLimit() {
        buffer.putLong(0, 0x0807060504030201L);
        ByteBuffer other = ByteBuffer.allocate(16).position(2).limit(3);
        buffer.getBytes(0, other, 8, 8);
        buffer.putBytes(16, other, 8, 8);

        assertEquals(0x0807060504030201L, buffer.getLong(16));
        assertEquals(2, other.position());
        assertEquals(3, other.limit());
    }

    @Test
    void copies_relativeOnesMoveThePosition() {
        buffer.putLong(0, 0x0807060504030201L);
        ByteBuffer other = ByteBuffer.allocateDirect(16).position(4);
        buffer.getBytes(0, other, 8);
        assertEquals(12, other.position());
        other.position(4);
        buffer.putBytes(16, other, 8);
        assertEquals(12, other.position());
        assertEquals(0x0807060504030201L, buffer.getLong(16));
    }

    @Test
    void copies_refuseReadOnlyTargets() {
        ByteBuffer readOnly = ByteBuffer.allocate(16).asReadOnlyBuffer();
        assertThrows(ReadOnlyBufferException.class, () -> buffer.getBytes(0, readOnly, 8));
        assertThrows(ReadOnlyBufferException.class, () -> buffer.getBytes(0, readOnly, 0, 8));
    }

    @Test
    void copies_workWithBuffersOfOtherClasses() {
        byte[] theirs = "from elsewhere".getBytes(UTF_8);
        buffer.putBytes(10, stranger(theirs), 5, 9);
        assertEquals("elsewhere", buffer.getStringWithoutLengthUtf8(10, 9));

        buffer.putStringWithoutLengthUtf8(20, "anywhere ");
        buffer.getBytes(20, stranger(theirs), 5, 9);
        assertEquals("from anywhere ", new String(theirs, UTF_8));
    }

    /** A buffer of a class that this library knows nothing of. */
    private static MutableDirectBuffer stranger(byte[] bytes) {
        return (MutableDirectBuffer)
                Proxy.newProxyInstance(
                        MappedBufferTest.class.getClassLoader(),
                        new Class<?>[] {MutableDirectBuffer.class},
                        (proxy, method, arguments) -> {
                            int index = (int) arguments[0];
                            ByteBuffer other = (ByteBuffer) arguments[1];
                            int length = (int) arguments[3];
                            other.position((int) arguments[2]);
                            switch (method.getName()) {
                                case "getBytes" -> other.put(bytes, index, length);
                                case "putBytes" -> other.get(bytes, index, length);
                                default ->
                                        throw new UnsupportedOperationException(method.toString());
                            }
                            return null;
                        });
    }

    @Test
    void text_goesThereAndBack() {
        assertEquals(4 + 7, buffer.putStringUtf8(0, "gr\u00fc\u00dfe"));
        assertEquals("gr\u00fc\u00dfe", buffer.getStringUtf8(0));
        assertEquals(4 + 5, buffer.putStringAscii(100, "gr\u00fc\u00dfe", ByteOrder.BIG_ENDIAN));
        assertEquals("gr??e", buffer.getStringAscii(100, ByteOrder.BIG_ENDIAN));
        assertEquals(4, buffer.putStringAscii(200, (String) null));
        assertEquals("", buffer.getStringAscii(200));
        assertEquals(8, buffer.putStringUtf8(300, null));
        assertEquals("null", buffer.getStringUtf8(300));
        StringBuilder appended = new StringBuilder();
        assertEquals(5, buffer.getStringAscii(100, appended, ByteOrder.BIG_ENDIAN));
        assertEquals("gr??e", appended.toString());

        Exception e =
                assertThrows(
                        IllegalArgumentException.class, () -> buffer.putStringUtf8(0, "12345", 4));
        assertEquals("encodedLength=5: allowed 0..4", e.getMessage());
    }

    @Test
    void numbersAsText_goThereAndBack() {
        for (long value :
                new long[] {0, 7, -7, 10, 99, 100, -1000, Long.MAX_VALUE, Long.MIN_VALUE}) {
            int length = buffer.putLongAscii(3, value);
            assertEquals(Long.toString(value), buffer.getStringWithoutLengthAscii(3, length));
            assertEquals(value, buffer.parseLongAscii(3, length));
        }
        for (int value : new int[] {0, 7, -7, 10, 99, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            int length = buffer.putIntAscii(3, value);
            assertEquals(Integer.toString(value), buffer.getStringWithoutLengthAscii(3, length));
            assertEquals(value, buffer.parseIntAscii(3, length));
        }
        buffer.putNaturalPaddedIntAscii(50, 6, 420);
        assertEquals("000420", buffer.getStringWithoutLengthAscii(50, 6));
        assertEquals(420, buffer.parseNaturalIntAscii(50, 6));
        assertEquals(57, buffer.putNaturalIntAsciiFromEnd(123, 60));
        assertEquals(123, buffer.parseNaturalLongAscii(57, 3));
    }

    @Test
    void numbersAsText_refuseWhatIsNone() {
        buffer.putStringWithoutLengthAscii(0, "-12x 99999999999999999999");
        assertThrows(AsciiNumberFormatException.class, () -> buffer.parseIntAscii(0, 4));
        assertThrows(AsciiNumberFormatException.class, () -> buffer.parseIntAscii(5, 0));
        assertThrows(AsciiNumberFormatException.class, () -> buffer.parseIntAscii(5, 12));
        assertThrows(AsciiNumberFormatException.class, () -> buffer.parseLongAscii(5, 20));
        assertEquals(-12, buffer.parseIntAscii(0, 3));
        assertThrows(AsciiNumberFormatException.class, () -> buffer.parseNaturalIntAscii(0, 3));
        assertThrows(AsciiNumberFormatException.class, () -> buffer.parseNaturalLongAscii(0, 3));
        assertThrows(NumberFormatException.class, () -> buffer.putNaturalPaddedIntAscii(0, 2, 123));
        for (Runnable negative :
                new Runnable[] {
                    () -> buffer.putNaturalIntAscii(0, -5),
                    () -> buffer.putNaturalLongAscii(0, -5),
                    () -> buffer.putNaturalPaddedIntAscii(0, 9, -5),
                    () -> buffer.putNaturalIntAsciiFromEnd(-5, 9)
                }) {
            Exception e = assertThrows(IllegalArgumentException.class, negative::run);
            assertEquals("value=-5: must not be negative", e.getMessage());
        }
    }

    @Test
    void equality_isOfBytes() {
        MappedBuffer other = new MappedBuffer(ByteBuffer.allocateDirect(memory.capacity()));
        assertEquals(buffer, other);
        assertEquals(buffer.hashCode(), other.hashCode());
        for (MappedBuffer equal : List.of(buffer, other)) {
            assertEquals(0, buffer.compareTo(equal));
        }
        assertNotEquals(buffer, buffer.slice(0, 8));
        assertNotEquals(buffer, memory);

        other.putByte(memory.capacity() - 1, (byte) 1);
        assertNotEquals(buffer, other);
        assertNotEquals(buffer.hashCode(), other.hashCode());
        assertTrue(buffer.compareTo(other) < 0);
        assertTrue(other.compareTo(buffer) > 0);
        assertTrue(buffer.slice(0, 9).compareTo(buffer.slice(0, 10)) < 0);
    }

    @Test
    void toString_tellsTheSpan() {
        String text = buffer.slice(8, 16).toString();
        assertTrue(
                text.startsWith("MappedBuffer{capacity=16, wrapAdjustment=8, byteBuffer="), text);
    }

    private byte[] bytes(int index, int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(index, bytes);
        return bytes;
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
