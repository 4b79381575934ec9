package dev.shm.process;

import dev.shm.explore.Catalogue;
import dev.shm.explore.Explorer;
import dev.shm.explore.Rules;

/** The worlds of the map and of the list. */
public final class ManagerCatalogue implements Catalogue {
    private static final int STEPS = 20_000;

    @Override
    public void addTo(Entries entries) {
        for (int deaths : new int[] {0, 2}) {
            String world = deaths == 0 ? "alive" : "deaths";
            Rules rules = new Rules(deaths, 0, 0, true, false, 0, STEPS);
            entries.add("map", world, new Explorer(() -> new MapScenario(3, MapFault.NONE), rules));
            entries.add(
                    "list", world, new Explorer(() -> new ListScenario(3, ListFault.NONE), rules));
        }
    }
}
