package dev.shm.chaos;

import dev.shm.codec.Codecs;
import dev.shm.process.CellAudit;
import dev.shm.process.SharedList;
import dev.shm.process.SharedMap;
import dev.shm.region.SharedRegion;
import dev.shm.value.SharedAdder;
import dev.shm.value.SharedArray;
import dev.shm.value.SharedStruct;
import dev.shm.value.SharedValue;
import dev.shm.value.StructRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What a process can do with a map, a list, a struct, an adder and a value. */
final class StoreActs implements Acts {
    static final List<Act> ACTS = List.of(Act.MAP, Act.LIST, Act.STRUCT, Act.ADDER);

    private static final int KEYS = 8; // of each seat
    private static final int FIELDS = 16;
    private static final String SPEC =
            "a:q b:q c:q d:q e:q f:q g:q h:q i:q j:q k:q l:q m:q n:q o:q p:q";

    private final SharedRegion region;
    private final Ledger ledger;
    private final int seat;
    private final Random random;
    private final SharedMap<String, String> map;
    private final SharedArray mapChanges;
    private final SharedList<String> list;
    private final SharedArray listChanges;
    private final SharedStruct struct;
    private final SharedAdder adder;
    private final SharedValue value;

    StoreActs(SharedRegion region, Ledger ledger, int seat, Random random) {
        this.region = region;
        this.ledger = ledger;
        this.seat = seat;
        this.random = random;
        map = SharedMap.of(region, "map", 128, 65_536, Codecs.utf8(32), Codecs.utf8(512));
        mapChanges = SharedArray.of(region, "map-changes", 'q', KEYS * Ledger.SEATS);
        list = SharedList.of(region, "list", 64, 32_768, Codecs.utf8(512));
        listChanges = SharedArray.of(region, "list-changes", 'q', Ledger.SEATS);
        struct = SharedStruct.of(region, "struct", SPEC);
        adder = SharedAdder.of(region, "adder");
        value = SharedValue.of(region, "counter", 'q');
    }

    /** Puts in what must be there before anybody comes. */
    void begin() {
        for (int other = 0; other < Ledger.SEATS; other++) {
            list.add(text(other, 0));
        }
    }

    @Override
    public void doIt(Act act) throws InterruptedException {
        switch (act) {
            case MAP -> ledger.await(act, seat, this::map);
            case LIST -> ledger.await(act, seat, this::list);
            case STRUCT -> ledger.await(act, seat, this::struct);
            case ADDER -> {
                adder.increment();
                value.getAndAdd(1);
            }
            default -> throw new IllegalArgumentException(act.toString());
        }
        ledger.increment(act, Ledger.Entry.DONE, seat);
    }

    /** What a change makes of something; of some the map forgets the key. */
    private static String text(int key, long change) {
        return key + ":" + change + "-".repeat((int) (change % 190));
    }

    private static @Nullable String mapped(int key, long change) {
        return change % 3 == 0 ? null : text(key, change);
    }

    private void map() {
        int key = seat * KEYS + random.nextInt(KEYS);
        checkKey(key);
        long change = mapChanges.getLong(key) + 1;
        String text = mapped(key, change);
        if (text == null) {
            map.remove("key" + key);
        } else {
            map.put("key" + key, text);
        }
        mapChanges.setLong(key, change);
        int other = random.nextInt(KEYS * Ledger.SEATS);
        String found = map.get("key" + other);
        if (found != null) {
            checkWhole(other, found);
        }
    }

    /** Its last change, or the one in which somebody was killed. */
    private void checkKey(int key) {
        long last = mapChanges.getLong(key);
        String found = map.get("key" + key);
        if (!Objects.equals(found, mapped(key, last))
                && !Objects.equals(found, mapped(key, last + 1))) {
            throw new AssertionError("map: key=" + key + " last=" + last + " found=" + found);
        }
    }

    private static void checkWhole(int key, String found) {
        int colon = found.indexOf(':');
        int dash = found.indexOf('-');
        long change = Long.parseLong(found.substring(colon + 1, dash < 0 ? found.length() : dash));
        if (!found.equals(text(key, change))) {
            throw new AssertionError("torn: key=" + key + " found=" + found);
        }
    }

    private void list() {
        checkElement(seat);
        String mine = seat + ":";
        long change = listChanges.getLong(seat) + 1;
        String text = text(seat, change);
        list.replaceAll(element -> element.startsWith(mine) ? text : element);
        listChanges.setLong(seat, change);
        switch (random.nextInt(4)) {
            case 0 -> list.sort(null);
            case 1 -> list.removeIf(element -> element.indexOf(':') < 0);
            case 2 -> {
                if (list.size() < 2 * Ledger.SEATS) {
                    list.add(random.nextInt(Ledger.SEATS), "x".repeat(random.nextInt(100)));
                }
            }
            default -> list.forEach(element -> checkListed(element));
        }
    }

    private static void checkListed(String element) {
        int colon = element.indexOf(':');
        if (colon > 0) {
            checkWhole(Integer.parseInt(element.substring(0, colon)), element);
        } else if (!element.equals("x".repeat(element.length()))) {
            throw new AssertionError("torn: " + element);
        }
    }

    private void checkElement(int which) {
        List<String> found = new ArrayList<>(list);
        found.removeIf(element -> !element.startsWith(which + ":"));
        long last = listChanges.getLong(which);
        if (found.size() != 1
                || !List.of(text(which, last), text(which, last + 1)).contains(found.get(0))) {
            throw new AssertionError("list: seat=" + which + " last=" + last + " found=" + found);
        }
    }

    private void struct() {
        struct.update(
                record -> {
                    long next = whole(record) + 1;
                    for (int i = 0; i < FIELDS; i++) {
                        record.setLong(i, next);
                    }
                });
        whole(struct.read());
    }

    private static long whole(StructRecord record) {
        for (int i = 1; i < FIELDS; i++) {
            if (record.getLong(i) != record.getLong(0)) {
                throw new AssertionError("torn: " + record);
            }
        }
        return record.getLong(0);
    }

    @Override
    public List<Object> objects() {
        return List.of(struct, adder, value);
    }

    @Override
    public List<String> audit() {
        for (int key = 0; key < KEYS * Ledger.SEATS; key++) {
            checkKey(key);
        }
        for (int other = 0; other < Ledger.SEATS; other++) {
            checkElement(other);
        }
        int size = map.size();
        List<String> wrong = new ArrayList<>();
        if (size != List.copyOf(map.keySet()).size()) {
            wrong.add("map: size=" + size + " keys=" + map.keySet());
        }
        counted(wrong, Act.STRUCT, "struct", whole(struct.read()));
        counted(wrong, Act.ADDER, "adder", adder.sum());
        counted(wrong, Act.ADDER, "value", value.getLong());
        list.clear();
        map.clear();
        if (!list.isEmpty() || !map.isEmpty()) {
            wrong.add("not empty: " + list + ", " + map);
        }
        taken(wrong, "list", CellAudit.taken(region, "list"));
        taken(wrong, "map", CellAudit.taken(region, "map"));
        return wrong;
    }

    static void taken(List<String> wrong, String what, int cells) {
        if (cells != 0) {
            wrong.add(what + ": empty, and cells taken=" + cells);
        }
    }

    /** What was done, and at most one more for each who was killed at it. */
    private void counted(List<String> wrong, Act act, String what, long found) {
        long deaths = ledger.deaths(act);
        long noted = ledger.sum(act, Ledger.Entry.DONE);
        if (found < noted || found > noted + deaths) {
            wrong.add(what + "=" + found + " noted=" + noted + " deaths=" + deaths);
        }
    }
}
