package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Named objects: making, finding and removing them, and the space they take. ALGORITHMS 8.2. */
class RegionObjectsTest {
    private static final int LINE = 128;
    private static final int LINES = TestRegions.HEAP_BYTES / LINE;

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

    /** BEHAVIOURS 8.2: memory used again is zero again. */
    @Test
    void remove_givesTheSpaceBackZeroed() {
        for (int i = 0; i < 100; i++) {
            ObjectSpec whole = spec(i, 0, TestRegions.HEAP_BYTES);
            try (Block block = region.attach("t", whole, AttachMode.CREATE)) {
                assertAllZero(block.buffer());
                block.buffer().setMemory(0, TestRegions.HEAP_BYTES, (byte) -1);
            }
            assertTrue(region.remove("t"));
        }
    }

    /** The rest of an object's last line is nobody's, and zero again all the same. */
    @Test
    void remove_givesTheWholeLastLineBackZeroed() {
        try (Block block = region.attach("t", spec(0, 0, LINE), AttachMode.CREATE)) {
            block.buffer().setMemory(0, LINE, (byte) -1);
        }
        region.remove("t");
        region.attach("t", spec(0, 0, 1), AttachMode.CREATE).close();
        region.remove("t");
        assertAllZero(region.buffer("t", LINE));
    }

    @Test
    void remove_keepsTheSpaceAsLongAsAnybodyHasItOpen() {
        ObjectSpec whole = spec(0, 0, TestRegions.HEAP_BYTES);
        Block first = region.attach("t", whole, AttachMode.CREATE);
        Block second = region.attach("t", whole, AttachMode.OPEN_OR_CREATE);
        assertNotSame(first.buffer(), second.buffer());
        try (SharedRegion peer = SharedRegion.open(options)) {
            peer.attach("t", whole, AttachMode.OPEN_OR_CREATE);
            region.remove("t");
            assertFull();
            first.close();
            assertFull();
            first.close();
            assertFull();
            second.close();
            assertFull();
            assertTrue(first.isClosed());
            assertThrows(IllegalStateException.class, () -> first.buffer().getByte(0));
        }
        assertDoesNotThrow(() -> region.buffer("u", TestRegions.HEAP_BYTES));
    }

    private void assertFull() {
        assertThrows(IllegalStateException.class, () -> region.buffer("u", 1));
    }

    @Test
    void space_isGivenOutFirstFit() {
        Block[] blocks = new Block[4];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = make("t" + i, 4 * LINE);
        }
        int[] at = {at(blocks[0]), at(blocks[1]), at(blocks[2]), at(blocks[3])};
        free(blocks[0]);
        free(blocks[2]);
        assertEquals(at[0], at(make("a", 2 * LINE)), "the first gap that is long enough");
        assertEquals(at[2], at(make("b", 4 * LINE)));
        assertEquals(at[0] + 2 * LINE, at(make("c", 1)));
        assertEquals(at[3] + 4 * LINE, at(make("d", 3 * LINE)), "after the last");
        assertEquals(at[1], at(blocks[1]));
    }

    @Test
    void space_inPiecesIsNotEnoughForOneObject() {
        Block[] blocks = new Block[4];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = make("t" + i, LINES / 4 * LINE);
        }
        free(blocks[0]);
        free(blocks[2]);
        IllegalStateException e =
                assertThrows(
                        IllegalStateException.class,
                        () -> region.buffer("u", LINES / 4 * LINE + 1));
        assertTrue(e.getMessage().contains("name=u"), e::getMessage);
        assertTrue(e.getMessage().contains("bytes=" + (LINES / 4 * LINE + 1)), e::getMessage);
        assertTrue(
                e.getMessage().contains(LINES / 2 * LINE + " of " + TestRegions.HEAP_BYTES),
                e::getMessage);
        assertDoesNotThrow(() -> region.buffer("v", LINES / 4 * LINE));
        free(blocks[3]);
        assertDoesNotThrow(() -> region.buffer("u", LINES / 2 * LINE), "neighbours become one");
    }

    @Test
    void fullRegion_saysSoAndHowItStands() {
        region.buffer("b", TestRegions.HEAP_BYTES - LINE);
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> region.buffer("c", LINE + 1));
        assertTrue(e.getMessage().contains("region=objects"), e::getMessage);
        assertTrue(e.getMessage().contains("no room for bytes=129"), e::getMessage);
        assertTrue(e.getMessage().contains("free are 128 of 4096"), e::getMessage);
        assertEquals(List.of("b"), region.names());
        assertThrows(IllegalStateException.class, () -> region.buffer("c", Integer.MAX_VALUE));
        assertDoesNotThrow(() -> region.buffer("c", LINE));
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

    @Test
    void close_givesBackWhatWasRemovedAndOpenHere() {
        SharedRegion peer = SharedRegion.open(options);
        peer.buffer("b", TestRegions.HEAP_BYTES);
        peer.remove("b");
        assertFull();
        peer.close();
        assertAllZero(region.buffer("u", TestRegions.HEAP_BYTES));
    }

    /** Many random steps against what a map and a bitmap say. */
    @Test
    void randomSteps_agreeWithAModel() {
        java.util.Random random = new java.util.Random(7);
        List<Block> open = new ArrayList<>();
        int[] owner = new int[LINES];
        int made = 0;
        for (int step = 0; step < 3000; step++) {
            if (open.size() < TestRegions.MAX_OBJECTS && random.nextBoolean()) {
                int lines = 1 + random.nextInt(LINES / 3);
                int expected = firstFit(owner, lines);
                String name = "n" + ++made;
                if (expected < 0) {
                    assertThrows(
                            IllegalStateException.class, () -> region.buffer(name, lines * LINE));
                    continue;
                }
                Block block = make(name, lines * LINE);
                assertEquals(expected * LINE + 1920, at(block), "step " + step);
                assertAllZero(block.buffer());
                block.buffer().setMemory(0, lines * LINE, (byte) made);
                java.util.Arrays.fill(owner, expected, expected + lines, made);
                open.add(block);
            } else if (!open.isEmpty()) {
                Block block = open.remove(random.nextInt(open.size()));
                byte mark = (byte) Integer.parseInt(block.name().substring(1));
                for (int i = 0; i < block.buffer().capacity(); i++) {
                    assertEquals(mark, block.buffer().getByte(i));
                }
                int from = (at(block) - 1920) / LINE;
                java.util.Arrays.fill(owner, from, from + block.buffer().capacity() / LINE, 0);
                free(block);
            }
        }
    }

    private static int firstFit(int[] owner, int lines) {
        int run = 0;
        for (int i = 0; i < owner.length; i++) {
            run = owner[i] == 0 ? run + 1 : 0;
            if (run == lines) {
                return i - lines + 1;
            }
        }
        return -1;
    }

    private Block make(String name, int bytes) {
        return region.attach(name, spec(0, 0, bytes), AttachMode.CREATE);
    }

    private void free(Block block) {
        block.close();
        assertTrue(region.remove(block.name()));
    }

    /** Where in the file a block lies. */
    private static int at(Block block) {
        return block.buffer().wrapAdjustment();
    }

    private static void assertAllZero(DirectBuffer buffer) {
        for (int i = 0; i < buffer.capacity(); i++) {
            assertEquals(0, buffer.getByte(i), "byte " + i);
        }
    }
}
