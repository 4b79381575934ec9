package dev.shm.wait;

import dev.shm.explore.Catalogue;
import dev.shm.explore.Explorer;
import dev.shm.explore.Rules;
import dev.shm.wait.MutexScenario.Size;

/** The worlds of the mutex. */
public final class MutexCatalogue implements Catalogue {
    private static final Size THREE = new Size(3, 1, 2, true);
    private static final Size TWO_TIMES_TWO = new Size(2, 2, 1, true);

    @Override
    public void addTo(Entries entries) {
        Rules alive = Rules.PLAIN.withInterrupts(2).withExpiries(1);
        Rules deaths = Rules.PLAIN.withDeaths(2).withInterrupts(1).withEarlyTicks(2).withJanitor();
        deaths = deaths.withExpiries(1);
        entries.add("mutex", "alive-no-ticks", explorer(THREE, alive, TickPolicy.OFF));
        entries.add("mutex", "deaths", explorer(THREE, deaths, TickPolicy.STANDARD));
        entries.add("mutex", "threads", explorer(TWO_TIMES_TWO, deaths, TickPolicy.STANDARD));
    }

    private static Explorer explorer(Size size, Rules rules, TickPolicy ticks) {
        return new Explorer(() -> new MutexScenario(size, ticks, MutexFault.NONE), rules);
    }
}
