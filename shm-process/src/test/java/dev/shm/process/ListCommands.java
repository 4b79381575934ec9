package dev.shm.process;

import dev.shm.codec.Codecs;
import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands.Commands;
import dev.shm.value.SharedArray;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;

/** What a peer can do with the list "it". */
public final class ListCommands implements Commands {
    static final String LIST = "it";
    static final int CAPACITY = 64;
    static final int ROOM = 16_384;
    static final int SEATS = 3;

    private final SharedRegion region;
    private final SharedList<String> list;

    public ListCommands(SharedRegion region) {
        this.region = region;
        list = open(region);
    }

    static SharedList<String> open(SharedRegion region) {
        return SharedList.of(region, LIST, CAPACITY, ROOM, Codecs.utf8(512));
    }

    @Override
    public String run(String... words) {
        return switch (words[0]) {
            case "add" -> "" + list.add(words[1]);
            case "insert" -> {
                list.add(Integer.parseInt(words[1]), words[2]);
                yield "inserted";
            }
            case "get" -> list.get(Integer.parseInt(words[1]));
            case "set" -> list.set(Integer.parseInt(words[1]), words[2]);
            case "remove" -> list.remove(Integer.parseInt(words[1]));
            case "sort" -> {
                list.sort(null);
                yield "sorted";
            }
            case "show" -> Arrays.toString(list.toArray());
            case "race" -> race();
            case "append" -> append(words[1], Integer.parseInt(words[2]));
            case "storm" -> storm(Integer.parseInt(words[1]), Long.parseLong(words[2]));
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    /** Comes again and again, and does no harm. */
    private String race() {
        String seen = "";
        for (int i = 0; i < 100; i++) {
            seen = Arrays.toString(list.toArray());
        }
        return seen;
    }

    private String append(String text, int times) {
        for (int i = 0; i < times; i++) {
            list.add(text);
        }
        return "appended";
    }

    /** Changes the element of its seat for ever, and the order of all. */
    private String storm(int seat, long seed) {
        Random random = new Random(seed);
        SharedArray acknowledged = acknowledged(region);
        String mine = seat + ":";
        while (true) {
            long change = acknowledged.getLong(seat) + 1;
            String value = value(seat, change);
            list.replaceAll(element -> element.startsWith(mine) ? value : element);
            acknowledged.setLong(seat, change);
            switch (random.nextInt(3)) {
                case 0 -> list.sort(Comparator.reverseOrder());
                case 1 -> {
                    list.add(random.nextInt(SEATS), "x".repeat(random.nextInt(100)));
                    list.removeIf(element -> element.indexOf(':') < 0);
                }
                default -> list.sort(null);
            }
        }
    }

    static SharedArray acknowledged(SharedRegion region) {
        return SharedArray.of(region, "acknowledged", 'q', SEATS);
    }

    static String value(int seat, long change) {
        return seat + ":" + change + "-".repeat((int) (change % 200));
    }
}
