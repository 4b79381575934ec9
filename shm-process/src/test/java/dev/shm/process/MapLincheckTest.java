package dev.shm.process;

import dev.shm.codec.Codecs;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.testing.LincheckRuns;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is done to one key of a map happens at one instant, as it does in a {@link
 * ConcurrentHashMap}: threads race through the handles of two participants, over mapped memory,
 * which Lincheck does not see into, so that it cannot choose the schedules.
 */
@Tag("lincheck")
class MapLincheckTest {
    private static final List<SharedMap<Long, Long>> MAPS = new ArrayList<>();

    @TempDir private static Path directory;
    private static List<SharedRegion> participants;

    @BeforeAll
    static void open() {
        participants = List.of(participant(), participant());
        for (SharedRegion region : participants) {
            MAPS.add(SharedMap.of(region, "map", 64, Codecs.longs(), Codecs.longs()));
        }
    }

    private static SharedRegion participant() {
        return SharedRegion.openOrCreate(
                RegionOptions.at(directory.resolve("map.shm")).bytes(1 << 20));
    }

    @AfterAll
    static void close() {
        participants.forEach(SharedRegion::close);
    }

    @Test
    void aMap_isAConcurrentMap() {
        LincheckRuns.ofRaces(Model.class).check(Shared.class);
    }

    /** What is done to a map. */
    @Param(name = "thread", gen = ThreadIdGen.class)
    @Param(name = "key", gen = IntGen.class, conf = "1:2")
    @Param(name = "value", gen = IntGen.class, conf = "1:3")
    @Param(name = "before", gen = IntGen.class, conf = "1:3")
    public abstract static class Operations {
        abstract ConcurrentMap<Long, Long> map(int thread);

        @Operation
        public @Nullable Long get(int thread, int key) {
            return map(thread).get((long) key);
        }

        @Operation
        public @Nullable Long put(int thread, int key, int value) {
            return map(thread).put((long) key, (long) value);
        }

        @Operation
        public @Nullable Long putIfAbsent(int thread, int key, int value) {
            return map(thread).putIfAbsent((long) key, (long) value);
        }

        @Operation
        public @Nullable Long replace(int thread, int key, int value) {
            return map(thread).replace((long) key, (long) value);
        }

        @Operation
        public boolean replaceThat(int thread, int key, int before, int value) {
            return map(thread).replace((long) key, (long) before, (long) value);
        }

        @Operation
        public @Nullable Long remove(int thread, int key) {
            return map(thread).remove((long) key);
        }

        @Operation
        public boolean removeThat(int thread, int key, int value) {
            return map(thread).remove((long) key, (long) value);
        }

        @Operation
        public @Nullable Long count(int thread, int key) {
            return map(thread).compute((long) key, (same, value) -> next(value));
        }

        /** Counts to three, and begins anew without an entry. */
        private static @Nullable Long next(@Nullable Long value) {
            if (value == null) {
                return 1L;
            } else if (value < 3) {
                return value + 1;
            }
            return null;
        }
    }

    /** What a map is to be. */
    public static final class Model extends Operations {
        private final ConcurrentMap<Long, Long> map = new ConcurrentHashMap<>();

        @Override
        ConcurrentMap<Long, Long> map(int thread) {
            return map;
        }
    }

    /** What it is. */
    public static final class Shared extends Operations {
        public Shared() {
            MAPS.get(0).clear();
        }

        @Override
        ConcurrentMap<Long, Long> map(int thread) {
            return MAPS.get(thread % MAPS.size());
        }
    }
}
