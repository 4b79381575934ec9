package dev.shm.bench.harness;

import org.HdrHistogram.Histogram;

/**
 * How long single operations of one side took.
 *
 * @param id of the contest.
 * @param what was measured, in words.
 * @param side the side's name.
 * @param nanos what each took.
 */
public record Latencies(String id, String what, String side, Histogram nanos) {}
