package dev.shm.sync;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands.Commands;
import dev.shm.value.SharedArray;

/** What a peer can do with synchronized values and arrays that are there already. */
@SuppressWarnings("LockNotBeforeTry") // one step at a time
final class SynchronizedCommands implements Commands {
    private final SharedRegion region;

    SynchronizedCommands(SharedRegion region) {
        this.region = region;
    }

    @Override
    public String run(String... words) {
        return switch (words[0]) {
            case "add" -> add(words[1], Integer.parseInt(words[2]));
            case "double" -> doubleValue(words[1]);
            case "doubleAll" -> doubleAll(words[1]);
            case "repeat" -> repeat(words[1]);
            case "lock" -> {
                SynchronizedValue.open(region, words[1]).lock().lock();
                yield "locked";
            }
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    /** Increments that would get lost if two were made at once. */
    private String add(String name, int times) {
        try (SynchronizedValue value = SynchronizedValue.open(region, name)) {
            for (int i = 0; i < times; i++) {
                value.with(v -> v.setLong(v.getLong() + 1));
            }
            return "done";
        }
    }

    private String doubleValue(String name) {
        try (SynchronizedValue value = SynchronizedValue.open(region, name)) {
            value.with(v -> v.setDouble(2 * v.getDouble()));
            return "done";
        }
    }

    private String doubleAll(String name) {
        try (SynchronizedArray array = SynchronizedArray.open(region, name)) {
            array.with(
                    a -> {
                        for (int i = 0; i < a.length(); i++) {
                            a.setDouble(i, 2 * a.getDouble(i));
                        }
                    });
            return "done";
        }
    }

    /** Writes the text in an array of bytes, which ends with a zero, once more behind itself. */
    private String repeat(String name) {
        try (SynchronizedArray array = SynchronizedArray.open(region, name)) {
            array.with(SynchronizedCommands::repeat);
            return "done";
        }
    }

    private static void repeat(SharedArray text) {
        int length = 0;
        while (text.getInt(length) != 0) {
            length++;
        }
        for (int i = 0; i < length; i++) {
            text.setInt(length + i, text.getInt(i));
        }
    }
}
