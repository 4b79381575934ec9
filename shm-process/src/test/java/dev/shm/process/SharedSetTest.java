package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sets and namespaces. BEHAVIOURS 18.7, 18.9 (removing what is not there answers false). */
class SharedSetTest {
    private static final Codec<String> TEXT = Codecs.utf8(64);
    private static final Codec<Object> ANYTHING =
            Codecs.serialized(Object.class, 256, Codecs.allow(Integer.class));

    @TempDir Path directory;
    private SharedRegion region;

    @BeforeEach
    void open() {
        region = SharedRegion.create(RegionOptions.at(directory.resolve("set.shm")).bytes(1 << 20));
    }

    @AfterEach
    void close() {
        region.close();
    }

    /** 18.9 */
    @Test
    void aSet_isASet() {
        SharedSet<String> set = SharedSet.create(region, "set", 50, TEXT);
        assertTrue(set.add("a"));
        assertFalse(set.add("a"));
        assertTrue(set.addAll(List.of("b", "c", "a")));
        assertEquals(Set.of("a", "b", "c"), set);
        assertEquals(Set.of("a", "b", "c").hashCode(), set.hashCode());
        assertTrue(set.contains("b"));
        assertFalse(set.contains("d"));
        assertTrue(set.containsAll(Set.of("a", "c")));
        assertTrue(set.remove("b"));
        assertFalse(set.remove("b"));
        assertTrue(set.retainAll(Set.of("c", "x")));
        assertEquals("[c]", set.toString());
        assertTrue(set.addAll(Set.of("d", "e")));
        assertTrue(set.removeAll(Set.of("c", "d")));
        assertEquals(new HashSet<>(Set.of("e")), new HashSet<>(set));
        assertTrue(set.removeIf("e"::equals));
        assertTrue(set.isEmpty());
        set.add("f");
        SharedSet<String> again = SharedSet.open(region, "set", TEXT);
        assertEquals(Set.of("f"), again);
        again.clear();
        assertEquals(0, set.size());
        assertEquals(50, set.capacity());
        assertEquals("set", set.name());
        set.close();
        assertThrows(IllegalStateException.class, () -> set.add("x"));
        assertEquals("SharedSet[name=set, closed]", set.toString());
    }

    /** One of many who add the same is told that it was first. */
    @Test
    void add_isTrueOnce() throws InterruptedException {
        SharedSet<Long> set = SharedSet.of(region, "set", 1_000, Codecs.longs());
        Set<Long> first = ConcurrentHashMap.newKeySet();
        Runnable adding =
                () -> {
                    for (long i = 0; i < 1_000; i++) {
                        if (set.add(i)) {
                            assertTrue(first.add(i), "twice: " + i);
                        }
                    }
                };
        Thread other = new Thread(adding);
        other.start();
        adding.run();
        other.join();
        assertEquals(first, set);
    }

    /** 18.7 */
    @Test
    void aNamespace_hasValuesOfManyTypes() {
        SharedNamespace names = SharedNamespace.create(region, "names", 10, ANYTHING);
        names.set("job", "builder");
        names.set("limit", 10);
        names.set("_hidden", 1);
        assertEquals("SharedNamespace{job=builder, limit=10}", names.toString());
        assertEquals("builder", names.get("job", String.class));
        assertEquals(10, names.get("limit", Integer.class));
        assertEquals(1, names.get("_hidden", Integer.class));
        assertTrue(names.has("job"));
        names.delete("job");
        assertFalse(names.has("job"));
        assertThrows(NoSuchElementException.class, () -> names.get("job", String.class));
        assertThrows(NoSuchElementException.class, () -> names.delete("job"));
        assertThrows(ClassCastException.class, () -> names.get("limit", String.class));
        assertThrows(IllegalArgumentException.class, () -> names.set("no", new Object()));
        assertThrows(IllegalArgumentException.class, () -> names.set("n".repeat(256), 1));
        SharedNamespace again = SharedNamespace.open(region, "names", ANYTHING);
        assertEquals(11, again.asMap().merge("limit", 1, (a, b) -> (int) a + (int) b));
        assertEquals(11, names.get("limit", Integer.class));
        assertEquals("names", names.name());
        names.close();
        assertEquals("SharedNamespace[name=names, closed]", names.toString());
        assertEquals(2, SharedNamespace.of(region, "names", 10, ANYTHING).asMap().size());
    }
}
