package dev.shm.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.Block;
import dev.shm.region.ObjectType;
import dev.shm.region.RegionOptions;
import dev.shm.region.RegionTables;
import dev.shm.region.SharedRegion;
import dev.shm.value.SharedValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A little of what {@code ./shm fuzz} does with damaged files in minutes: a result or an exception,
 * never an error, a crash, a hang, or a write to a file that is refused.
 */
class ObjectFuzzTest {
    private static final long NEW_CASES = 200;
    private static final long CASES = 400;
    private static final long FAULTY_CASES = 1_000;
    private static final Set<String> TYPES_OF_TESTS = Set.of("Hooked", "claims");

    @TempDir Path folder;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    private String said() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void damagedRegions_areRefusedOrUsed() {
        Fuzz.Order order = new Fuzz.Order(NEW_CASES, 0, System.nanoTime(), 2);
        Fuzz fuzz = new Fuzz(order, folder, Kinds.all(), 30);
        assertTrue(fuzz.report(out), this::said);
        assertEquals(NEW_CASES, fuzz.tally().cases());
    }

    /** Most are opened in spite of the damage, or nothing of the objects would be tried. */
    @Test
    void everyKind_isOpenedAndRefusedAndUsed() {
        Fuzz.Order order = new Fuzz.Order(CASES, 0, 1, 2);
        Fuzz fuzz = new Fuzz(order, folder, Kinds.all(), 30);
        assertTrue(fuzz.report(out), this::said);
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
                        },
                        Set.of());
        Fuzz.Order order = new Fuzz.Order(FAULTY_CASES, 5, 9, 1);
        assertFalse(new Fuzz(order, folder, with(stuck), 1).report(out), this::said);
        assertTrue(said().contains("./shm fuzz --seed 9 --first "), this::said);
        assertTrue(said().contains("it does not end"), this::said);
    }

    /** An exception that no method promises, though another kind's may. */
    @Test
    void aFailure_isReported() throws Exception {
        Kind<SharedValue> bad =
                new Kind<>(
                        "bad",
                        (r, name) -> SharedValue.of(r, name, 'q'),
                        SharedValue::open,
                        value -> {
                            if (Thread.currentThread().isDaemon()) {
                                throw new NoSuchElementException("planted");
                            }
                        },
                        Set.of(IllegalStateException.class));
        assertFails(with(bad), SharedRegion::open);
        assertTrue(said().contains("planted"), this::said);
        assertTrue(said().contains("FAILED after "), this::said);
        Matcher told = Pattern.compile("od -A n -t d8 (.*)\\R").matcher(said());
        assertTrue(told.find(), this::said);
        ByteBuffer noted = ByteBuffer.wrap(Files.readAllBytes(Path.of(told.group(1))));
        long number = noted.order(ByteOrder.nativeOrder()).getLong();
        assertTrue(said().contains(" --first " + number + " --cases 1"), this::said);
    }

    /** What {@code open} may throw is not what {@code of} may. */
    @Test
    void anOpeningThatThrowsAnotherException_isReported() {
        Kind<SharedValue> bad =
                new Kind<>(
                        "bad",
                        (r, name) -> {
                            if (Thread.currentThread().isDaemon()) {
                                throw new NoSuchElementException("planted");
                            }
                            return SharedValue.of(r, name, 'q');
                        },
                        SharedValue::open,
                        value -> {},
                        Set.of());
        assertFails(with(bad), SharedRegion::open);
        assertTrue(said().contains("planted"), this::said);
    }

    @Test
    void aWriteOfWhoCannotJoin_isReported() {
        AtomicInteger written = new AtomicInteger();
        assertFails(
                Kinds.all(),
                options -> {
                    try {
                        return SharedRegion.open(options);
                    } catch (IllegalStateException refused) { // all places are taken
                        written.addAndGet(spoilIfReadable(options) ? 1 : 0);
                        throw refused;
                    }
                });
        assertEquals(1, written.get());
        assertTrue(said().contains("who could not join wrote to it: offset=127 "), this::said);
    }

    /** The last byte of the header, which nobody reads. */
    private static boolean spoilIfReadable(RegionOptions options) {
        try {
            if (!RegionTables.isReadable(options)) {
                return false;
            }
            try (FileChannel file =
                    FileChannel.open(
                            options.path(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                ByteBuffer last = ByteBuffer.allocate(1);
                file.read(last, 127);
                last.put(0, (byte) ~last.get(0)).rewind();
                file.write(last, 127);
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aWriteOfWhoCannotOpenAnObject_isReported() {
        Kind<Block> bad =
                new Kind<>(
                        "bad",
                        (r, name) -> r.block(name, 100),
                        (r, name) -> {
                            try (Block block = r.block(name, 100)) {
                                AtomicBuffer memory = block.buffer();
                                memory.putByte(7, (byte) ~memory.getByte(7));
                            }
                            throw new IllegalStateException("planted");
                        },
                        block -> {},
                        Set.of());
        assertFails(with(bad), SharedRegion::open);
        assertTrue(said().contains("bad was refused, and written to: offset="), this::said);
    }

    private void assertFails(List<Kind<?>> kinds, FuzzedFile.Door door) {
        Fuzz.Order order = new Fuzz.Order(FAULTY_CASES, 5, 9, 1);
        assertFalse(new Fuzz(order, folder, kinds, 30, door).report(out), this::said);
    }

    /** A type that is registered and in no kind would not be fuzzed. */
    @Test
    void everyType_isThere() throws Exception {
        Set<String> made = new TreeSet<>();
        RegionOptions options = RegionImages.options(folder.resolve("all.shm"));
        try (SharedRegion region = SharedRegion.create(options)) {
            for (Kind<?> kind : Kinds.all()) {
                make(kind, region);
            }
            region.entries().forEach(entry -> made.add(entry.kind()));
        }
        Set<String> registered = new TreeSet<>();
        ServiceLoader.load(ObjectType.class).forEach(type -> registered.add(type.name()));
        registered.removeAll(TYPES_OF_TESTS);
        assertEquals(registered, made);
    }

    private static <T> void make(Kind<T> kind, SharedRegion region) throws Exception {
        T object = kind.maker().open(region, kind.name());
        FuzzedFile.attempt(kind.thrown(), () -> kind.use().of(object)); // may make one more
    }

    private static List<Kind<?>> with(Kind<?> more) {
        List<Kind<?>> kinds = new ArrayList<>(Kinds.all());
        kinds.add(more);
        return kinds;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--cases 0",
                "--cases many",
                "--cases",
                "--first -1",
                "--threads 0",
                "--what 1",
                "10"
            })
    void wrongArguments_areToldAndExit2(String arguments) {
        assertEquals(2, FuzzCommand.run(out, out, arguments.split(" ", -1)), this::said);
        String wrong = arguments.split(" ", -1)[0];
        assertTrue(said().lines().findFirst().orElseThrow().contains(wrong), this::said);
        assertTrue(said().contains("Usage: shm fuzz"), this::said);
    }

    @Test
    void help_isShown() {
        assertEquals(0, FuzzCommand.run(out, out, "--help"));
        assertTrue(said().startsWith("Usage: shm fuzz"), this::said);
    }

    @Test
    void aFewCases_exit0() {
        assertEquals(
                0, FuzzCommand.run(out, out, "--cases", "20", "--seed", "1", "--threads", "1"));
        assertTrue(said().endsWith("clean\n"), this::said);
    }
}
