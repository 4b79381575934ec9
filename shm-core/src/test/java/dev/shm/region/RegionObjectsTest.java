package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Named objects: making, finding and removing them, and the space they take. ALGORITHMS 8.2. */
class RegionObjectsTest {
    private static final int LINE = 128;

    @TempDir Path directory;

    private RegionOptions options;
    private SharedRegion region;

    @BeforeEach
    void create() {
        options = TestRegions.small(directory.resolve("objects.shm"));
        region = SharedRegion.create(options);
    }

    @AfterEach
    void close() {
        region.close();
    }

    /** A type that nobody has registered, with a configuration of its own. */
    private record TestType(int code, String name) implements ObjectType {
        static final TestType INSTANCE = new TestType(1000, "TestThing");

        @Override
        public String describe(long configA, long configB, DirectBuffer block) {
            return configA + "/" + configB;
        }
    }

    private static ObjectSpec spec(long configA, long configB, int bytes) {
        String config = configA + "/" + configB;
        return new ObjectSpec(TestType.INSTANCE, configA, configB, bytes, config, memory -> {});
    }

    @Test
    void buffer_isZeroedAlignedAndExactlyOfItsSize() {
        for (int bytes : new int[] {1, 7, 128, 129, 1000}) {
            AtomicBuffer buffer = region.buffer("b" + bytes, bytes);
            assertEquals(bytes, buffer.capacity());
            assertAllZero(buffer);
            assertEquals(0, buffer.byteBuffer().alignmentOffset(buffer.wrapAdjustment(), LINE));
            assertDoesNotThrow(buffer::verifyAlignment);
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.getByte(bytes));
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.putByte(bytes, (byte) 1));
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.getByte(-1));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void buffer_ofABadSizeIsRefused(int bytes) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> region.buffer("b", bytes));
        assertTrue(e.getMessage().contains("bytes=" + bytes), e::getMessage);
        assertEquals(List.of(), region.names());
    }

    @Test
    void buffer_withAnotherSizeIsRefusedNamingBoth() {
        region.buffer("b", 64);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> region.buffer("b", 65));
        assertTrue(e.getMessage().contains("name=b"), e::getMessage);
        assertTrue(e.getMessage().contains("64"), e::getMessage);
        assertTrue(e.getMessage().contains("65"), e::getMessage);
        assertDoesNotThrow(() -> region.buffer("b", 64));
    }

    @Test
    void buffer_isTheSameHoweverOftenItIsAskedFor() {
        AtomicBuffer first = region.buffer("b", 64);
        assertSame(first, region.buffer("b", 64));
        region.remove("b");
        AtomicBuffer second = region.buffer("b", 64);
        assertNotSame(first, second);
        assertSame(second, region.buffer("b", 64));
        first.putLong(0, 1);
        assertEquals(0, second.getLong(0));
    }

    /** With the last handle closed, what was removed is free. */
    @Test
    void block_isAHandleThatCanBeClosed() {
        int all = TestRegions.HEAP_BYTES;
        for (int i = 0; i < 3; i++) {
            try (Block block = region.block("b", all);
                    Block other = region.block("b", all)) {
                assertNotSame(block.buffer(), other.buffer());
                block.buffer().putLong(0, 7);
                assertEquals(7, other.buffer().getLong(0));
                assertTrue(region.remove("b"));
                assertThrows(IllegalStateException.class, () -> region.block("c", 1));
            }
        }
        assertEquals(List.of(), region.names());
        assertEquals(all, region.block("c", all).buffer().capacity());
        assertThrows(IllegalArgumentException.class, () -> region.block("c", 1));
    }

    /** What a caller makes from a buffer does not end with it, and does not crash. */
    @Test
    void buffersMadeFromOne_goOnAfterItIsClosed() {
        Block block = region.block("b", 64);
        MappedBuffer slice = block.buffer().slice(8, 8);
        ByteBuffer bytes = block.buffer().byteBuffer();
        int at = block.buffer().wrapAdjustment() + 8;
        MappedBuffer wrap = new MappedBuffer(bytes);
        block.close();
        assertThrows(IllegalStateException.class, () -> block.buffer().getLong(0));
        assertThrows(IllegalStateException.class, () -> block.buffer().slice(8, 8));
        assertThrows(IllegalStateException.class, () -> block.buffer().byteBuffer());
        region.close();
        slice.putLong(0, 5);
        assertEquals(5, wrap.getLong(at));
        assertEquals(5, bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).getLong(at));
        try (SharedRegion again = SharedRegion.open(options)) {
            assertEquals(5, again.buffer("b", 64).getLong(8));
        }
    }

    @Test
    void attach_withAnotherConfigurationIsRefusedNamingBoth() {
        region.attach("t", spec(5, 6, 64), AttachMode.CREATE).close();
        List<ObjectSpec> others = List.of(spec(5, 7, 64), spec(4, 6, 64), spec(5, 6, 65));
        for (ObjectSpec other : others) {
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> region.attach("t", other, AttachMode.OPEN_OR_CREATE));
            assertTrue(e.getMessage().contains("asked for was TestThing of " + other.config()));
            assertTrue(e.getMessage().contains("(64 bytes)"), e::getMessage);
        }
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> region.buffer("t", 64));
        assertTrue(e.getMessage().contains("type 1000"), e::getMessage);
        assertTrue(e.getMessage().contains("asked for was buffer"), e::getMessage);
    }

    @Test
    void attach_asAnotherTypeIsRefusedNamingBoth() {
        region.buffer("b", 64);
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> region.attach("b", TestType.INSTANCE));
        assertTrue(e.getMessage().contains("is buffer (64 bytes)"), e::getMessage);
        assertTrue(e.getMessage().contains("asked for was TestThing"), e::getMessage);
    }

    @Test
    void attach_toOpenFindsTheConfigurationOfTheCreator() {
        region.attach("t", spec(-5, Long.MAX_VALUE, 77), AttachMode.CREATE).close();
        try (SharedRegion peer = SharedRegion.open(options);
                Block block = peer.attach("t", TestType.INSTANCE)) {
            assertEquals(-5, block.configA());
            assertEquals(Long.MAX_VALUE, block.configB());
            assertEquals(77, block.buffer().capacity());
            assertEquals("t", block.name());
            assertEquals(peer, block.region());
            assertTrue(block.toString().contains("name=t"), block::toString);
        }
    }

    @Test
    void attach_toOpenWhatIsNotThereThrows() {
        NoSuchElementException e =
                assertThrows(
                        NoSuchElementException.class,
                        () -> region.attach("missing", RawBufferType.INSTANCE));
        assertTrue(e.getMessage().contains("name=missing"), e::getMessage);
    }

    @Test
    void attach_toCreateWhatIsThereThrows() {
        region.attach("t", spec(5, 6, 64), AttachMode.CREATE);
        IllegalStateException e =
                assertThrows(
                        IllegalStateException.class,
                        () -> region.attach("t", spec(5, 6, 64), AttachMode.CREATE));
        assertTrue(e.getMessage().contains("name=t"), e::getMessage);
        assertTrue(e.getMessage().contains("exists already"), e::getMessage);
    }

    @Test
    void initializer_runsOnceAndBeforeAnybodySeesTheObject() {
        AtomicInteger runs = new AtomicInteger();
        ObjectSpec spec =
                new ObjectSpec(
                        TestType.INSTANCE,
                        0,
                        0,
                        8,
                        "",
                        memory -> {
                            runs.incrementAndGet();
                            assertEquals(0, memory.getLong(0));
                            assertEquals(List.of(), region.names(), "not before it is whole");
                            memory.putLong(0, 42);
                        });
        for (int i = 0; i < 3; i++) {
            try (Block block = region.attach("t", spec, AttachMode.OPEN_OR_CREATE)) {
                assertEquals(42, block.buffer().getLong(0));
            }
        }
        assertEquals(1, runs.get());
    }

    @Test
    void initializer_thatThrowsLeavesNothing() {
        ObjectSpec failing =
                new ObjectSpec(
                        TestType.INSTANCE,
                        0,
                        0,
                        TestRegions.HEAP_BYTES,
                        "",
                        memory -> {
                            memory.setMemory(0, memory.capacity(), (byte) -1);
                            throw new ArithmeticException("mine");
                        });
        for (int i = 0; i < 20; i++) {
            assertThrows(
                    ArithmeticException.class,
                    () -> region.attach("t", failing, AttachMode.OPEN_OR_CREATE));
            assertEquals(List.of(), region.names());
            assertThrows(NoSuchElementException.class, () -> region.attach("t", TestType.INSTANCE));
        }
        assertAllZero(region.buffer("t", TestRegions.HEAP_BYTES));
    }

    @Test
    void initializer_mayMakeOtherObjectsButNotCloseTheRegion() {
        ObjectSpec nested =
                new ObjectSpec(
                        TestType.INSTANCE,
                        0,
                        0,
                        8,
                        "",
                        memory -> {
                            region.buffer("inner", 8).putLong(0, 1);
                            assertThrows(IllegalStateException.class, region::close);
                        });
        region.attach("outer", nested, AttachMode.CREATE);
        assertEquals(Set.of("inner", "outer"), Set.copyOf(region.names()));
        assertFalse(region.isClosed());
    }

    @Test
    void entries_tellNameKindConfigurationAndSize() {
        assertEquals(List.of(), region.entries());
        region.buffer("b", 100);
        region.attach("t", spec(5, 6, 64), AttachMode.CREATE);
        Set<ObjectEntry> expected =
                Set.of(
                        new ObjectEntry("b", "buffer", "", 100),
                        new ObjectEntry("t", "type 1000", "", 64));
        assertEquals(expected, Set.copyOf(region.entries()));
        assertEquals(Set.of("b", "t"), Set.copyOf(region.names()));
    }

    /** What is removed while it is looked at is left out, whatever was seen of it. */
    @Test
    void entries_leaveOutWhatChangesMeanwhile() {
        region.attach("t", HookedType.spec(64), AttachMode.CREATE).close();
        region.buffer("b", 8);
        try {
            HookedType.whenDescribed(() -> assertTrue(region.remove("t")));
            assertEquals(List.of("b"), region.names());

            region.attach("t", HookedType.spec(64), AttachMode.CREATE).close();
            HookedType.whenDescribed(
                    () -> {
                        region.remove("t");
                        region.attach("u", HookedType.spec(64), AttachMode.CREATE).close();
                        throw new RegionFormatException("half one object, half another");
                    });
            assertEquals(List.of("b"), region.names());
        } finally {
            HookedType.whenDescribed(() -> {});
        }
        assertEquals(Set.of("b", "u"), Set.copyOf(region.names()));
    }

    @Test
    void entries_ofADamagedObjectAreAnException() {
        region.attach("t", HookedType.spec(64), AttachMode.CREATE).close();
        try {
            HookedType.whenDescribed(
                    () -> {
                        throw new RegionFormatException("damaged");
                    });
            assertThrows(RegionFormatException.class, region::entries);
        } finally {
            HookedType.whenDescribed(() -> {});
        }
    }

    @Test
    void remove_takesTheNameAwayFromEverybody() {
        try (SharedRegion peer = SharedRegion.open(options)) {
            region.buffer("b", 64);
            assertEquals(List.of("b"), peer.names());
            assertTrue(peer.remove("b"));
            assertFalse(peer.remove("b"));
            assertFalse(region.remove("b"));
            assertEquals(List.of(), region.names());
        }
    }

    @Test
    void remove_ofWhatIsNotThereIsFalse() {
        assertFalse(region.remove("missing"));
    }

    @Test
    void remove_leavesTheObjectToWhoHasItOpen() {
        try (SharedRegion peer = SharedRegion.open(options)) {
            AtomicBuffer mine = region.buffer("b", 64);
            AtomicBuffer theirs = peer.buffer("b", 64);
            assertTrue(region.remove("b"));
            AtomicBuffer other = peer.buffer("b", 64);
            other.putLong(0, 7);
            mine.putLong(0, 5);
            assertEquals(5, theirs.getLong(0));
            assertEquals(7, other.getLong(0));
            assertEquals(7, region.buffer("b", 64).getLong(0));
        }
        assertEquals(List.of("b"), region.names());
    }

    @Test
    void fullDirectory_saysSoAndWhatSetsIt() {
        for (int i = 0; i < TestRegions.MAX_OBJECTS; i++) {
            region.buffer("b" + i, 1);
        }
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> region.buffer("c", 1));
        assertTrue(e.getMessage().contains("all 8 directory entries"), e::getMessage);
        assertTrue(e.getMessage().contains("maxObjects"), e::getMessage);
        assertDoesNotThrow(() -> region.buffer("b7", 1), "what is there can be opened");
        region.remove("b3");
        assertThrows(
                IllegalStateException.class, () -> region.buffer("c", 1), "b3 is still open here");
    }

    private static void assertAllZero(DirectBuffer buffer) {
        for (int i = 0; i < buffer.capacity(); i++) {
            assertEquals(0, buffer.getByte(i), "byte " + i);
        }
    }
}
