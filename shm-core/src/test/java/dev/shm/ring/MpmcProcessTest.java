package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands.Commands;
import dev.shm.testing.ChildJvm;
import dev.shm.value.SharedArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The ring between processes, one of which is killed, or only stopped, at each step of the protocol
 * (ALGORITHMS 6T). BEHAVIOURS 10.3, 10.4, 10.15, 10.20, 20.5, 20.10, 20.11, 20.17.
 */
class MpmcProcessTest {
    private static final int KILLS = Integer.getInteger("shm.test.kills", 4);

    @TempDir private Path directory;
    private SharedRegion region;
    private MpmcRing ring;
    private final List<ChildJvm> children = new ArrayList<>();

    @BeforeEach
    void open() {
        region = MpmcCommands.open(file());
        ring = MpmcRing.create(region, "it", 4, 16);
    }

    @AfterEach
    void close() {
        children.forEach(ChildJvm::close);
        region.close();
    }

    private Path file() {
        return directory.resolve("ring.shm");
    }

    private ChildJvm child() {
        ChildJvm child = ChildJvm.of(MpmcCommands.class).start(file().toString());
        children.add(child);
        return child;
    }

    private ChildJvm stoppingAt(String point) {
        ChildJvm child =
                ChildJvm.of(MpmcCommands.class)
                        .stoppable()
                        .property("shm.test.stop.at", point)
                        .start(file().toString());
        children.add(child);
        return child;
    }

    private static void stop(ChildJvm victim, String command, String point) {
        victim.say(command).expect("stopped at " + point);
    }

    private void awaitMessage(String text) {
        ChildJvm.awaitThat(text + " is there", () -> next().equals(text));
    }

    private String next() {
        return MpmcCommands.poll(ring, true);
    }

    /** All four places are there, and in order. */
    private void assertSound() {
        for (String text : new String[] {"w", "x", "y", "z"}) {
            assertTrue(MpmcCommands.offer(ring, text), ring::toString);
        }
        assertFalse(MpmcCommands.offer(ring, "too many"));
        for (String text : new String[] {"w", "x", "y", "z"}) {
            assertEquals(text, next());
        }
        assertEquals(MpmcCommands.EMPTY, next());
    }

    /** Where the two ends are. */
    private enum Where {
        THREADS,
        REGIONS,
        JVMS
    }

    @ParameterizedTest
    @EnumSource
    void messages_goBothWays(Where where) throws Exception {
        SharedRegion second = where == Where.REGIONS ? MpmcCommands.open(file()) : region;
        ExecutorService thread = Executors.newSingleThreadExecutor();
        Commands other;
        if (where == Where.JVMS) {
            ChildJvm child = child();
            other = words -> child.ask(String.join(" ", words));
        } else {
            MpmcCommands commands = new MpmcCommands(second);
            other = words -> thread.submit(() -> commands.run(words)).get();
        }
        try {
            for (int i = 0; i < 4; i++) {
                assertEquals("true", other.run("offer", "m" + i));
            }
            assertEquals("false", other.run("offer", "m4"));
            assertEquals("4", other.run("size"));
            assertEquals("m0", next());
            assertEquals("m1 0", other.run("take"));
            assertEquals("m2", next());
            assertTrue(MpmcCommands.offer(ring, "m4"));
            assertEquals("m3", other.run("poll"));
            assertEquals("requeued", other.run("requeue"));
            MpmcDelivery again = ring.take();
            assertEquals("m1", MpmcCommands.text(again));
            assertEquals(1, again.attempts());
            again.ack();
            assertEquals("claimed", other.run("claim", "m5"));
            assertEquals("m4", next());
            assertEquals(MpmcCommands.EMPTY, next());
            assertEquals("committed", other.run("commit"));
            assertEquals("m5", next());
            assertEquals("empty", other.run("relaxedPoll"));
            assertSound();
        } finally {
            thread.shutdown();
            second.close();
        }
    }

    /** What a process offered stays when it ends. */
    @Test
    void aProducerMayLeave() {
        ChildJvm child = child();
        assertEquals("true", child.ask("offer a"));
        child.endInput();
        child.awaitExit();
        assertEquals("a", next());
    }

    /** Before it copies its message, and in the middle of it. */
    @ParameterizedTest
    @ValueSource(strings = {"mpmc.claimed", "mpmc.copying"})
    void killedWithAClaim_itsPlaceIsSkipped(String point) {
        MpmcCommands.offer(ring, "a");
        ChildJvm victim = stoppingAt(point);
        stop(victim, "offer lost", point);
        MpmcCommands.offer(ring, "b");
        victim.stop();
        assertEquals("a", next());
        for (int i = 0; i < 1000; i++) {
            assertEquals(MpmcCommands.EMPTY, next()); // it lives, and may go on
        }
        victim.kill();
        awaitMessage("b");
        assertSound();
    }

    @Test
    void stoppedWithAClaim_goesOn() {
        ChildJvm victim = stoppingAt("mpmc.claimed");
        stop(victim, "offer a", "mpmc.claimed");
        MpmcCommands.offer(ring, "b");
        assertEquals(MpmcCommands.EMPTY, next());
        victim.say("go on").expect("true");
        assertEquals("a", next());
        assertEquals("b", next());
        assertSound();
    }

    /** It had to name somebody below, and both die. */
    @Test
    void killedOnTopOfAnUnfinishedClaim_bothAreSkipped() {
        ChildJvm below = stoppingAt("mpmc.claimed");
        stop(below, "offer lost", "mpmc.claimed");
        ChildJvm naming = stoppingAt("mpmc.claim.attributed");
        stop(naming, "offer never", "mpmc.claim.attributed");
        ChildJvm above = stoppingAt("mpmc.claimed");
        stop(above, "offer lost too", "mpmc.claimed");
        MpmcCommands.offer(ring, "a");
        below.kill();
        naming.kill();
        above.kill();
        awaitMessage("a");
        assertSound();
    }

    @Test
    void killedAfterPublishing_itIsDelivered() {
        ChildJvm victim = stoppingAt("mpmc.published");
        stop(victim, "offer a", "mpmc.published");
        victim.kill();
        assertEquals("a", next());
        assertSound();
    }

    @ParameterizedTest
    @CsvSource({"commit, mpmc.ended, true", "abort, mpmc.ended, false"})
    void killedAfterEndingAClaim(String command, String point, boolean delivered) {
        ChildJvm victim = stoppingAt(point);
        assertEquals("claimed", victim.ask("claim a"));
        MpmcCommands.offer(ring, "b");
        stop(victim, command, point);
        victim.kill();
        if (delivered) {
            assertEquals("a", next());
        }
        assertEquals("b", next());
        assertSound();
    }

    @ParameterizedTest
    @CsvSource({"poll, mpmc.taken", "take, mpmc.taken", "poll, mpmc.reading"})
    void killedWithAMessage_itIsDeliveredAgain(String command, String point) {
        MpmcCommands.offer(ring, "a");
        MpmcCommands.offer(ring, "b");
        ChildJvm victim = stoppingAt(point);
        stop(victim, command, point);
        victim.stop();
        assertEquals("b", next());
        for (int i = 0; i < 1000; i++) {
            assertEquals(MpmcCommands.EMPTY, next()); // it lives, and has it
        }
        victim.kill();
        awaitDelivery("a", 1);
        assertSound();
    }

    private void awaitDelivery(String text, int attempts) {
        MpmcDelivery[] delivery = {null};
        ChildJvm.awaitThat(
                text + " comes again",
                () -> {
                    delivery[0] = ring.relaxedTake();
                    return delivery[0] != null;
                });
        assertEquals(text, MpmcCommands.text(delivery[0]));
        assertEquals(attempts, delivery[0].attempts());
        delivery[0].ack();
    }

    @Test
    void killedBeforeAcknowledging_afterManyLaps() {
        MpmcCommands.offer(ring, "a");
        ChildJvm victim = child();
        assertEquals("a 0", victim.ask("take"));
        for (String text : new String[] {"b", "c", "d"}) {
            assertTrue(MpmcCommands.offer(ring, text));
            assertEquals(text, next());
        }
        assertFalse(MpmcCommands.offer(ring, "e")); // one lap later its place is in use still
        victim.kill();
        ChildJvm.awaitThat("there is a message", () -> !MpmcCommands.EMPTY.equals(next()));
        assertSound();
    }

    /** It had to name somebody below, and both die. */
    @Test
    void killedOnTopOfAnUnfinishedTake_bothComeAgain() {
        MpmcCommands.offer(ring, "a");
        MpmcCommands.offer(ring, "b");
        ChildJvm below = stoppingAt("mpmc.taken");
        stop(below, "poll", "mpmc.taken");
        ChildJvm naming = stoppingAt("mpmc.take.attributed");
        stop(naming, "poll", "mpmc.take.attributed");
        ChildJvm above = stoppingAt("mpmc.taken");
        stop(above, "poll", "mpmc.taken");
        below.kill();
        naming.kill();
        above.kill();
        List<String> again = new ArrayList<>();
        ChildJvm.awaitThat(
                "both come again",
                () -> {
                    String text = next();
                    if (!text.equals(MpmcCommands.EMPTY)) {
                        again.add(text);
                    }
                    return again.size() == 2;
                });
        assertEquals(List.of("a", "b"), again.stream().sorted().toList());
        assertSound();
    }

    @ParameterizedTest
    @CsvSource({"poll, mpmc.released", "ack, mpmc.acknowledged"})
    void killedAfterReleasing_itNeverComesAgain(String command, String point) {
        MpmcCommands.offer(ring, "a");
        ChildJvm victim = stoppingAt(point);
        if (command.equals("ack")) {
            assertEquals("a 0", victim.ask("take"));
        }
        stop(victim, command, point);
        victim.kill();
        awaitBuried();
        assertEquals(MpmcCommands.EMPTY, next());
        assertSound();
    }

    private void awaitBuried() {
        ChildJvm.awaitThat("the dead are buried", () -> region.participants().size() == 1);
    }

    /** The dead of the dead: the attempt before this one was not made, so it does not count. */
    @ParameterizedTest
    @CsvSource({"mpmc.inherit.attributed, false", "mpmc.redelivered, true"})
    void killedWhileDeliveringAgain_anotherDoes(String point, boolean hasIt) {
        leaveToOthers("a");
        ChildJvm victim = stoppingAt(point);
        stop(victim, "take", point);
        if (hasIt) {
            assertEquals(MpmcCommands.EMPTY, next());
        }
        victim.kill();
        awaitDelivery("a", 1);
        assertSound();
    }

    /** Two come to the same message of a dead one, and one of them has it. */
    @Test
    void stoppedBeforeItTakesOver_anotherHasIt() {
        leaveToOthers("a");
        ChildJvm late = stoppingAt("mpmc.inherit.attributed");
        stop(late, "take", "mpmc.inherit.attributed");
        assertEquals("a", next());
        late.say("go on").expect(MpmcCommands.EMPTY);
        assertSound();
    }

    /** Puts a message in that is taken by one who dies of it, and was swept. */
    private void leaveToOthers(String text) {
        MpmcCommands.offer(ring, text);
        ChildJvm dead = child();
        assertEquals(text + " 0", dead.ask("take"));
        dead.kill();
        awaitBuried(dead);
    }

    /** The others need not have come yet, so that they are not counted. */
    private void awaitBuried(ChildJvm dead) {
        ChildJvm.awaitThat(
                "the dead is buried",
                () -> region.participants().stream().noneMatch(p -> p.pid() == dead.pid()));
    }

    @Test
    void killedTwice_theAttemptsAreCounted() {
        MpmcCommands.offer(ring, "a");
        for (int attempt = 0; attempt < 2; attempt++) {
            ChildJvm victim = child();
            int failed = attempt;
            ChildJvm.awaitThat(
                    "it is taken", () -> victim.ask("relaxedTake").equals("a " + failed));
            victim.kill();
        }
        awaitDelivery("a", 2);
        assertSound();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"mpmc.inherit.attributed", "mpmc.requeued", "mpmc.redelivery.announced"})
    void killedWhileGivingBack_itComesAgain(String point) {
        MpmcCommands.offer(ring, "a");
        ChildJvm victim = stoppingAt(point);
        assertEquals("a 0", victim.ask("take"));
        stop(victim, "requeue", point);
        victim.kill();
        awaitDelivery("a", 1);
        assertSound();
    }

    /** A consumer or a producer, which the dead one's place is in the way of and not yet swept. */
    @ParameterizedTest
    @CsvSource({"relaxedPoll, mpmc.take.skipped", "offer never, mpmc.claim.skipped"})
    void killedAfterSkipping_nothingIsLost(String command, String point) {
        ChildJvm producer = stoppingAt("mpmc.claimed");
        stop(producer, "offer lost", "mpmc.claimed");
        for (String text : new String[] {"a", "b", "c"}) {
            MpmcCommands.offer(ring, text);
        }
        ChildJvm sweeper = stoppingAt("bury.certified");
        assertEquals("4", sweeper.ask("size"));
        region.close(); // so that nobody else sweeps
        producer.kill();
        sweeper.expect("stopped at bury.certified");
        ChildJvm victim = stoppingAt(point);
        stop(victim, command, point);
        victim.kill();
        region = MpmcCommands.open(file());
        ring = MpmcRing.open(region, "it");
        awaitMessage("a");
        sweeper.kill();
        awaitMessage("b");
        awaitMessage("c");
        assertSound();
    }

    /** The place of what a dead one, not yet swept, has taken is in the way of a producer. */
    @Test
    void killedAsAProducerThatFoundItFull_theMessageComesAgain() {
        for (String text : new String[] {"a", "b", "c", "d"}) {
            MpmcCommands.offer(ring, text);
        }
        ChildJvm dead = child();
        assertEquals("a 0", dead.ask("take"));
        ChildJvm sweeper = stoppingAt("bury.certified");
        assertEquals("3", sweeper.ask("size"));
        region.close(); // so that nobody else sweeps
        dead.kill();
        sweeper.expect("stopped at bury.certified");
        ChildJvm victim = stoppingAt("mpmc.redelivery.announced");
        stop(victim, "offer never", "mpmc.redelivery.announced");
        victim.kill();
        region = MpmcCommands.open(file());
        ring = MpmcRing.open(region, "it");
        assertEquals("a", next()); // it is announced: what comes again comes first
        sweeper.kill();
        assertEquals("b", next());
        assertEquals("c", next());
        assertEquals("d", next());
        assertSound();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mpmc.redelivery.announced",
                "mpmc.sweep.aborted",
                "mpmc.inherit.attributed",
                "mpmc.sweep.orphaned",
                "mpmc.swept"
            })
    void killedWhileSweeping_anotherDoes(String point) {
        MpmcCommands.offer(ring, "a");
        ChildJvm dead = child();
        assertEquals("a 0", dead.ask("take"));
        assertEquals("claimed", dead.ask("claim lost"));
        MpmcCommands.offer(ring, "b");
        ChildJvm sweeper = stoppingAt(point);
        region.close();
        dead.kill();
        sweeper.expect("stopped at " + point);
        sweeper.kill();
        region = MpmcCommands.open(file());
        ring = MpmcRing.open(region, "it");
        awaitDelivery("a", 1);
        awaitMessage("b");
        assertSound();
    }

    /** BEHAVIOURS 10.20. Nothing lost, nothing twice, each producer's in its order. */
    @Test
    void twoJvms_passEverythingOnce() throws Exception {
        int items = 30_000;
        SharedArray.create(region, "offered", 'i', 4 * items);
        SharedArray received = SharedArray.create(region, "received", 'i', 4 * items);
        ChildJvm one = child();
        ChildJvm other = child();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            one.say("produce 0 " + items);
            other.say("consume " + items);
            Future<String> producer =
                    threads.submit(() -> new MpmcCommands(region).run("produce", "1", "" + items));
            Future<String> consumer =
                    threads.submit(() -> new MpmcCommands(region).run("consume", "" + items));
            assertEquals("produced", producer.get(2, TimeUnit.MINUTES));
            one.expect("produced");
            for (int end = 0; end < 2; end++) {
                ChildJvm.awaitThat("there is space", () -> ring.offerLong(-1, 0));
            }
            assertEquals("consumed", consumer.get(2, TimeUnit.MINUTES));
            other.expect("consumed");
        } finally {
            threads.shutdownNow();
        }
        for (int i = 0; i < 2 * items; i++) {
            assertEquals(1, received.getInt(i), "item=" + i);
        }
    }

    /**
     * BEHAVIOURS 20.10, 20.11, 20.12: whenever they die, nothing is lost and nothing acked twice.
     */
    @Test
    void randomKills_loseNothing() {
        int items = 4_000 * KILLS;
        try (SharedRegion large =
                SharedRegion.openOrCreate(
                        RegionOptions.at(directory.resolve("large.shm"))
                                .bytes(1 << 22)
                                .maxParticipants(16)
                                .maxObjects(16))) {
            chaos(large, items);
        }
    }

    private void chaos(SharedRegion large, int items) {
        MpmcRing work = MpmcRing.create(large, "it", 16, 8);
        SharedArray next = SharedArray.create(large, "next", 'i', 1);
        SharedArray offered = SharedArray.create(large, "offered", 'i', items);
        SharedArray started = SharedArray.create(large, "started", 'i', items);
        SharedArray done = SharedArray.create(large, "done", 'i', items);
        Random random = new Random(KILLS);
        List<ChildJvm> workers = new ArrayList<>();
        for (int kill = 0; kill < KILLS; kill++) {
            while (workers.size() < 3) {
                ChildJvm worker =
                        ChildJvm.of(MpmcCommands.class)
                                .shortLived()
                                .start(directory.resolve("large.shm").toString());
                children.add(worker);
                workers.add(worker.say("work"));
            }
            int goal = Math.min(items, next.getInt(0) + 200 + random.nextInt(3000));
            ChildJvm.awaitThat("they work", () -> next.getInt(0) >= goal);
            workers.remove(random.nextInt(workers.size())).kill();
        }
        ChildJvm.awaitThat("all is offered", () -> next.getInt(0) >= items);
        workers.forEach(ChildJvm::kill);
        ChildJvm.awaitThat("the dead are buried", () -> large.participants().size() == 1);
        MpmcDelivery rest = work.take();
        while (rest != null) {
            int item = (int) rest.buffer().getLong(rest.index());
            started.getAndAdd(item, 1);
            rest.ack();
            done.getAndAdd(item, 1);
            rest = work.take();
        }
        int deaths = KILLS + workers.size();
        int unwritten = 0;
        for (int item = 0; item < items; item++) {
            assertTrue(done.getInt(item) <= 1, "acked twice: item=" + item);
            assertTrue(offered.getInt(item) == 0 || started.getInt(item) > 0, "lost: item=" + item);
            unwritten += 1 - done.getInt(item);
        }
        assertTrue(unwritten <= 2 * deaths, "not acked=" + unwritten + " deaths=" + deaths);
        assertNotNull(work.claim(8));
    }
}
