package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.testing.FormatDoc;
import dev.shm.value.TypeCode;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.LongUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Holds {@code docs/format.md} to the code. Above each table in it a comment says what it is about;
 * numbers in the tables are compared with the constants of the layout classes, by name.
 */
class FormatDocTest {
    private static final Pattern MARK = Pattern.compile("<!-- (.+) -->");
    private static final Pattern BITS = Pattern.compile("(\\d+)-(\\d+)");

    /** The rows of a table, without the marks of code. */
    private static List<List<String>> table(String mark) throws IOException {
        return FormatDoc.table(mark).stream()
                .map(row -> row.stream().map(cell -> cell.replace("`", "").trim()).toList())
                .toList();
    }

    /** Fields by name, in the order of the table; reserved ones are left out. */
    private static Map<String, Integer> fields(String className) throws IOException {
        Map<String, Integer> fields = new LinkedHashMap<>();
        for (List<String> row : table("layout: " + className)) {
            if (!row.get(2).equals("reserved")) {
                fields.put(row.get(2), Integer.parseInt(row.get(0)));
            }
        }
        return fields;
    }

    /** A constant of any class, however hidden. */
    private static long constant(String className, String name) throws Exception {
        Field field = Class.forName(className).getDeclaredField(name);
        field.setAccessible(true);
        return ((Number) field.get(null)).longValue();
    }

    /** {@code maxObjects} is MAX_OBJECTS. */
    private static String constantName(String field) {
        return field.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
    }

    @Test
    void everyTableIsLookedAt() throws IOException {
        Matcher marks = MARK.matcher(FormatDoc.text());
        List<String> kinds = new ArrayList<>();
        while (marks.find()) {
            String elsewhere = "(sync|mpmc|broadcast|queue|pipe|slots|process|manager) .*";
            if (!marks.group(1).matches(elsewhere)) { // those have tests of their own
                kinds.add(marks.group(1).replaceAll(":.*", ""));
            }
        }
        assertEquals(
                Map.of(
                        "layout",
                        7,
                        "codes",
                        3,
                        "bits",
                        6,
                        "kinds",
                        1,
                        "typecodes",
                        1,
                        "struct",
                        1,
                        "locks",
                        1),
                kinds.stream().collect(Collectors.toMap(kind -> kind, kind -> 1, Integer::sum)));
    }

    @ParameterizedTest
    @CsvSource({
        "dev.shm.region.RegionLayout, 17",
        "dev.shm.wait.MutexLayout, 3",
        "dev.shm.region.ParticipantLayout, 8",
        "dev.shm.region.DirectoryLayout, 9",
        "dev.shm.value.StructLayout, 2",
        "dev.shm.ring.SpscLayout, 8"
    })
    void fields_areWhereTheLayoutHasThem(String className, int count) throws Exception {
        Map<String, Integer> fields = fields(className);
        assertEquals(count, fields.size());
        for (Map.Entry<String, Integer> field : fields.entrySet()) {
            assertEquals(
                    constant(className, constantName(field.getKey())),
                    field.getValue().longValue(),
                    field.getKey());
        }
    }

    /** Rows follow each other without a gap, up to the size of the thing. */
    @ParameterizedTest
    @CsvSource({
        "dev.shm.region.RegionLayout, TABLES",
        "dev.shm.wait.MutexLayout, BYTES",
        "dev.shm.region.ParticipantLayout, BYTES",
        "dev.shm.region.DirectoryLayout, BYTES",
        "dev.shm.region.LockFile, BYTES"
    })
    void fields_coverEveryByte(String className, String size) throws Exception {
        int end = 0;
        for (List<String> row : table("layout: " + className)) {
            assertEquals(end, Integer.parseInt(row.get(0)), row::toString);
            end += Integer.parseInt(row.get(1));
        }
        assertEquals(constant(className, size), end);
    }

    @ParameterizedTest
    @CsvSource({
        "dev.shm.region.RegionLayout, 2",
        "dev.shm.region.ParticipantLayout, 4",
        "dev.shm.region.DirectoryLayout, 4"
    })
    void codes_areThoseOfTheLayout(String className, int count) throws Exception {
        List<List<String>> rows = table("codes: " + className);
        assertEquals(count, rows.size());
        for (List<String> row : rows) {
            assertEquals(constant(className, row.get(1)), Long.parseLong(row.get(0)), row.get(1));
        }
    }

    @Test
    void bits_ofAParticipantsState() throws Exception {
        assertBits(
                "participant state",
                Map.of(
                        "incarnation",
                        state -> ParticipantLayout.incarnation(state) & 0xFFFF_FFFFL,
                        "status",
                        ParticipantLayout::status));
    }

    @Test
    void bits_ofATag() throws Exception {
        assertBits(
                "tag",
                Map.of(
                        "incarnation",
                        tag -> ParticipantLayout.incarnationOfTag((int) tag),
                        "slot + 1",
                        tag -> ParticipantLayout.slot((int) tag) + 1));
    }

    @Test
    void bits_ofADirectoryState() throws Exception {
        long generation = DirectoryLayout.nextGeneration(0);
        assertBits(
                "directory state",
                Map.of(
                        "generation",
                        state -> state >>> Long.numberOfTrailingZeros(generation),
                        "status",
                        DirectoryLayout::status,
                        "creator",
                        DirectoryLayout::creator));
    }

    @Test
    void bits_ofAMutexWord() throws Exception {
        long waiters = constant("dev.shm.wait.MutexLayout", "WAITERS") & 0xFFFF_FFFFL;
        long died = constant("dev.shm.wait.MutexLayout", "DIED");
        long tag = constant("dev.shm.wait.MutexLayout", "TAG");
        assertBits(
                "mutex word",
                Map.of(
                        "WAITERS",
                        word -> (word & waiters) == 0 ? 0 : 1,
                        "DIED",
                        word -> (word & died) == 0 ? 0 : 1,
                        "owner",
                        word -> word & tag));
    }

    @Test
    void bits_ofAStructsCommit() throws Exception {
        assertBits(
                "struct commit",
                Map.of(
                        "version",
                        commit -> structLayout("version", commit),
                        "current",
                        commit -> structLayout("current", commit),
                        "writer",
                        commit -> structLayout("tag", commit)));
    }

    @Test
    void bits_ofARingsHeader() throws Exception {
        assertBits(
                "ring header",
                Map.of(
                        "type",
                        header -> ringLayout("type", header) & 0xFFFF_FFFFL,
                        "length",
                        header -> ringLayout("length", header) & 0xFFFF_FFFFL));
    }

    private static long structLayout(String method, long commit) {
        return decode("dev.shm.value.StructLayout", method, commit);
    }

    private static long ringLayout(String method, long header) {
        return decode("dev.shm.ring.SpscLayout", method, header);
    }

    private static long decode(String layout, String method, long word) {
        try {
            Method decoder = Class.forName(layout).getDeclaredMethod(method, long.class);
            decoder.setAccessible(true);
            return ((Number) decoder.invoke(null, word)).longValue();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(method, e);
        }
    }

    /** Each part has the bits that the table gives it, and no others. */
    private static void assertBits(String word, Map<String, LongUnaryOperator> parts)
            throws IOException {
        int expectedHigh = -1;
        int checked = 0;
        for (List<String> row : table("bits: " + word)) {
            Matcher bits = BITS.matcher(row.get(0));
            assertTrue(bits.matches(), row::toString);
            int high = Integer.parseInt(bits.group(1));
            int low = Integer.parseInt(bits.group(2));
            assertTrue(expectedHigh == -1 || expectedHigh == high, row::toString);
            expectedHigh = low - 1;
            LongUnaryOperator part = parts.get(row.get(1));
            if (part != null) {
                long ones = -1L >>> (Long.SIZE - (high - low + 1));
                assertEquals(1, part.applyAsLong(1L << low), row::toString);
                assertEquals(ones, part.applyAsLong(ones << low), row::toString);
                assertEquals(0, part.applyAsLong(~(ones << low)), row::toString);
                checked++;
            }
        }
        assertEquals(-1, expectedHigh, word + " down to bit 0");
        assertEquals(parts.size(), checked, word);
    }

    @Test
    void kinds_areTheTypesThatThereAre() throws IOException {
        Map<Integer, String> documented = new LinkedHashMap<>();
        for (List<String> row : table("kinds")) {
            documented.put(Integer.parseInt(row.get(0)), row.get(1));
        }
        Map<Integer, String> registered = new LinkedHashMap<>();
        for (ObjectType type : ServiceLoader.load(ObjectType.class)) {
            if (type.code() < 32 || type.code() / 32 == 2) {
                registered.put(type.code(), type.name());
            }
        }
        assertEquals(registered, documented);
    }

    @Test
    void typeCodes_areThoseOfTheEnum() throws IOException {
        Map<String, Integer> documented = new LinkedHashMap<>();
        for (List<String> row : table("typecodes")) {
            documented.put(row.get(0), Integer.parseInt(row.get(1)));
        }
        Map<String, Integer> defined = new LinkedHashMap<>();
        for (TypeCode type : TypeCode.values()) {
            defined.put(String.valueOf(type.code()), type.bytes());
        }
        assertEquals(defined, documented);
    }

    /** The example of a struct, in the numbers of the text too. */
    @Test
    void structExample_isWhatTheCodeMakesOfIt() throws Exception {
        String text = "id:q ok:? price:d qty:i";
        Class<?> specClass = Class.forName("dev.shm.value.StructSpec");
        Object spec = invoke(specClass, null, "parse", text);
        List<List<String>> expected = new ArrayList<>();
        for (Object field : (List<?>) invoke(specClass, spec, "fields")) {
            TypeCode type = (TypeCode) invoke(field.getClass(), field, "type");
            expected.add(
                    List.of(
                            String.valueOf(invoke(field.getClass(), field, "offset")),
                            String.valueOf(invoke(field.getClass(), field, "name")),
                            String.valueOf(type.code())));
        }
        List<List<String>> documented =
                table("struct: " + text).stream().map(row -> row.subList(0, 3)).toList();
        assertEquals(expected, documented);

        Class<?> layout = Class.forName("dev.shm.value.StructLayout");
        int data = (Integer) invoke(specClass, spec, "dataBytes");
        String sentence =
                "has %d bytes, so `copy0` is %s; it has %d bytes of data, so `copy1` is %s, and the object has %s bytes."
                        .formatted(
                                text.length(),
                                invoke(layout, null, "copy0", text.length()),
                                data,
                                invoke(layout, null, "copy1", text.length(), data),
                                invoke(layout, null, "bytes", text.length(), data));
        assertTrue(FormatDoc.text().replaceAll("\\s+", " ").contains(sentence), sentence);
    }

    private static Object invoke(Class<?> type, Object target, String name, Object... arguments)
            throws Exception {
        for (Method method : type.getDeclaredMethods()) {
            if (method.getName().equals(name) && method.getParameterCount() == arguments.length) {
                method.setAccessible(true);
                return method.invoke(target, arguments);
            }
        }
        throw new NoSuchMethodException(type + "." + name);
    }

    @Test
    void lockFile_isAsDocumented() throws Exception {
        String lockFile = "dev.shm.region.LockFile";
        assertEquals(constant(lockFile, "NONCE"), fields(lockFile).get("nonce").longValue());
        List<List<String>> locks = table("locks");
        assertEquals(String.valueOf(constant(lockFile, "CREATION")), locks.get(0).get(0));
        assertEquals(constant(lockFile, "SLOTS") + " + slot", locks.get(1).get(0));
        assertMagic(constant(lockFile, "MAGIC"), table("layout: " + lockFile));
    }

    @Test
    void header_hasTheDocumentedNumbers() throws Exception {
        List<List<String>> header = table("layout: dev.shm.region.RegionLayout");
        assertMagic(RegionLayout.MAGIC_VALUE, header);
        assertEquals(String.valueOf(RegionLayout.FORMAT_VERSION), header.get(1).get(4));
        assertDescribed(header, "fileBytes", "at most " + RegionGeometry.MAX_FILE_BYTES);
        assertDescribed(header, "maxParticipants", "1 to " + ParticipantLayout.MAX_SLOTS);
        assertDescribed(header, "maxObjects", "1 to " + RegionGeometry.MAX_OBJECTS);
        assertDescribed(
                header,
                "checksum",
                "bytes " + RegionLayout.FEATURES + " to " + (RegionLayout.CHECKSUM - 1));
        assertDescribed(
                table("layout: dev.shm.region.ParticipantLayout"),
                "commandBytes",
                "0 to " + ParticipantLayout.MAX_COMMAND_BYTES);
        assertTrue(
                table("bits: participant state")
                        .get(0)
                        .get(2)
                        .contains(ParticipantLayout.LAST_INCARNATION - 1 + " is the last"));
    }

    private static void assertMagic(long magic, List<List<String>> table) {
        byte[] bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(magic).array();
        String text = new String(bytes, StandardCharsets.US_ASCII);
        assertDescribed(table, "magic", text);
    }

    private static void assertDescribed(List<List<String>> table, String field, String text) {
        for (List<String> row : table) {
            if (row.get(2).equals(field)) {
                assertTrue(row.get(4).contains(text), row::toString);
                return;
            }
        }
        throw new AssertionError("no field " + field);
    }
}
