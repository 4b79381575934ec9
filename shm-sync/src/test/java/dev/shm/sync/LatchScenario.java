package dev.shm.sync;

import static dev.shm.sync.LatchLayout.GATE;
import static dev.shm.sync.LatchLayout.LEFT;
import static dev.shm.sync.LatchLayout.OPEN;
import static dev.shm.sync.LatchLayout.WAITERS;

import dev.shm.explore.FaultyLiveness;
import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.wait.Liveness;
import dev.shm.wait.TickPolicy;
import java.util.HashSet;
import java.util.Set;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Two parties that count down, one of them twice, and two participants that wait. Checked: who
 * passes does so when both parties have counted down; who is told of a death misses a party that is
 * dead; nobody is left asleep. Instead of parties there may be participants that only count, twice
 * each, what may be less than they do.
 */
final class LatchScenario implements Scenario {
    private static final int PARTIES = 2;
    private static final int SLEEPERS = 2;

    /** One line of the protocol undone. */
    enum Fault {
        NONE,
        /** Opening wakes nobody. */
        NO_WAKE,
        /** Who opens wakes first, and opens afterwards. */
        WAKE_BEFORE_OPEN,
        /** Who is about to sleep does not say so. */
        NO_ANNOUNCEMENT,
        /** A party joins without leaving its tag. */
        NO_TAG,
        /** The bits are looked at, and written afterwards. */
        NO_ATOMICITY,
        /** The gate opens although a party is still to come. */
        OPEN_TOO_EARLY,
        /** Any death is taken for that of a party. */
        ANY_DEATH
    }

    private final TickPolicy ticks;
    private final Fault fault;
    private final int counters;
    private final long left;

    LatchScenario(TickPolicy ticks, Fault fault) {
        this(ticks, fault, 0, LatchLayout.mask(PARTIES));
    }

    /** One without parties, which so many count down from what is left. */
    LatchScenario(TickPolicy ticks, Fault fault, int counters, long left) {
        this.ticks = ticks;
        this.fault = fault;
        this.counters = counters;
        this.left = left;
    }

    @Override
    public void build(World world) {
        Watch watch = new Watch(world);
        world.memory().putLong(LEFT, left);
        int first = counters == 0 ? PARTIES : counters;
        for (int p = 0; p < first + SLEEPERS; p++) {
            Participant participant = world.join();
            LatchCore latch =
                    new LatchCore(
                            watch.buffer(),
                            counters == 0 ? PARTIES : 0,
                            watch.liveness(participant.liveness()),
                            watch,
                            ticks);
            int number = p;
            participant.thread(
                    () -> {
                        watch.iAm(participant.tag());
                        if (number >= first) {
                            waiter(latch, watch);
                        } else if (counters == 0) {
                            party(latch, number);
                        } else {
                            latch.countDown();
                            latch.countDown();
                        }
                    });
            if (counters == 0 && number < PARTIES) {
                // before the story begins: who has not joined is not missed
                Tampering.check(latch.join(number), "nobody else joins as it");
            }
        }
        world.onDeath(dead -> watch.dead.add(dead.tag()));
    }

    private static void party(LatchCore latch, int party) {
        Tampering.check(latch.join(party), "nobody else joins as it");
        latch.countDown(party);
        latch.countDown(0);
    }

    private static void waiter(LatchCore latch, Watch watch) {
        try {
            if (latch.await(watch.world.deadline())) {
                watch.passed();
            } else {
                Tampering.check(watch.world.isExpired(), "there was time left");
            }
        } catch (PartyDiedException e) {
            watch.told();
        } catch (InterruptedException e) {
            // It waits no more.
        }
    }

    /** What must be so, seen from outside. */
    private final class Watch extends Tampering {
        private final World world;
        private final Set<Integer> dead = new HashSet<>();

        Watch(World world) {
            super(world);
            this.world = world;
        }

        void passed() {
            check(left() == 0, "passed with left=" + left());
        }

        void told() {
            boolean missing = false;
            for (int party = 0; party < PARTIES; party++) { // the last look was at what is left
                missing |= dead.contains(party + 1) && (left() & 1L << party) != 0;
            }
            check(counters == 0 && missing, "no party is missing: dead=" + dead);
        }

        Liveness liveness(Liveness real) {
            return fault == Fault.ANY_DEATH
                    ? FaultyLiveness.ofDeaths(real, tag -> !dead.isEmpty())
                    : real;
        }

        private long left() {
            return world.memory().getLong(LEFT);
        }

        @Override
        public void wake(AtomicBuffer unused, int index, int count) {
            if (fault != Fault.NO_WAKE && fault != Fault.WAKE_BEFORE_OPEN) {
                super.wake(unused, index, count);
            }
        }

        @Override
        boolean compareAndSet(AtomicBuffer target, int index, int expected, int next) {
            boolean opens = index == GATE && next == OPEN;
            boolean announces = index == GATE && (next & WAITERS) != 0;
            if (fault == Fault.NO_ANNOUNCEMENT && announces) {
                return true;
            }
            if (fault == Fault.NO_TAG && index >= LatchLayout.PARTIES) {
                return true;
            }
            if (fault == Fault.WAKE_BEFORE_OPEN && opens) {
                super.wake(target, GATE, Integer.MAX_VALUE);
            }
            return super.compareAndSet(target, index, expected, next);
        }

        @Override
        public boolean await(AtomicBuffer unused, int index, int expected, long nanos) {
            int value = fault == Fault.NO_ANNOUNCEMENT ? expected & ~WAITERS : expected;
            return super.await(unused, index, value, nanos);
        }

        @Override
        boolean compareAndSet(AtomicBuffer target, int index, long expected, long next) {
            if (fault == Fault.OPEN_TOO_EARLY) {
                target.putIntVolatile(GATE, OPEN);
            }
            if (fault != Fault.NO_ATOMICITY) {
                return super.compareAndSet(target, index, expected, next);
            }
            if (target.getLongVolatile(index) != expected) {
                return false;
            }
            world.buffer().getLongVolatile(index); // others may come between
            target.putLongVolatile(index, next);
            return true;
        }
    }
}
