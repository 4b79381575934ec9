package dev.shm.value;

import dev.shm.explore.Catalogue;
import dev.shm.explore.Explorer;
import dev.shm.explore.Rules;
import dev.shm.value.StructScenario.Fault;

/** The worlds of the two copies of a struct. */
public final class StructCatalogue implements Catalogue {
    @Override
    public void addTo(Entries entries) {
        entries.add("struct", "alive", explorer(Rules.PLAIN));
        entries.add("struct", "deaths", explorer(Rules.PLAIN.withDeaths(2).withJanitor()));
    }

    private static Explorer explorer(Rules rules) {
        return new Explorer(() -> new StructScenario(3, 2, Fault.NONE), rules);
    }
}
