package dev.shm.region;

import dev.shm.explore.Catalogue;
import dev.shm.explore.Explorer;
import dev.shm.explore.Rules;
import dev.shm.region.DirectoryScenario.Fault;
import dev.shm.region.ParticipantsScenario.Size;

/** The worlds of participants and of the directory. */
public final class RegionCatalogue implements Catalogue {
    @Override
    public void addTo(Entries entries) {
        entries.add("participants", "alive", participants(Size.of(3, 2), 0));
        entries.add("participants", "deaths", participants(Size.of(3, 2), 2));
        entries.add("participants", "succeeded", participants(Size.of(2, 4), 1));
        entries.add("participants", "worn-out", participants(Size.of(3, 2).wearingOut(2, 2), 2));
        entries.add("participants", "lame", participants(Size.of(3, 2).withALameOne(2), 2));
        entries.add("directory", "alive", directory(3, 2, 0));
        entries.add("directory", "deaths", directory(3, 2, 2));
    }

    private static Explorer participants(Size size, int deaths) {
        return new Explorer(() -> new ParticipantsScenario(size), Rules.PLAIN.withDeaths(deaths));
    }

    private static Explorer directory(int participants, int rounds, int deaths) {
        return new Explorer(
                () -> new DirectoryScenario(participants, rounds, Fault.NONE),
                Rules.PLAIN.withDeaths(deaths));
    }
}
