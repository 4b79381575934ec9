package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.sync.Bystander;
import dev.shm.sync.Peer;
import dev.shm.sync.Peers;
import dev.shm.sync.Victim;
import dev.shm.sync.Where;
import dev.shm.testing.ChildJvm;
import dev.shm.value.SharedArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process is killed, or only stopped, at each step of a change, while others are idle, blocked or
 * racing: the rows of the list's table in {@code docs/format.md}.
 */
class SharedListProcessTest {
    private static final int KILLS = Integer.getInteger("shm.test.kills", 4);
    private static final String NEW = "b".repeat(150);
    private static final String OLD = "a".repeat(100);

    @TempDir private Path directory;
    private Peers peers;
    private SharedList<String> list;

    @BeforeEach
    void open() {
        peers = new Peers(Where.REGIONS, directory, ListCommands.class);
        list = ListCommands.open(peers.region());
        list.addAll(List.of("c", OLD, "d"));
    }

    @AfterEach
    void close() {
        peers.close();
    }

    private Victim victim() {
        return new Victim(directory.resolve("peers.shm"), ListCommands.class);
    }

    @ParameterizedTest
    @CsvSource({
        "set 1 NEW, mutex.acquired, IDLE, 'c OLD d'",
        "set 1 NEW, heap.taken, IDLE, 'c OLD d'",
        "set 1 NEW, heap.taken, RACING, 'c OLD d'",
        "set 1 NEW, heap.written, IDLE, 'c OLD d'",
        "set 1 NEW, heap.written, BLOCKED, 'c OLD d'",
        "set 1 NEW, heap.written, RACING, 'c OLD d'",
        "set 1 NEW, list.published, IDLE, 'c NEW d'",
        "set 1 NEW, list.published, BLOCKED, 'c NEW d'",
        "set 1 NEW, list.published, RACING, 'c NEW d'",
        "set 1 NEW, heap.freed, BLOCKED, 'c NEW d'",
        "set 1 NEW, heap.freed, RACING, 'c NEW d'",
        "add NEW, heap.taken, BLOCKED, 'c OLD d'",
        "add NEW, list.written, IDLE, 'c OLD d'",
        "add NEW, list.written, RACING, 'c OLD d'",
        "add NEW, list.committed, BLOCKED, 'c OLD d NEW'",
        "insert 1 NEW, list.written, IDLE, 'c OLD d'",
        "insert 1 NEW, list.written, BLOCKED, 'c OLD d'",
        "insert 1 NEW, list.written, RACING, 'c OLD d'",
        "insert 1 NEW, list.committed, IDLE, 'c NEW OLD d'",
        "insert 1 NEW, list.committed, BLOCKED, 'c NEW OLD d'",
        "insert 1 NEW, list.committed, RACING, 'c NEW OLD d'",
        "remove 1, list.written, IDLE, 'c OLD d'",
        "remove 1, list.committed, BLOCKED, 'c d'",
        "remove 1, heap.freed, IDLE, 'c d'",
        "remove 1, heap.freed, RACING, 'c d'",
        "sort, list.written, BLOCKED, 'c OLD d'",
        "sort, list.committed, RACING, 'OLD c d'"
    })
    void killedInAChange(String command, String point, Bystander kind, String left) {
        String shown = list(left).toString();
        try (Victim victim = victim()) {
            victim.stopAt(point).say(command.replace("NEW", NEW)).awaitStopped(point);
            Peer survivor = kind.begin(peers, "show", "race");
            victim.kill();
            kind.expect(survivor, "show", shown);
        }
        audit(list(left));
    }

    private static List<String> list(String words) {
        return List.of(words.replace("NEW", NEW).replace("OLD", OLD).split(" "));
    }

    /** It has these elements, no cell is lost, and everything works. */
    private void audit(List<String> expected) {
        assertEquals(expected, list);
        list.add(1, "again");
        assertEquals("again", list.remove(1));
        list.clear();
        int all = (int) CellLayout.cells(ListCommands.CAPACITY, ListCommands.ROOM);
        assertEquals(all, MapAudit.freeCells(peers.region(), ListCommands.LIST));
    }

    /** A repair may be cut short, and the next one too. */
    @ParameterizedTest
    @EnumSource
    void killedWhileItRepairs(Bystander kind) {
        List<String> repaired = List.of("c", NEW, "d");
        try (Victim first = victim();
                Victim second = victim()) {
            first.stopAt("list.published").say("set 1 " + NEW).awaitStopped("list.published");
            second.stopAt("heap.reclaimed").say("show").awaitAsleep();
            first.kill();
            second.awaitStopped("heap.reclaimed");
            Peer survivor = kind.begin(peers, "show", "race");
            second.kill();
            kind.expect(survivor, "show", repaired.toString());
        }
        audit(repaired);
    }

    @Test
    void stoppedWhileItRepairs_goesOn() {
        List<String> repaired = List.of("c", NEW, "d");
        try (Victim first = victim();
                Victim second = victim()) {
            first.stopAt("list.published").say("set 1 " + NEW).awaitStopped("list.published");
            first.kill();
            second.goThrough("show", () -> {}, "heap.reclaimed");
            second.expect(repaired.toString());
        }
        audit(repaired);
    }

    /** BEHAVIOURS 20.17: at every step it has the list, and goes on. */
    @Test
    void stoppedAtEachStep_goesOn() {
        String inUse = "SharedList[name=" + list.name() + ", in use]";
        Runnable look = () -> assertEquals(inUse, list.toString());
        try (Victim victim = victim()) {
            victim.goThrough(
                    "set 1 " + NEW,
                    look,
                    "heap.taken",
                    "heap.written",
                    "list.published",
                    "heap.freed");
            victim.expect(OLD);
            victim.goThrough("insert 0 x", look, "list.written", "list.committed");
            victim.expect("inserted");
        }
        audit(List.of("x", "c", NEW, "d"));
    }

    /** BEHAVIOURS 20.17: whoever is stopped is alive; its change is neither lost nor doubled. */
    @Test
    void stoppedInAChange_holdsUpOthers_andGoesOn() {
        try (Victim victim = victim()) {
            victim.stopAt("list.written").say("insert 0 x").awaitStopped("list.written");
            Peer blocked = peers.add().say("insert 0 y");
            blocked.awaitAsleep();
            assertTrue(blocked.isBusy());
            assertEquals("SharedList[name=" + list.name() + ", in use]", list.toString());
            victim.goOn();
            victim.expect("inserted");
            blocked.expect("inserted");
        }
        audit(List.of("y", "x", "c", OLD, "d"));
    }

    /** Whenever they die: what was acknowledged is there, and nothing is torn or left over. */
    @Test
    void randomKills_loseNothingThatWasAcknowledged() {
        list.clear();
        SharedArray acknowledged = ListCommands.acknowledged(peers.region());
        for (int seat = 0; seat < ListCommands.SEATS; seat++) {
            list.add(ListCommands.value(seat, 0));
        }
        Random random = new Random(KILLS);
        List<Victim> victims = new ArrayList<>();
        try {
            for (int seat = 0; seat < ListCommands.SEATS; seat++) {
                victims.add(victim().say("storm " + seat + " " + random.nextInt()));
            }
            for (int kill = 0; kill < KILLS; kill++) {
                long before = acknowledged.longStream().sum() + 100 + random.nextInt(500);
                ChildJvm.awaitThat(
                        "the list is changed", () -> acknowledged.longStream().sum() >= before);
                int seat = random.nextInt(ListCommands.SEATS);
                victims.get(seat).kill();
                assertAcknowledged(acknowledged, seat);
                victims.set(seat, victim().say("storm " + seat + " " + random.nextInt()));
            }
            victims.forEach(Victim::kill);
        } finally {
            victims.forEach(Victim::close);
        }
        for (int seat = 0; seat < ListCommands.SEATS; seat++) {
            assertAcknowledged(acknowledged, seat);
        }
        list.removeIf(element -> element.indexOf(':') < 0);
        audit(List.copyOf(list));
    }

    private void assertAcknowledged(SharedArray acknowledged, int seat) {
        List<String> mine = new ArrayList<>(list);
        mine.removeIf(element -> !element.startsWith(seat + ":"));
        assertEquals(1, mine.size());
        long last = acknowledged.getLong(seat);
        List<String> allowed =
                List.of(ListCommands.value(seat, last), ListCommands.value(seat, last + 1));
        assertTrue(allowed.contains(mine.get(0)), "last=" + last + " found=" + mine);
    }
}
