package dev.shm.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StructSpecTest {

    @Test
    void parse_alignsEachFieldToItsWidth() {
        StructSpec spec = StructSpec.parse("id:q ok:? price:d a:b b:h c:i d:B");
        assertEquals(
                List.of(0, 8, 16, 24, 26, 28, 32),
                spec.fields().stream().map(StructField::offset).toList());
        assertEquals(40, spec.dataBytes());
        assertEquals(
                List.of("id", "ok", "price", "a", "b", "c", "d"),
                spec.fields().stream().map(StructField::name).toList());
        assertEquals(TypeCode.DOUBLE, spec.field("price").type());
        assertEquals(spec.field(2), spec.field("price"));
    }

    @Test
    void parse_normalisesWhiteSpace() {
        StructSpec spec = StructSpec.parse("  id:q \t price:d\r\n qty:i  ");
        assertEquals("id:q price:d qty:i", spec.text());
        assertEquals(StructSpec.parse("id:q price:d qty:i"), spec);
        assertEquals(StructSpec.parse("id:q price:d qty:i").hashCode(), spec.hashCode());
        assertNotEquals(StructSpec.parse("id:q price:d qty:I"), spec);
    }

    static Stream<Arguments> wrongSpecs() {
        return Stream.of(
                Arguments.of("", "empty"),
                Arguments.of(" \t ", "empty"),
                Arguments.of("id", "field=\"id\""),
                Arguments.of("id:", "field=\"id:\""),
                Arguments.of(":q", "field=\":q\""),
                Arguments.of("id:qq", "field=\"id:qq\""),
                Arguments.of("1d:q", "field=\"1d:q\""),
                Arguments.of("a-b:q", "field=\"a-b:q\""),
                Arguments.of("id:q,price:d", "field=\"id:q,price:d\""),
                Arguments.of("id:x", "field=\"id:x\": code='x'"),
                Arguments.of("id:q id:d", "name=id is there twice"),
                Arguments.of("id:q\u00a0price:d", "field="),
                Arguments.of("f\u00fcr:q", "field="));
    }

    @ParameterizedTest
    @MethodSource("wrongSpecs")
    void parse_saysWhatIsWrong(String text, String message) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> StructSpec.parse(text));
        assertTrue(e.getMessage().contains(message), e.getMessage());
        assertTrue(e.getMessage().contains("allowed") || message.contains("twice"), e.getMessage());
    }

    @Test
    void parse_hasLimits() {
        assertEquals(512, StructSpec.parse(fields(512)).size());
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> StructSpec.parse(fields(513)));
        assertTrue(e.getMessage().contains("fields=513"), e.getMessage());
        StructSpec.parse("x".repeat(63) + ":q");
        assertThrows(IllegalArgumentException.class, () -> StructSpec.parse("x".repeat(64) + ":q"));
        assertThrows(
                IllegalArgumentException.class,
                () -> StructSpec.parse("x:q" + " ".repeat(1 << 14)));
    }

    private static String fields(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "f" + i + ":q")
                .collect(Collectors.joining(" "));
    }

    /** The published test vectors of FNV-1a, 64 bits. */
    @Test
    void hash_isFnv1a() {
        assertEquals(0xcbf29ce484222325L, StructSpec.hash(new byte[0]));
        assertEquals(0xaf63dc4c8601ec8cL, StructSpec.hash(new byte[] {'a'}));
        assertEquals(
                0x85944171f73967e8L, StructSpec.hash("foobar".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void field_saysWhichThereAre() {
        StructSpec spec = StructSpec.parse("id:q price:d");
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> spec.field("qty"));
        assertEquals("field=\"qty\", allowed: id price", e.getMessage());
        for (int index : new int[] {-1, 2}) {
            IndexOutOfBoundsException out =
                    assertThrows(IndexOutOfBoundsException.class, () -> spec.field(index));
            assertEquals("field index=" + index + ", fields=2", out.getMessage());
        }
    }
}
