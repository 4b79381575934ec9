package dev.shm.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The numbers of {@link ValueLayout} are the file format. */
class SharedValueLayoutTest {
    @TempDir private Path directory;
    private SharedRegion region;

    @BeforeEach
    void open() {
        region = TestRegions.open(directory);
    }

    @AfterEach
    void close() {
        region.close();
    }

    @Test
    void offsets() {
        assertEquals(0, ValueLayout.VALUE);
        assertEquals(8, ValueLayout.BYTES);
        assertEquals(2, SharedValueType.INSTANCE.code());
        assertEquals("SharedValue", SharedValueType.INSTANCE.name());
    }

    @ParameterizedTest
    @EnumSource
    void directory_hasTheLetter(TypeCode type) {
        SharedValue.of(region, "v", type.code());
        Block block = region.attach("v", SharedValueType.INSTANCE);
        assertEquals(type.code(), block.configA());
        assertEquals(0, block.configB());
        assertEquals(8, block.buffer().capacity());
        assertEquals(
                "'" + type.code() + "'",
                SharedValueType.INSTANCE.describe(type.code(), 0, block.buffer()));
    }

    /** Eight little-endian bytes, those above the value zero. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "?,1,0x01",
                "b,-2,0xFE",
                "B,254,0xFE",
                "c,254,0xFE",
                "h,-2,0xFFFE",
                "H,65534,0xFFFE",
                "i,-2,0xFFFFFFFE",
                "I,4294967294,0xFFFFFFFE",
                "l,-2,0xFFFFFFFFFFFFFFFE",
                "q,72623859790382856,0x0102030405060708",
                "L,5,0x05",
                "Q,5,0x05",
                "u,128512,0x1F600",
                "f,1.5,0x3FC00000",
                "d,1.5,0x3FF8000000000000"
            })
    void bytes_areLittleEndian(char code, String number, String bits) {
        long expected = Long.parseUnsignedLong(bits.substring(2), 16);
        Number initial = new java.math.BigDecimal(number);
        SharedValue born = SharedValue.create(region, "born", code, initial);
        SharedValue set = SharedValue.create(region, "set", code);
        set.set(initial);
        for (SharedValue value : new SharedValue[] {born, set}) {
            MappedBuffer buffer = region.attach(value.name(), SharedValueType.INSTANCE).buffer();
            assertEquals(
                    Long.toHexString(expected),
                    Long.toHexString(buffer.getLong(0, ByteOrder.LITTLE_ENDIAN)));
        }
    }

    /** What another program may have left there is refused, with what was expected. */
    @Test
    void open_refusesAForeignDirectoryEntry() {
        region.attach("x", spec('x', 8), AttachMode.CREATE);
        RegionFormatException e =
                assertThrows(RegionFormatException.class, () -> SharedValue.open(region, "x"));
        assertTrue(e.getMessage().contains("object=x"), e.getMessage());
        region.attach("short", spec('q', 4), AttachMode.CREATE);
        assertThrows(RegionFormatException.class, () -> SharedValue.open(region, "short"));
        assertEquals("code -1", SharedValueType.INSTANCE.describe(-1, 0, null));
    }

    private static ObjectSpec spec(long configA, int bytes) {
        return new ObjectSpec(SharedValueType.INSTANCE, configA, 0, bytes, "", memory -> {});
    }
}
