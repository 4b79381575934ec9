package dev.shm.value;

import dev.shm.region.Block;
import dev.shm.region.ObjectType;
import dev.shm.region.RegionFormatException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * {@link SharedStruct} in the directory. Internal: public only so that {@code ServiceLoader} finds
 * it.
 */
public final class SharedStructType implements ObjectType {
    static final SharedStructType INSTANCE = new SharedStructType();

    /** For {@code ServiceLoader}. */
    public SharedStructType() {}

    @Override
    public int code() {
        return 4;
    }

    @Override
    public String name() {
        return "SharedStruct";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        long room = (long) block.capacity() - StructLayout.SPEC;
        if (configA < 1 || configA > Math.min(room, StructSpec.MAX_TEXT_BYTES)) {
            return "unreadable spec";
        }
        return "\"" + text(block, (int) configA) + "\"";
    }

    static void initialize(MutableDirectBuffer memory, StructSpec spec, long[] record) {
        byte[] text = spec.textBytes();
        memory.putBytes(StructLayout.SPEC, text);
        for (int i = 0; i < record.length; i++) {
            int offset = StructLayout.copy0(text.length) + i * Long.BYTES;
            memory.putLong(offset, record[i], ByteOrder.LITTLE_ENDIAN);
        }
    }

    /** The expected spec, if it is the one that the block was created with. */
    static StructSpec check(Block block, StructSpec expected) {
        String text = text(block.buffer(), expected.textBytes().length);
        if (!text.equals(expected.text())) {
            throw new IllegalArgumentException(
                    "struct="
                            + block.name()
                            + " spec="
                            + expected
                            + ", but it has \""
                            + text
                            + "\"");
        }
        return expected;
    }

    /** The spec that the block was created with. */
    static StructSpec check(Block block) {
        long specBytes = block.configA();
        if (specBytes < 1 || specBytes > StructSpec.MAX_TEXT_BYTES) {
            throw new RegionFormatException(
                    "object="
                            + block.name()
                            + " specBytes="
                            + specBytes
                            + ", expected: 1 to "
                            + StructSpec.MAX_TEXT_BYTES);
        }
        Formats.bytes(block, StructLayout.SPEC + (int) specBytes);
        String text = text(block.buffer(), (int) specBytes);
        StructSpec spec = parse(block, text);
        if (!spec.text().equals(text) || spec.hash() != block.configB()) {
            throw new RegionFormatException(
                    "object="
                            + block.name()
                            + " spec=\""
                            + text
                            + "\", expected: the one it was created with");
        }
        Formats.bytes(block, StructLayout.bytes((int) specBytes, spec.dataBytes()));
        return spec;
    }

    private static StructSpec parse(Block block, String text) {
        try {
            return StructSpec.parse(text);
        } catch (IllegalArgumentException e) {
            throw new RegionFormatException("object=" + block.name() + ": " + e.getMessage());
        }
    }

    private static String text(DirectBuffer block, int specBytes) {
        byte[] text = new byte[specBytes];
        block.getBytes(StructLayout.SPEC, text);
        return new String(text, StandardCharsets.US_ASCII);
    }
}
