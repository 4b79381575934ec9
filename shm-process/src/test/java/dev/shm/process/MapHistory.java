package dev.shm.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What was done to a map, and when: what may be found under a key was put there by a change after
 * whose end no other one was made, begun and ended, before the look.
 */
final class MapHistory {
    private final List<Change> changes = new ArrayList<>();
    private int now;

    /** A change of one key, or of all. */
    static final class Change {
        private final @Nullable String key; // null: of all
        private final @Nullable String value;
        private final int begin;
        private int end = Integer.MAX_VALUE; // as long as nobody knows

        private Change(@Nullable String key, @Nullable String value, int begin) {
            this.key = key;
            this.value = value;
            this.begin = begin;
        }

        private boolean isOf(String which) {
            return key == null || key.equals(which);
        }
    }

    /** The time: later than all that was. */
    int now() {
        return ++now;
    }

    /** Somebody begins to put a value in, or to take it out if that is null. */
    Change begins(String key, @Nullable String value) {
        return add(new Change(key, value, now()));
    }

    /** Somebody begins to take all out. */
    Change clears() {
        return add(new Change(null, null, now()));
    }

    private Change add(Change change) {
        changes.add(change);
        return change;
    }

    void isMade(Change change) {
        change.end = now();
    }

    void isRefused(Change change) {
        changes.remove(change);
    }

    /** Checks what was found by a look that has just ended. */
    void checkFound(String key, @Nullable String found, int begin) {
        boolean allowed = found == null && isCurrent(key, 0, begin); // as it was at first
        for (Change change : changes) {
            allowed |=
                    change.isOf(key)
                            && Objects.equals(change.value, found)
                            && isCurrent(key, change.end, begin);
        }
        if (!allowed) {
            throw new AssertionError("key=" + key + " found=" + found);
        }
    }

    /** Whether nothing was done, from beginning to end, between two times. */
    private boolean isCurrent(String key, int after, int before) {
        return changes.stream().noneMatch(c -> c.isOf(key) && c.begin > after && c.end < before);
    }
}
