package dev.shm.queue;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.sync.Bystander;
import dev.shm.sync.CountingSemaphore;
import dev.shm.sync.Peer;
import dev.shm.sync.Peers;
import dev.shm.sync.Victim;
import dev.shm.sync.Where;
import dev.shm.testing.ChildJvm;
import dev.shm.value.SharedArray;
import dev.shm.value.SharedValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The stack and the priority queue with peers wherever they may be, and with peers that die. */
class SlotQueueProcessTest {
    private static final int KILLS = Integer.getInteger("shm.test.kills", 4);

    private static final int KILLS_PER_FILE = 12;
    private static final int STEPS_PER_KILL = 600;

    /** Where a process stops that puts, before and after the element is there. */
    private static final List<String> BEFORE_ACCEPTED =
            List.of("mutex.acquired", "slots.begun", "slots.written");

    private static final List<String> AFTER_ACCEPTED =
            List.of("slots.accepted", "slots.ordered", "slots.ended", "slots.unlocked");

    /** Where one stops that takes, before and after the element is its own. */
    private static final List<String> BEFORE_TAKEN = List.of("mutex.acquired", "slots.begun");

    private static final List<String> AFTER_TAKEN =
            List.of("slots.taken", "slots.reordered", "slots.ended", "slots.unlocked");

    @TempDir private Path directory;

    static Stream<Arguments> everywhere() {
        return Stream.of(Kind.values())
                .flatMap(kind -> Stream.of(Where.values()).map(where -> Arguments.of(kind, where)));
    }

    /** The protocol is the same for both kinds; the order is put right by itself. */
    static Stream<Arguments> bystanders() {
        return Stream.concat(
                Stream.of(Bystander.values())
                        .map(bystander -> Arguments.of(Kind.PRIORITY, bystander)),
                Stream.of(Arguments.of(Kind.STACK, Bystander.IDLE)));
    }

    private Peers peers(Where where) {
        return new Peers(where, directory, SlotCommands.class);
    }

    private Path file() {
        return directory.resolve("peers.shm");
    }

    private Victim victim() {
        return new Victim(file(), SlotCommands.class);
    }

    /**
     * BEHAVIOURS 10.3, 10.4, 10.7: a peer drains what was put, in order, and all is empty again.
     */
    @ParameterizedTest
    @MethodSource("everywhere")
    void peers_seeTheSameElements(Kind kind, Where where) {
        try (Peers peers = peers(where)) {
            SlotQueue<Long> queue = kind.create(peers.region(), 6);
            Peer peer = peers.add();
            List<Long> all = List.of(600L, 100L, 400L, 200L, 500L, 300L);
            for (Long number : all) {
                assertTrue(queue.offer(number));
            }
            assertEquals("6", peer.ask("size"));
            assertEquals("false", peer.ask("offer 7"));
            assertEquals(kind.taken(all).toString(), peer.ask("drain"));
            assertTrue(queue.isEmpty());
            assertEquals(6, queue.remainingCapacity());
            assertEquals("null", peer.ask("poll"));
            assertEquals("null", peer.ask("poll 1"));
        }
    }

    /** BEHAVIOURS 10.6, 10.14: puts of several processes all arrive. */
    @ParameterizedTest
    @MethodSource("everywhere")
    void putsOfSeveral_allArrive(Kind kind, Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SlotQueue<Long> queue = kind.create(peers.region(), 20);
            List<Long> all = new ArrayList<>();
            for (long i = 0; i < 10; i++) {
                queue.put(i);
                all.add(i);
            }
            Peer peer = peers.add();
            for (long i = 10; i < 20; i++) {
                assertEquals("put", peer.ask("put " + i));
                all.add(i);
            }
            List<Long> taken = new ArrayList<>();
            queue.drainTo(taken);
            assertEquals(kind.taken(all), taken);
            assertNull(queue.poll());
        }
    }

    /** BEHAVIOURS 10.17: a put ends the wait of a take, and the other way round. */
    @ParameterizedTest
    @MethodSource("everywhere")
    void putsAndTakes_endEachOthersWaits(Kind kind, Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SlotQueue<Long> queue = kind.create(peers.region(), 1);
            Peer peer = peers.add();
            for (String wait : List.of("take", "poll 60000")) {
                peer.say(wait).awaitAsleep();
                queue.put(1L);
                peer.expect("1");
            }
            for (String wait : List.of("put 2", "offer 2 60000")) {
                queue.put(1L);
                peer.say(wait).awaitAsleep();
                assertEquals(1, queue.take());
                assertEquals(wait.startsWith("put") ? "put" : "true", peer.hear());
                assertEquals(2, queue.take());
            }
        }
    }

    /** Each of several that wait gets its own, and nobody is forgotten. */
    @ParameterizedTest
    @MethodSource("everywhere")
    void everyWaiter_isServed(Kind kind, Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SlotQueue<Long> queue = kind.create(peers.region(), 8);
            List<Peer> three = peers.add(3);
            three.forEach(peer -> peer.say("take").awaitAsleep());
            queue.addAll(List.of(1L, 2L, 3L));
            List<String> got = three.stream().map(Peer::hear).sorted().toList();
            assertEquals(List.of("1", "2", "3"), got);
        }
    }

    /** BEHAVIOURS 10.35: shutting down releases everybody who waits. */
    @ParameterizedTest
    @MethodSource("everywhere")
    void shutdown_releasesThoseWhoWait(Kind kind, Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SlotQueue<Long> queue = kind.create(peers.region(), 1);
            List<Peer> takers = peers.add(2);
            takers.forEach(peer -> peer.say("take").awaitAsleep());
            assertEquals("down", peers.add().ask("shutdown"));
            for (Peer peer : takers) {
                assertTrue(peer.hear().contains("QueueShutDownException"));
            }
            assertTrue(queue.isShutdown());
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void shutdownNow_releasesThoseWhoWait(Kind kind, Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SlotQueue<Long> queue = kind.create(peers.region(), 1);
            queue.put(1L);
            List<Peer> putters = peers.add(2);
            putters.forEach(peer -> peer.say("put 2").awaitAsleep());
            assertEquals("down", peers.add().ask("shutdownNow"));
            for (Peer peer : putters) {
                assertTrue(peer.hear().contains("QueueShutDownException"));
            }
            assertEquals(0, queue.size());
        }
    }

    /** BEHAVIOURS 10.20: blocking, timed and not: every element once. */
    @ParameterizedTest
    @MethodSource("everywhere")
    void manyPutAndTake_everythingOnce(Kind kind, Where where) throws Exception {
        int each = 2_000;
        try (Peers peers = peers(where)) {
            SharedArray counts =
                    SharedArray.create(peers.region(), SlotCommands.AUDIT, 'i', 2 * each);
            SlotQueue<Long> queue = kind.create(peers.region(), 7);
            List<Peer> consumers = peers.add(2);
            consumers.forEach(peer -> peer.say("consume"));
            List<Peer> producers = peers.add(2);
            producers.get(0).say("produce 0 " + each);
            producers.get(1).say("produce " + each + " " + each);
            producers.forEach(peer -> peer.expect("produced"));
            ChildJvm.awaitThat("all is taken", queue::isEmpty);
            queue.put(SlotCommands.END);
            consumers.forEach(peer -> peer.expect("consumed"));
            for (int i = 0; i < 2 * each; i++) {
                assertEquals(1, counts.getInt(i));
            }
        }
    }

    /** BEHAVIOURS 10.15: who has put may go at once; what it put stays. */
    @ParameterizedTest
    @EnumSource
    void elements_outliveTheirProducer(Kind kind) {
        try (Peers peers = peers(Where.THREADS)) {
            SlotQueue<Long> queue = kind.create(peers.region(), 4);
            try (Victim victim = victim()) {
                assertEquals("put", victim.ask("put 1 2 3"));
                victim.kill();
            }
            assertEquals(kind.taken(List.of(1L, 2L, 3L)), new ArrayList<>(queue));
        }
    }

    /** BEHAVIOURS 20.10: whoever is killed in a put has put the element, whole, or has not. */
    @ParameterizedTest
    @MethodSource("bystanders")
    void killedWhileItPuts(Kind kind, Bystander bystander) throws Exception {
        for (String point :
                Stream.of(BEFORE_ACCEPTED, AFTER_ACCEPTED).flatMap(List::stream).toList()) {
            try (Peers peers = peers(Where.REGIONS)) {
                SlotQueue<Long> queue = kind.create(peers.region(), 4);
                try (Victim victim = victim()) {
                    boolean accepted = AFTER_ACCEPTED.contains(point);
                    Peer peer = bystander.begin(peers, "take");
                    victim.stopAt(point).say("put 5").awaitStopped(point);
                    victim.kill();
                    if (!accepted) {
                        queue.put(6L);
                    }
                    bystander.expect(peer, "take", accepted ? "5" : "6");
                }
                assertNull(queue.poll(), point);
                assertWorks(kind, queue);
            }
            assertTrue(file().toFile().delete());
        }
    }

    /** BEHAVIOURS 20.11: whoever is killed in a take has taken the element, or it is there. */
    @ParameterizedTest
    @MethodSource("bystanders")
    void killedWhileItTakes(Kind kind, Bystander bystander) throws Exception {
        for (String point : Stream.of(BEFORE_TAKEN, AFTER_TAKEN).flatMap(List::stream).toList()) {
            try (Peers peers = peers(Where.REGIONS)) {
                SlotQueue<Long> queue = kind.create(peers.region(), 3);
                queue.addAll(List.of(100L, 100L, 100L));
                try (Victim victim = victim()) {
                    boolean taken = AFTER_TAKEN.contains(point);
                    String wait = bystander == Bystander.RACING ? "raceToPut 200" : "put 200";
                    Peer peer = peers.add();
                    if (bystander != Bystander.IDLE) {
                        peer.say(wait);
                    }
                    if (bystander == Bystander.BLOCKED) {
                        peer.awaitAsleep();
                    }
                    victim.stopAt(point).say("take").awaitStopped(point);
                    victim.kill();
                    if (!taken) {
                        assertEquals(100, queue.take());
                    }
                    bystander.expect(peer, wait, "put");
                }
                assertEquals(3, queue.size(), point);
                queue.clear();
                assertWorks(kind, queue);
            }
            assertTrue(file().toFile().delete());
        }
    }

    /** A death between the change and the wake that it owed: those who wait go on by a tick. */
    @ParameterizedTest
    @MethodSource("bystanders")
    void killedBeforeItWakes(Kind kind, Bystander bystander) throws Exception {
        try (Peers peers = peers(Where.REGIONS)) {
            SlotQueue<Long> queue = kind.create(peers.region(), 2);
            try (Victim victim = victim(queue)) {
                Peer sleeper = peers.add().say("take");
                sleeper.awaitAsleep();
                Peer other = bystander.begin(peers, "take");
                victim.stopAt("slots.signalled").say("put 5").awaitStopped("slots.signalled");
                victim.kill();
                queue.put(6L);
                if (bystander == Bystander.IDLE) {
                    other.say("take");
                }
                assertEquals(Set.of("5", "6"), Set.of(sleeper.hear(), other.hear()));
            }
        }
    }

    /** What was done stands, and is told, though the region is closed before the wake it owes. */
    @ParameterizedTest
    @EnumSource
    void regionClosedBeforeTheWake_itIsDone(Kind kind) throws Exception {
        try (Peers peers = peers(Where.JVMS)) {
            SlotQueue<Long> queue = kind.create(peers.region(), 1);
            try (Victim victim = victim(queue)) {
                queue.put(5L);
                Peer peer = peers.add().say("put 6");
                peer.awaitAsleep();
                victim.stopAt("slots.unlocked").say("take").awaitStopped("slots.unlocked");
                victim.closeRegion();
                victim.goOn();
                victim.expect("5");
                victim.awaitClosed();
                peer.expect("put");
            }
        }
    }

    /** One that has announced itself dies: others are woken as ever. */
    @ParameterizedTest
    @MethodSource("bystanders")
    void killedAsWaiter_strandsNobody(Kind kind, Bystander bystander) {
        try (Peers peers = peers(Where.REGIONS);
                Victim victim = victim(kind.create(peers.region(), 2))) {
            victim.stopAt("slots.announced").say("take").awaitStopped("slots.announced");
            Peer peer = bystander.begin(peers, "take");
            victim.kill();
            assertEquals("put", peers.add().ask("put 5"));
            bystander.expect(peer, "take", "5");
        }
    }

    /** The one that was woken dies before it has taken: another gets the element. */
    @ParameterizedTest
    @EnumSource
    void killedWhenItIsWoken(Kind kind) throws Exception {
        try (Peers peers = peers(Where.JVMS)) {
            SlotQueue<Long> queue = kind.create(peers.region(), 2);
            try (Victim victim = victim(queue)) {
                victim.stopWhenWoken("slots.woken", "take", () -> assertTrue(queue.offer(5L)));
                Peer blocked = peers.add().say("take");
                blocked.expect("5");
                blocked.say("take").awaitAsleep();
                victim.kill();
                queue.put(6L);
                blocked.expect("6");
            }
        }
    }

    /** Whoever comes gets what the dead one was woken for. */
    @ParameterizedTest
    @EnumSource(names = {"IDLE", "RACING"})
    void killedWhenItIsWoken_othersComing(Bystander bystander) {
        try (Peers peers = peers(Where.REGIONS)) {
            SlotQueue<Long> queue = Kind.PRIORITY.create(peers.region(), 2);
            try (Victim victim = victim(queue)) {
                victim.stopWhenWoken("slots.woken", "take", () -> assertTrue(queue.offer(5L)));
                Peer peer = bystander.begin(peers, "take");
                victim.kill();
                bystander.expect(peer, "take", "5");
                assertNull(queue.poll());
            }
        }
    }

    /** The handle is not needed; it says that the object must be there first. */
    private Victim victim(SlotQueue<Long> made) {
        assertEquals(Kind.NAME, made.name());
        return victim();
    }

    /** BEHAVIOURS 20.5: whoever repairs may be killed in it, and the next one repairs. */
    @ParameterizedTest
    @MethodSource("bystanders")
    void killedWhileItRepairs(Kind kind, Bystander bystander) throws Exception {
        List<String> points = List.of("slots.rebuilding", "slots.resorted", "slots.ended");
        for (String point : bystander == Bystander.IDLE ? points : points.subList(0, 2)) {
            try (Peers peers = peers(Where.THREADS)) {
                SlotQueue<Long> queue = kind.create(peers.region(), 8);
                queue.addAll(List.of(300L, 100L, 500L, 400L, 200L));
                List<Long> expected = kind.taken(List.of(300L, 100L, 500L, 400L, 200L, 50L));
                try (Victim first = victim();
                        Victim second = victim()) {
                    first.stopAt("slots.accepted").say("put 50").awaitStopped("slots.accepted");
                    first.kill();
                    second.stopAt(point).say("put 600").awaitStopped(point);
                    Peer peer = bystander.begin(peers, "take");
                    second.kill();
                    bystander.expect(peer, "take", expected.get(0).toString());
                }
                List<Long> drained = new ArrayList<>();
                queue.drainTo(drained);
                assertEquals(expected.subList(1, expected.size()), drained);
                assertWorks(kind, queue);
            }
            assertTrue(file().toFile().delete());
        }
    }

    /** A shutdown that was begun at once holds, and has left nothing behind. */
    @ParameterizedTest
    @CsvSource({"STACK, true", "PRIORITY, true", "PRIORITY, false"})
    void killedWhileItShutsDown_orStopped(Kind kind, boolean killed) throws Exception {
        try (Peers peers = peers(Where.JVMS)) {
            SlotQueue<Long> queue = kind.create(peers.region(), 2);
            queue.addAll(List.of(1L, 2L));
            Peer blocked = peers.add().say("put 3");
            blocked.awaitAsleep();
            try (Victim victim = victim()) {
                victim.stopAt("slots.emptying").say("shutdownNow").awaitStopped("slots.emptying");
                if (killed) {
                    victim.kill();
                } else {
                    victim.goOn();
                    victim.expect("down");
                }
            }
            assertTrue(blocked.hear().contains("QueueShutDownException"));
            assertTrue(queue.isShutdown());
            assertEquals(0, queue.size());
        }
    }

    static void assertWorks(Kind kind, SlotQueue<Long> queue) throws Exception {
        List<Long> all = new ArrayList<>();
        for (long i = 0; queue.remainingCapacity() > 0; i++) {
            assertTrue(queue.offer(1_000 - 100 * i, 1, MINUTES));
            all.add(1_000 - 100 * i);
        }
        assertEquals(queue.capacity(), all.size());
        List<Long> drained = new ArrayList<>();
        queue.drainTo(drained);
        assertEquals(kind.taken(all), drained);
    }

    /**
     * BEHAVIOURS 20.10, 20.11: whenever they die, what was put is there or was taken, once, and
     * only what a killed process was about to put or to take may be either. {@code
     * -Dshm.test.kills} for more.
     */
    @ParameterizedTest
    @EnumSource
    void randomKills_loseNothing_andDoubleNothing(Kind kind) throws Exception {
        Random random = new Random(KILLS);
        for (int kills = KILLS; kills > 0; kills -= KILLS_PER_FILE) {
            try (Peers peers = peers(Where.THREADS)) {
                killAndAudit(kind, peers.region(), Math.min(kills, KILLS_PER_FILE), random);
            }
            assertTrue(file().toFile().delete());
        }
    }

    private void killAndAudit(Kind kind, SharedRegion region, int kills, Random random)
            throws Exception {
        int most = (kills + 1) * STEPS_PER_KILL;
        SharedArray audit = SharedArray.create(region, SlotCommands.AUDIT, 'b', most);
        SharedValue next = SharedValue.create(region, SlotCommands.NEXT, 'i');
        CountingSemaphore steps = CountingSemaphore.create(region, SlotCommands.STEPS, 0);
        SlotQueue<Long> queue = kind.create(region, 20);
        List<Victim> victims = new ArrayList<>();
        try {
            for (int kill = 0; kill < kills; kill++) {
                while (victims.size() < 3) {
                    victims.add(victim().say("storm " + random.nextInt()));
                }
                int until = next.getInt() + random.nextInt(STEPS_PER_KILL / 4);
                steps.release(STEPS_PER_KILL);
                ChildJvm.awaitThat(
                        "numbers are put",
                        () -> next.getInt() > until || steps.availablePermits() == 0);
                victims.remove(random.nextInt(victims.size())).kill();
            }
            ChildJvm.awaitThat("the others go on", () -> steps.availablePermits() == 0);
        } finally {
            victims.forEach(Victim::close);
        }
        for (Long rest = queue.poll(); rest != null; rest = queue.poll()) {
            audit.getAndAdd(rest.intValue(), SlotCommands.TAKEN);
        }
        assertClean(audit, next.getInt(), kills + victims.size());
        assertWorks(kind, queue);
    }

    /** Each death excuses one number: its process had begun to put it, or had just taken it. */
    private static void assertClean(SharedArray audit, int numbers, int deaths) {
        int excused = 0;
        int taken = 0;
        for (int number = 0; number < numbers; number++) {
            int seen = audit.getInt(number);
            boolean refused = seen == 0;
            boolean whole = seen == SlotCommands.BEGUN + SlotCommands.PUT + SlotCommands.TAKEN;
            boolean excusable =
                    seen == SlotCommands.BEGUN
                            || seen == SlotCommands.BEGUN + SlotCommands.TAKEN
                            || seen == SlotCommands.BEGUN + SlotCommands.PUT;
            assertTrue(refused || whole || excusable, "number=" + number + " audit=" + seen);
            excused += excusable ? 1 : 0;
            taken += whole ? 1 : 0;
        }
        assertTrue(excused <= deaths, "excused=" + excused + " deaths=" + deaths);
        assertTrue(taken > numbers / 4, "taken=" + taken + " of " + numbers);
    }
}
