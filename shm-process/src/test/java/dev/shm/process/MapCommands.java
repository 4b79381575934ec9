package dev.shm.process;

import dev.shm.codec.Codecs;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent;
import dev.shm.testing.ChildCommands.Commands;
import dev.shm.value.SharedArray;
import java.util.Random;

/** What a peer can do with the map "it". */
public final class MapCommands implements Commands {
    static final String MAP = "it";
    static final int CAPACITY = 64;
    static final int ROOM = 32_768;

    /** How many keys each seat of a storm has, and how many seats there are. */
    static final int KEYS = 8;

    static final int SEATS = 4;

    private final SharedRegion region;
    private final SharedMap<String, String> map;

    public MapCommands(SharedRegion region) {
        this.region = region;
        map = open(region);
    }

    static SharedMap<String, String> open(SharedRegion region) {
        return SharedMap.of(region, MAP, CAPACITY, ROOM, Codecs.utf8(512), Codecs.utf8(1024));
    }

    @Override
    public String run(String... words) {
        return switch (words[0]) {
            case "put" -> "" + map.put(words[1], words[2]);
            case "get" -> "" + map.get(words[1]);
            case "remove" -> "" + map.remove(words[1]);
            case "putIfAbsent" -> "" + map.putIfAbsent(words[1], words[2]);
            case "replace" -> "" + map.replace(words[1], words[2], words[3]);
            case "size" -> "" + map.size();
            case "clear" -> {
                map.clear();
                yield "cleared";
            }
            case "closeLater" -> closeLater();
            case "race" -> race(words[1]);
            case "merge" -> merge(words[1], Integer.parseInt(words[2]));
            case "storm" -> storm(Integer.parseInt(words[1]), Long.parseLong(words[2]));
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    /** Closes the map when the event "close" is set, whatever the next command does then. */
    private String closeLater() {
        SharedEvent close = SharedEvent.of(region, "close");
        SharedEvent closed = SharedEvent.of(region, "closed");
        Thread closing =
                new Thread(
                        () -> {
                            try {
                                close.await();
                                map.close();
                                closed.set();
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        closing.setDaemon(true);
        closing.start();
        return "will close";
    }

    /** Is busy with other keys, and then comes to this one. */
    private String race(String key) {
        for (int i = 0; i < 200; i++) {
            String other = "race" + i % 7;
            if (!isInStripeOf(other, key)) {
                map.put(other, "x".repeat(i));
                map.remove(other);
            }
        }
        return "" + map.get(key);
    }

    private boolean isInStripeOf(String one, String other) {
        return Collisions.stripe(region, one) == Collisions.stripe(region, other);
    }

    private String merge(String key, int times) {
        for (int i = 0; i < times; i++) {
            map.merge(key, "1", (a, b) -> "" + (Integer.parseInt(a) + Integer.parseInt(b)));
        }
        return "merged";
    }

    /** Changes the keys of its seat for ever, and notes which changes were acknowledged. */
    private String storm(int seat, long seed) {
        Random random = new Random(seed);
        SharedArray acknowledged = acknowledged(region);
        while (true) {
            int key = seat * KEYS + random.nextInt(KEYS);
            long change = acknowledged.getLong(key) + 1;
            String value = value(key, change);
            if (value == null) {
                map.remove("key" + key);
            } else {
                map.put("key" + key, value);
            }
            acknowledged.setLong(key, change);
        }
    }

    static SharedArray acknowledged(SharedRegion region) {
        return SharedArray.of(region, "acknowledged", 'q', KEYS * SEATS);
    }

    /** What a change gives a key; null takes it out. */
    static String value(int key, long change) {
        return change % 3 == 0 ? null : key + ":" + change + "-".repeat((int) (change % 190));
    }
}
