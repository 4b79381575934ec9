package dev.shm.region;

import java.util.function.Consumer;
import org.agrona.MutableDirectBuffer;

/**
 * What an object is made with, for {@link SharedRegion#attach(String, ObjectSpec, AttachMode)}. Two
 * specs name the same object when type, configuration and size are equal.
 *
 * @param type the kind of object.
 * @param configA first word of the configuration; its meaning is the type's.
 * @param configB second word of the configuration.
 * @param bytes the size of the object's memory in bytes, at least 1.
 * @param config the configuration in words, as {@link ObjectType#describe} gives it.
 * @param initializer fills the memory, which is all zero; runs in the creating process only, before
 *     anybody else can see the object, and again from scratch in another when that one dies in it.
 */
public record ObjectSpec(
        ObjectType type,
        long configA,
        long configB,
        int bytes,
        String config,
        Consumer<MutableDirectBuffer> initializer) {

    /** Checks the size. */
    public ObjectSpec {
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes=" + bytes + ": must be at least 1");
        }
    }
}
