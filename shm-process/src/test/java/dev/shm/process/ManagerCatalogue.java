package dev.shm.process;

import dev.shm.explore.Catalogue;
import dev.shm.explore.Explorer;
import dev.shm.explore.Rules;
import dev.shm.process.MapScenario.Size;

/** The worlds of the map and of the list. */
public final class ManagerCatalogue implements Catalogue {
    private static final int STEPS = 20_000;

    @Override
    public void addTo(Entries entries) {
        Size three = Size.of(3);
        for (int deaths : new int[] {0, 2}) {
            String world = deaths == 0 ? "alive" : "deaths";
            String with = deaths == 0 ? "" : "-deaths";
            Rules rules = new Rules(deaths, 0, 0, true, false, 0, STEPS);
            entries.add("map", world, map(three, rules));
            entries.add("map", "clearing" + with, map(three.cleared(), rules));
            entries.add("map", "stripes" + with, map(three.striped(), rules));
            entries.add("map", "no-room" + with, map(three.withRoomFor(3, 3), rules));
            entries.add("map", "no-slots" + with, map(three.withRoomFor(1, 5), rules));
            entries.add(
                    "list", world, new Explorer(() -> new ListScenario(3, ListFault.NONE), rules));
        }
    }

    private static Explorer map(Size size, Rules rules) {
        return new Explorer(() -> new MapScenario(size, MapFault.NONE), rules);
    }
}
