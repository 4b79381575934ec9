package dev.shm.sync;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedLock.Acquisition;
import dev.shm.testing.ChildJvm;
import dev.shm.value.SharedValue;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process is killed, or only stopped, at each step of the condition's protocol (ALGORITHMS 4.2),
 * while others are idle, blocked or racing. BEHAVIOURS 4.14, 20.7, 20.17.
 */
@SuppressWarnings("LockNotBeforeTry") // a test that fails need not unlock
class SharedConditionProcessTest {
    private static final int ITEMS = 500;

    @TempDir private Path directory;
    private Peers peers;
    private SharedRegion region;
    private SharedLock lock;
    private SharedCondition condition;
    private SharedValue items;

    @BeforeEach
    void create() {
        peers = new Peers(Where.REGIONS, directory, ConditionCommands.class);
        region = peers.region();
        lock = SharedLock.create(region, ConditionCommands.LOCK);
        condition = lock.condition(ConditionCommands.CONDITION);
        items = SharedValue.of(region, ConditionCommands.VALUE, 'q');
    }

    @AfterEach
    void close() {
        peers.close();
    }

    /** A waiter dies before it is chosen; the signaller may know of its death or not. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void killedWhileWaiting_takesNoSignal(boolean certified) {
        try (Victim victim = victim()) {
            victim.say("wait");
            awaitWaiters(1);
            Peer survivor = peers.add().say("wait");
            awaitWaiters(2);
            victim.kill();
            if (certified) {
                awaitWaiters(1);
            }
            signal();
            survivor.expect("woken");
            awaitWaiters(0);
        }
    }

    /** A waiter dies after it was chosen, before it has the lock. */
    @Test
    void killedWhenChosen_passesTheSignalOn() {
        try (Victim victim = victim().stopAt("condition.woken")) {
            victim.say("wait");
            awaitWaiters(1);
            Peer first = peers.add().say("wait");
            awaitWaiters(2);
            Peer second = peers.add().say("wait");
            awaitWaiters(3);
            signal();
            victim.awaitStopped("condition.woken");
            assertTrue(first.isBusy());
            victim.kill();
            first.expect("woken");
            assertEquals(1, condition.waiters());
            assertTrue(second.isBusy());
            signal();
            second.expect("woken");
        }
    }

    /** The signal of a dead waiter goes to whoever waits already, not to one that comes later. */
    @Test
    void killedWhenChosen_withNobodyElse_wakesNobody() throws Exception {
        try (Victim victim = victim().stopAt("condition.woken")) {
            victim.say("wait");
            awaitWaiters(1);
            signal();
            victim.awaitStopped("condition.woken");
            victim.kill();
            ChildJvm.awaitThat("the death is known", () -> region.participants().size() == 1);
            assertEquals("false", peers.add().ask("wait 30"));
        }
    }

    /** The same, whatever the others do; and while it is only stopped nobody gets its signal. */
    @ParameterizedTest
    @EnumSource
    void killedWhenChosen_losesNoItem(Bystander kind) throws Exception {
        try (Victim victim = victim().stopAt("condition.woken")) {
            victim.say("wait");
            awaitWaiters(1);
            Peer survivor = peers.add();
            if (kind == Bystander.BLOCKED) {
                survivor.say("take");
                awaitWaiters(2);
            }
            give(1);
            victim.awaitStopped("condition.woken");
            pause();
            assertEquals(kind == Bystander.BLOCKED, survivor.isBusy());
            if (kind == Bystander.RACING) {
                survivor.say("race");
            }
            victim.kill();
            kind.expect(survivor, "take", "taken");
            assertEquals(0, items.getLong());
            awaitWaiters(0);
        }
    }

    /** A waiter dies that nobody has chosen yet, just after it has unlocked. */
    @ParameterizedTest
    @EnumSource
    void killedWhenReleased_takesNoSignal(Bystander kind) {
        try (Victim victim = victim().stopAt("condition.released")) {
            victim.say("wait").awaitStopped("condition.released");
            Peer survivor = kind.begin(peers, "take");
            victim.kill();
            give(1);
            kind.expect(survivor, "take", "taken");
            assertEquals(0, items.getLong());
            awaitWaiters(0);
        }
    }

    /** The signal of a dead waiter is passed on by one that dies before it has forgotten it. */
    @ParameterizedTest
    @EnumSource
    void killedAfterPassingOn_losesNoSignal_andLeavesNone(Bystander kind) throws Exception {
        try (Victim chosen = victim().stopAt("condition.woken");
                Victim passing = victim()) {
            chosen.say("wait");
            awaitWaiters(1);
            Peer first = peers.add().say("take");
            awaitWaiters(2);
            Peer second = peers.add();
            if (kind == Bystander.BLOCKED) {
                second.say("take");
                awaitWaiters(3);
            }
            signal();
            chosen.awaitStopped("condition.woken");
            passing.ask("lock"); // so that nobody else passes on
            passing.ask("add 2");
            if (kind == Bystander.RACING) {
                second.say("race");
            }
            chosen.kill();
            ChildJvm.awaitThat("the death is known", () -> region.participants().size() == 4);
            passing.stopAt("condition.passed").say("signal");
            passing.awaitStopped("condition.passed");
            assertEquals(kind == Bystander.BLOCKED ? 1 : 0, condition.waiters());
            assertStaysLocked();
            passing.kill();
            assertOneTakesOver(kind, first, second);
            assertEquals("false", peers.add().ask("wait 30"));
        }
    }

    /** A waiter dies with the lock, before its wait has returned. */
    @ParameterizedTest
    @EnumSource
    void killedWhenChosen_withTheLock_isAnOwnerThatDied(Bystander kind) throws Exception {
        try (Victim victim = victim().stopAt("condition.relocked")) {
            victim.say("take");
            awaitWaiters(1);
            Peer survivor = peers.add();
            if (kind == Bystander.BLOCKED) {
                survivor.say("take");
                awaitWaiters(2);
            }
            give(1);
            victim.awaitStopped("condition.relocked");
            if (kind == Bystander.RACING) {
                survivor.say("race");
            }
            assertStaysLocked();
            assertEquals(kind != Bystander.IDLE, survivor.isBusy());
            victim.kill();
            kind.expect(survivor, "take", "taken over");
            assertEquals(0, items.getLong());
            assertConsistent();
        }
    }

    /** A waiter dies that is told of the death of an owner, before or after it has counted it. */
    @ParameterizedTest
    @CsvSource({
        "lock.told, IDLE",
        "lock.told, BLOCKED",
        "lock.told, RACING",
        "lock.counted, IDLE",
        "lock.counted, BLOCKED",
        "lock.counted, RACING"
    })
    void killedAsItIsTold_isAnOwnerThatDied(String point, Bystander kind) throws Exception {
        try (Victim owner = victim();
                Victim victim = victim().stopAt(point)) {
            victim.say("take");
            awaitWaiters(1);
            owner.ask("lock");
            owner.ask("add 1");
            owner.kill();
            victim.awaitStopped(point);
            Peer survivor = kind.begin(peers, "take");
            assertStaysLocked();
            victim.kill();
            kind.expect(survivor, "take", "taken over");
            assertEquals(0, items.getLong());
            assertConsistent();
        }
    }

    /** A waiter dies between its announcement and the unlock. */
    @ParameterizedTest
    @EnumSource
    void killedWhenAnnounced_isAnOwnerThatDied(Bystander kind) throws Exception {
        try (Victim victim = victim().stopAt("condition.announced")) {
            items.setLong(1);
            victim.say("wait").awaitStopped("condition.announced");
            Peer survivor = kind.begin(peers, "take");
            assertStaysLocked();
            assertEquals(kind != Bystander.IDLE, survivor.isBusy());
            victim.kill();
            kind.expect(survivor, "take", "taken over");
            assertEquals(0, condition.waiters());
            assertConsistent();
        }
    }

    /** The signaller dies after it has chosen, before the wake. */
    @ParameterizedTest
    @EnumSource
    void killedBeforeItWakes(Bystander kind) throws Exception {
        try (Victim victim = victim()) {
            Peer chosen = peers.add().say("take");
            awaitWaiters(1);
            Peer other = peers.add();
            if (kind == Bystander.BLOCKED) {
                other.say("take");
                awaitWaiters(2);
            }
            victim.ask("lock");
            victim.ask("add 2");
            if (kind == Bystander.RACING) {
                other.say("race");
            }
            victim.stopAt("condition.signalled").say("signal");
            victim.awaitStopped("condition.signalled");
            assertStaysLocked();
            assertTrue(chosen.isBusy());
            victim.kill();
            assertOneTakesOver(kind, chosen, other);
        }
    }

    /** The owner dies before it gives the signal that it owes: one waiter is told of the death. */
    @Test
    void killedBeforeItSignals() {
        try (Victim victim = victim()) {
            Peer survivor = peers.add().say("take");
            awaitWaiters(1);
            victim.ask("lock");
            victim.ask("add 1");
            victim.kill();
            survivor.expect("taken over");
            assertConsistent();
        }
    }

    /** The same, but somebody repairs who does not signal: whoever waits looks again. */
    @Test
    void killedBeforeItSignals_andRepairedByAnother() {
        try (Victim victim = victim();
                Victim survivor = victim()) {
            survivor.say("take").awaitAsleep(); // a waiter is counted before it has unlocked
            survivor.jvm().stop(); // so that it is not the one who repairs
            victim.ask("lock");
            victim.ask("add 1");
            victim.kill();
            assertEquals(Acquisition.OWNER_DIED, lock.acquire());
            lock.markConsistent();
            lock.unlock();
            survivor.jvm().goOn();
            survivor.expect("taken");
        }
    }

    /** A chosen waiter that does not go on is not taken for dead. */
    @Test
    void stoppedWhenChosen_keepsItsSignal() throws Exception {
        try (Victim victim = victim().stopAt("condition.woken")) {
            victim.say("wait");
            awaitWaiters(1);
            Peer other = peers.add().say("wait");
            awaitWaiters(2);
            signal();
            victim.awaitStopped("condition.woken");
            assertEquals("false", peers.add().ask("wait 50"));
            assertTrue(other.isBusy());
            victim.goOn();
            victim.expect("woken");
            signal();
            other.expect("woken");
        }
    }

    /** Nor is one that has not been chosen yet: it keeps its turn. */
    @Test
    void stoppedWhenReleased_keepsItsTurn() throws Exception {
        try (Victim victim = victim().stopAt("condition.released")) {
            victim.say("wait").awaitStopped("condition.released");
            Peer other = peers.add().say("wait");
            awaitWaiters(2);
            signal();
            pause();
            assertTrue(other.isBusy());
            victim.goOn();
            victim.expect("woken");
            signal();
            other.expect("woken");
        }
    }

    /** One that has the lock again, and does not go on, has it. */
    @Test
    void stoppedWithTheLock_keepsIt() throws Exception {
        try (Victim victim = victim().stopAt("condition.relocked")) {
            victim.say("take");
            awaitWaiters(1);
            give(1);
            victim.awaitStopped("condition.relocked");
            assertStaysLocked();
            victim.goOn();
            victim.expect("taken");
            assertConsistent();
        }
    }

    /** One that does not go on between its announcement and the unlock holds the lock. */
    @Test
    void stoppedWhenAnnounced_keepsTheLock() throws Exception {
        try (Victim victim = victim().stopAt("condition.announced")) {
            victim.say("wait").awaitStopped("condition.announced");
            assertFalse(lock.tryLock(200, MILLISECONDS));
            victim.goOn();
            victim.awaitAsleep();
            signal();
            victim.expect("woken");
        }
    }

    /** Nor does anybody return before one that signals has given the lock up. */
    @Test
    void stoppedBeforeItWakes_keepsTheLock() throws Exception {
        try (Victim victim = victim()) {
            Peer waiter = peers.add().say("take");
            waiter.awaitAsleep();
            victim.ask("lock");
            victim.ask("add 1");
            victim.stopAt("condition.signalled").say("signal");
            victim.awaitStopped("condition.signalled");
            assertFalse(lock.tryLock(200, MILLISECONDS));
            assertTrue(waiter.isBusy());
            victim.goOn();
            victim.expect("signalled");
            victim.ask("unlock");
            waiter.expect("taken");
        }
    }

    /** A waiter dies while others signal and wait without a pause: as many take as are given. */
    @ParameterizedTest
    @ValueSource(strings = {"condition.released", "condition.woken"})
    void killedAmongRacers_losesNoItem(String point) {
        try (Victim victim = victim()) {
            victim.stopAt(point).say("wait");
            awaitWaiters(1);
            Peer taker = peers.add().say("takeAll " + ITEMS);
            for (int i = 0; i < ITEMS; i++) {
                if (i == ITEMS / 2) {
                    victim.awaitStopped(point);
                    victim.kill();
                }
                give(1);
            }
            taker.expect("taken");
            assertEquals(0, items.getLong());
        }
    }

    /** Of two, one is told of the death; both take. */
    private void assertOneTakesOver(Bystander kind, Peer one, Peer other) {
        if (kind == Bystander.IDLE) {
            other.say("take");
        }
        assertEquals(Set.of("taken over", "taken"), Set.of(one.hear(), other.hear()));
        assertEquals(0, items.getLong());
        assertEquals(0, condition.waiters());
        assertConsistent();
    }

    private void assertStaysLocked() throws InterruptedException {
        assertFalse(lock.tryLock(50, MILLISECONDS));
    }

    /** For as long as it takes to look after the others a few times. */
    private void pause() throws InterruptedException {
        SharedEvent never = SharedEvent.of(region, "never");
        assertFalse(never.await(50, MILLISECONDS));
    }

    private void signal() {
        give(0);
    }

    private void give(int count) {
        lock.lock();
        items.setLong(items.getLong() + count);
        condition.signal();
        lock.unlock();
    }

    private void assertConsistent() {
        assertEquals(Acquisition.ACQUIRED, lock.acquire());
        lock.unlock();
    }

    private void awaitWaiters(int count) {
        ChildJvm.awaitThat(count + " wait", () -> condition.waiters() == count);
    }

    private Victim victim() {
        return new Victim(directory.resolve("peers.shm"), ConditionCommands.class);
    }
}
