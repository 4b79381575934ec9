package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.queue.SharedQueue;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.sync.Peer;
import dev.shm.sync.Peers;
import dev.shm.sync.Where;
import java.nio.file.Path;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a map does. BEHAVIOURS 18.3 to 18.6, 18.8, 18.10: a dictionary whose entries are changed
 * while somebody goes through it is no error here, and what a map holds are values, not live
 * proxies; an object of the region is put into a map by its name.
 */
class SharedMapTest {
    private static final Codec<String> TEXT = Codecs.utf8(64);

    @TempDir Path directory;
    private SharedRegion region;

    @BeforeEach
    void open() {
        region = SharedRegion.create(RegionOptions.at(directory.resolve("map.shm")).bytes(1 << 20));
    }

    @AfterEach
    void close() {
        region.close();
    }

    private SharedMap<String, String> map() {
        return SharedMap.of(region, "map", 100, TEXT, TEXT);
    }

    /** 18.4 */
    @Test
    void aMap_isAMap() {
        SharedMap<String, String> map = map();
        assertTrue(map.isEmpty());
        assertNull(map.put("a", "1"));
        assertEquals("1", map.put("a", "2"));
        assertNull(map.putIfAbsent("b", "3"));
        assertEquals("3", map.putIfAbsent("b", "4"));
        assertEquals(Map.of("a", "2", "b", "3"), map);
        assertEquals(map, Map.of("a", "2", "b", "3"));
        assertEquals(Map.of("a", "2", "b", "3").hashCode(), map.hashCode());
        assertEquals(Set.of("a", "b"), map.keySet());
        assertEquals(Set.of("2", "3"), new HashSet<>(map.values()));
        assertTrue(map.containsKey("a"));
        assertFalse(map.containsKey("c"));
        assertTrue(map.containsValue("3"));
        assertEquals("2", map.remove("a"));
        assertNull(map.remove("a"));
        assertEquals("{b=3}", map.toString());
        map.putAll(Map.of("c", "5", "d", ""));
        assertEquals("", map.get("d"));
        map.clear();
        assertEquals(Map.of(), map);
        assertThrows(NullPointerException.class, () -> map.put("a", null));
        assertThrows(NullPointerException.class, () -> map.put(null, "a"));
        assertThrows(NullPointerException.class, () -> map.get(null));
    }

    /** 18.8 */
    @Test
    void atomics_areThoseOfConcurrentMaps() {
        SharedMap<String, String> map = map();
        assertNull(map.replace("a", "1"));
        assertFalse(map.replace("a", "1", "2"));
        map.put("a", "1");
        assertEquals("1", map.replace("a", "2"));
        assertFalse(map.replace("a", "1", "3"));
        assertTrue(map.replace("a", "2", "3"));
        assertFalse(map.remove("a", "2"));
        assertFalse(map.remove("a", 3));
        assertTrue(map.remove("a", "3"));
        assertEquals("x", map.computeIfAbsent("a", key -> "x"));
        assertEquals("x", map.computeIfAbsent("a", key -> "y"));
        assertNull(map.computeIfAbsent("b", key -> null));
        assertEquals("xa", map.computeIfPresent("a", (key, value) -> value + key));
        assertNull(map.computeIfPresent("b", (key, value) -> "z"));
        assertEquals("null", map.compute("b", (key, value) -> "" + value));
        assertNull(map.compute("b", (key, value) -> null));
        assertNull(map.compute("b", (key, value) -> null));
        assertEquals("xa!", map.merge("a", "!", String::concat));
        assertEquals("!", map.merge("c", "!", String::concat));
        assertNull(map.merge("c", "!", (old, added) -> null));
        map.replaceAll((key, value) -> value.toUpperCase(java.util.Locale.ROOT));
        assertEquals(Map.of("a", "XA!"), map);
        assertEquals("none", map.getOrDefault("b", "none"));
    }

    /** A function runs without a lock, and may use the map. */
    @Test
    void functions_mayUseTheMap() {
        SharedMap<String, String> map = map();
        map.put("a", "1");
        String result =
                map.compute(
                        "a",
                        (key, value) -> {
                            if (value.equals("1")) {
                                map.put("a", "2"); // comes in between: once again
                            }
                            return value + "+";
                        });
        assertEquals("2+", result);
        assertEquals("2+", map.get("a"));
        assertThrows(
                ArithmeticException.class,
                () ->
                        map.compute(
                                "a",
                                (key, value) -> {
                                    throw new ArithmeticException();
                                }));
        assertEquals("2+", map.get("a"));
    }

    /** Arrays have no equals; what is in them counts. */
    @Test
    void arrays_areComparedByWhatIsInThem() {
        SharedMap<byte[], byte[]> map =
                SharedMap.of(region, "bytes", 10, Codecs.bytes(8), Codecs.bytes(8));
        map.put(new byte[] {1}, new byte[] {2});
        assertTrue(map.containsKey(new byte[] {1}));
        assertTrue(map.replace(new byte[] {1}, new byte[] {2}, new byte[] {3}));
        assertEquals(4, map.merge(new byte[] {1}, new byte[] {1}, (a, b) -> sum(a, b))[0]);
        assertTrue(map.remove(new byte[] {1}, new byte[] {4}));
    }

    private static byte[] sum(byte[] a, byte[] b) {
        return new byte[] {(byte) (a[0] + b[0])};
    }

    /** 18.4 the other way round: a change while somebody goes through the map is no error. */
    @Test
    void iterators_areWeaklyConsistent() {
        SharedMap<String, String> map = map();
        for (int i = 0; i < 50; i++) {
            map.put("k" + i, "v" + i);
        }
        Set<String> seen = new HashSet<>();
        Iterator<Map.Entry<String, String>> entries = map.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<String, String> entry = entries.next();
            assertTrue(seen.add(entry.getKey()), "twice: " + entry);
            assertEquals("v" + entry.getKey().substring(1), entry.getValue());
            map.remove(entry.getKey());
            map.put("n" + seen.size(), "v" + seen.size());
        }
        assertThrows(NoSuchElementException.class, entries::next);
        for (int i = 0; i < 50; i++) {
            assertTrue(seen.contains("k" + i));
        }
        Iterator<String> keys = map.keySet().iterator();
        String first = keys.next();
        keys.remove();
        assertFalse(map.containsKey(first));
        assertThrows(IllegalStateException.class, keys::remove);
        Map.Entry<String, String> written = map.entrySet().iterator().next();
        written.setValue("through");
        assertEquals("through", map.get(written.getKey()));
        assertTrue(map.entrySet().remove(Map.entry(written.getKey(), "through")));
        assertFalse(map.entrySet().contains(Map.entry(written.getKey(), "through")));
    }

    /** What a predicate has not seen it does not take out. */
    @Test
    void changesWhileAViewIsAsked_areNotLost() {
        SharedMap<String, String> map = map();
        map.put("a", "0");
        assertFalse(map.values().removeIf(value -> changed(map, "1")));
        assertFalse(map.entrySet().removeIf(entry -> changed(map, "2")));
        assertFalse(map.values().removeAll(new Changing(map, "3")));
        assertFalse(map.entrySet().removeAll(new Changing(map, "4")));
        Collection<?> values = map.values();
        assertFalse(values.remove(new Changing(map, "5")));
        assertEquals(Map.of("a", "5"), map);
        assertFalse(map.values().retainAll(List.of("5", "6")));
        assertFalse(map.entrySet().retainAll(List.of(Map.entry("a", "5"))));
        map.put("b", "6");
        assertTrue(map.values().removeIf("6"::equals));
        assertTrue(map.values().removeAll(List.of("5")));
        map.putAll(Map.of("c", "7", "d", "8", "e", "9"));
        assertTrue(map.entrySet().removeAll(List.of(Map.entry("c", "7"), Map.entry("d", "0"))));
        assertTrue(map.values().retainAll(List.of("8")));
        assertFalse(map.values().remove("9"));
        assertTrue(map.values().remove("8"));
        assertEquals(Map.of(), map);
    }

    @Test
    void viewsOfArrays_compareWhatIsInThem() {
        SharedMap<String, byte[]> map =
                SharedMap.create(region, "arrays", 8, Codecs.utf8(9), Codecs.bytes(9));
        map.putAll(Map.of("a", new byte[] {1}, "b", new byte[] {2}, "c", new byte[] {3}));
        assertTrue(map.entrySet().removeAll(List.of(Map.entry("a", new byte[] {1}))));
        assertFalse(
                map.entrySet()
                        .retainAll(
                                List.of(
                                        Map.entry("b", new byte[] {2}),
                                        Map.entry("c", new byte[] {3}))));
        assertTrue(map.values().contains(new byte[] {2}));
        assertTrue(map.values().retainAll(List.of(new byte[] {2})));
        assertEquals(Set.of("b"), map.keySet());
        assertTrue(map.values().removeAll(List.of(new byte[] {2})));
        assertTrue(map.isEmpty());
    }

    private static boolean changed(Map<String, String> map, String to) {
        map.put("a", to);
        return true;
    }

    /** Equals and contains everything, and changes the map when it is asked. */
    private static final class Changing extends AbstractSet<Object> {
        private final Map<String, String> map;
        private final String to;

        Changing(Map<String, String> map, String to) {
            this.map = map;
            this.to = to;
        }

        @Override
        public boolean contains(Object object) {
            return changed(map, to);
        }

        @Override
        public boolean equals(Object object) {
            return changed(map, to);
        }

        @Override
        public int hashCode() {
            return 0;
        }

        @Override
        public Iterator<Object> iterator() {
            return Collections.emptyIterator();
        }

        @Override
        public int size() {
            return 100; // more than the map has
        }
    }

    /** Streams and copies do not mind others that come and go. */
    @Test
    void streams_doNotFail_whileOthersChangeTheMap() throws InterruptedException {
        SharedMap<String, String> map = map();
        SharedSet<String> set = SharedSet.of(region, "set", 100, TEXT);
        SharedList<String> list = SharedList.of(region, "list", 100, TEXT);
        map.put("stays", "1");
        set.add("stays");
        list.add("stays");
        AtomicBoolean stopping = new AtomicBoolean();
        Thread other =
                new Thread(
                        () -> {
                            for (int i = 0; !stopping.get(); i++) {
                                map.compute("k" + i % 50, (k, v) -> v == null ? "v" : null);
                                if (!set.add("k" + i % 50)) {
                                    set.remove("k" + i % 50);
                                }
                                list.add("k" + i % 50);
                                list.subList(Math.min(list.size(), 1 + i % 50), list.size())
                                        .clear();
                            }
                        });
        other.start();
        for (int i = 0; i < 2_000; i++) {
            assertTrue(map.keySet().stream().toList().contains("stays"));
            assertTrue(map.values().stream().toList().contains("1"));
            assertTrue(map.entrySet().stream().toList().contains(Map.entry("stays", "1")));
            assertTrue(set.stream().toList().contains("stays"));
            assertEquals("stays", list.stream().toList().get(0));
            assertEquals("stays", new ArrayList<>(list).get(0));
        }
        stopping.set(true);
        other.join();
    }

    /** Long runs of colliding entries, changed at random, beside a map that cannot fail. */
    @Test
    void anyOrderOfChanges_isLikeThatOfAHashMap() {
        SharedMap<String, String> map = SharedMap.of(region, "it", 64, 8192, TEXT, TEXT);
        Map<String, String> expected = new HashMap<>();
        List<String> keys = Collisions.keys(region, 20);
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            String key = keys.get(random.nextInt(keys.size()));
            if (random.nextInt(3) == 0) {
                assertEquals(expected.remove(key), map.remove(key));
            } else {
                String value = "v".repeat(random.nextInt(64));
                assertEquals(expected.put(key, value), map.put(key, value));
            }
        }
        assertEquals(expected, map);
        assertEquals(expected, MapAudit.entries(region, "it"));
        map.clear();
        assertEquals(Map.of(), MapAudit.entries(region, "it"));
    }

    /** What was asked for fits, whatever was in the map before; what does not is told apart. */
    @Test
    void aFullMap_saysWhatWouldDo() {
        int capacity = 200;
        int room = capacity * 40;
        SharedMap<String, String> map = SharedMap.of(region, "full", capacity, room, TEXT, TEXT);
        Random random = new Random(3);
        for (int i = 0; i < 5_000; i++) {
            String key = "key" + random.nextInt(100);
            map.compute(key, (k, v) -> v == null ? "x".repeat(random.nextInt(60)) : null);
        }
        map.clear();
        for (int i = 100; i < 100 + capacity; i++) {
            map.put("k" + i, "v".repeat(36));
        }
        assertEquals(capacity, map.size());
        Map<String, String> before = new HashMap<>(map);
        IllegalStateException full =
                assertThrows(
                        IllegalStateException.class,
                        () -> {
                            for (int i = 300; i < 1000; i++) {
                                map.put("k" + i, "v".repeat(64));
                                before.put("k" + i, "v".repeat(64));
                            }
                        });
        assertTrue(full.getMessage().contains("map=full is full: entries="), full.getMessage());
        assertTrue(full.getMessage().contains("capacity="), full.getMessage());
        assertEquals(before, map);
        MapAudit.entries(region, "full");
    }

    @Test
    void handles_areFoundByName() {
        SharedMap<String, String> map = SharedMap.create(region, "map", 10, TEXT, TEXT);
        map.put("a", "1");
        SharedMap<String, String> again = SharedMap.open(region, "map", TEXT, TEXT);
        assertEquals("1", again.get("a"));
        assertEquals(10, again.capacity());
        assertEquals("map", again.name());
        map.close();
        assertThrows(IllegalStateException.class, () -> map.get("a"));
        assertEquals("SharedMap[name=map, closed]", map.toString());
        assertEquals("1", again.get("a"));
        assertThrows(
                IllegalStateException.class, () -> SharedMap.create(region, "map", 10, TEXT, TEXT));
        assertThrows(
                IllegalArgumentException.class, () -> SharedMap.of(region, "map", 11, TEXT, TEXT));
        assertThrows(
                IllegalArgumentException.class, () -> SharedMap.of(region, "no", 0, TEXT, TEXT));
        assertThrows(
                IllegalArgumentException.class,
                () -> SharedMap.of(region, "no", Integer.MAX_VALUE, TEXT, TEXT));
        assertThrows(NoSuchElementException.class, () -> SharedMap.open(region, "no", TEXT, TEXT));
        assertTrue(
                region.entries().stream()
                        .anyMatch(entry -> entry.toString().contains("10 entries, 1280 bytes")));
        region.close();
        assertThrows(IllegalStateException.class, () -> again.get("a"));
    }

    /** 18.3, 18.5, 18.6: an object is put into another by its name, and lives on without it. */
    @Test
    void objects_areHeldByTheirNames() throws InterruptedException {
        SharedMap<String, String> map = map();
        SharedList<String> inner = SharedList.create(region, "inner", 10, TEXT);
        SharedQueue<String> queue = SharedQueue.create(region, "queue", 4, TEXT);
        map.put("list", inner.name());
        map.put("jobs", queue.name());
        inner.add("a");
        SharedList<String> found = SharedList.open(region, map.get("list"), TEXT);
        assertEquals(List.of("a"), found);
        found.set(0, "b");
        assertEquals(List.of("b"), inner);
        queue.put("job");
        assertEquals("job", SharedQueue.open(region, map.get("jobs"), TEXT).take());
        map.clear();
        assertEquals(List.of("b"), SharedList.open(region, "inner", TEXT));
    }

    /** 18.10: what one process puts in another finds, live. */
    @ParameterizedTest
    @EnumSource
    void everybody_seesTheSame(Where where) {
        try (Peers peers = new Peers(where, directory, MapCommands.class)) {
            SharedMap<String, String> map = MapCommands.open(peers.region());
            Peer one = peers.add();
            Peer two = peers.add();
            map.put("a", "1");
            assertEquals("1", one.ask("put a 2"));
            assertEquals("2", two.ask("get a"));
            assertEquals("true", two.ask("replace a 2 3"));
            assertEquals("3", map.get("a"));
            assertEquals("3", one.ask("remove a"));
            assertEquals("null", two.ask("get a"));
            assertEquals("0", two.ask("size"));
        }
    }

    /** Counting together loses nothing: merges of several processes are instants. */
    @ParameterizedTest
    @EnumSource
    void merges_areAtomic(Where where) {
        try (Peers peers = new Peers(where, directory, MapCommands.class)) {
            List<Peer> all = peers.add(3);
            all.forEach(peer -> peer.say("merge n 2000").say("merge m 500"));
            all.forEach(
                    peer -> {
                        peer.expect("merged");
                        peer.expect("merged");
                    });
            SharedMap<String, String> map = MapCommands.open(peers.region());
            assertEquals(Map.of("n", "6000", "m", "1500"), map);
            MapAudit.entries(peers.region(), MapCommands.MAP);
        }
    }

    /** Who is stopped by its region's end in the middle of a change leaves a whole map behind. */
    @Test
    void aRegionThatCloses_doesNotTearChanges() throws Exception {
        Path file = directory.resolve("closing.shm");
        for (int round = 0; round < 20; round++) {
            SharedRegion closing = Peers.open(file);
            SharedMap<String, String> map = MapCommands.open(closing);
            Thread changes =
                    new Thread(
                            () ->
                                    assertThrows(
                                            IllegalStateException.class,
                                            () -> {
                                                for (int i = 0; ; i++) {
                                                    map.put("k" + i % 9, "x".repeat(i % 400));
                                                }
                                            }));
            changes.start();
            while (map.isEmpty()) {
                Thread.onSpinWait();
            }
            closing.close();
            changes.join();
            try (SharedRegion after = Peers.open(file)) {
                int size = MapCommands.open(after).size();
                assertEquals(size, MapAudit.entries(after, MapCommands.MAP).size());
                MapCommands.open(after).clear();
            }
        }
    }
}
