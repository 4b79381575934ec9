package dev.shm.chaos;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.process.CellAudit;
import dev.shm.process.SharedNamespace;
import dev.shm.process.SharedSet;
import dev.shm.region.SharedRegion;
import dev.shm.value.SharedArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What a process can do with a set and a namespace. Each seat has elements and names of its own,
 * and counts how often it has changed each: it stands as its last change left it, or as the one did
 * in which somebody was killed.
 */
final class CollectionActs implements Acts {
    static final List<Act> ACTS = List.of(Act.SET, Act.NAMESPACE);

    private static final int KEYS = 8; // of each seat
    private static final int ALL = KEYS * Ledger.SEATS;
    private static final int MAX_BYTES = 256;
    private static final Codec<Object> CODEC =
            Codecs.serialized(Object.class, MAX_BYTES, Codecs.allow(Long.class));

    private final SharedRegion region;
    private final Ledger ledger;
    private final int seat;
    private final Random random;
    private final SharedSet<String> set;
    private final SharedArray setChanges;
    private final SharedNamespace namespace;
    private final SharedArray namespaceChanges;

    CollectionActs(SharedRegion region, Ledger ledger, int seat, Random random) {
        this.region = region;
        this.ledger = ledger;
        this.seat = seat;
        this.random = random;
        set = SharedSet.of(region, "set", ALL, Codecs.utf8(32));
        setChanges = SharedArray.of(region, "set-changes", 'q', ALL);
        namespace = SharedNamespace.of(region, "namespace", ALL, CODEC);
        namespaceChanges = SharedArray.of(region, "namespace-changes", 'q', ALL);
    }

    @Override
    public void doIt(Act act) throws InterruptedException {
        int key = seat * KEYS + random.nextInt(KEYS);
        switch (act) {
            case SET -> ledger.await(act, seat, () -> changeSet(key));
            case NAMESPACE -> ledger.await(act, seat, () -> changeNamespace(key));
            default -> throw new IllegalArgumentException(act.toString());
        }
        ledger.increment(act, Ledger.Entry.DONE, seat);
    }

    private static String element(int key) {
        return "element-" + key;
    }

    /** Whether it is in the set after so many changes. */
    private static boolean isIn(long changes) {
        return changes % 2 == 1;
    }

    /** Does the next change, be it for the second time after a death. */
    private void changeSet(int key) {
        long changes = setChanges.getLong(key) + 1;
        boolean was = set.contains(element(key));
        boolean changed = isIn(changes) ? set.add(element(key)) : set.remove(element(key));
        if (changed == (was == isIn(changes)) || set.contains(element(key)) != isIn(changes)) {
            throw new AssertionError("set: key=" + key + " was=" + was + " changed=" + changed);
        }
        setChanges.setLong(key, changes);
        set.forEach(CollectionActs::checkElement);
    }

    private static void checkElement(String element) {
        int key = Integer.parseInt(element.substring(element.indexOf('-') + 1));
        if (!element.equals(element(key)) || key < 0 || key >= ALL) {
            throw new AssertionError("set: torn=" + element);
        }
    }

    private static String name(int key) {
        return "name-" + key;
    }

    /** What a name stands for after so many changes; of some it is forgotten. */
    private static Object value(int key, long changes) {
        return switch ((int) (changes % 3)) {
            case 1 -> changes << Byte.SIZE | key;
            default -> key + ":" + changes + "-".repeat((int) (changes % 100));
        };
    }

    /** Does the next change, be it for the second time after a death. */
    private void changeNamespace(int key) {
        checkName(key);
        long changes = namespaceChanges.getLong(key) + 1;
        if (isNamed(changes)) {
            namespace.set(name(key), value(key, changes));
        } else if (namespace.has(name(key))) {
            namespace.delete(name(key));
        }
        namespaceChanges.setLong(key, changes);
        int other = random.nextInt(ALL);
        Object found = namespace.asMap().get(name(other));
        if (found != null && !isOf(other, found)) {
            throw new AssertionError("namespace: key=" + other + " torn=" + found);
        }
    }

    private static boolean isNamed(long changes) {
        return changes % 3 != 0;
    }

    private static boolean isOf(int key, Object found) {
        long changes =
                found instanceof Long number
                        ? number >> Byte.SIZE
                        : Long.parseLong(
                                found.toString()
                                        .replaceFirst("^\\d+:", "")
                                        .replaceFirst("-+$", ""));
        return found.equals(value(key, changes));
    }

    /** It stands as the last change left it that was written down, or the next one. */
    private void checkName(int key) {
        long noted = namespaceChanges.getLong(key);
        Object found = namespace.asMap().get(name(key));
        if (!isAfter(key, noted, found) && !isAfter(key, noted + 1, found)) {
            throw new AssertionError(
                    "namespace: key=" + key + " noted=" + noted + " found=" + found);
        }
    }

    private static boolean isAfter(int key, long changes, @Nullable Object found) {
        return Objects.equals(found, isNamed(changes) ? value(key, changes) : null);
    }

    @Override
    public List<String> audit() {
        List<String> wrong = new ArrayList<>();
        int elements = 0;
        for (int key = 0; key < ALL; key++) {
            elements += set.contains(element(key)) ? 1 : 0;
            checkName(key);
        }
        if (set.size() != elements || List.copyOf(set).size() != elements) {
            wrong.add("set: size=" + set.size() + " elements=" + elements + " " + set);
        }
        int names = List.copyOf(namespace.asMap().keySet()).size();
        if (namespace.asMap().size() != names) {
            wrong.add("namespace: size=" + namespace.asMap().size() + " names=" + names);
        }
        set.clear();
        namespace.asMap().clear();
        if (!set.isEmpty() || !namespace.asMap().isEmpty()) {
            wrong.add("not empty: " + set + ", " + namespace);
        }
        StoreActs.taken(wrong, "set", CellAudit.taken(region, "set"));
        StoreActs.taken(wrong, "namespace", CellAudit.taken(region, "namespace"));
        return wrong;
    }
}
