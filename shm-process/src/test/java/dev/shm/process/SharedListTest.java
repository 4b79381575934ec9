package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.sync.Peer;
import dev.shm.sync.Peers;
import dev.shm.sync.Where;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a list does. BEHAVIOURS 18.1 and 18.2, less live elements (what a list holds are values; a
 * list of the region is put into another by its name) and less {@code *=}; 19.11 to 19.15, less
 * 19.14's serialised form, since a handle is not sent but opened by name.
 */
class SharedListTest {
    private static final Codec<String> TEXT = Codecs.utf8(64);
    private static final Codec<Object> ANYTHING =
            Codecs.serialized(
                    Object.class,
                    256,
                    Codecs.allow(byte[].class, Double.class, Integer.class, Boolean.class));

    @TempDir Path directory;
    private SharedRegion region;

    @BeforeEach
    void open() {
        region =
                SharedRegion.create(RegionOptions.at(directory.resolve("list.shm")).bytes(1 << 20));
    }

    @AfterEach
    void close() {
        region.close();
    }

    private SharedList<String> list(String... elements) {
        SharedList<String> list = SharedList.create(region, "list", 20, TEXT);
        list.addAll(List.of(elements));
        return list;
    }

    private SharedList<Object> mixed() {
        SharedList<Object> list = SharedList.create(region, "mixed", 7, ANYTHING);
        byte[] bytes = {'H', 'o', 'W', 'd', 'Y'};
        list.addAll(Arrays.asList("howdy", bytes, -273.154, 100, null, true, 42));
        return list;
    }

    /** 19.11 */
    @Test
    void elements_mayBeOfManyTypes() {
        SharedList<Object> list = mixed();
        assertEquals(7, list.size());
        assertEquals("howdy", list.get(0));
        assertArrayEquals(new byte[] {'H', 'o', 'W', 'd', 'Y'}, (byte[]) list.get(1));
        assertEquals(-273.154, list.get(2));
        assertNull(list.get(4));
        assertEquals(42, list.get(list.size() - 1));
        assertEquals(2, list.indexOf(-273.154));
        assertEquals(1, list.indexOf(new byte[] {'H', 'o', 'W', 'd', 'Y'}));
        assertEquals(4, list.indexOf(null));
        assertEquals(-1, list.indexOf(43));
        assertEquals(1, list.stream().filter(Integer.valueOf(100)::equals).count());
        assertEquals(7, new ArrayList<>(list).size());
        assertThrows(IndexOutOfBoundsException.class, () -> list.get(7));
        assertThrows(IndexOutOfBoundsException.class, () -> list.get(-1));
        assertThrows(IndexOutOfBoundsException.class, () -> list.set(7, "x"));
        assertTrue(list.toString().startsWith("[howdy, [B"), list.toString());
        assertTrue(list.toString().endsWith(", -273.154, 100, null, true, 42]"));
    }

    /** 19.12 */
    @Test
    void anElement_mayChangeItsType_butNotOutgrowTheCodec() {
        SharedList<Object> list = mixed();
        assertEquals("howdy", list.set(0, 1));
        assertEquals(1, list.set(0, "now text again"));
        assertEquals("now text again", list.get(0));
        SharedList<String> texts = SharedList.create(region, "texts", 3, Codecs.utf8(8));
        texts.addAll(List.of("a", "12345678", "c"));
        assertThrows(IllegalArgumentException.class, () -> texts.set(1, "123456789"));
        assertThrows(IllegalArgumentException.class, () -> texts.set(1, "äöüäö")); // 10 bytes
        assertEquals("12345678", texts.set(1, "äöüä"));
        assertEquals(List.of("a", "äöüä", "c"), texts);
    }

    /** 19.13 and the end of 19.14 */
    @Test
    void copiesAreIndependent_handlesAreNot() {
        SharedList<String> list = list("a", "b");
        SharedList<String> copy = SharedList.create(region, "copy", 20, TEXT);
        copy.addAll(list);
        SharedList<String> again = SharedList.open(region, "list", TEXT);
        list.set(0, "changed");
        assertEquals(List.of("changed", "b"), again);
        assertEquals(List.of("a", "b"), copy);
        assertEquals(List.of(), SharedList.create(region, "empty", 1, TEXT));
        SharedList<Object> mixed = mixed();
        assertThrows(IllegalArgumentException.class, () -> mixed.set(0, new Object()));
        assertThrows(NoSuchElementException.class, () -> SharedList.open(region, "no", TEXT));
        assertTrue(region.remove("copy"));
        assertThrows(NoSuchElementException.class, () -> SharedList.open(region, "copy", TEXT));
    }

    /** 19.15: lengths are stored, so nothing is stripped, and nothing runs over. */
    @Test
    void zerosAtTheEnd_stayThere() {
        SharedList<String> list = list("a\0\0", "", "\0", "b");
        assertEquals(List.of("a\0\0", "", "\0", "b"), list);
        assertEquals(3, list.get(0).length());
    }

    /** 18.1, 18.8 */
    @Test
    void aList_isAList() {
        SharedList<String> list = list("a", "c");
        list.add(1, "b");
        list.addAll(3, List.of("d", "e"));
        assertTrue(list.addAll(List.of("f")));
        assertFalse(list.addAll(List.of()));
        assertEquals(List.of("a", "b", "c", "d", "e", "f"), list);
        assertEquals(List.of("c", "d"), list.subList(2, 4));
        assertEquals("b", list.remove(1));
        assertTrue(list.remove("e"));
        assertFalse(list.remove("e"));
        assertTrue(list.removeAll(List.of("f", "z")));
        assertTrue(list.contains("d"));
        list.add("a");
        assertEquals(3, list.lastIndexOf("a"));
        assertEquals(0, list.indexOf("a"));
        list.sort(null);
        assertEquals(List.of("a", "a", "c", "d"), list);
        list.sort(Comparator.reverseOrder());
        assertEquals(List.of("d", "c", "a", "a"), list);
        list.replaceAll(element -> element + "!");
        assertTrue(list.retainAll(List.of("a!", "d!")));
        assertEquals(List.of("d!", "a!", "a!"), list);
        assertArrayEquals(new Object[] {"d!", "a!", "a!"}, list.toArray());
        list.subList(1, 3).clear();
        assertEquals("[d!]", list.toString());
        assertEquals(List.of("d!").hashCode(), list.hashCode());
        assertThrows(IndexOutOfBoundsException.class, () -> list.add(3, "x"));
        assertThrows(IndexOutOfBoundsException.class, () -> list.remove(1));
        list.clear();
        assertTrue(list.isEmpty());
    }

    /** 18.2 */
    @Test
    void iteration_showsChanges_andStaysAtItsEnd() {
        SharedList<String> list = list("a", "b");
        Iterator<String> elements = list.iterator();
        assertEquals("a", elements.next());
        list.add("c");
        assertEquals("b", elements.next());
        assertEquals("c", elements.next());
        assertFalse(elements.hasNext());
        list.add("d");
        assertFalse(elements.hasNext());
        assertThrows(NoSuchElementException.class, elements::next);
        Iterator<String> short1 = list.iterator();
        assertTrue(short1.hasNext());
        list.clear();
        assertEquals("a", short1.next(), "what hasNext has promised");
        assertFalse(short1.hasNext());
    }

    /** Random changes, beside a list that cannot fail; in the end every cell is free again. */
    @Test
    void anyOrderOfChanges_isLikeThatOfAnArrayList() {
        SharedList<String> list = SharedList.create(region, "random", 30, 3_000, TEXT);
        List<String> expected = new ArrayList<>();
        Random random = new Random(5);
        for (int i = 0; i < 10_000; i++) {
            String value = "v".repeat(random.nextInt(64));
            int index = random.nextInt(expected.size() + 1);
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    if (expected.size() < 30) {
                        list.add(index, value);
                        expected.add(index, value);
                    }
                }
                case 2 -> {
                    if (index < expected.size()) {
                        assertEquals(expected.remove(index), list.remove(index));
                    }
                }
                case 3 -> {
                    if (index < expected.size()) {
                        assertEquals(expected.set(index, null), list.set(index, null));
                        assertNull(list.set(index, value));
                        expected.set(index, value);
                    }
                }
                default ->
                        assertEquals(
                                expected.removeIf(element -> element.length() == i(value)),
                                list.removeIf(element -> element.length() == i(value)));
            }
            assertEquals(expected.size(), list.size());
        }
        assertEquals(expected, list);
        list.clear();
        assertEquals(CellLayout.cells(30, 3_000), MapAudit.freeCells(region, "random"));
    }

    private static int i(String value) {
        return value.length();
    }

    @Test
    void replaceAll_beginsAnew_whereTheListHasChangedMeanwhile() {
        SharedList<String> list = list("a", "b");
        list.replaceAll(
                element -> {
                    if (list.size() == 2) {
                        list.add("c");
                    }
                    return element + "!";
                });
        assertEquals(List.of("a!", "b!", "c!"), list);
    }

    @Test
    void elementsOfWhichTheLastDoesNotFit_takeNothing() {
        SharedList<String> list = SharedList.create(region, "narrow", 3, 10, TEXT);
        int free = MapAudit.freeCells(region, "narrow");
        assertThrows(
                IllegalStateException.class,
                () -> list.addAll(List.of("v".repeat(64), "w".repeat(64), "x")));
        assertEquals(List.of(), list);
        assertEquals(free, MapAudit.freeCells(region, "narrow"));
    }

    @Test
    void aFullList_saysWhatWouldDo() {
        SharedList<String> list = SharedList.create(region, "full", 3, 120, TEXT);
        list.addAll(List.of("x".repeat(40), "y".repeat(40), "z".repeat(40)));
        IllegalStateException full =
                assertThrows(IllegalStateException.class, () -> list.add("more"));
        assertTrue(full.getMessage().contains("list=full is full: elements=3, capacity=3"));
        list.remove(0);
        list.sort(Comparator.reverseOrder()); // takes no room
        assertEquals(List.of("z".repeat(40), "y".repeat(40)), list);
        SharedList<String> narrow = SharedList.create(region, "narrow", 3, 10, TEXT);
        IllegalStateException noRoom =
                assertThrows(
                        IllegalStateException.class,
                        () -> {
                            for (int i = 0; i < 3; i++) {
                                narrow.add("w".repeat(64));
                            }
                        });
        assertTrue(noRoom.getMessage().contains("one with bytes="), noRoom.getMessage());
        assertThrows(
                IllegalArgumentException.class, () -> SharedList.create(region, "no", 0, TEXT));
    }

    @Test
    void handles_areClosed() {
        SharedList<String> list = list("a");
        assertEquals(20, list.capacity());
        assertEquals("list", list.name());
        list.close();
        assertThrows(IllegalStateException.class, () -> list.get(0));
        assertEquals("SharedList[name=list, closed]", list.toString());
    }

    /** 18.1: what one appends the others see. */
    @ParameterizedTest
    @EnumSource
    void everybody_seesTheSame(Where where) {
        try (Peers peers = new Peers(where, directory, ListCommands.class)) {
            SharedList<String> list = ListCommands.open(peers.region());
            Peer one = peers.add();
            Peer two = peers.add();
            assertEquals("true", one.ask("add a"));
            assertEquals("inserted", two.ask("insert 0 b"));
            assertEquals("[b, a]", one.ask("show"));
            assertEquals("b", one.ask("remove 0"));
            one.say("append 1 30");
            two.say("append 2 30");
            one.expect("appended");
            two.expect("appended");
            assertEquals(61, list.size());
            assertEquals(30, list.stream().filter("1"::equals).count());
        }
    }
}
