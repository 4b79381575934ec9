package dev.shm.region;

/**
 * One named object of a region, as the directory lists it.
 *
 * @param name the object's name.
 * @param kind its type, such as {@code SharedArray}; {@code type 77} when this process lacks the
 *     code of that type.
 * @param config what it was made with, such as {@code 'i' x 1024}; may be empty.
 * @param bytes the size of its memory in bytes, without the rounding to whole cache lines.
 */
public record ObjectEntry(String name, String kind, String config, int bytes) {}
