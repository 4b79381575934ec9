package dev.shm.sync;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import dev.shm.value.SharedValue;
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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process is killed, or only stopped, at each step of the semaphore's protocol (ALGORITHMS 3A),
 * while others are idle, blocked or racing. BEHAVIOURS 3.13, 20.6, 20.17.
 */
class SharedSemaphoreProcessTest {
    private static final int KILLS = Integer.getInteger("shm.test.kills", 8);

    @TempDir private Path directory;
    private Peers peers;

    @BeforeEach
    void open() {
        peers = new Peers(Where.REGIONS, directory, SemaphoreCommands.class);
    }

    @AfterEach
    void close() {
        peers.close();
    }

    /** What two survivors do at the time of the death. */
    private enum Survivor {
        /** They come afterwards. */
        IDLE,
        /** They wait. */
        BLOCKED,
        /** One waits, the other tries all the time. */
        RACING
    }

    private final class Survivors {
        private final List<Peer> two = peers.add(2);
        private final Survivor kind;

        Survivors(Survivor kind) {
            this.kind = kind;
            if (kind != Survivor.IDLE) {
                begin();
            }
        }

        private void begin() {
            two.get(0).say("acquire");
            two.get(1).say(kind == Survivor.RACING ? "race" : "acquire");
            if (kind != Survivor.IDLE) {
                two.get(0).awaitAsleep();
            }
            if (kind == Survivor.BLOCKED) {
                two.get(1).awaitAsleep();
            }
        }

        /** Both get a permit, one after the other, and give it back. */
        void assertBothPass() {
            if (kind == Survivor.IDLE) {
                begin();
            }
            for (int passed = 0; passed < 2; passed++) {
                ChildJvm.awaitThat("one has a permit", () -> !two.stream().allMatch(Peer::isBusy));
                Peer through = two.stream().filter(p -> !p.isBusy()).findFirst().orElseThrow();
                through.expect("acquired");
                two.remove(through);
                assertEquals("released", through.ask("release"));
            }
        }
    }

    /** What a process holds is its own while it lives, also when it is stopped; then it is free. */
    @ParameterizedTest
    @EnumSource
    void killedWithAPermit(Survivor kind) throws Exception {
        SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 1);
        try (Victim victim = victim()) {
            victim.stopAt("semaphore.acquired").say("acquire").awaitStopped("semaphore.acquired");
            victim.jvm().stop();
            Survivors survivors = new Survivors(kind);
            assertFalse(semaphore.tryAcquire(50, MILLISECONDS));
            victim.kill();
            survivors.assertBothPass();
        }
        assertEquals(1, semaphore.availablePermits());
    }

    /** What was released is released; who sleeps finds it by its tick. */
    @ParameterizedTest
    @CsvSource({
        "semaphore.released, IDLE",
        "semaphore.released, BLOCKED",
        "semaphore.released, RACING",
        "semaphore.freed, BLOCKED",
        "semaphore.freed, RACING",
        "semaphore.signalled, BLOCKED",
        "semaphore.signalled, RACING",
        "semaphore.waking, BLOCKED",
        "semaphore.waking, RACING"
    })
    void killedBeforeItWakes(String point, Survivor kind) {
        SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 1);
        try (Victim victim = victim()) {
            victim.ask("acquire");
            Survivors survivors = new Survivors(kind);
            victim.stopAt(point).say("release").awaitStopped(point);
            victim.kill();
            survivors.assertBothPass();
        }
        assertEquals(1, semaphore.availablePermits());
    }

    /** One that has released, but does not wake, holds nobody up for longer than a tick. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "semaphore.released",
                "semaphore.freed",
                "semaphore.signalled",
                "semaphore.waking"
            })
    void stoppedBeforeItWakes_holdsNobodyUp(String point) {
        SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 1);
        try (Victim victim = victim()) {
            victim.ask("acquire");
            Survivors survivors = new Survivors(Survivor.BLOCKED);
            victim.stopAt(point).say("release").awaitStopped(point);
            survivors.assertBothPass();
            victim.goOn();
            victim.expect("released");
        }
        assertEquals(1, semaphore.availablePermits());
    }

    @ParameterizedTest
    @EnumSource
    void killedAsWaiter_announced(Survivor kind) throws Exception {
        SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 1);
        try (Victim victim = victim()) {
            semaphore.acquire();
            victim.stopAt("semaphore.announced").say("acquire").awaitStopped("semaphore.announced");
            Survivors survivors = new Survivors(kind);
            victim.kill();
            semaphore.release();
            survivors.assertBothPass();
        }
        assertEquals(1, semaphore.availablePermits());
    }

    /** One that waits and does not go on is waited for by nobody, and has its turn later. */
    @ParameterizedTest
    @EnumSource
    void stoppedAsWaiter_announced_holdsNobodyUp(Survivor kind) throws Exception {
        SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 1);
        try (Victim victim = victim()) {
            semaphore.acquire();
            victim.stopAt("semaphore.announced").say("acquire").awaitStopped("semaphore.announced");
            Survivors survivors = new Survivors(kind);
            semaphore.release();
            survivors.assertBothPass();
            victim.goOn();
            victim.expect("acquired");
            assertEquals(0, semaphore.availablePermits());
        }
    }

    /** The wake that it took with it was for nobody else; whoever comes finds the permit. */
    @ParameterizedTest
    @EnumSource(names = {"IDLE", "RACING"})
    void killedAsWaiter_woken_othersComing(Bystander kind) throws Exception {
        int permits = SemaphoreLayout.MAX_PERMITS;
        SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", permits);
        semaphore.acquire(permits);
        try (Victim victim = victim()) {
            victim.stopWhenWoken("wait.woken", "acquire", semaphore::release);
            Peer survivor = kind.begin(peers, "acquire");
            victim.kill();
            kind.expect(survivor, "acquire", "acquired");
        }
    }

    /** The wake that it took with it was another's: that one finds the permit by its tick. */
    @Test
    void killedAsWaiter_woken() throws Exception {
        int permits = SemaphoreLayout.MAX_PERMITS;
        SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", permits);
        semaphore.acquire(permits);
        Peer blocked = peers.add();
        try (Victim victim = victim()) {
            new Rivals(victim, "wait.woken", blocked, "acquire")
                    .giveUntilTheVictimIsWoken(semaphore::release);
            victim.kill();
        }
        semaphore.release(semaphore.heldPermits());
        int held = Integer.parseInt(blocked.ask("count").split(" ", -1)[1]);
        ChildJvm.awaitThat(
                "all others are free", () -> semaphore.availablePermits() == permits - held);
    }

    /** What it had collected is free, and another may collect. */
    @ParameterizedTest
    @CsvSource({
        "semaphore.acquired, IDLE",
        "semaphore.acquired, BLOCKED",
        "semaphore.acquired, RACING",
        "semaphore.announced, IDLE",
        "semaphore.announced, BLOCKED",
        "semaphore.announced, RACING"
    })
    void killedWhileItCollects(String point, Bystander kind) throws Exception {
        SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 3);
        semaphore.acquire();
        try (Victim victim = victim()) {
            victim.stopAt(point).say("acquire 3").awaitStopped(point);
            Peer survivor = kind.begin(peers, "acquire 3", "race 3"); // if blocked, for the mutex
            assertFalse(semaphore.tryAcquire(2, 50, MILLISECONDS));
            victim.kill();
            semaphore.release();
            kind.expect(survivor, "acquire 3", "acquired");
            assertEquals(0, semaphore.availablePermits());
        }
    }

    /** Who comes next collects what there is, and waits for the rest. */
    @Test
    void killedWhileItCollects_theNextCollects() throws Exception {
        SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 3);
        semaphore.acquire();
        try (Victim victim = victim()) {
            victim.stopAt("semaphore.acquired").say("acquire 3").awaitStopped("semaphore.acquired");
            Peer blocked = peers.add().say("acquire 3");
            blocked.awaitAsleep();
            victim.kill();
            ChildJvm.awaitThat("the other collects", () -> semaphore.availablePermits() == 0);
            assertTrue(blocked.isBusy());
            semaphore.release();
            blocked.expect("acquired");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "semaphore.marked, 0, IDLE",
        "semaphore.marked, 0, BLOCKED",
        "semaphore.marked, 0, RACING",
        "semaphore.freed.several, 2, IDLE",
        "semaphore.freed.several, 2, BLOCKED",
        "semaphore.freed.several, 2, RACING"
    })
    void killedWhileItReleasesSeveral_losesAllThatItHeld(String point, int free, Bystander kind) {
        SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 3);
        try (Victim victim = victim()) {
            victim.ask("acquire 3");
            victim.stopAt(point).say("release 2").awaitStopped(point);
            assertEquals(free, semaphore.availablePermits());
            Peer survivor = kind.begin(peers, "acquire 3", "race 3");
            victim.kill();
            kind.expect(survivor, "acquire 3", "acquired");
        }
    }

    /** BEHAVIOURS 20.17: what a stopped one has, or had, is not taken from it; it goes on. */
    @ParameterizedTest
    @CsvSource({
        "acquire, semaphore.acquired, 2 1",
        "acquire 3, semaphore.acquired, 0 3",
        "release 2, semaphore.marked, 2 1",
        "release 2, semaphore.freed.several, 2 1"
    })
    void stopped_goesOn(String command, String point, String count) throws Exception {
        SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 3);
        try (Victim victim = victim()) {
            if (command.startsWith("release")) {
                victim.ask("acquire 3");
            }
            victim.stopAt(point).say(command).awaitStopped(point);
            assertFalse(semaphore.tryAcquire(3, 50, MILLISECONDS));
            victim.goOn();
            victim.expect(command.startsWith("release") ? "released" : "acquired");
            assertEquals(count, victim.ask("count"));
        }
    }

    /** One that was woken, and is overtaken, has its turn later. */
    @Test
    void stoppedAsWaiter_woken_holdsNobodyUp() throws Exception {
        int permits = SemaphoreLayout.MAX_PERMITS;
        SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", permits);
        semaphore.acquire(permits);
        try (Victim victim = victim()) {
            victim.stopWhenWoken("wait.woken", "acquire", semaphore::release);
            assertEquals("acquired", peers.add().ask("acquire"));
            victim.goOn();
            semaphore.release();
            victim.expect("acquired");
        }
    }

    /** Whoever frees the permits of the dead may die itself: the next one goes on. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void killedWhileItSweeps_orStopped(boolean killed) throws Exception {
        SharedSemaphore.create(peers.region(), "it", 2).close();
        try (Victim first = victim();
                Victim second = victim()) {
            first.ask("acquire");
            second.ask("acquire");
            peers.close(); // so that nobody else sweeps
            second.stopAt("semaphore.swept");
            first.kill();
            second.awaitStopped("semaphore.swept");
            if (killed) {
                second.kill();
            } else {
                second.goOn();
                second.say("acquire").expect("acquired");
                assertEquals("0 2", second.ask("count"));
            }
        }
        try (SharedRegion region = Peers.open(file())) {
            SharedSemaphore semaphore = SharedSemaphore.open(region, "it");
            assertTrue(semaphore.tryAcquire(2, 1, MINUTES));
        }
    }

    /**
     * Whoever takes the permit of one that is known to be dead, before it is swept, may die itself:
     * the permit is the next one's, and the sweep of the first frees it no more.
     */
    @ParameterizedTest
    @CsvSource({"IDLE, true", "BLOCKED, true", "RACING, true", "BLOCKED, false"})
    void killedAsItInheritsAPermit_orStopped(Bystander kind, boolean killed) {
        SharedSemaphore.create(peers.region(), "it", 1).close();
        Peer survivor;
        try (Victim first = victim();
                Victim sweeper = victim()) {
            first.ask("acquire");
            sweeper.ask("count");
            peers.close(); // so that nobody else sweeps
            sweeper.stopAt("bury.certified");
            first.kill();
            sweeper.awaitStopped("bury.certified");
            peers = new Peers(Where.REGIONS, directory, SemaphoreCommands.class);
            try (Victim heir = victim()) {
                heir.stopAt("semaphore.inherited").say("acquire");
                heir.awaitStopped("semaphore.inherited");
                survivor = kind.begin(peers, "acquire");
                assertEquals(kind != Bystander.IDLE, survivor.isBusy());
                if (killed) {
                    heir.kill();
                } else {
                    heir.goOn();
                    heir.expect("acquired");
                    assertEquals("released", heir.ask("release"));
                }
                kind.expect(survivor, "acquire", "acquired");
            }
            sweeper.goOn(); // it is closed when it has swept
        }
        assertEquals("0 1", survivor.ask("count"));
    }

    /** BEHAVIOURS 20.6: whenever they die, nobody is stuck and no permit is lost or doubled. */
    @Test
    void randomKills_leaveThePermitsWhole() throws Exception {
        SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 4);
        SharedValue progress = SharedValue.of(peers.region(), "progress", 'q');
        Random random = new Random(KILLS);
        List<Victim> victims = new ArrayList<>();
        try {
            for (int kill = 0; kill < KILLS; kill++) {
                while (victims.size() < 3) {
                    victims.add(victim().say("storm " + random.nextInt()));
                }
                awaitProgress(progress, 100 + random.nextInt(2000));
                victims.remove(random.nextInt(victims.size())).kill();
                awaitProgress(progress, 1);
            }
            victims.forEach(Victim::kill);
            assertTrue(semaphore.tryAcquire(4, 1, MINUTES));
            assertEquals(0, semaphore.availablePermits());
            assertFalse(semaphore.tryAcquire());
        } finally {
            victims.forEach(Victim::close);
        }
    }

    private static void awaitProgress(SharedValue progress, int cycles) {
        long before = progress.getLong();
        ChildJvm.awaitThat("permits are used", () -> progress.getLong() >= before + cycles);
    }

    private Path file() {
        return directory.resolve("peers.shm");
    }

    private Victim victim() {
        return new Victim(file(), SemaphoreCommands.class);
    }
}
