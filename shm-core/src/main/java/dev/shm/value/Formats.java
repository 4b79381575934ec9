package dev.shm.value;

import dev.shm.region.Block;
import dev.shm.region.RegionFormatException;

/** Checks of what the directory says about an object that another process made. */
final class Formats {
    private Formats() {}

    static TypeCode code(Block block, long configA) {
        if (!TypeCode.isCode(configA)) {
            throw new RegionFormatException(
                    "object="
                            + block.name()
                            + " code="
                            + configA
                            + ", expected: a type code's letter");
        }
        return TypeCode.of((char) configA);
    }

    static void bytes(Block block, int expected) {
        if (block.buffer().capacity() < expected) {
            throw new RegionFormatException(
                    "object="
                            + block.name()
                            + " bytes="
                            + block.buffer().capacity()
                            + ", expected: at least "
                            + expected);
        }
    }

    /** The code in quotes, or what stands there instead. */
    static String describeCode(long configA) {
        return TypeCode.isCode(configA) ? TypeCode.of((char) configA).quoted() : "code " + configA;
    }
}
