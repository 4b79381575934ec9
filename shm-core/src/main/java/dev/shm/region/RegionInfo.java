package dev.shm.region;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One region file, as {@link SharedRegion#list()} finds it.
 *
 * @param name the region's name.
 * @param path its file.
 * @param bytes the length of the file in bytes.
 * @param pids the processes that have it open, each in its own PID namespace; a process that opened
 *     it twice is listed twice.
 * @param problem why the file cannot be opened, null when it can.
 * @param reclaimable whether {@link SharedRegion#reclaim(String)} would delete it: no living
 *     participant has it open, and it is a region, or what is left of one.
 */
public record RegionInfo(
        String name,
        Path path,
        long bytes,
        List<Long> pids,
        @Nullable String problem,
        boolean reclaimable) {}
