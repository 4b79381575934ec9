package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.sync.Bystander;
import dev.shm.sync.Peer;
import dev.shm.sync.Peers;
import dev.shm.sync.SharedEvent;
import dev.shm.sync.Victim;
import dev.shm.sync.Where;
import dev.shm.testing.ChildJvm;
import dev.shm.value.SharedArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A process is killed, or only stopped, at each step of a change, while others are idle, blocked or
 * racing: the rows of the map's table in {@code docs/format.md}.
 */
class SharedMapProcessTest {
    private static final int KILLS = Integer.getInteger("shm.test.kills", 4);
    private static final String OLD = "o".repeat(150);
    private static final String NEW = "n".repeat(200);
    private static final Codec<Object> ANYTHING =
            Codecs.serialized(Object.class, 1024, Codecs.allow(String.class));

    @TempDir private Path directory;
    private Peers peers;
    private SharedMap<String, String> map;
    private List<String> keys;

    @BeforeEach
    void open() {
        peers = new Peers(Where.REGIONS, directory, MapCommands.class);
        map = MapCommands.open(peers.region());
        keys = Collisions.keys(peers.region(), 3);
    }

    @AfterEach
    void close() {
        peers.close();
    }

    private Victim victim() {
        return new Victim(directory.resolve("peers.shm"), MapCommands.class);
    }

    /** Kills a process at a point of a command; a survivor sees this of the first key. */
    private void killAt(String point, String command, Bystander kind, String seen) {
        try (Victim victim = victim()) {
            victim.stopAt(point).say(command).awaitStopped(point);
            Peer survivor = kind.begin(peers, "get " + keys.get(0), "race " + keys.get(0));
            victim.kill();
            kind.expect(survivor, "get " + keys.get(0), seen);
        }
        audit();
    }

    /** Everything is accounted for, and everything works. */
    private Map<String, String> audit() {
        int size = map.size(); // and whoever died elsewhere is repaired after
        Map<String, String> entries = MapAudit.entries(peers.region(), MapCommands.MAP);
        assertEquals(size, entries.size());
        assertEquals(entries, Map.copyOf(map));
        for (String key : keys) {
            map.put(key, "again");
            assertEquals("again", map.get(key));
        }
        return entries;
    }

    @ParameterizedTest
    @CsvSource({
        "mutex.acquired, IDLE, false",
        "heap.taken, IDLE, false",
        "heap.taken, BLOCKED, false",
        "heap.taken, RACING, false",
        "heap.written, IDLE, false",
        "heap.written, BLOCKED, false",
        "heap.written, RACING, false",
        "map.published, IDLE, true",
        "map.published, BLOCKED, true",
        "map.published, RACING, true",
        "heap.freed, IDLE, true",
        "heap.freed, BLOCKED, true",
        "heap.freed, RACING, true"
    })
    void killedWhileItReplaces(String point, Bystander kind, boolean happened) {
        keys.forEach(key -> map.put(key, OLD));
        killAt(point, "put " + keys.get(0) + " " + NEW, kind, happened ? NEW : OLD);
    }

    @ParameterizedTest
    @CsvSource({
        "heap.taken, IDLE, false",
        "heap.written, BLOCKED, false",
        "heap.written, RACING, false",
        "map.published, IDLE, true",
        "map.published, BLOCKED, true",
        "map.published, RACING, true"
    })
    void killedWhileItPutsIn(String point, Bystander kind, boolean happened) {
        killAt(point, "put " + keys.get(0) + " " + NEW, kind, "" + (happened ? NEW : null));
    }

    @ParameterizedTest
    @CsvSource({
        "mutex.acquired, IDLE, false",
        "map.moved, IDLE, true",
        "map.moved, BLOCKED, true",
        "map.moved, RACING, true",
        "map.unlinked, IDLE, true",
        "map.unlinked, BLOCKED, true",
        "map.unlinked, RACING, true",
        "heap.freed, IDLE, true",
        "heap.freed, BLOCKED, true",
        "heap.freed, RACING, true"
    })
    void killedWhileItTakesOut(String point, Bystander kind, boolean happened) {
        keys.forEach(key -> map.put(key, OLD));
        killAt(point, "remove " + keys.get(0), kind, "" + (happened ? null : OLD));
        assertEquals(3, map.size());
    }

    @ParameterizedTest
    @CsvSource({"IDLE", "BLOCKED", "RACING"})
    void killedWhileItReads(Bystander kind) {
        keys.forEach(key -> map.put(key, OLD));
        killAt("mutex.acquired", "get " + keys.get(0), kind, OLD);
    }

    /** A repair may be cut short, and the next one too. */
    @ParameterizedTest
    @CsvSource({
        "map.unlinked, IDLE",
        "map.mended, IDLE",
        "map.mended, BLOCKED",
        "map.mended, RACING",
        "heap.reclaimed, IDLE",
        "heap.reclaimed, BLOCKED",
        "heap.reclaimed, RACING"
    })
    void killedWhileItRepairs(String point, Bystander kind) {
        keys.forEach(key -> map.put(key, OLD));
        try (Victim first = victim()) {
            first.stopAt("map.moved").say("remove " + keys.get(0)).awaitStopped("map.moved");
            try (Victim second = victim()) {
                second.stopAt(point).say("get " + keys.get(1)).awaitAsleep();
                first.kill();
                second.awaitStopped(point);
                Peer survivor = kind.begin(peers, "get " + keys.get(2), "race " + keys.get(2));
                second.kill();
                kind.expect(survivor, "get " + keys.get(2), OLD);
            }
        }
        assertNull(map.get(keys.get(0)));
        assertEquals(2, map.size());
        assertEquals(2, audit().size());
    }

    /** What is cleared when it dies is gone, the rest is whole. */
    @ParameterizedTest
    @CsvSource({"IDLE", "BLOCKED", "RACING"})
    void killedWhileItClears(Bystander kind) {
        keys.forEach(key -> map.put(key, OLD));
        try (Victim victim = victim()) {
            victim.stopAt("map.cleared").say("clear").awaitStopped("map.cleared");
            Peer survivor = kind.begin(peers, "get " + keys.get(0), "race " + keys.get(0));
            victim.kill();
            kind.expect(survivor, "get " + keys.get(0), OLD); // the last one goes first
        }
        assertEquals(2, map.size());
        assertEquals(2, audit().size());
    }

    /** BEHAVIOURS 20.17: whoever is stopped is alive; its change is neither lost nor doubled. */
    @Test
    void stoppedInAChange_holdsUpItsStripe_andGoesOn() {
        keys.forEach(key -> map.put(key, OLD));
        try (Victim victim = victim()) {
            victim.stopAt("heap.written")
                    .say("put " + keys.get(0) + " " + NEW)
                    .awaitStopped("heap.written");
            assertEquals("SharedMap[name=it, in use]", map.toString());
            assertEquals(
                    "SharedNamespace[name=it, in use]",
                    SharedNamespace.open(peers.region(), "it", ANYTHING).toString());
            Peer blocked = peers.add().say("get " + keys.get(0));
            blocked.awaitAsleep();
            int elsewhere = 0;
            while (Collisions.stripe(peers.region(), "e" + elsewhere)
                    == Collisions.stripe(peers.region(), keys.get(0))) {
                elsewhere++;
            }
            assertNull(map.put("e" + elsewhere, "others go on"));
            assertTrue(blocked.isBusy());
            victim.goOn();
            victim.expect(OLD);
            blocked.expect(NEW);
        }
        audit();
    }

    /** The same at every step; it has the stripe all the time. */
    @Test
    void stoppedAtEachStep_goesOn() {
        Runnable look = () -> assertEquals("SharedMap[name=it, in use]", map.toString());
        keys.forEach(key -> map.put(key, OLD));
        try (Victim victim = victim()) {
            victim.goThrough(
                    "put " + keys.get(0) + " " + NEW,
                    look,
                    "heap.taken",
                    "heap.written",
                    "map.published",
                    "heap.freed");
            victim.expect(OLD);
            victim.goThrough("remove " + keys.get(0), look, "map.moved", "map.unlinked");
            victim.expect(NEW);
            victim.goThrough("clear", look, "map.cleared");
            victim.expect("cleared");
        }
        assertEquals(0, audit().size());
    }

    @Test
    void stoppedWhileItRepairs_goesOn() {
        keys.forEach(key -> map.put(key, OLD));
        try (Victim first = victim();
                Victim second = victim()) {
            first.stopAt("map.moved").say("remove " + keys.get(0)).awaitStopped("map.moved");
            first.kill();
            second.goThrough("get " + keys.get(1), () -> {}, "map.mended", "heap.reclaimed");
            second.expect(OLD);
        }
        assertEquals(2, audit().size());
    }

    /** BEHAVIOURS 20.23: what has begun is finished in the map's memory, which nobody else has. */
    @Test
    void closedInAChange_keepsItsMemoryUntilThatHasEnded() throws InterruptedException {
        SharedEvent close = SharedEvent.of(peers.region(), "close");
        SharedEvent closed = SharedEvent.of(peers.region(), "closed");
        int bytes = MapLayout.of(MapCommands.CAPACITY, MapCommands.ROOM).bytes();
        map.close();
        try (Victim victim = victim()) {
            victim.say("closeLater").expect("will close");
            victim.stopAt("heap.written")
                    .say("put " + keys.get(0) + " " + NEW)
                    .awaitStopped("heap.written");
            close.set();
            closed.await();
            assertTrue(peers.region().remove(MapCommands.MAP));
            SharedArray other = SharedArray.create(peers.region(), "other", 'b', bytes);
            victim.goOn();
            victim.expect("null");
            assertEquals(0, other.longStream().filter(element -> element != 0).count());
        }
    }

    /** Whenever they die: what was acknowledged is there, and nothing is torn or left over. */
    @Test
    void randomKills_loseNothingThatWasAcknowledged() {
        SharedArray acknowledged = MapCommands.acknowledged(peers.region());
        Random random = new Random(KILLS);
        List<Victim> victims = new ArrayList<>();
        try {
            for (int seat = 0; seat < MapCommands.SEATS; seat++) {
                victims.add(victim().say("storm " + seat + " " + random.nextInt()));
            }
            for (int kill = 0; kill < KILLS; kill++) {
                awaitChanges(acknowledged, 200 + random.nextInt(3000));
                int seat = random.nextInt(MapCommands.SEATS);
                victims.get(seat).kill();
                assertAcknowledged(acknowledged, seat);
                victims.set(seat, victim().say("storm " + seat + " " + random.nextInt()));
            }
            victims.forEach(Victim::kill);
        } finally {
            victims.forEach(Victim::close);
        }
        for (int seat = 0; seat < MapCommands.SEATS; seat++) {
            assertAcknowledged(acknowledged, seat);
        }
        audit();
    }

    private void assertAcknowledged(SharedArray acknowledged, int seat) {
        for (int i = 0; i < MapCommands.KEYS; i++) {
            int key = seat * MapCommands.KEYS + i;
            long last = acknowledged.getLong(key);
            String found = map.get("key" + key);
            assertTrue(
                    Objects.equals(found, last == 0 ? null : MapCommands.value(key, last))
                            || Objects.equals(found, MapCommands.value(key, last + 1)),
                    "key=" + key + " last=" + last + " found=" + found);
        }
    }

    private static void awaitChanges(SharedArray acknowledged, long changes) {
        long before = acknowledged.longStream().sum();
        ChildJvm.awaitThat(
                "the map is changed", () -> acknowledged.longStream().sum() >= before + changes);
    }
}
