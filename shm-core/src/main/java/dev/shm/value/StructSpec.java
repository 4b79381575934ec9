package dev.shm.value;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.agrona.BitUtil;
import org.jspecify.annotations.Nullable;

/** The fields of a struct, parsed from text such as {@code "id:q price:d qty:i"}. */
final class StructSpec {
    static final int MAX_FIELDS = 512;
    static final int MAX_TEXT_BYTES = 1 << 14;

    private static final Pattern SPACE = Pattern.compile("[ \t\r\n]+");
    private static final Pattern FIELD = Pattern.compile("([A-Za-z_][A-Za-z0-9_]{0,62}):(.)");
    private static final String EXAMPLE = "allowed: name:code pairs such as \"id:q price:d qty:i\"";

    private static final long FNV_OFFSET_BASIS = 0xCBF2_9CE4_8422_2325L;
    private static final long FNV_PRIME = 0x0000_0100_0000_01B3L;

    private final String text;
    private final StructField[] fields;
    private final Map<String, Integer> indices = new HashMap<>();
    private final int dataBytes;

    private StructSpec(List<StructField> fields, int dataBytes) {
        this.fields = fields.toArray(new StructField[0]);
        this.dataBytes = dataBytes;
        this.text =
                fields.stream()
                        .map(field -> field.name() + ":" + field.type().code())
                        .collect(Collectors.joining(" "));
        for (int i = 0; i < this.fields.length; i++) {
            indices.put(this.fields[i].name(), i);
        }
    }

    static StructSpec parse(String text) {
        if (text.length() > MAX_TEXT_BYTES) {
            throw new IllegalArgumentException(
                    "spec length=" + text.length() + ", allowed: at most " + MAX_TEXT_BYTES);
        }
        String trimmed = SPACE.matcher(text).replaceAll(" ").trim();
        if (trimmed.isEmpty()) {
            throw new IllegalArgumentException("spec=\"" + text + "\" is empty, " + EXAMPLE);
        }
        List<StructField> fields = new ArrayList<>();
        int end = 0;
        for (String part : trimmed.split(" ", -1)) {
            StructField field = field(part, end, fields);
            fields.add(field);
            end = field.offset() + field.type().bytes();
        }
        if (fields.size() > MAX_FIELDS) {
            throw new IllegalArgumentException(
                    "fields=" + fields.size() + ", allowed: at most " + MAX_FIELDS);
        }
        return new StructSpec(fields, BitUtil.align(end, Long.BYTES));
    }

    private static StructField field(String part, int end, List<StructField> before) {
        Matcher matcher = FIELD.matcher(part);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "field=\""
                            + part
                            + "\", "
                            + EXAMPLE
                            + "; names are Java identifiers in ASCII, at most 63 long");
        }
        String name = matcher.group(1);
        if (before.stream().anyMatch(other -> other.name().equals(name))) {
            throw new IllegalArgumentException(
                    "field=\"" + part + "\": name=" + name + " is there twice");
        }
        TypeCode type;
        try {
            type = TypeCode.of(matcher.group(2).charAt(0));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("field=\"" + part + "\": " + e.getMessage(), e);
        }
        return new StructField(name, type, BitUtil.align(end, type.bytes()));
    }

    /** The normalised text, which two structs share exactly when they have the same fields. */
    String text() {
        return text;
    }

    byte[] textBytes() {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** FNV-1a of the text. */
    long hash() {
        return hash(textBytes());
    }

    static long hash(byte[] bytes) {
        long hash = FNV_OFFSET_BASIS;
        for (byte b : bytes) {
            hash = (hash ^ b & 0xFF) * FNV_PRIME;
        }
        return hash;
    }

    int size() {
        return fields.length;
    }

    List<StructField> fields() {
        return List.of(fields);
    }

    /** The size of one copy, a multiple of 8. */
    int dataBytes() {
        return dataBytes;
    }

    StructField field(int index) {
        if (index < 0 || index >= fields.length) {
            throw new IndexOutOfBoundsException(
                    "field index=" + index + ", fields=" + fields.length);
        }
        return fields[index];
    }

    StructField field(String name) {
        Integer index = indices.get(name);
        if (index == null) {
            throw new IllegalArgumentException(
                    "field=\""
                            + name
                            + "\", allowed: "
                            + String.join(" ", fields().stream().map(StructField::name).toList()));
        }
        return fields[index];
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StructSpec spec && spec.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return "\"" + text + "\"";
    }
}
