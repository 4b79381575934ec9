package dev.shm.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.value.SharedValue;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A little of what {@code ./shm fuzz} does with damaged files in minutes: a result or an exception,
 * never an error, a crash, a hang, or a write to a file that is refused.
 */
class ObjectFuzzTest {
    private static final long CASES = 1_000;

    @TempDir Path folder;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    private String said() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    /** Most are opened in spite of the damage, or nothing of the objects would be tried. */
    @Test
    void damagedRegions_areRefusedOrUsed() {
        Fuzz.Order order = new Fuzz.Order(CASES, 0, System.nanoTime(), 2);
        Fuzz fuzz = new Fuzz(order, folder, Kinds.all(), 30);
        assertTrue(fuzz.report(out), this::said);
        assertEquals(CASES, fuzz.tally().cases());
        assertTrue(fuzz.tally().openings() > CASES / 2, this::said);
        assertTrue(fuzz.tally().openings() < CASES, this::said);
        assertTrue(fuzz.tally().isComplete(), this::said);
    }

    @Test
    void theSameNumber_givesTheSameDamage() throws Exception {
        RegionImages images = new RegionImages(folder, Kinds.all());
        Damage damage = new Damage(images, 7, 3);
        assertArrayEquals(damage.region(), new Damage(images, 7, 3).region());
        assertEquals(damage.damaged(), new Damage(images, 7, 3).damaged());
        assertFalse(damage.damaged().isEmpty());
    }

    /** What a watchdog is for, and how to see it again. */
    @Test
    void aUseThatDoesNotEnd_isReported() {
        CountDownLatch never = new CountDownLatch(1);
        Kind<SharedValue> stuck =
                new Kind<>(
                        "stuck",
                        (r, name) -> SharedValue.of(r, name, 'q'),
                        SharedValue::open,
                        value -> {
                            if (Thread.currentThread().isDaemon()) {
                                never.await();
                            }
                        });
        Fuzz.Order order = new Fuzz.Order(CASES, 5, 9, 1);
        assertFalse(new Fuzz(order, folder, with(stuck), 1).report(out), this::said);
        assertTrue(said().contains("./shm fuzz --seed 9 --first "), this::said);
        assertTrue(said().contains("it does not end"), this::said);
    }

    /** An exception that no method promises. */
    @Test
    void aFailure_isReported() {
        Kind<SharedValue> bad =
                new Kind<>(
                        "bad",
                        (r, name) -> SharedValue.of(r, name, 'q'),
                        SharedValue::open,
                        value -> {
                            if (Thread.currentThread().isDaemon()) {
                                throw new IndexOutOfBoundsException("planted");
                            }
                        });
        Fuzz.Order order = new Fuzz.Order(CASES, 5, 9, 1);
        assertFalse(new Fuzz(order, folder, with(bad), 30).report(out), this::said);
        assertTrue(said().contains("planted"), this::said);
        assertTrue(said().contains("FAILED after "), this::said);
    }

    private static List<Kind<?>> with(Kind<?> more) {
        List<Kind<?>> kinds = new ArrayList<>(Kinds.all());
        kinds.add(more);
        return kinds;
    }

    @ParameterizedTest
    @ValueSource(strings = {"--cases 0", "--cases many", "--cases", "--first -1", "--what 1", "10"})
    void wrongArguments_areToldAndExit2(String arguments) {
        assertEquals(2, Fuzz.obey(out, out, arguments.split(" ", -1)), this::said);
        assertTrue(said().startsWith("shm fuzz: "), this::said);
        assertTrue(said().contains("Usage: ./shm fuzz"), this::said);
    }

    @Test
    void help_isShown() {
        assertEquals(0, Fuzz.obey(out, out, "--help"));
        assertTrue(said().startsWith("Usage: ./shm fuzz"), this::said);
    }

    @Test
    void aFewCases_exit0() {
        assertEquals(0, Fuzz.obey(out, out, "--cases", "20", "--seed", "1", "--threads", "1"));
        assertTrue(said().endsWith("clean\n"), this::said);
    }
}
