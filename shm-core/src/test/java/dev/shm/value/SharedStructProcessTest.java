package dev.shm.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Structs between JVMs, some of which are killed. */
class SharedStructProcessTest {
    /** How many writers are killed at a random moment. */
    private static final int KILLS = Integer.getInteger("shm.test.kills", 10);

    private static final int FIELDS = 256;
    private static final String MANY =
            IntStream.range(0, FIELDS)
                    .mapToObj(i -> "f" + i + ":q")
                    .collect(Collectors.joining(" "));

    @TempDir private Path directory;

    static final class Doubling {
        public static void main(String[] args) {
            try (SharedRegion region = TestRegions.open(Path.of(args[0]))) {
                SharedStruct.open(region, "struct")
                        .update(
                                r -> {
                                    r.setInt("x", 2 * r.getInt("x"));
                                    r.setDouble("y", 2 * r.getDouble("y"));
                                    r.setLong("z", 2 * r.getLong("z"));
                                });
                for (String name : new String[] {"i", "d", "q"}) {
                    SharedValue value = SharedValue.open(region, name);
                    value.setDouble(2 * value.getDouble());
                }
                SharedArray doubles = SharedArray.open(region, "doubles");
                for (int i = 0; i < doubles.length(); i++) {
                    doubles.setDouble(i, 2 * doubles.getDouble(i));
                }
                SharedArray chars = SharedArray.open(region, "chars");
                byte[] text = new byte[5];
                chars.copyTo(0, text, 0, 5);
                chars.copyFrom(5, text, 0, 5);
            }
        }
    }

    /** BEHAVIOURS 9.1. */
    @Test
    void child_doublesEverything() throws Exception {
        try (SharedRegion region = TestRegions.open(directory)) {
            SharedStruct struct =
                    SharedStruct.create(
                            region,
                            "struct",
                            "x:i y:d z:l",
                            r -> {
                                r.setInt("x", 7);
                                r.setDouble("y", 1.0 / 3);
                                r.setLong("z", 1L << 33);
                            });
            SharedValue i = SharedValue.create(region, "i", 'i', 7);
            SharedValue d = SharedValue.create(region, "d", 'd', 1.0 / 3);
            SharedValue q = SharedValue.create(region, "q", 'q', 1L << 33);
            SharedArray doubles = SharedArray.create(region, "doubles", 'd', 10);
            IntStream.range(0, 10).forEach(n -> doubles.setDouble(n, n));
            SharedArray chars = SharedArray.create(region, "chars", 'c', 20);
            chars.copyFrom(0, "hello".getBytes(StandardCharsets.US_ASCII), 0, 5);

            try (ChildJvm child = ChildJvm.of(Doubling.class).start(directory)) {
                child.join();
            }
            assertEquals(
                    "StructRecord[x=14, y=" + 2.0 / 3 + ", z=" + (1L << 34) + "]",
                    struct.read().toString());
            assertEquals(14, i.getInt());
            assertEquals(2.0 / 3, d.getDouble());
            assertEquals(1L << 34, q.getLong());
            for (int n = 0; n < 10; n++) {
                assertEquals(2 * n, doubles.getDouble(n));
            }
            byte[] text = new byte[10];
            chars.copyTo(0, text, 0, 10);
            assertEquals("hellohello", new String(text, StandardCharsets.US_ASCII));
        }
    }

    static final class Writing {
        public static void main(String[] args) {
            try (SharedRegion region = TestRegions.open(Path.of(args[0]))) {
                SharedStruct struct = SharedStruct.open(region, "many");
                System.out.println("writing");
                while (true) {
                    struct.update(SharedStructProcessTest::increment);
                }
            }
        }
    }

    /** All fields are one number; a record where they are not is torn. */
    private static void increment(StructRecord record) {
        long next = record.getLong(0) + 1;
        for (int i = 0; i < FIELDS; i++) {
            record.setLong(i, next);
        }
    }

    /**
     * A JVM that does nothing but write is killed at a random moment, many times, most often in the
     * middle of a record. Readers see whole records and never go back; the next writer takes over.
     */
    @Test
    void writersKilledAtRandom_leaveWholeRecords() throws Exception {
        Random random = new Random();
        try (SharedRegion region = TestRegions.open(directory)) {
            SharedStruct struct = SharedStruct.create(region, "many", MANY);
            MappedBuffer block = region.attach("many", SharedStructType.INSTANCE).buffer();
            int claimsLeft = 0;
            for (int kill = 0; kill < KILLS; kill++) {
                try (ChildJvm child = ChildJvm.of(Writing.class).start(directory)) {
                    child.expect("writing");
                    long enough = struct.version() + random.nextInt(2_000);
                    long last = 0;
                    while (struct.version() < enough) {
                        last = readWhole(struct, last);
                    }
                    child.beginKill();
                    while (child.isAlive()) {
                        last = readWhole(struct, last);
                    }
                }
                long before = readWhole(struct, 0);
                claimsLeft += StructLayout.tag(block.getLong(StructLayout.COMMIT)) == 0 ? 0 : 1;
                struct.update(SharedStructProcessTest::increment);
                assertEquals(before + 1, readWhole(struct, before));
            }
            assertTrue(claimsLeft > 0, "nobody was killed in the middle of a record");
            assertEquals(struct.version(), readWhole(struct, 0), "no update is lost or done twice");
        }
    }

    /** The number that all fields are; at least what was seen last. */
    private static long readWhole(SharedStruct struct, long last) {
        StructRecord record = struct.read();
        SharedStructTest.checkWhole(record);
        long number = record.getLong(0);
        assertTrue(number >= last, number + " after " + last);
        return number;
    }

    static final class WritingOnce {
        public static void main(String[] args) throws IOException {
            try (SharedRegion region = TestRegions.open(Path.of(args[0]))) {
                SharedStruct.open(region, "many").update(SharedStructProcessTest::increment);
            }
        }
    }

    /**
     * A writer stopped at each step: readers go on, whether it lives or not. It is killed; the next
     * writer takes over.
     */
    @ParameterizedTest
    @CsvSource({
        "struct.claimed, 0, 0",
        "struct.stored, 0, 0",
        "struct.stored, 127, 0",
        "struct.stored, 255, 0",
        "struct.published, 0, 1"
    })
    void writersKilledAtEachStep_leaveWholeRecords(String point, int passes, long published)
            throws Exception {
        try (SharedRegion region = TestRegions.open(directory)) {
            SharedStruct struct = SharedStruct.create(region, "many", MANY);
            try (ChildJvm child =
                    ChildJvm.of(WritingOnce.class)
                            .stoppable()
                            .property("shm.test.stop.at", point)
                            .property("shm.test.stop.hit", passes)
                            .start(directory)) {
                child.expect("stopped at " + point);
                SharedStructTest.checkWhole(struct.read());
                assertEquals(published, struct.read().getLong(0));
                child.kill();
            }
            SharedStructTest.checkWhole(struct.read());
            assertEquals(published, struct.read().getLong(0));
            struct.update(SharedStructProcessTest::increment);
            SharedStructTest.checkWhole(struct.read());
            assertEquals(published + 1, struct.read().getLong(0));
            assertEquals(published + 1, struct.version());
        }
    }

    /** The same while another one never stops writing, and a third one reads. */
    @ParameterizedTest
    @CsvSource({"struct.claimed, 0", "struct.stored, 0", "struct.published, 1"})
    void writersKilledAtEachStep_amongOthersThatRace(String point, long published)
            throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        AtomicBoolean over = new AtomicBoolean();
        try (SharedRegion region = TestRegions.open(directory);
                SharedRegion another = TestRegions.open(directory)) {
            SharedStruct written = SharedStruct.create(region, "many", MANY);
            SharedStruct read = SharedStruct.open(another, "many");
            AtomicLong updates = new AtomicLong();
            Future<?> writing =
                    threads.submit(
                            () -> {
                                while (!over.get()) {
                                    written.update(SharedStructProcessTest::increment);
                                    updates.incrementAndGet();
                                }
                            });
            Future<?> reading =
                    threads.submit(
                            () -> {
                                while (!over.get()) {
                                    SharedStructTest.checkWhole(read.read());
                                }
                            });
            try (ChildJvm child =
                    ChildJvm.of(WritingOnce.class)
                            .stoppable()
                            .property("shm.test.stop.at", point)
                            .start(directory)) {
                child.expect("stopped at " + point);
                child.kill();
            }
            long killed = updates.get();
            ChildJvm.awaitThat("it goes on", () -> updates.get() > killed + 100);
            over.set(true);
            writing.get(1, TimeUnit.MINUTES);
            reading.get(1, TimeUnit.MINUTES);
            assertEquals(updates.get() + published, read.read().getLong(0));
            assertEquals(updates.get() + published, read.version());
        } finally {
            over.set(true);
            threads.shutdown();
        }
    }
}
