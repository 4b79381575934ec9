package dev.shm.region;

import static dev.shm.region.ExploredRegion.check;

import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Participants that join, look at the others and leave, again and again. Checked: nobody is found
 * dead who lives; no tag comes twice; nobody is swept but the dead and those who leave, and by one
 * at a time; nobody gets a slot before the sweep of its last tenant is complete; in the end all
 * slots are free.
 */
final class ParticipantsScenario implements Scenario {
    private final int participants;
    private final int rounds;
    private final boolean locksExclude;

    /* What must be so, seen from outside; an instant here is the time between two accesses. */
    private final Map<Integer, Participant> tenants = new HashMap<>();
    private final Set<Participant> dead = new HashSet<>();
    private final Map<Integer, Participant> sweepers = new HashMap<>();
    private final Set<Integer> unswept = new HashSet<>(); // slots whose tenant told us its tag

    ParticipantsScenario(int participants, int rounds, boolean locksExclude) {
        this.participants = participants;
        this.rounds = rounds;
        this.locksExclude = locksExclude;
    }

    @Override
    public void build(World world) {
        ExploredRegion region = new ExploredRegion(world, participants, 1, locksExclude);
        for (int i = 0; i < participants; i++) {
            Participant participant = world.join();
            AtomicBuffer words = region.words();
            participant.thread(() -> play(world, region, words, participant));
        }
        world.onDeath(
                victim -> {
                    dead.add(victim);
                    region.dropLocksOf(victim);
                    sweepers.values().removeIf(sweeper -> sweeper == victim);
                });
        world.atEnd(() -> checkEnd(world, region));
    }

    private void play(World world, ExploredRegion region, AtomicBuffer words, Participant self) {
        for (int round = 0; round < rounds; round++) {
            Participants joined =
                    region.join(self, words, (slot, tag) -> sweep(world, self, slot, tag));
            check(tenants.put(joined.self(), self) == null, "tag=" + joined.self() + " again");
            check(unswept.add(joined.slot()), "not swept: slot=" + joined.slot());
            joined.probeAll();
            check(joined.isActive(), "declared dead: " + joined);
            joined.probeRound(1);
            check(joined.isActive(), "declared dead: " + joined);
            ExploredRegion.leave(joined);
        }
    }

    private boolean sweep(World world, Participant self, int slot, int tag) {
        // Killed just after it was ACTIVE, a tenant has not told us its tag.
        Participant tenant = tenants.get(tag);
        check(tenant == null || tenant == self || dead.contains(tenant), "swept: tag=" + tag);
        check(sweepers.put(slot, self) == null, "swept by two: slot=" + slot);
        world.point("sweep", slot, tag);
        sweepers.remove(slot);
        unswept.remove(slot);
        return true;
    }

    private void checkEnd(World world, ExploredRegion region) {
        Participants last = region.joinAfterwards((slot, tag) -> true);
        last.probeAll();
        ParticipantTable table = new ParticipantTable(world.memory(), region.geometry);
        for (int slot = 0; slot < table.slots(); slot++) {
            int status = ParticipantLayout.status(table.state(slot));
            int expected = slot == last.slot() ? ParticipantLayout.ACTIVE : ParticipantLayout.FREE;
            check(status == expected, "slot=" + slot + " status=" + status);
        }
    }
}
