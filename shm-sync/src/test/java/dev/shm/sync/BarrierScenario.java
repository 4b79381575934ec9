package dev.shm.sync;

import static dev.shm.sync.BarrierLayout.BROKEN;
import static dev.shm.sync.BarrierLayout.STATE;
import static dev.shm.sync.BarrierLayout.WAITERS;

import dev.shm.explore.FaultyLiveness;
import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.wait.Liveness;
import dev.shm.wait.TickPolicy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Two parties that meet twice, as participants 1 and 2; with {@link Kind#REPAIRED} also one that
 * resets the barrier, and one that sweeps participant 1 if that is dead. Checked: who passes does
 * so when both have come, who is told is told the truth, all parties of a generation hear the same
 * of it, the action runs once and before, a death that was forgiven is forgotten, and nobody is
 * left asleep.
 */
final class BarrierScenario implements Scenario {
    private static final int PARTIES = 2;
    private static final int ROUNDS = 2;
    private static final int RESETTER = 3;
    private static final int SWEEPER = 4;

    /** What happens besides the meeting. */
    enum Kind {
        PLAIN,
        /** Both have an action. */
        ACTION,
        /** Somebody resets, somebody sweeps. */
        REPAIRED
    }

    /** One line of the protocol undone. */
    enum Fault {
        NONE,
        /** Tripping wakes nobody. */
        NO_WAKE,
        /** Who trips wakes first, and trips afterwards. */
        WAKE_BEFORE_TRIP,
        /** Who is about to sleep does not say so. */
        NO_ANNOUNCEMENT,
        /** The state is looked at, and written afterwards. */
        NO_ATOMICITY,
        /** Tripping leaves the generation as it is. */
        NO_GENERATION,
        /** Kind REPAIRED: a reset does not say that it broke a generation. */
        NO_HISTORY,
        /** A process takes part without leaving its tag. */
        NO_MEMBER,
        /** Who looks after a tick takes everybody for dead. */
        RASH_TICK,
        /** Kind REPAIRED: the sweep breaks whatever generation it finds. */
        SWEEP_LATE,
        /** Kind REPAIRED: any death is taken for that of a party. */
        ANY_DEATH
    }

    private final Kind kind;
    private final TickPolicy ticks;
    private final Fault fault;

    BarrierScenario(Kind kind, TickPolicy ticks, Fault fault) {
        this.kind = kind;
        this.ticks = ticks;
        this.fault = fault;
    }

    @Override
    public void build(World world) {
        Watch watch = new Watch(world);
        int participants = kind == Kind.REPAIRED ? SWEEPER : PARTIES;
        for (int p = 1; p <= participants; p++) {
            Participant participant = world.join();
            BarrierCore barrier =
                    new BarrierCore(
                            "it",
                            watch.buffer(),
                            PARTIES,
                            SWEEPER,
                            watch.liveness(participant.liveness()),
                            watch,
                            ticks,
                            new BarrierMember(watch.buffer(), participant.tag()));
            if (p <= PARTIES && fault != Fault.NO_MEMBER) { // joined before the story begins
                world.memory().putInt(BarrierLayout.member(p - 1), participant.tag());
            }
            participant.thread(
                    () -> {
                        watch.iAm(participant.tag());
                        switch (participant.tag()) {
                            case RESETTER -> reset(barrier, watch);
                            case SWEEPER -> sweep(participant, watch);
                            default -> party(barrier, watch);
                        }
                    });
        }
        world.onDeath(dead -> watch.died(dead.tag()));
    }

    private void party(BarrierCore barrier, Watch watch) {
        try {
            for (int round = 1; round <= ROUNDS; round++) {
                watch.enters();
                barrier.await(watch.world.deadline(), kind == Kind.ACTION ? watch::acts : null);
                watch.passes(round);
            }
        } catch (BrokenBarrierException | InterruptedException e) {
            watch.isTold(); // and comes no more
        } catch (Patience.Lost e) {
            // It waits for one that is dead and forgotten, or was told and left.
        } catch (TimeoutException e) {
            Tampering.check(watch.world.isExpired(), "there was time left");
            watch.isTold();
        } finally {
            watch.patience.leave(watch.me());
        }
    }

    private static void reset(BarrierCore barrier, Watch watch) {
        barrier.reset();
        watch.aborts(); // one of those who were told may be waited for
        barrier.abort();
    }

    private static void sweep(Participant participant, Watch watch) {
        participant.liveness().probe(1);
        if (participant.liveness().isDead(1)) {
            BarrierCore.sweep(watch.buffer(), 1, watch);
        }
    }

    /** What must be so, seen from outside. */
    private final class Watch extends Tampering {
        private final World world;
        private final Patience patience;
        private final Map<Integer, Integer> entered = new HashMap<>(); // rounds, by tag
        private final Map<Integer, Integer> arrived = new HashMap<>(); // generation, by tag
        private final Set<Integer> acted = new HashSet<>(); // generations
        private final Set<Integer> tripped = new HashSet<>(); // generations
        private final Set<Integer> leaving = new HashSet<>(); // tags
        private final Set<Integer> dead = new HashSet<>(); // tags
        private final Set<Integer> forgiven = new HashSet<>(); // tags
        private boolean broken;

        Watch(World world) {
            super(world);
            this.world = world;
            this.patience = new Patience(world, index -> isOneMissing(), () -> {});
        }

        Liveness liveness(Liveness real) {
            return switch (fault) {
                case RASH_TICK -> FaultyLiveness.ofDeaths(real, tag -> true);
                case ANY_DEATH -> FaultyLiveness.ofDeaths(real, tag -> !dead.isEmpty());
                default -> real;
            };
        }

        void died(int tag) {
            dead.add(tag);
            patience.leave(tag);
        }

        void enters() {
            entered.merge(me(), 1, Integer::sum);
            arrived.remove(me());
        }

        void passes(int round) {
            boolean all = entered.size() == PARTIES;
            check(all && entered.values().stream().allMatch(n -> n >= round), "passed alone");
            check(tripped.contains(arrived.get(me())), "passed what had not tripped");
        }

        void isTold() {
            leaving.add(me());
            check(broken, "nothing was broken");
            check(!tripped.contains(arrived.getOrDefault(me(), -1)), "told of what had tripped");
        }

        void aborts() {
            leaving.add(me());
        }

        void acts() {
            check(acted.add(generation(world.memory().getLong(STATE))), "acted twice");
        }

        @Override
        public void wake(AtomicBuffer unused, int index, int count) {
            if (fault != Fault.NO_WAKE && fault != Fault.WAKE_BEFORE_TRIP) {
                super.wake(unused, index, count);
            }
        }

        @Override
        public boolean await(AtomicBuffer unused, int index, int expected, long nanos) {
            boolean undone = fault == Fault.NO_ANNOUNCEMENT;
            int value = undone ? expected & ~(int) WAITERS : expected;
            return patience.of(me()).await(world.buffer(), index, value, nanos);
        }

        @Override
        boolean compareAndSet(AtomicBuffer target, int index, int expected, int next) {
            return fault == Fault.NO_MEMBER || super.compareAndSet(target, index, expected, next);
        }

        @Override
        boolean compareAndSet(AtomicBuffer target, int index, long expected, long next) {
            boolean ends = generation(expected) != generation(next);
            boolean resets = ends && BarrierLayout.wasBroken(next, 1);
            boolean done =
                    switch (fault) {
                        case NO_ANNOUNCEMENT ->
                                next == (expected | WAITERS)
                                        || super.compareAndSet(target, index, expected, next);
                        case NO_ATOMICITY -> lookAndWrite(target, index, expected, next);
                        case NO_GENERATION ->
                                super.compareAndSet(
                                        target, index, expected, ends ? expected - 1 : next);
                        case NO_HISTORY ->
                                super.compareAndSet(
                                        target, index, expected, resets ? next - (1L << 32) : next);
                        case SWEEP_LATE ->
                                me() == SWEEPER
                                        ? breakWhatIsThere(target)
                                        : super.compareAndSet(target, index, expected, next);
                        default -> {
                            if (fault == Fault.WAKE_BEFORE_TRIP && ends) {
                                super.wake(target, STATE, Integer.MAX_VALUE);
                            }
                            yield super.compareAndSet(target, index, expected, next);
                        }
                    };
            if (done) {
                note(expected, next, resets);
            }
            return done;
        }

        private boolean lookAndWrite(AtomicBuffer target, int index, long expected, long next) {
            if (target.getLongVolatile(index) != expected) {
                return false;
            }
            world.buffer().getLongVolatile(index); // others may come between
            target.putLongVolatile(index, next);
            return true;
        }

        private boolean breakWhatIsThere(AtomicBuffer target) {
            target.putLongVolatile(STATE, target.getLongVolatile(STATE) | BROKEN);
            return true;
        }

        private void note(long before, long after, boolean resets) {
            int generation = generation(before);
            boolean breaks = (after & BROKEN) > (before & BROKEN);
            if (resets) {
                broken = true;
                dead.stream()
                        .filter(tag -> isAParty(tag) && isForgotten(tag))
                        .forEach(forgiven::add);
            } else if (breaks) {
                boolean gaveUp = Thread.currentThread().isInterrupted() || world.isExpired();
                boolean missing =
                        dead.stream().anyMatch(tag -> isAParty(tag) && !forgiven.contains(tag));
                check(gaveUp || missing || leaving.contains(me()), "broken for no reason");
                check(me() != SWEEPER || missing, "broken by a death that was forgiven");
                broken = true;
            } else if (generation != generation(after)) {
                check(kind != Kind.ACTION || acted.contains(generation), "no action");
                tripped.add(generation);
                arrived.put(me(), generation);
            } else if (BarrierLayout.arrived(after) > BarrierLayout.arrived(before)) {
                arrived.put(me(), generation);
            }
        }

        private boolean isOneMissing() {
            boolean missing = !leaving.isEmpty() || isForgotten(1) || isForgotten(2);
            return kind == Kind.REPAIRED && missing;
        }

        private static boolean isAParty(int tag) {
            return tag <= PARTIES;
        }

        private boolean isForgotten(int party) {
            return world.memory().getInt(BarrierLayout.member(party - 1)) == 0;
        }

        private int generation(long state) {
            return BarrierLayout.generation(state);
        }
    }
}
