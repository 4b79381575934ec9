package dev.shm.region;

import static dev.shm.region.ExploredRegion.check;

import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.wait.Deadline;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Participants that join, open an object and claim something in it, look at the others and leave,
 * again and again. Checked: nobody is found dead who lives; no tag comes twice; each state follows
 * the one before as it may; nobody is swept but the dead and those who leave, and by one at a time;
 * nobody loses its claim meanwhile; no slot is free before its sweep is complete; who is refused
 * has no slot that it could have; in the end all slots are free, or worn out as they must be.
 */
final class ParticipantsScenario implements Scenario {
    /**
     * How large it is.
     *
     * @param participants with one thread each
     * @param slots as many, or else some are refused, and try again
     * @param rounds how often each joins
     * @param incarnations how many each slot has left
     * @param lame whether the first participant has not the code of the object, so that no sweep of
     *     it is complete, nor its own when it leaves: some other code of its process opened that
     * @param locksExclude false to take away the locks of all who hold one, as foreign code can
     */
    record Size(
            int participants,
            int slots,
            int rounds,
            int incarnations,
            boolean lame,
            boolean locksExclude) {

        /** As many slots as participants, and no end of incarnations. */
        static Size of(int participants, int rounds) {
            return new Size(
                    participants,
                    participants,
                    rounds,
                    ParticipantLayout.LAST_INCARNATION - 1,
                    false,
                    true);
        }

        /** The same, where locks are lost. */
        Size withoutLocks() {
            return new Size(participants, slots, rounds, incarnations, lame, false);
        }

        /** The same with fewer slots, which wear out. */
        Size wearingOut(int fewer, int left) {
            return new Size(participants, fewer, rounds, left, lame, locksExclude);
        }

        /** The same with fewer slots, and one participant that lacks code. */
        Size withALameOne(int fewer) {
            return new Size(participants, fewer, rounds, incarnations, true, locksExclude);
        }
    }

    private final Size size;

    ParticipantsScenario(Size size) {
        this.size = size;
    }

    @Override
    public void build(World world) {
        new Play(world).build();
    }

    /** One execution. Its fields are seen from outside: an instant here is between two accesses. */
    private final class Play {
        private final World world;
        private final ExploredRegion region;
        private final ParticipantTable table;
        private final long[] states; // of the slots after the last store

        private final Map<Integer, Participant> tenants = new HashMap<>(); // by tag
        private final Set<Participant> dead = new HashSet<>();
        private final Set<Integer> left = new HashSet<>(); // tags of who have done so half swept
        private final Map<Integer, Participant> sweepers = new HashMap<>(); // by slot
        private final Set<Integer> unswept = new HashSet<>(); // slots that had a tenant
        private final Set<Integer> opened = new HashSet<>(); // by the tenants of these slots
        private final Map<Integer, Integer> claims = new HashMap<>(); // tags by slot

        Play(World world) {
            this.world = world;
            this.region = new ExploredRegion(world, size.slots(), 1, size.locksExclude());
            this.table = new ParticipantTable(world.memory(), region.geometry);
            this.states = new long[size.slots()];
        }

        void build() {
            int used = ParticipantLayout.LAST_INCARNATION - 1 - size.incarnations();
            for (int slot = 0; slot < size.slots(); slot++) {
                states[slot] = ParticipantLayout.state(used, ParticipantLayout.FREE);
                int at = region.geometry.participant(slot) + ParticipantLayout.STATE;
                world.memory().putLong(at, states[slot]);
            }
            world.onStore(this::look);
            for (int i = 0; i < size.participants(); i++) {
                Participant participant = world.join();
                AtomicBuffer words = region.words();
                participant.thread(() -> play(words, participant));
            }
            world.onDeath(
                    victim -> {
                        dead.add(victim);
                        region.dropLocksOf(victim);
                        sweepers.values().removeIf(sweeper -> sweeper == victim);
                    });
            world.atEnd(this::checkEnd);
        }

        private boolean lacksCode(Participant self) {
            return size.lame() && self.tag() == 1;
        }

        private void play(AtomicBuffer words, Participant self) {
            for (int round = 0; round < size.rounds(); round++) {
                Participants joined = join(words, self);
                if (joined == null) {
                    return;
                }
                check(tenants.put(joined.self(), self) == null, "tag=" + joined.self() + " again");
                world.point("open", joined.slot());
                opened.add(joined.slot());
                world.point("claim", joined.slot());
                claims.put(joined.slot(), joined.self());
                joined.probeAll();
                checkWhole(joined);
                joined.probeRound(1);
                checkWhole(joined);
                ExploredRegion.leave(joined);
            }
        }

        private void checkWhole(Participants joined) {
            check(joined.isActive(), "declared dead: " + joined);
            Integer claim = claims.get(joined.slot());
            check(Objects.equals(claim, joined.self()), "claim=" + claim + " of " + joined);
        }

        /** Null where no slot can be had any more. */
        private @Nullable Participants join(AtomicBuffer words, Participant self) {
            Participants.Sweep sweep = (slot, tag) -> sweep(self, slot, tag);
            if (size.slots() == size.participants()) {
                return region.join(self, words, sweep);
            }
            while (true) {
                boolean alone = world.isStill();
                try {
                    return region.join(self, words, sweep, Deadline.after(0, TimeUnit.NANOSECONDS));
                } catch (IllegalStateException refused) {
                    boolean wornOut = refused.getMessage().contains("worn out");
                    check(wornOut == isWornOut(), refused.getMessage());
                    if (wornOut || alone) {
                        checkNoneIsLeft(self);
                        return null;
                    }
                    world.pause();
                }
            }
        }

        private boolean isWornOut() {
            for (int slot = 0; slot < size.slots(); slot++) {
                if (ParticipantLayout.status(states[slot]) != ParticipantLayout.RETIRED) {
                    return false;
                }
            }
            return true;
        }

        /** Whoever is refused where nobody else does anything could not sweep what is left. */
        private void checkNoneIsLeft(Participant self) {
            for (int slot = 0; slot < size.slots(); slot++) {
                boolean needsCode = lacksCode(self) && opened.contains(slot);
                check(
                        ParticipantLayout.status(states[slot]) == ParticipantLayout.RETIRED
                                || needsCode,
                        "refused, but slot=" + slot + " can be had");
            }
        }

        private boolean sweep(Participant self, int slot, int tag) {
            // Killed just after it was ACTIVE, a tenant has not told us its tag.
            Participant tenant = tenants.get(tag);
            check(
                    tenant == null || tenant == self || dead.contains(tenant) || left.contains(tag),
                    "swept: tag=" + tag);
            check(sweepers.put(slot, self) == null, "swept by two: slot=" + slot);
            world.point("sweep", slot, tag);
            boolean complete = !opened.contains(slot) || !lacksCode(self);
            if (complete) {
                Integer claim = claims.remove(slot);
                check(claim == null || claim == tag, "swept: claim=" + claim + " tag=" + tag);
                world.point("swept", slot, tag);
                opened.remove(slot);
                unswept.remove(slot);
            } else if (tenant == self) {
                left.add(tag);
            }
            sweepers.remove(slot);
            return complete;
        }

        /** Looks after each store what has become of the states. */
        private void look() {
            for (int slot = 0; slot < size.slots(); slot++) {
                long before = states[slot];
                states[slot] = table.state(slot);
                if (states[slot] != before) {
                    check(
                            isStep(before, states[slot]),
                            "from "
                                    + Long.toHexString(before)
                                    + " to "
                                    + Long.toHexString(states[slot]));
                    follow(slot, ParticipantLayout.status(states[slot]));
                }
            }
        }

        private void follow(int slot, int status) {
            if (status == ParticipantLayout.ACTIVE) {
                unswept.add(slot);
            } else if (status == ParticipantLayout.FREE) {
                check(!unswept.contains(slot), "free, but not swept: slot=" + slot);
            }
        }

        private static boolean isStep(long before, long after) {
            int from = ParticipantLayout.status(before);
            int incarnation = ParticipantLayout.incarnation(after);
            int left = ParticipantLayout.LAST_INCARNATION - 1 - incarnation;
            int more = incarnation - ParticipantLayout.incarnation(before);
            return switch (ParticipantLayout.status(after)) {
                case ParticipantLayout.ACTIVE ->
                        from == ParticipantLayout.FREE && more == 1 && left >= 0;
                case ParticipantLayout.DEAD -> from == ParticipantLayout.ACTIVE && more == 0;
                case ParticipantLayout.FREE ->
                        (from == ParticipantLayout.ACTIVE || from == ParticipantLayout.DEAD)
                                && more == 0;
                case ParticipantLayout.RETIRED ->
                        from == ParticipantLayout.FREE && more == 0 && left == 0;
                default -> false;
            };
        }

        private void checkEnd() {
            boolean wearsOut = size.incarnations() < ParticipantLayout.LAST_INCARNATION - 1;
            try {
                do {
                    Participants last = region.joinAfterwards((slot, tag) -> true);
                    last.probeAll();
                    checkStates(last.slot());
                    ExploredRegion.leave(last);
                } while (wearsOut);
            } catch (IllegalStateException refused) {
                check(refused.getMessage().contains("worn out"), refused.getMessage());
                checkStates(-1);
            }
        }

        /** All are free, or worn out, but for one. */
        private void checkStates(int active) {
            for (int slot = 0; slot < size.slots(); slot++) {
                long state = table.state(slot);
                int status = ParticipantLayout.status(state);
                int incarnation = ParticipantLayout.incarnation(state);
                boolean expected =
                        switch (status) {
                            case ParticipantLayout.ACTIVE -> slot == active;
                            case ParticipantLayout.FREE -> slot != active && active >= 0;
                            case ParticipantLayout.RETIRED ->
                                    incarnation == ParticipantLayout.LAST_INCARNATION - 1;
                            default -> false;
                        };
                check(expected, "slot=" + slot + " status=" + status + " number=" + incarnation);
            }
        }
    }
}
