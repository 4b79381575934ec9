package dev.shm.queue;

import dev.shm.region.SharedRegion;
import dev.shm.sync.Victim;
import dev.shm.testing.ChildCommands.Commands;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a peer can do with the queue "it" that has a child of its own: {@code below} goes to that
 * one, which is another JVM.
 */
public final class ParentCommands implements Commands {
    /** Anything, so that no second JVM is started to be at hand. */
    private static final Map<String, String> NO_SPARE = Map.of("shm.test.generation", "2");

    private final SharedRegion region;
    private final QueueCommands own;
    private @Nullable Victim child;

    public ParentCommands(SharedRegion region) {
        this.region = region;
        this.own = new QueueCommands(region);
    }

    @Override
    public String run(String... words) throws Exception {
        return switch (words[0]) {
            case "below" -> child().ask(rest(words));
            case "belowAsleep" -> {
                child().say(rest(words)).awaitAsleep();
                yield "asleep";
            }
            case "belowSays" -> child().jvm().hear();
            case "belowEnds" -> {
                child().jvm().endInput();
                yield "exit=" + child().jvm().awaitExit();
            }
            default -> own.run(words);
        };
    }

    private Victim child() {
        if (child == null) {
            child = new Victim(region.path(), QueueCommands.class, NO_SPARE);
        }
        return child;
    }

    private static String rest(String... words) {
        return String.join(" ", words).substring(words[0].length() + 1);
    }
}
