package dev.shm.sync;

import static dev.shm.sync.RepairCommands.REPAIRING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.shm.region.SharedRegion;
import dev.shm.value.SharedValue;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process is killed, or only stopped, while it repairs what another left behind, in the repair
 * handler of its lock. Others are idle, blocked or racing. BEHAVIOURS 20.5.
 */
class RepairProcessTest {
    @TempDir private Path directory;
    private Peers peers;
    private SharedValue repairs;

    @BeforeEach
    void open() {
        peers = new Peers(Where.REGIONS, directory, RepairCommands.class);
        repairs = SharedValue.of(peers.region(), RepairCommands.REPAIRS, 'q');
    }

    @AfterEach
    void close() {
        peers.close();
    }

    /** The next one repairs, and only one does. */
    @ParameterizedTest
    @CsvSource({
        "lock, IDLE",
        "lock, BLOCKED",
        "lock, RACING",
        "write, IDLE",
        "write, BLOCKED",
        "write, RACING",
        "read, IDLE",
        "read, BLOCKED",
        "read, RACING"
    })
    void killedWhileItRepairs(String side, Bystander kind) throws Exception {
        try (Victim repairing = repairing(side)) {
            Peer survivor = kind.begin(peers, "visit " + side, "race " + side);
            assertNobodyRepairs();
            assertEquals(kind != Bystander.IDLE, survivor.isBusy());
            repairing.kill();
            kind.expect(survivor, "visit " + side, "done");
            assertEquals(1, repairs.getLong());
            assertEquals("done", peers.add().ask("visit " + side));
            assertEquals(1, repairs.getLong(), "it was repaired");
        }
    }

    /** Also when the next one dies in the same way. */
    @Test
    void killedWhileItRepairsAfterAnother() throws Exception {
        try (Victim first = repairing("lock");
                Victim second = victim()) {
            second.stopAt(REPAIRING).say("visit lock").awaitAsleep();
            first.kill();
            second.awaitStopped(REPAIRING);
            second.kill();
            assertEquals("done", peers.add().ask("visit lock"));
            assertEquals(1, repairs.getLong());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lock", "write", "read"})
    void stoppedWhileItRepairs_repairs(String side) throws Exception {
        try (Victim repairing = repairing(side)) {
            Peer blocked = Bystander.BLOCKED.begin(peers, "visit " + side);
            assertNobodyRepairs();
            repairing.goOn();
            repairing.expect("done");
            blocked.expect("done");
            assertEquals(1, repairs.getLong());
        }
    }

    /** One that is stopped in its handler, after a participant left with the lock. */
    private Victim repairing(String side) throws Exception {
        try (SharedRegion owner = Peers.open(file())) {
            new RepairCommands(owner).run("hold", side.equals("read") ? "write" : side);
        }
        Victim repairing = victim();
        repairing.stopAt(REPAIRING).say("visit " + side).awaitStopped(REPAIRING);
        return repairing;
    }

    /** For as long as it takes to look after the others a few times. */
    private void assertNobodyRepairs() throws InterruptedException {
        SharedEvent never = SharedEvent.of(peers.region(), "never");
        assertFalse(never.await(50, MILLISECONDS));
        assertEquals(0, repairs.getLong());
    }

    private Victim victim() {
        return new Victim(file(), RepairCommands.class);
    }

    private Path file() {
        return directory.resolve("peers.shm");
    }
}
