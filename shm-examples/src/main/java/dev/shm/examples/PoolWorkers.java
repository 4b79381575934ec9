package dev.shm.examples;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.value.SharedAdder;
import dev.shm.value.SharedArray;
import dev.shm.value.SharedValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The workers of a pool in a region: who there was, who holds a file to be killed, who has ended.
 *
 * <pre>
 *  object    is       holds
 *  --------  -------  ---------------------------------------------------------------
 *  started   'i'      how many workers there have been: they are numbered from 1 on
 *  pids      'q' n    by number - 1, as all that follow
 *  holds     'i' n    the file that it holds until it is killed, plus 1; else 0
 *  ended     'i' n    1 once its exit hooks have run, so that it was not killed
 *  kills     'i'      how many are still to be killed; less than 0 is none
 *  progress  adder    bytes read so far, by anybody, also in vain
 * </pre>
 */
final class PoolWorkers {
    /** Ends a job whose files kill every worker, by using up all memory for instance. */
    static final int MAX_SURPRISES = 100;

    private static final int SPARE_PARTICIPANTS = 16;
    private static final long BYTES_PER_WORKER = Long.BYTES + 2 * Integer.BYTES;
    private static final long BYTES_PER_PARTICIPANT = 128; // of the adder
    private static final long ROUNDING_BYTES = 8 * 128;

    private final SharedRegion region;
    private final SharedValue started;
    private final SharedArray pids;
    private final SharedArray holds;
    private final SharedArray ended;
    private final SharedValue kills;
    private final SharedAdder progress;
    private final Set<Integer> killed = new HashSet<>(); // by their numbers, by this process

    private PoolWorkers(SharedRegion region, SharedArray pids) {
        this.region = region;
        this.pids = pids;
        this.started = SharedValue.of(region, "started", 'i');
        this.holds = SharedArray.of(region, "holds", 'i', pids.length());
        this.ended = SharedArray.of(region, "ended", 'i', pids.length());
        this.kills = SharedValue.of(region, "kills", 'i');
        this.progress = SharedAdder.of(region, "progress");
    }

    /** Sets the size of a region for so many workers at a time. */
    static RegionOptions sized(RegionOptions options, int workers, int kills) {
        int participants = workers + SPARE_PARTICIPANTS;
        return options.maxParticipants(participants)
                .bytes(
                        capacity(workers, kills) * BYTES_PER_WORKER
                                + participants * BYTES_PER_PARTICIPANT
                                + ROUNDING_BYTES);
    }

    /** How many there may be in all. */
    private static int capacity(int workers, int kills) {
        return workers + kills + MAX_SURPRISES;
    }

    static PoolWorkers create(SharedRegion region, int workers, int kills) {
        SharedArray pids = SharedArray.create(region, "pids", 'q', capacity(workers, kills));
        PoolWorkers created = new PoolWorkers(region, pids);
        created.kills.setInt(kills);
        return created;
    }

    static PoolWorkers open(SharedRegion region) {
        return new PoolWorkers(region, SharedArray.open(region, "pids"));
    }

    /** A worker begins, in this process; its number. */
    int begin() {
        int number = (int) started.getAndAdd(1) + 1;
        if (number > pids.length()) {
            throw new IllegalStateException(
                    "workers=" + number + ": too many of them were killed; giving up");
        }
        pids.setLong(number - 1, ProcessHandle.current().pid());
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> ended.setInt(number - 1, 1), "ended"));
        return number;
    }

    /**
     * Whether a worker of ours is to be killed; more than 0 if so, and another number each time.
     */
    int nextKill() {
        return (int) kills.getAndAdd(-1);
    }

    void hold(int number, int file) {
        holds.setInt(number - 1, file + 1);
    }

    SharedAdder progress() {
        return progress;
    }

    /** Kills those that hold a file for that, once each: the pid of a dead one may be anybody's. */
    void killHolders() {
        for (Crew.Member worker : all()) {
            if (worker.held() != Crew.NONE && killed.add(worker.number())) {
                ProcessHandle.of(worker.pid()).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    /** All that there were, by number; those that run count as killed. */
    List<Crew.Member> all() {
        List<Crew.Member> all = new ArrayList<>();
        int count = Math.min(started.getInt(), pids.length());
        for (int i = 0; i < count; i++) {
            boolean killed = ended.getInt(i) == 0;
            int held = holds.getInt(i) == 0 ? Crew.NONE : holds.getInt(i) - 1;
            all.add(new Crew.Member(i + 1, pids.getLong(i), killed, held));
        }
        return all;
    }

    @Override
    public String toString() {
        return "PoolWorkers[" + region.name() + "]";
    }
}
