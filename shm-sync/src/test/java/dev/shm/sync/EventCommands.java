package dev.shm.sync;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands.Commands;
import java.util.concurrent.TimeUnit;

/** What a peer can do with the event "it". */
final class EventCommands implements Commands {
    private final SharedEvent event;

    EventCommands(SharedRegion region) {
        event = SharedEvent.open(region, "it");
    }

    @Override
    public String run(String... words) throws Exception {
        return switch (words[0]) {
            case "set" -> {
                event.set();
                yield "done";
            }
            case "clear" -> {
                event.clear();
                yield "done";
            }
            case "race" -> {
                while (!event.await(0, TimeUnit.MILLISECONDS)) {
                    Thread.onSpinWait();
                }
                yield "passed";
            }
            case "isSet" -> String.valueOf(event.isSet());
            case "show" -> event.toString();
            case "await" -> {
                if (words.length == 2) {
                    yield String.valueOf(
                            event.await(Long.parseLong(words[1]), TimeUnit.MILLISECONDS));
                }
                event.await();
                yield "passed";
            }
            default -> throw new IllegalArgumentException(words[0]);
        };
    }
}
