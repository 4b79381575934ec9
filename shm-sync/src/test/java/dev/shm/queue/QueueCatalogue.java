package dev.shm.queue;

import static dev.shm.queue.PipeMessageScenario.ALL;

import dev.shm.explore.Catalogue;
import dev.shm.explore.Explorer;
import dev.shm.explore.Rules;
import dev.shm.queue.SlotScenario.Manner;
import dev.shm.queue.SlotScenario.Size;
import dev.shm.wait.TickPolicy;
import java.util.Locale;

/** The worlds of pipes, of the stack and of the priority queue. */
public final class QueueCatalogue implements Catalogue {
    private static final Rules DEATHS =
            Rules.PLAIN
                    .withDeaths(3)
                    .withEarlyTicks(2)
                    .withJanitor()
                    .withInterrupts(1)
                    .withExpiries(1);

    @Override
    public void addTo(Entries entries) {
        Rules oneDeath =
                Rules.PLAIN.withDeaths(1).withInterrupts(1).withEarlyTicks(2).withJanitor();
        Rules alive = Rules.PLAIN.withInterrupts(2);
        Rules waits = alive.withExpiries(1);
        entries.add("pipe", "alive-no-ticks", pipe(alive, TickPolicy.OFF));
        entries.add("pipe", "deaths", pipe(oneDeath, TickPolicy.STANDARD));
        entries.add("pipe-messages", "alive-no-ticks", messages(alive, TickPolicy.OFF, ALL));
        entries.add(
                "pipe-messages", "receiver-closes-no-ticks", messages(alive, TickPolicy.OFF, 1));
        entries.add("pipe-messages", "deaths", messages(oneDeath, TickPolicy.STANDARD, ALL));
        for (boolean takes : new boolean[] {true, false}) {
            entries.add(
                    "stack",
                    takes ? "close-while-taking" : "close-while-putting",
                    new Explorer(() -> new SlotCloseScenario(takes, true), Rules.PLAIN));
        }
        for (Kind kind : Kind.values()) {
            String name = kind.toString().toLowerCase(Locale.ROOT);
            Size crowded = new Size(kind, 1, 2, 2, 2);
            Size roomy = new Size(kind, 4, 2, 3, 2);
            entries.add(name, "alive-no-ticks", slots(crowded, waits, TickPolicy.OFF));
            entries.add(name, "crowded-deaths", slots(crowded, DEATHS, TickPolicy.STANDARD));
            entries.add(name, "roomy-deaths", slots(roomy, DEATHS, TickPolicy.STANDARD));
            for (Manner manner : Manner.values()) {
                if (manner != Manner.WAITING) {
                    String world = manner.toString().toLowerCase(Locale.ROOT).replace('_', '-');
                    Size size = crowded.in(manner);
                    entries.add(name, world + "-no-ticks", slots(size, waits, TickPolicy.OFF));
                    entries.add(name, world + "-deaths", slots(size, DEATHS, TickPolicy.STANDARD));
                }
            }
        }
    }

    private static Explorer pipe(Rules rules, TickPolicy ticks) {
        return new Explorer(() -> new PipeScenario(PipeFault.NONE, ticks, 0), rules);
    }

    private static Explorer messages(Rules rules, TickPolicy ticks, int wanted) {
        return new Explorer(
                () -> new PipeMessageScenario(PipeMessageFault.NONE, ticks, wanted), rules);
    }

    private static Explorer slots(Size size, Rules rules, TickPolicy ticks) {
        return new Explorer(() -> new SlotScenario(size, SlotFault.NONE, ticks), rules);
    }
}
