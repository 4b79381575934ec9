package dev.shm.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.value.SharedAdder;
import dev.shm.value.SharedArray;
import dev.shm.value.SharedStruct;
import dev.shm.value.SharedValue;
import dev.shm.value.TypeCode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Python program that shares no code with us reads from the file what we wrote to memory. */
class ShmReadTest {
    private static final Path SCRIPTS =
            Path.of(System.getProperty("basedir", "."), "python").toAbsolutePath();
    private static final char[] ALL_CODES = "?bBchHiIlLqQufd".toCharArray();

    @TempDir Path directory;

    private SharedRegion region;

    @BeforeAll
    static void findPython() throws Exception {
        assumeTrue(Files.isRegularFile(SCRIPTS.resolve("shm_read.py")));
        boolean there;
        try {
            Output output = run("python3", "-c", "import sys; print(sys.version_info >= (3, 8))");
            there = output.lines.equals(List.of("True"));
        } catch (IOException e) {
            there = false;
        }
        assumeTrue(there, "there is no python3, 3.8 or newer, on the PATH");
    }

    @BeforeEach
    void create() {
        region =
                SharedRegion.create(
                        RegionOptions.at(directory.resolve("python.shm"))
                                .bytes(1 << 16)
                                .maxParticipants(70));
    }

    @AfterEach
    void close() {
        region.close();
    }

    /** What a command printed, line by line. */
    private record Output(int status, List<String> lines, String errors) {}

    private static Output run(String... command) throws Exception {
        Path errors = Files.createTempFile("shm-read", ".txt");
        try {
            Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
            process.getOutputStream().close();
            String printed =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            return new Output(
                    process.exitValue(), printed.lines().toList(), Files.readString(errors));
        } finally {
            Files.delete(errors);
        }
    }

    private Output read(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("python3"));
        command.add(SCRIPTS.resolve("shm_read.py").toString());
        command.addAll(Arrays.asList(arguments));
        return run(command.toArray(new String[0]));
    }

    /** Runs Python statements that have the program's functions, and a region of the name "r". */
    private List<String> python(String... statements) throws Exception {
        String prologue =
                """
                import sys; sys.path.insert(0, r'%s'); sys.dont_write_bytecode = True
                from shm_read import *
                r = Region(r'%s')
                """;
        String program = prologue.formatted(SCRIPTS, region.path()) + String.join("\n", statements);
        Output output = run("python3", "-c", program);
        assertEquals(0, output.status, output.errors);
        return output.lines;
    }

    private List<String> get(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("get", region.path().toString()));
        all.addAll(Arrays.asList(arguments));
        Output output = read(all.toArray(new String[0]));
        assertEquals(0, output.status, output.errors);
        return output.lines;
    }

    @Test
    void values_ofEveryCodeAreReadAsJavaReadsThem() throws Exception {
        List<SharedValue> values = new ArrayList<>();
        for (char code : ALL_CODES) {
            for (Number number : numbers(TypeCode.of(code))) {
                values.add(SharedValue.of(region, "v" + values.size(), code, number));
            }
        }
        List<String> printed =
                python(
                        "for i in range(%d): print(text(r.get('v%%d' %% i)))"
                                .formatted(values.size()));
        for (int i = 0; i < values.size(); i++) {
            assertSame(values.get(i).type(), values.get(i).get(), printed.get(i));
        }
        assertEquals(values.size(), printed.size());
    }

    private static List<Number> numbers(TypeCode type) {
        return type.kind() == TypeCode.Kind.FLOATING
                ? List.of(0, 0.1f, -2.5, type.maxValue(), Double.NEGATIVE_INFINITY, Double.NaN)
                : List.of(0, 1, type.minValue(), type.maxValue());
    }

    private static void assertSame(TypeCode type, Number expected, String printed) {
        String code = "code " + type.code();
        switch (type.kind()) {
            case BOOLEAN -> assertEquals(expected.intValue() != 0, printed.equals("true"), code);
            case FLOATING -> {
                String java = printed.replace("inf", "Infinity").replace("nan", "NaN");
                assertEquals(expected.doubleValue(), Double.parseDouble(java), code);
            }
            default -> assertEquals(new BigDecimal(expected.toString()), new BigDecimal(printed));
        }
    }

    @Test
    void arrays_ofEveryCodeAreReadAsJavaReadsThem() throws Exception {
        List<SharedArray> arrays = new ArrayList<>();
        for (char code : ALL_CODES) {
            SharedArray array = SharedArray.of(region, "a" + arrays.size(), code, 5);
            List<Number> numbers = numbers(array.type());
            for (int i = 0; i < Math.min(5, numbers.size()); i++) {
                array.set(i, numbers.get(i));
            }
            arrays.add(array);
        }
        List<String> printed =
                python(
                        "for i in range(%d): print(text(r.get('a%%d' %% i)))"
                                .formatted(arrays.size()));
        for (int i = 0; i < arrays.size(); i++) {
            SharedArray array = arrays.get(i);
            String[] elements = printed.get(i).split(" ", -1);
            assertEquals(5, elements.length);
            for (int j = 0; j < 5; j++) {
                assertSame(array.type(), array.get(j), elements[j]);
            }
        }
    }

    @Test
    void structs_ofEveryCodeAreReadAsJavaReadsThem() throws Exception {
        StringBuilder spec = new StringBuilder();
        for (char code : ALL_CODES) {
            spec.append(" f").append((int) code).append(':').append(code);
        }
        SharedStruct struct = SharedStruct.of(region, "s", spec.toString());
        for (int round = 0; round < 4; round++) {
            int which = round;
            struct.update(
                    record -> {
                        for (int i = 0; i < ALL_CODES.length; i++) {
                            TypeCode type = TypeCode.of(ALL_CODES[i]);
                            record.set(i, numbers(type).get(which));
                        }
                    });
            List<String> printed = python("print(text(r.get('s')))");
            for (int i = 0; i < ALL_CODES.length; i++) {
                String[] field = printed.get(i).split("=", -1);
                TypeCode type = TypeCode.of(ALL_CODES[i]);
                assertEquals("f" + (int) type.code(), field[0]);
                assertSame(type, struct.read().get(i), field[1]);
            }
        }
    }

    @Test
    void adders_areTheSumOfAllCells() throws Exception {
        try (SharedRegion peer = SharedRegion.open(RegionOptions.at(region.path()))) {
            SharedAdder.of(region, "n").add(40);
            SharedAdder.of(peer, "n").add(-100);
            assertEquals(List.of("-60"), get("n"));
            SharedAdder.of(peer, "n").add(Long.MAX_VALUE);
            assertEquals(List.of(Long.toString(Long.MAX_VALUE - 60)), get("n"));
        }
    }

    @Test
    void get_picksElementsAndFields() throws Exception {
        SharedArray.of(region, "a", 'i', new int[] {7, -8, 9});
        SharedStruct.of(region, "s", "id:q ok:? price:d")
                .update(record -> record.setDouble("price", 2.5));
        region.buffer("b", 3).putByte(1, (byte) 0xAB);
        assertEquals(List.of("-8"), get("a", "1"));
        assertEquals(List.of("2.5"), get("s", "price"));
        assertEquals(List.of("id=0", "ok=false", "price=2.5"), get("s"));
        assertEquals(List.of("00ab00"), get("b"));
        assertEquals(List.of("171"), get("b", "1"));
    }

    @Test
    void get_ofWhatIsNotThereSaysSo() throws Exception {
        SharedArray.of(region, "a", 'i', 3);
        SharedValue.of(region, "gone", 'q');
        region.remove("gone");
        String file = region.path().toString();
        assertFails(read("get", file, "missing"), "no object of name=missing");
        assertFails(read("get", file, "gone"), "no object of name=gone");
        assertFails(read("get", file, "a", "3"), "index=3: must be 0 to 2");
        assertFails(read("get", file, "a", "-1"), "index=-1: must be 0 to 2");
        assertFails(read("get", directory.resolve("no.shm").toString(), "a"), "No such file");
        assertEquals(2, read("frobnicate").status);
    }

    private static void assertFails(Output output, String message) {
        assertEquals(1, output.status);
        assertEquals(List.of(), output.lines);
        assertTrue(output.errors.startsWith("shm_read: "), output.errors);
        assertTrue(output.errors.contains(message), output.errors);
        assertEquals(1, output.errors.lines().count(), output.errors);
    }

    @Test
    void show_tellsWhatTheRegionTells() throws Exception {
        SharedValue.of(region, "hits", 'q');
        SharedArray.of(region, "bins", 'i', 1024);
        SharedStruct.of(region, "trade", "id:q price:d");
        region.buffer("raw", 100);
        Output output = read("show", region.path().toString());
        assertEquals(0, output.status, output.errors);
        String shown = String.join("\n", output.lines);
        assertTrue(shown.contains("participants (at most 70)"), shown);
        assertTrue(
                shown.contains(
                        "ACTIVE   tag %d  pid %d"
                                .formatted(region.self().id(), region.self().pid())),
                shown);
        assertTrue(shown.contains(region.self().command()), shown);
        assertTrue(shown.contains("READY    hits  SharedValue 'q'  8 bytes at "), shown);
        assertTrue(shown.contains("READY    bins  SharedArray 'i' x 1024  4096 bytes at "), shown);
        assertTrue(shown.contains("READY    trade  SharedStruct \"id:q price:d\""), shown);
        assertTrue(shown.contains("READY    raw  buffer   100 bytes at "), shown);
    }

    @Test
    void list_showsRegionsAndWhatIsNone() throws Exception {
        SharedValue.of(region, "hits", 'q');
        Files.writeString(directory.resolve("notes.shm"), "not a region");
        Output output = read("list", directory.toString());
        assertEquals(0, output.status, output.errors);
        assertEquals(2, output.lines.size());
        assertTrue(output.lines.get(0).startsWith("notes: "), output::toString);
        assertTrue(output.lines.get(0).contains("expected magic"), output::toString);
        assertEquals(
                "python: 65536 bytes, 1 of 70 participants, 1 of 256 objects", output.lines.get(1));
    }

    /** Java writes the struct as fast as it can; Python never sees half a record. */
    @Test
    void structs_areReadWholeWhileTheyAreWritten() throws Exception {
        SharedStruct struct = SharedStruct.of(region, "s", "a:q b:d c:i d:q");
        AtomicBoolean done = new AtomicBoolean();
        Thread writer =
                new Thread(
                        () -> {
                            for (int i = 0; !done.get(); i = (i + 1) & 0xFFFFF) {
                                int n = i;
                                struct.update(
                                        record -> {
                                            record.setLong("a", n);
                                            record.setDouble("b", n);
                                            record.setInt("c", n);
                                            record.setLong("d", n);
                                        });
                            }
                        });
        writer.start();
        try {
            List<String> printed =
                    python(
                            "seen = set()",
                            "for i in range(10000):",
                            "    record = r.get('s')",
                            "    values = set(record.values())",
                            "    if len(values) != 1: print('torn: %s' % record)",
                            "    seen |= values",
                            "print(len(seen) > 10)");
            assertEquals(List.of("True"), printed);
        } finally {
            done.set(true);
            writer.join();
        }
    }

    /** Names come and go while Python looks: it finds an object whole, or none. */
    @Test
    void objects_areReadWholeWhileTheyComeAndGo() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        Thread churner =
                new Thread(
                        () -> {
                            for (int i = 0; !done.get(); i++) {
                                long[] initial = new long[1 + i % 7];
                                Arrays.fill(initial, initial.length);
                                SharedArray.of(region, "a", 'q', initial).close();
                                region.remove("a");
                            }
                        });
        churner.start();
        try {
            List<String> printed =
                    python(
                            "found = 0",
                            "while found < 1000:",
                            "    try:",
                            "        values = r.get('a')",
                            "        found += 1",
                            "    except LookupError:",
                            "        continue",
                            "    if set(values) != {len(values)}: print('torn: %s' % values)",
                            "print(found)");
            assertEquals(List.of("1000"), printed);
        } finally {
            done.set(true);
            churner.join();
        }
    }

    @Test
    void damagedFiles_areRefusedClearlyAndLeftAsTheyAre() throws Exception {
        region.close();
        byte[] whole = Files.readAllBytes(region.path());
        assertRefused(changed(whole, 0, 'X'), "expected magic=b'shm-regn'");
        assertRefused(changed(whole, 8, 2), "expected version=1, found 2");
        assertRefused(changed(whole, 12, 0), "creation was not finished");
        assertRefused(changed(whole, 12, 7), "expected state=1, found 7");
        assertRefused(changed(whole, 16, 4), "expected unknown features=0, found 4");
        assertRefused(changed(whole, 48, 71), "checksum");
        assertRefused(Arrays.copyOf(whole, whole.length - 1), "expected file length");
        assertRefused(Arrays.copyOf(whole, whole.length + 1), "expected file length");
        assertRefused(Arrays.copyOf(whole, 50), "expected magic");
        assertRefused(new byte[0], "expected magic");
    }

    private static byte[] changed(byte[] whole, int at, int value) {
        byte[] bytes = whole.clone();
        bytes[at] = (byte) value;
        return bytes;
    }

    private void assertRefused(byte[] content, String message) throws Exception {
        Files.write(region.path(), content);
        assertFails(read("show", region.path().toString()), message);
        assertArrayEquals(content, Files.readAllBytes(region.path()));
    }

    @Test
    void damagedEntries_areRefusedClearly() throws Exception {
        SharedArray.of(region, "a", 'q', 3);
        region.close();
        int entry = 256 + 70 * 128;
        byte[] whole = Files.readAllBytes(region.path());
        String file = region.path().toString();
        int[][] changes = {{8, 1}, {11, 127}, {16, 0}, {19, 127}, {32, 'z'}, {40, 4}, {47, 127}};
        for (int[] change : changes) {
            Files.write(region.path(), changed(whole, entry + change[0], change[1]));
            Output output = read("get", file, "a");
            assertFails(output, region.path().toString());
            assertNotEquals("", output.errors);
        }
    }
}
