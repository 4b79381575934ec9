package dev.shm.explore;

import java.util.List;

/**
 * Something that may happen next in a world.
 *
 * @param kind what
 * @param actor whom it happens to
 */
record Event(Kind kind, Actor actor) {
    enum Kind {
        RUN,
        DRAIN,
        KILL,
        CERTIFY,
        INTERRUPT,
        TICK,
        EARLY_TICK,
        STRAY_WAKE,
        EXPIRE
    }

    /**
     * Several in numbers.
     *
     * @param events that are possible
     * @param isForced whether somebody else has to go on
     */
    static Choices.Options options(List<Event> events, boolean isForced) {
        int deaths = count(events, Kind.KILL);
        int firstDeath = 0;
        while (deaths > 0 && events.get(firstDeath).kind != Kind.KILL) {
            firstDeath++;
        }
        int turns = isForced ? count(events, Kind.RUN) : 0;
        return new Choices.Options(events.size(), turns, firstDeath, deaths);
    }

    private static int count(List<Event> events, Kind kind) {
        int count = 0;
        for (Event event : events) {
            count += event.kind == kind ? 1 : 0;
        }
        return count;
    }
}
