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
import org.junit.jupiter.params.provider.EnumSource;

/** The numbers of {@link ArrayLayout} are the file format. */
class SharedArrayLayoutTest {
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
        assertEquals(0, ArrayLayout.ELEMENTS);
        assertEquals(3, SharedArrayType.INSTANCE.code());
        assertEquals("SharedArray", SharedArrayType.INSTANCE.name());
        assertEquals(8, ArrayLayout.bytes(TypeCode.BYTE, 1));
        assertEquals(8, ArrayLayout.bytes(TypeCode.BYTE, 8));
        assertEquals(16, ArrayLayout.bytes(TypeCode.BYTE, 9));
        assertEquals(16, ArrayLayout.bytes(TypeCode.INT, 3));
        assertEquals(24, ArrayLayout.bytes(TypeCode.DOUBLE, 3));
        assertEquals(2147483640, ArrayLayout.bytes(TypeCode.BYTE, 2147483640));
        assertEquals(2147483640, ArrayLayout.maxLength(TypeCode.BYTE));
        assertEquals(268435455, ArrayLayout.maxLength(TypeCode.DOUBLE));
    }

    @ParameterizedTest
    @EnumSource
    void elements_lieOneAfterTheOther(TypeCode type) {
        int length = 13;
        SharedArray array = SharedArray.of(region, "a", type.code(), length);
        array.setInt(0, 1);
        array.setInt(length - 1, 1);
        Block block = region.attach("a", SharedArrayType.INSTANCE);
        assertEquals(type.code(), block.configA());
        assertEquals(length, block.configB());
        MappedBuffer buffer = block.buffer();
        assertEquals((length * type.bytes() + 7) / 8 * 8, buffer.capacity());
        long one =
                switch (type) {
                    case FLOAT -> 0x3F800000L;
                    case DOUBLE -> 0x3FF0000000000000L;
                    default -> 1;
                };
        for (int i = 0; i < buffer.capacity(); i++) {
            int element = i / type.bytes();
            boolean set = element == 0 || element == length - 1;
            int expected = set ? (int) (one >>> 8 * (i % type.bytes())) & 0xFF : 0;
            assertEquals(expected, buffer.getByte(i) & 0xFF, "at " + i);
        }
        assertEquals(
                "'" + type.code() + "' x 13",
                SharedArrayType.INSTANCE.describe(type.code(), 13, buffer));
    }

    @ParameterizedTest
    @EnumSource
    void initialElements_haveTheSameForm(TypeCode type) {
        SharedArray born = SharedArray.create(region, "born", type.code(), new int[] {1, 0, 1});
        SharedArray set = SharedArray.create(region, "set", type.code(), 3);
        set.setInt(0, 1);
        set.setInt(2, 1);
        MappedBuffer a = region.attach(born.name(), SharedArrayType.INSTANCE).buffer();
        MappedBuffer b = region.attach(set.name(), SharedArrayType.INSTANCE).buffer();
        for (int i = 0; i < a.capacity(); i += 8) {
            assertEquals(
                    b.getLong(i, ByteOrder.LITTLE_ENDIAN), a.getLong(i, ByteOrder.LITTLE_ENDIAN));
        }
    }

    /** What another program may have left there is refused, with what was expected. */
    @Test
    void open_refusesAForeignDirectoryEntry() {
        long[][] wrong = {
            {'x', 1, 8},
            {'q', 0, 8},
            {'q', -1, 8},
            {'q', 2, 8},
            {'q', 1L << 32, 8},
            {'b', 9, 8},
            {-1, 1, 8},
            {'q', Long.MAX_VALUE, 8}
        };
        for (int i = 0; i < wrong.length; i++) {
            String name = "x" + i;
            ObjectSpec spec =
                    new ObjectSpec(
                            SharedArrayType.INSTANCE,
                            wrong[i][0],
                            wrong[i][1],
                            (int) wrong[i][2],
                            "",
                            memory -> {});
            region.attach(name, spec, AttachMode.CREATE);
            RegionFormatException e =
                    assertThrows(RegionFormatException.class, () -> SharedArray.open(region, name));
            assertTrue(e.getMessage().contains("object=" + name), e.getMessage());
        }
    }
}
