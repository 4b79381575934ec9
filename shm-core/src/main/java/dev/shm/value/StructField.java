package dev.shm.value;

/**
 * One field of a {@link SharedStruct}.
 *
 * @param name its name in the spec.
 * @param type its type code.
 * @param offset of its first byte in a record, a multiple of the type's width.
 */
public record StructField(String name, TypeCode type, int offset) {}
