package dev.shm.chaos;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A little of what {@code ./shm chaos} does in minutes: processes that use one object of each kind
 * are killed at any instruction. ALGORITHMS 9.1, L6; BEHAVIOURS 20.1-20.12.
 */
class ChaosTest {
    private static final int KILLS = Integer.getInteger("shm.test.chaos.kills", 10);
    private static final long SEED = Long.getLong("shm.test.chaos.seed", System.nanoTime());

    /** A watchdog: on a machine with a core for each process, a second is enough. */
    private static final long MAX_WAIT_MILLIS = TimeUnit.SECONDS.toMillis(60);

    @Test
    void kills_loseNothingAndStrandNobody() throws Exception {
        Chaos chaos =
                new Chaos(
                        new Chaos.Order(Long.MAX_VALUE, KILLS, SEED, MAX_WAIT_MILLIS),
                        line -> {},
                        null);
        try {
            chaos.run();
        } catch (Throwable e) {
            throw new AssertionError("kept=" + chaos.kept() + " " + chaos.figures(), e);
        }
        assertNull(chaos.kept());
        assertTrue(chaos.figures().kills() >= KILLS);
        String kills = "\"kills\": " + chaos.figures().kills();
        assertTrue(chaos.figures().json(true).contains(kills));
        System.out.println(chaos.figures());
    }
}
