package dev.shm.region;

import org.agrona.DirectBuffer;

/** Raw blocks whose every byte follows from their name, so that a stranger's byte is noticed. */
final class Patterns {
    private static final int LONGEST = 2048;

    private Patterns() {}

    /** An object of a size and with a content that its name alone tells. */
    static ObjectSpec spec(String name) {
        int bytes = bytes(name);
        return new ObjectSpec(
                RawBufferType.INSTANCE,
                0,
                0,
                bytes,
                "",
                memory -> {
                    for (int i = 0; i < bytes; i++) {
                        if (memory.getByte(i) != 0) {
                            throw new IllegalStateException(
                                    "name=" + name + " is not zero at " + i);
                        }
                        memory.putByte(i, expected(name, i));
                    }
                });
    }

    static int bytes(String name) {
        return 1 + Math.floorMod(name.hashCode() * 31, LONGEST);
    }

    private static byte expected(String name, int index) {
        return (byte) (1 + Math.floorMod(name.hashCode() + index, 255)); // never zero
    }

    /** Checks the whole content. */
    static void verify(String name, DirectBuffer memory) {
        if (memory.capacity() != bytes(name)) {
            throw new IllegalStateException("name=" + name + " bytes=" + memory.capacity());
        }
        for (int i = 0; i < memory.capacity(); i++) {
            if (memory.getByte(i) != expected(name, i)) {
                throw new IllegalStateException(
                        "name=" + name + " is torn at=" + i + " found=" + memory.getByte(i));
            }
        }
    }
}
