package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.MessageHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Broadcasts whose transmitter is killed with SIGKILL, at each step and anywhere. */
class BroadcastProcessTest {
    private static final int CAPACITY = 256;

    /** How many processes are killed at a random moment. */
    private static final int KILLS = Integer.getInteger("shm.test.kills", 4);

    @TempDir private Path directory;
    private SharedRegion region;
    private Broadcast broadcast;
    private ChildJvm victim;

    @BeforeEach
    void open() {
        region = TestRings.region(directory);
        broadcast = Broadcast.create(region, TestRings.NAME, CAPACITY);
        victim = jvm();
    }

    @AfterEach
    void close() {
        victim.close();
        region.close();
    }

    private ChildJvm jvm() {
        return BroadcastCommands.jvm(directory);
    }

    private void stopAt(String point, String command) {
        assertEquals("armed", victim.ask("arm " + point + " 0"));
        victim.say(command);
        victim.expect("stopped at " + point);
    }

    private static List<String> poll(BroadcastReceiver receiver) {
        List<String> records = new ArrayList<>();
        receiver.poll(
                (type, buffer, index, length) ->
                        records.add(type + ":" + TestRings.text(buffer, index, length)),
                99);
        return records;
    }

    private static void send(BroadcastTransmitter transmitter, String text) {
        transmitter.transmit(9, TestRings.bytes(text), 0, text.length());
    }

    /** Its record never happened, or all of it did; a receiver that kept up loses nothing else. */
    @ParameterizedTest
    @CsvSource({
        "spsc.role, false",
        "broadcast.intent, false",
        "broadcast.word, false",
        "broadcast.copied, false",
        "broadcast.transmitted, true"
    })
    void transmitter_killedInARecord(String point, boolean transmitted) {
        BroadcastReceiver receiver = broadcast.receiver();
        assertEquals("transmitted", victim.ask("transmit 1 one"));
        stopAt(point, "transmit 2 abcdefghijkl");
        List<String> expected = new ArrayList<>(List.of("1:one"));
        if (transmitted) {
            expected.add("2:abcdefghijkl");
        }
        assertEquals(expected, poll(receiver));
        // Stopped is not dead.
        assertTrue(broadcast.hasTransmitter());
        assertThrows(IllegalStateException.class, () -> broadcast.transmitter());
        victim.kill();
        BroadcastTransmitter successor = broadcast.transmitter();
        BroadcastReceiver late = broadcast.receiver();
        send(successor, "x");
        assertEquals(List.of("9:x"), poll(receiver));
        assertEquals(List.of(transmitted ? "2:abcdefghijkl" : "1:one", "9:x"), poll(late));
        assertEquals(0, receiver.lossCount());
    }

    /**
     * A receiver that lags by a lap: what the dead one had begun to write over is not believed,
     * also after a successor whose records are shorter.
     */
    @ParameterizedTest
    @CsvSource({"broadcast.intent", "broadcast.padded", "broadcast.word", "broadcast.copied"})
    void transmitter_killedWhileItWritesOver_whatALaggardHasStillToRead(String point) {
        BroadcastTransmitter first = broadcast.transmitter();
        BroadcastReceiver laggard = broadcast.receiver();
        for (int i = 0; i < 7; i++) {
            send(first, "lap-one-record-no" + i); // 32 bytes each
        }
        send(first, "end"); // 16 bytes: the next one does not fit before the end
        first.close();
        stopAt(point, "transmit 2 lap-two-record-noX");
        victim.kill();
        BroadcastTransmitter successor = broadcast.transmitter();
        send(successor, "s"); // 16 bytes, which do
        assertEquals(
                List.of("9:s"), poll(laggard), "the first record may be half written over, too");
        assertEquals(1, laggard.lossCount());
        assertEquals(240, laggard.lostBytes());
        send(successor, "t");
        assertEquals(List.of("9:t"), poll(laggard));
    }

    /** Several in a row that die just before they say what is the latest. */
    @Test
    void transmitters_killedBeforeTheyNameTheLatest() {
        for (int i = 0; i < 4; i++) {
            stopAt("broadcast.transmitted", "transmit " + (1 + i) + " number" + i);
            victim.kill();
            victim.close();
            victim = jvm();
        }
        BroadcastTransmitter successor = broadcast.transmitter();
        assertEquals(List.of("4:number3"), poll(broadcast.receiver()));
        assertEquals(64, successor.position());
    }

    /** BEHAVIOURS 20.17. */
    @Test
    void aStoppedProcess_keepsItsRole() {
        assertTrue(victim.ask("take").startsWith("BroadcastTransmitter"));
        victim.stop();
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> broadcast.transmitter());
        assertTrue(e.getMessage().contains("pid=" + victim.pid()), e.getMessage());
        victim.goOn();
    }

    /** A transmitter that does nothing but transmit is killed at a random moment, many times. */
    @Test
    void transmittersKilledAtRandom_leaveWholeRecords() {
        Random random = new Random();
        BroadcastReceiver receiver = broadcast.receiver();
        victim.close();
        long received = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            int[] before = {0};
            MessageHandler whole =
                    (type, buffer, index, length) -> {
                        assertTrue(type > before[0], type + " after " + before[0]);
                        before[0] = type;
                        assertEquals(type % 33, length);
                        for (int j = 0; j < length; j++) {
                            assertEquals((byte) type, buffer.getByte(index + j));
                        }
                    };
            try (ChildJvm child = jvm()) {
                child.say("stream");
                int enough = 1 + random.nextInt(20_000);
                for (int i = 0; i < enough; ) {
                    i += receiver.poll(whole, 9);
                }
                child.kill();
                received += enough;
            }
            while (receiver.poll(whole, 9) > 0) {}
        }
        ChildJvm.awaitThat("the death is noticed", () -> !broadcast.hasTransmitter());
        assertTrue(received >= KILLS);
        assertEquals(broadcast.position(), receiver.position());
    }
}
