package dev.shm.sync;

import static dev.shm.sync.WaitingRoomLayout.EPOCH;
import static dev.shm.sync.WaitingRoomLayout.WAITING;

import dev.shm.explore.FaultyLiveness;
import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.testing.EverybodyLives;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Participants that acquire permits, one or several, and release them. Checked: there are never
 * more in use than there are; nobody is left asleep; in the end all are free again, those of the
 * dead as soon as they are swept, and can be acquired at once. Somebody may sweep the dead, one
 * after the other, and keep a permit for itself: then whoever waits for one permit needs no tick.
 */
final class SemaphoreScenario implements Scenario {
    private static final int PERMITS = 2;
    private static final int WAITED = SemaphoreLayout.WAITED;
    private static final int LAST = 9; // the tag of who comes when all is over

    /** Which semaphore. */
    enum Kind {
        SHARED,
        COUNTING
    }

    /** One line of the protocol undone. */
    enum Fault {
        NONE,
        /** Who brings a permit wakes nobody. */
        NO_WAKE,
        /** Who brings a permit wakes first, and brings it afterwards. */
        WAKE_BEFORE_RELEASE,
        /** A signal leaves the epoch as it is. */
        NO_EPOCH,
        /** Who waits does not say so in the waiting room. */
        NO_ANNOUNCEMENT,
        /** Who waits does not say so where a permit may come from. */
        NO_MARK,
        /** Who has slept wakes nobody, though there are more permits. */
        NO_BATON,
        /** Who takes the last permit forgets that somebody waits. */
        NO_KEEP,
        /** A permit is acquired in the name of nobody. */
        ANONYMOUS_CLAIM,
        /** A permit is looked at, and acquired afterwards. */
        NO_ATOMICITY,
        /** The living are taken for dead. */
        RASH_TAKEOVER,
        /** Nobody takes what the dead held. */
        NO_TAKEOVER,
        /** Who sweeps frees what the dead held, and wakes nobody. */
        SILENT_SWEEP,
        /** Who has acquired several permits keeps the mutex that it did so under. */
        MUTEX_KEPT
    }

    /**
     * What one thread does.
     *
     * @param participant whose thread it is, from 0
     * @param wanted how many permits it acquires; 0, of a counting one: all that there are
     * @param rounds how often
     */
    record Worker(int participant, int wanted, int rounds) {}

    private final Kind kind;
    private final List<Worker> workers;
    private final TickPolicy ticks;
    private final Fault fault;
    private final int idles;
    private final boolean sweeps;

    SemaphoreScenario(Kind kind, List<Worker> workers, TickPolicy ticks, Fault fault, int idles) {
        this(kind, workers, ticks, fault, idles, false);
    }

    SemaphoreScenario(
            Kind kind,
            List<Worker> workers,
            TickPolicy ticks,
            Fault fault,
            int idles,
            boolean sweeps) {
        this.idles = idles;
        this.sweeps = sweeps;
        this.kind = kind;
        this.workers = workers;
        this.ticks = ticks;
        this.fault = fault;
    }

    /** What the two kinds have in common. */
    private interface Semaphore {
        int drain();

        boolean acquire(int wanted, Endurance endurance);

        void release(int permits);
    }

    @Override
    public void build(World world) {
        Watch watch = new Watch(world);
        Map<Integer, Participant> participants = new HashMap<>();
        Map<Integer, Semaphore> semaphores = new HashMap<>();
        for (Worker worker : workers) {
            Participant participant =
                    participants.computeIfAbsent(worker.participant(), p -> world.join());
            Semaphore semaphore =
                    semaphores.computeIfAbsent(
                            worker.participant(), p -> semaphore(participant, watch));
            participant.thread(
                    () -> {
                        watch.iAm(participant.tag());
                        work(worker, semaphore, watch);
                    });
        }
        if (kind == Kind.COUNTING) {
            world.memory().putInt(CountingLayout.COUNT, PERMITS);
        }
        if (sweeps) {
            Participant sweeper = world.join();
            sweeper.staysAlive();
            watch.sweeper = sweeper.tag();
            world.memory().putInt(SemaphoreLayout.cell(0), sweeper.tag()); // for ever
            sweeper.thread(
                    () -> {
                        watch.iAm(sweeper.tag());
                        sweep(sweeper, watch);
                    });
        }
        world.onDeath(dead -> watch.died(dead.tag()));
        world.atEnd(watch::checkEnd);
    }

    private Semaphore semaphore(Participant participant, Watch watch) {
        Liveness liveness = watch.liveness(participant.liveness());
        if (kind == Kind.COUNTING) {
            CountingCore core = new CountingCore(watch.buffer(), liveness, watch, ticks);
            return new Semaphore() {
                @Override
                public int drain() {
                    return core.drain();
                }

                @Override
                public boolean acquire(int wanted, Endurance endurance) {
                    return core.tryAcquire(wanted) || core.acquire(wanted, endurance);
                }

                @Override
                public void release(int permits) {
                    core.release(permits);
                }
            };
        }
        RobustMutex mutex =
                new RobustMutex(watch.buffer(), SemaphoreLayout.MUTEX, liveness, watch, ticks, 0);
        SemaphoreCore core =
                new SemaphoreCore(
                        "it",
                        watch.buffer(),
                        PERMITS,
                        liveness,
                        watch,
                        ticks,
                        new SemaphoreBulk(mutex));
        return new Semaphore() {
            @Override
            public int drain() {
                throw new AssertionError("only the counting one can");
            }

            @Override
            public boolean acquire(int wanted, Endurance endurance) {
                return core.tryAcquire(wanted) || core.acquire(wanted, endurance);
            }

            @Override
            public void release(int permits) {
                if (permits == 1) {
                    core.release();
                } else {
                    core.release(permits);
                }
            }
        };
    }

    private static void work(Worker worker, Semaphore semaphore, Watch watch) {
        for (int round = 0; round < worker.rounds(); round++) {
            int acquired =
                    worker.wanted() == 0
                            ? semaphore.drain()
                            : acquire(semaphore, worker.wanted(), watch.world.deadline());
            if (acquired == 0) {
                Thread.interrupted();
                continue;
            }
            watch.use(acquired);
            watch.use(-acquired);
            semaphore.release(acquired);
        }
    }

    private static int acquire(Semaphore semaphore, int wanted, Deadline deadline) {
        return semaphore.acquire(wanted, Endurance.until(deadline)) ? wanted : 0;
    }

    /**
     * Sweeps each of the dead once, until nobody else can go on: those are through, or stranded.
     */
    private static void sweep(Participant me, Watch watch) {
        while (!watch.world.isStill() || !watch.swept.containsAll(watch.dead)) {
            for (int tag : Set.copyOf(watch.dead)) {
                if (!watch.swept.contains(tag)) {
                    me.liveness().probe(tag);
                    SemaphoreCore.sweep(watch.buffer(), PERMITS, tag, watch);
                    watch.swept.add(tag);
                }
            }
            watch.world.pause();
        }
    }

    /** What must be so, seen from outside. */
    private final class Watch extends Tampering {
        private final World world;
        private final Set<Integer> bringing = new HashSet<>();
        private final Map<Integer, Integer> used = new HashMap<>();
        private final Map<Integer, Integer> counted = new HashMap<>();
        private final Set<Integer> dead = new HashSet<>();
        private final Set<Integer> swept = new HashSet<>();
        private int sweeper;

        Watch(World world) {
            super(world, idles);
            this.world = world;
        }

        /** Somebody uses so many permits more, or less. */
        void use(int permits) {
            world.buffer().getIntVolatile(EPOCH); // others may come between
            used.merge(me(), permits, Integer::sum);
            int sum = used.values().stream().mapToInt(Integer::intValue).sum();
            check(sum <= PERMITS, "in use: " + used);
        }

        /** Permits of a counting semaphore do not come back by themselves. */
        void died(int tag) {
            used.remove(tag);
            dead.add(tag);
            int lost = counted.getOrDefault(tag, 0);
            counted.remove(tag);
            if (kind == Kind.COUNTING) {
                int count = world.memory().getInt(CountingLayout.COUNT);
                world.memory().putInt(CountingLayout.COUNT, count + lost);
            }
        }

        void checkEnd() {
            if (kind == Kind.COUNTING) {
                int count = world.memory().getInt(CountingLayout.COUNT) & CountingLayout.PERMITS;
                check(count == PERMITS, "count=" + count);
                return;
            }
            for (int at = 0; at < PERMITS; at++) {
                int tag = world.memory().getInt(SemaphoreLayout.cell(at)) & SemaphoreLayout.TAG;
                check(
                        tag == 0 || dead.contains(tag) || tag == sweeper,
                        "held by the living: tag=" + tag);
                check(!swept.contains(tag), "held by one who was swept: tag=" + tag);
            }
            dead.forEach(tag -> SemaphoreCore.sweep(world.memory(), PERMITS, tag, nobody()));
            int all = sweeps ? PERMITS - 1 : PERMITS;
            SemaphoreCore core = lastCore();
            check(core.available() == all, "free after a sweep: " + core.available());
            check(core.tryAcquire(all), "free, but not to be had");
        }

        /** What somebody uses who comes when all is over. */
        private SemaphoreCore lastCore() {
            Liveness everybodyElse =
                    FaultyLiveness.ofDeaths(new EverybodyLives(LAST), dead::contains);
            RobustMutex mutex =
                    new RobustMutex(
                            world.memory(),
                            SemaphoreLayout.MUTEX,
                            everybodyElse,
                            nobody(),
                            ticks,
                            0);
            return new SemaphoreCore(
                    "it",
                    world.memory(),
                    PERMITS,
                    everybodyElse,
                    nobody(),
                    ticks,
                    new SemaphoreBulk(mutex));
        }

        /** Wakes nobody, as nobody is there. */
        private static Waiter nobody() {
            return new Waiter() {
                @Override
                public boolean await(AtomicBuffer unused, int index, int expected, long nanos) {
                    throw new AssertionError("sleeps when all is over");
                }

                @Override
                public void wake(AtomicBuffer unused, int index, int count) {
                    // nobody sleeps
                }
            };
        }

        @Override
        boolean compareAndSet(AtomicBuffer target, int index, long expected, long next) {
            boolean unlocks = index == SemaphoreLayout.MUTEX && next == 0;
            return unlocks && fault == Fault.MUTEX_KEPT
                    || super.compareAndSet(target, index, expected, next);
        }

        Liveness liveness(Liveness real) {
            return FaultyLiveness.ofDeaths(
                    real,
                    tag ->
                            switch (fault) {
                                case RASH_TAKEOVER -> true;
                                case NO_TAKEOVER -> false;
                                default -> real.isDead(tag);
                            });
        }

        @Override
        int getAndAdd(AtomicBuffer target, int index, int delta) {
            return super.getAndAdd(target, index, fault == Fault.NO_EPOCH ? 0 : delta);
        }

        @Override
        public void wake(AtomicBuffer unused, int index, int count) {
            boolean dropped =
                    index == EPOCH
                            && switch (fault) {
                                case NO_WAKE, WAKE_BEFORE_RELEASE -> true;
                                case NO_BATON -> !bringing.remove(me());
                                case SILENT_SWEEP -> me() == sweeper;
                                default -> false;
                            };
            if (!dropped) {
                super.wake(unused, index, count);
            }
        }

        @Override
        boolean compareAndSet(AtomicBuffer target, int index, int expected, int next) {
            boolean permit =
                    kind == Kind.COUNTING
                            ? index == CountingLayout.COUNT
                            : index >= SemaphoreLayout.CELLS;
            if (!permit) {
                boolean announced = index == WAITING && next > expected;
                return announced && fault == Fault.NO_ANNOUNCEMENT
                        || super.compareAndSet(target, index, expected, next);
            }
            int change = free(next) - free(expected);
            boolean marks = change == 0 && next == (expected | WAITED);
            if (fault == Fault.NO_MARK && marks) {
                return true;
            }
            if (fault == Fault.WAKE_BEFORE_RELEASE && change > 0) {
                super.wake(target, EPOCH, change);
            }
            int written = next;
            if (fault == Fault.NO_KEEP && change < 0 && free(next) == 0) {
                written = next & ~CountingLayout.WAITED;
            }
            if (fault == Fault.ANONYMOUS_CLAIM && change < 0) {
                written = SemaphoreLayout.TAG;
            }
            if (fault == Fault.NO_ATOMICITY && change < 0) {
                if (target.getIntVolatile(index) != expected) {
                    return false;
                }
                world.buffer().getIntVolatile(index);
                target.putIntVolatile(index, next);
            } else if (!super.compareAndSet(target, index, expected, written)) {
                return false;
            }
            counted.merge(me(), -change, Integer::sum);
            if (change > 0) {
                bringing.add(me());
            }
            return true;
        }

        /** How many permits a word has to give; those of the dead not counted. */
        private int free(int word) {
            return kind == Kind.COUNTING
                    ? word & CountingLayout.PERMITS
                    : (word & SemaphoreLayout.TAG) == 0 ? 1 : 0;
        }
    }
}
