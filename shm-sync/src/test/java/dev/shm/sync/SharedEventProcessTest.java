package dev.shm.sync;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.sync.SharedEvent.Mode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process is killed, or only stopped, at each step of an event's protocol (ALGORITHMS 4.1), while
 * others are idle, blocked or racing. BEHAVIOURS 20.8, 20.17.
 */
class SharedEventProcessTest {
    private static final String PASSED = "passed";

    @TempDir private Path directory;
    private Peers peers;
    private Victim victim;

    private SharedEvent event(Mode mode) {
        SharedEvent event = SharedEvent.create(peers.region(), "it", mode);
        victim = new Victim(directory.resolve("peers.shm"), EventCommands.class);
        return event;
    }

    @BeforeEach
    void open() {
        peers = new Peers(Where.REGIONS, directory, EventCommands.class);
    }

    @AfterEach
    void close() {
        victim.close();
        peers.close();
    }

    /** BEHAVIOURS 20.8: what was set is set, also for those who were not woken. */
    @ParameterizedTest
    @EnumSource
    void setter_diesBeforeTheWake(Bystander kind) {
        SharedEvent event = event(Mode.MANUAL_RESET);
        Peer blocked = peers.add().say("await");
        blocked.awaitAsleep();
        Peer survivor = kind.begin(peers, "await");
        victim.stopAt("event.set").say("set").awaitStopped("event.set");
        blocked.expect(PASSED); // by its tick, though the setter is only stopped
        victim.kill();
        kind.expect(survivor, "await", PASSED);
        assertTrue(event.isSet());
        event.clear();
        Peer again = peers.add().say("await");
        again.awaitAsleep();
        event.set();
        again.expect(PASSED);
    }

    @ParameterizedTest
    @EnumSource
    void setter_ofAutoReset_diesBeforeTheWake(Bystander kind) throws Exception {
        SharedEvent event = event(Mode.AUTO_RESET);
        Peer survivor = kind.begin(peers, "await");
        victim.stopAt("event.set").say("set").awaitStopped("event.set");
        victim.kill();
        kind.expect(survivor, "await", PASSED);
        assertFalse(event.await(0, MILLISECONDS));
    }

    @ParameterizedTest
    @EnumSource
    void clearing_diesAfterIt(Bystander kind) {
        SharedEvent event = event(Mode.MANUAL_RESET);
        event.set();
        victim.stopAt("event.cleared").say("clear").awaitStopped("event.cleared");
        assertFalse(event.isSet());
        Peer survivor = kind.begin(peers, "await");
        victim.kill();
        event.set();
        kind.expect(survivor, "await", PASSED);
    }

    /** What it announced costs one wake for nothing. Nobody waits for it while it is stopped. */
    @ParameterizedTest
    @EnumSource
    void waiter_diesBeforeItSleeps(Bystander kind) {
        SharedEvent event = event(Mode.AUTO_RESET);
        victim.stopAt("event.announced").say("await").awaitStopped("event.announced");
        for (boolean killed : new boolean[] {false, true}) {
            Peer survivor = kind.begin(peers, "await");
            if (killed) {
                victim.kill();
            }
            event.set();
            kind.expect(survivor, "await", PASSED);
            assertFalse(event.isSet());
        }
    }

    /** The wake that it took with it was another's: that one finds the set by its tick. */
    @Test
    void waiter_diesAfterItsWake() {
        SharedEvent event = event(Mode.AUTO_RESET);
        Peer blocked = peers.add();
        new Rivals(victim, "wait.woken", blocked, "await").giveUntilTheVictimIsWoken(event::set);
        victim.kill();
        assertFalse(event.isSet());
        event.set();
        assertEquals(PASSED, blocked.ask("await"));
    }

    /** Whoever comes finds it as well. */
    @ParameterizedTest
    @EnumSource(names = {"IDLE", "RACING"})
    void waiter_diesAfterItsWake_othersComing(Bystander kind) {
        SharedEvent event = event(Mode.AUTO_RESET);
        victim.stopWhenWoken("wait.woken", "await", event::set);
        Peer survivor = kind.begin(peers, "await");
        victim.kill();
        kind.expect(survivor, "await", PASSED);
        assertFalse(event.isSet());
    }

    /** At most once: the set went with who had taken it, and the next one is whole. */
    @ParameterizedTest
    @EnumSource
    void waiter_diesAfterItTookTheSet(Bystander kind) throws Exception {
        SharedEvent event = event(Mode.AUTO_RESET);
        event.set();
        victim.stopAt("event.taken").say("await").awaitStopped("event.taken");
        Peer survivor = kind.begin(peers, "await");
        victim.kill();
        assertFalse(event.await(20, MILLISECONDS));
        event.set();
        kind.expect(survivor, "await", PASSED);
    }

    /** BEHAVIOURS 20.17: nobody waits for one that is stopped; it has its turn later. */
    @ParameterizedTest
    @CsvSource({
        "set, event.set, done",
        "clear, event.cleared, done",
        "await, event.announced, passed",
        "await, wait.woken, passed"
    })
    void stopped_goesOn(String command, String point, String answer) {
        SharedEvent event = event(Mode.AUTO_RESET);
        if (point.equals("wait.woken")) {
            victim.stopWhenWoken(point, command, event::set);
        } else {
            victim.stopAt(point).say(command).awaitStopped(point);
            event.set();
        }
        assertEquals(PASSED, peers.add().ask("await"));
        event.set();
        victim.goOn();
        victim.expect(answer);
        assertEquals(!command.equals("await"), event.isSet());
    }

    /**
     * BEHAVIOURS 20.17: nobody takes over what one that is stopped has taken; it goes on as if
     * nothing had been.
     */
    @Test
    void waiter_thatIsStopped_keepsWhatItTook() throws Exception {
        SharedEvent event = event(Mode.AUTO_RESET);
        event.set();
        victim.stopAt("event.taken").say("await").awaitStopped("event.taken");
        assertFalse(event.await(20, MILLISECONDS));
        victim.goOn();
        victim.expect(PASSED);
        assertFalse(event.isSet());
    }
}
