package dev.shm.ring;

import dev.shm.explore.Catalogue;
import dev.shm.explore.Explorer;
import dev.shm.explore.Rules;
import dev.shm.ring.MpmcScenario.Manner;
import dev.shm.ring.MpmcScenario.Size;
import java.util.Locale;

/** The worlds of the rings, and of the waiting of queues, which is the many-to-many ring's. */
public final class RingCatalogue implements Catalogue {
    private static final Size TWO_AND_TWO = new Size(2, 2, 2, false, false);
    private static final Size GIVING_BACK = new Size(2, 3, 2, false, true);
    private static final Size SUCCEEDED = new Size(2, 2, 2, true, false);

    @Override
    public void addTo(Entries entries) {
        Rules deaths = Rules.PLAIN.withDeaths(3).withEarlyTicks(2).withJanitor();
        for (boolean batches : new boolean[] {false, true}) {
            String what = batches ? "batches" : "records";
            entries.add("one-to-one", what, spsc(batches, Rules.PLAIN));
            entries.add("one-to-one", what + "-deaths", spsc(batches, deaths));
        }
        entries.add("broadcast", "alive", broadcast(Rules.PLAIN));
        entries.add("broadcast", "deaths", broadcast(deaths));
        entries.add("many-to-many", "alive", mpmc(TWO_AND_TWO, Rules.PLAIN));
        entries.add("many-to-many", "deaths", mpmc(TWO_AND_TWO, deaths));
        entries.add("many-to-many", "giving-back", mpmc(GIVING_BACK, deaths));
        entries.add("many-to-many", "succeeded", mpmc(SUCCEEDED, deaths));
        Size browsed = TWO_AND_TWO.browsedBy(1);
        entries.add("many-to-many", "browsed", mpmc(browsed, Rules.PLAIN));
        entries.add("many-to-many", "browsed-deaths", mpmc(GIVING_BACK.browsedBy(1), deaths));
        Size letters = TWO_AND_TWO.withDeadLettersAfter(2);
        entries.add("many-to-many", "dead-letters", mpmc(letters, Rules.PLAIN));
        entries.add("many-to-many", "dead-letters-deaths", mpmc(letters, deaths));
        Rules waits = Rules.PLAIN.withInterrupts(2).withExpiries(1);
        Rules waitsAndDeaths = deaths.withInterrupts(1).withExpiries(1);
        Size sleeping = TWO_AND_TWO.sleeping(Manner.SLEEPING, 2);
        entries.add("queue", "alive", mpmc(sleeping, waits)); // short sleeps end
        entries.add("queue", "deaths", mpmc(sleeping, waitsAndDeaths));
        Size forLong = GIVING_BACK.sleeping(Manner.FOR_LONG, 1);
        entries.add("queue", "timed", mpmc(forLong, waitsAndDeaths));
        for (MpmcCloseScenario.Wait wait : MpmcCloseScenario.Wait.values()) {
            String world = "close-" + wait.toString().toLowerCase(Locale.ROOT);
            entries.add("queue", world, new Explorer(() -> closing(wait), Rules.PLAIN));
        }
        Size dropping = TWO_AND_TWO.sleeping(Manner.DROPPING, 2);
        entries.add("queue", "dropping", mpmc(dropping, waitsAndDeaths));
    }

    private static MpmcCloseScenario closing(MpmcCloseScenario.Wait wait) {
        return new MpmcCloseScenario(wait, true);
    }

    private static Explorer spsc(boolean batches, Rules rules) {
        return new Explorer(() -> new SpscScenario(SpscFault.NONE, batches), rules);
    }

    private static Explorer broadcast(Rules rules) {
        return new Explorer(() -> new BroadcastScenario(BroadcastFault.NONE), rules);
    }

    private static Explorer mpmc(Size size, Rules rules) {
        return new Explorer(() -> new MpmcScenario(size, MpmcFault.NONE), rules);
    }
}
