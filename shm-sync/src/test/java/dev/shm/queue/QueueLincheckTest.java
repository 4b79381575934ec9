package dev.shm.queue;

import dev.shm.codec.Codecs;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.testing.LincheckRuns;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
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
 * A queue as it is used is what an {@link ArrayBlockingQueue} is: threads race through the handles
 * of two participants, over mapped memory, which Lincheck does not see into, so that it cannot
 * choose the schedules. Waits are left out, and so is a queue that is full, which depends on what
 * others are about to do: the ring has tests for that.
 */
@Tag("lincheck")
class QueueLincheckTest {
    private static final int ROOM_FOR_ALL = 64;
    private static final List<SharedQueue<Long>> SHARED = new ArrayList<>();
    private static final List<JoinableQueue<Long>> JOINABLE = new ArrayList<>();

    @TempDir private static Path directory;
    private static List<SharedRegion> participants;

    @BeforeAll
    static void open() {
        participants = List.of(participant(), participant());
        for (SharedRegion region : participants) {
            SHARED.add(SharedQueue.of(region, "shared", ROOM_FOR_ALL, Codecs.longs()));
            JOINABLE.add(JoinableQueue.of(region, "joinable", ROOM_FOR_ALL, Codecs.longs()));
        }
    }

    private static SharedRegion participant() {
        return SharedRegion.openOrCreate(
                RegionOptions.at(directory.resolve("queues.shm")).bytes(1 << 20));
    }

    @AfterAll
    static void close() {
        participants.forEach(SharedRegion::close);
    }

    @Test
    void aSharedQueue_isAQueue() {
        LincheckRuns.ofRaces(Model.class).check(Shared.class);
    }

    @Test
    void aJoinableQueue_isAQueue() {
        LincheckRuns.ofRaces(Model.class).check(Joinable.class);
    }

    /** What is done to a queue. */
    public abstract static class Operations {
        abstract BlockingQueue<Long> queue(int thread);

        @Operation
        public boolean offer(
                @Param(gen = ThreadIdGen.class) int thread,
                @Param(gen = IntGen.class, conf = "1:9") int message) {
            return queue(thread).offer((long) message);
        }

        @Operation
        public void put(
                @Param(gen = ThreadIdGen.class) int thread,
                @Param(gen = IntGen.class, conf = "1:9") int message)
                throws InterruptedException {
            queue(thread).put((long) message);
        }

        @Operation
        public @Nullable Long poll(@Param(gen = ThreadIdGen.class) int thread) {
            return queue(thread).poll();
        }
    }

    /** What a queue is to be. */
    public static final class Model extends Operations {
        private final BlockingQueue<Long> queue = new ArrayBlockingQueue<>(ROOM_FOR_ALL);

        @Override
        BlockingQueue<Long> queue(int thread) {
            return queue;
        }
    }

    /** What it is. */
    public static final class Shared extends Operations {
        public Shared() {
            queue(0).clear();
        }

        @Override
        BlockingQueue<Long> queue(int thread) {
            return SHARED.get(thread % SHARED.size());
        }
    }

    /** The same of one that knows when all is done; whoever has taken a message has done it. */
    public static final class Joinable extends Operations {
        public Joinable() {
            queue(0).clear();
        }

        @Override
        JoinableQueue<Long> queue(int thread) {
            return JOINABLE.get(thread % JOINABLE.size());
        }

        @Override
        public @Nullable Long poll(int thread) {
            Long message = super.poll(thread);
            if (message != null) {
                queue(thread).taskDone();
            }
            return message;
        }
    }
}
