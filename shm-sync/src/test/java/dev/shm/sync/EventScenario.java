package dev.shm.sync;

import static dev.shm.sync.EventLayout.GENERATION;
import static dev.shm.sync.EventLayout.SET;
import static dev.shm.sync.EventLayout.STATE;
import static dev.shm.sync.EventLayout.WAITERS;

import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.wait.Deadline;
import dev.shm.wait.TickPolicy;
import java.util.HashSet;
import java.util.Set;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Participants that wait for an event and set it.
 *
 * <p>Manual reset: one pulses the event and sets it in the end, the others wait. Checked: who slept
 * when a pulse came does not sleep again. Automatic reset: the set goes from hand to hand. Checked:
 * nobody has it together with another. Both: nobody is left asleep, and who gives up was
 * interrupted, or had no time left.
 */
final class EventScenario implements Scenario {

    /** One line of the protocol undone. */
    enum Fault {
        NONE,
        /** Setting wakes nobody. */
        NO_WAKE,
        /** The setter wakes first, and sets the event afterwards. */
        WAKE_BEFORE_SET,
        /** Who is about to sleep does not say so. */
        NO_ANNOUNCEMENT,
        /** Setting leaves the generation as it is. */
        NO_GENERATION,
        /** Automatic: who has slept takes the set without leaving WAITERS. */
        NO_KEEP,
        /** Automatic: a sleeper that gives up wakes nobody and leaves no WAITERS. */
        NO_BATON,
        /** Automatic: the set is looked at, and taken afterwards. */
        NO_ATOMICITY,
        /** A wait gives up as if its deadline had expired. */
        IMPATIENT
    }

    private static final int LAST = 4;

    private final boolean automatic;
    private final TickPolicy ticks;
    private final Fault fault;
    private final int idles;

    EventScenario(boolean automatic, TickPolicy ticks, Fault fault, int idles) {
        this.idles = idles;
        this.automatic = automatic;
        this.ticks = ticks;
        this.fault = fault;
    }

    @Override
    public void build(World world) {
        Watch watch = new Watch(world, automatic, fault, idles);
        for (int p = 0; p < 3; p++) {
            Participant participant = world.join();
            EventCore core =
                    new EventCore(watch.buffer(), automatic, participant.liveness(), watch, ticks);
            int number = p;
            participant.thread(
                    () -> {
                        watch.iAm(participant.tag());
                        if (automatic) {
                            passOn(core, watch, number == 2);
                        } else if (number == 0) {
                            pulse(core);
                        } else {
                            waitTwice(core, watch);
                        }
                    });
        }
        world.onDeath(dead -> watch.died(dead.tag()));
        if (!automatic) {
            Participant last = world.join();
            EventCore core = new EventCore(watch.buffer(), false, last.liveness(), watch, ticks);
            last.thread(
                    () -> {
                        watch.iAm(last.tag());
                        core.set();
                    });
        }
    }

    private static void pulse(EventCore event) {
        event.set();
        event.clear();
        event.set();
    }

    private static void waitTwice(EventCore event, Watch watch) {
        for (int i = 0; i < 2; i++) {
            await(event, watch); // who gives up goes on: it waits no more this time
            watch.waitsNoMore();
        }
    }

    private static void passOn(EventCore event, Watch watch, boolean begins) {
        if (begins) {
            event.set();
        }
        for (int i = 0; i < (begins ? 3 : 1); i++) {
            if (await(event, watch)) {
                watch.hasIt();
                event.set();
            }
        }
    }

    /** False if it has given up, for a reason. */
    private static boolean await(EventCore event, Watch watch) {
        Deadline deadline = watch.world.deadline();
        boolean impatient = watch.fault == Fault.IMPATIENT;
        try {
            boolean passed = event.await(impatient ? deadline.unless(() -> true) : deadline);
            Tampering.check(passed || watch.world.isExpired(), "there was time left");
            return passed;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** What must be so, seen from outside. */
    private static final class Watch extends Tampering {
        private final World world;
        private final boolean automatic;
        private final Fault fault;
        private final Set<Integer> sleepers = new HashSet<>();
        private final Set<Integer> released = new HashSet<>();
        private final Set<Integer> waking = new HashSet<>();
        private int holder; // with automatic reset; at first who begins

        Watch(World world, boolean automatic, Fault fault, int idles) {
            super(world, idles);
            this.world = world;
            this.automatic = automatic;
            this.fault = fault;
            this.holder = automatic ? 3 : 0;
        }

        void waitsNoMore() {
            sleepers.remove(me());
            released.remove(me());
        }

        void hasIt() {
            check(holder == me(), "tag=" + me() + " has it together with tag=" + holder);
        }

        /** What the dead one has not set, and nobody else will, is set. */
        void died(int tag) {
            boolean owesASet = automatic ? holder == tag : tag == 1 || tag == LAST;
            if (owesASet) {
                holder = 0;
                world.memory().putInt(STATE, world.memory().getInt(STATE) | SET);
            }
        }

        @Override
        public boolean await(AtomicBuffer unused, int index, int expected, long nanos) {
            check(!released.contains(me()), "tag=" + me() + " sleeps again after a pulse");
            sleepers.add(me());
            int value = fault == Fault.NO_ANNOUNCEMENT ? expected & ~WAITERS : expected;
            return super.await(unused, index, value, nanos);
        }

        @Override
        public void wake(AtomicBuffer unused, int index, int count) {
            boolean baton = !waking.remove(me());
            boolean dropped =
                    fault == Fault.NO_WAKE
                            || fault == Fault.WAKE_BEFORE_SET
                            || fault == Fault.NO_BATON && baton;
            if (!dropped) {
                super.wake(unused, index, count);
            }
        }

        @Override
        boolean compareAndSet(AtomicBuffer target, int index, int expected, int next) {
            boolean sets = (expected & SET) == 0 && (next & SET) != 0;
            boolean takes = (expected & SET) != 0 && (next & SET) == 0;
            boolean announces = next == (expected | WAITERS) && expected != next;
            int written = next;
            switch (fault) {
                case NO_ANNOUNCEMENT -> written = announces ? expected : next;
                case NO_GENERATION -> written = sets ? next - GENERATION : next;
                case NO_KEEP -> written = takes ? next & ~WAITERS : next;
                case WAKE_BEFORE_SET -> {
                    if (sets && (expected & WAITERS) != 0) {
                        super.wake(target, index, automatic ? 1 : Integer.MAX_VALUE);
                    }
                }
                case NO_BATON -> {
                    boolean leaves = Thread.currentThread().isInterrupted() || world.isExpired();
                    if (announces && leaves) {
                        return true;
                    }
                }
                case NO_ATOMICITY -> {
                    if (takes) {
                        target.putIntVolatile(index, next);
                        return took(true, false);
                    }
                }
                default -> {}
            }
            boolean done = super.compareAndSet(target, index, expected, written);
            if (done && sets && (expected & WAITERS) != 0) {
                waking.add(me());
            }
            return done && took(takes, sets);
        }

        private boolean took(boolean takes, boolean sets) {
            if (automatic && takes) {
                check(holder == 0, "tag=" + me() + " takes what tag=" + holder + " has");
                holder = me();
            } else if (automatic && sets) {
                holder = 0;
            } else if (sets) {
                released.addAll(sleepers);
                sleepers.clear();
            }
            return true;
        }
    }
}
