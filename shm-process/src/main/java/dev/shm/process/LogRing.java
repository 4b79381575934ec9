package dev.shm.process;

/**
 * Where a child sends what it logs.
 *
 * @param region the path of a region.
 * @param name of the ring in it.
 * @param collector the participant who reads it.
 */
record LogRing(String region, String name, int collector) {}
