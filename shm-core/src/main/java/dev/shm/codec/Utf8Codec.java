package dev.shm.codec;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Strict UTF-8. The JDK's fast lenient conversions do the work; the strict ones are asked only
 * where those had to guess.
 */
final class Utf8Codec implements Codec<String> {

    private static final char REPLACEMENT = '\uFFFD';

    private final int maxBytes;

    Utf8Codec(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    public int maxBytes() {
        return maxBytes;
    }

    @Override
    public int encode(String value, MutableDirectBuffer target, int index) {
        requireEncodable(value);
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        Checks.requireFits(bytes.length, maxBytes);
        target.putBytes(index, bytes);
        return bytes.length;
    }

    @Override
    public String decode(DirectBuffer source, int index, int length) {
        byte[] bytes = Checks.copy(source, index, length, maxBytes);
        String value = new String(bytes, StandardCharsets.UTF_8);
        // The lenient decoder marks what it cannot read with a character that may also be there by
        // right.
        return value.indexOf(REPLACEMENT) < 0 ? value : decodeStrictly(bytes);
    }

    private static void requireEncodable(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c)
                        || i + 1 == value.length()
                        || !Character.isLowSurrogate(value.charAt(i + 1))) {
                    throw new IllegalArgumentException(
                            String.format(
                                    "char=U+%04X at %d: an unpaired surrogate, allowed: Unicode"
                                            + " text",
                                    (int) c, i));
                }
                i++;
            }
        }
    }

    private static String decodeStrictly(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "length=" + bytes.length + ": not UTF-8: " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return "utf8(" + maxBytes + ")";
    }
}
