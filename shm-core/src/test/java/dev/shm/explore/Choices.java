package dev.shm.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Decides what happens next, and remembers what it decided. Written down, a schedule is the list of
 * its deviations from choice 0, such as {@code 17:2 40:1}.
 */
abstract class Choices {
    private int[] chosen = new int[256];
    private int length;

    /** Picks one of {@code options} possibilities; 0 is the ordinary one. */
    final int choose(int options) {
        int choice = options == 1 ? 0 : pick(length, options);
        if (length == chosen.length) {
            chosen = Arrays.copyOf(chosen, 2 * length);
        }
        chosen[length++] = choice;
        return choice;
    }

    abstract int pick(int place, int options);

    final void restart() {
        length = 0;
    }

    /** How many times it chose otherwise than 0. */
    final int deviations() {
        int deviations = 0;
        for (int place = 0; place < length; place++) {
            deviations += chosen[place] == 0 ? 0 : 1;
        }
        return deviations;
    }

    /** Different for different schedules, but for one pair in very many. */
    final long fingerprint() {
        long print = 0;
        for (int place = 0; place < length; place++) {
            if (chosen[place] != 0) {
                print = (print ^ ((long) place << 16 | chosen[place])) * 0x9E3779B97F4A7C15L;
                print ^= print >>> 32;
            }
        }
        return print;
    }

    final String schedule() {
        List<String> deviations = new ArrayList<>();
        for (int place = 0; place < length; place++) {
            if (chosen[place] != 0) {
                deviations.add(place + ":" + chosen[place]);
            }
        }
        return String.join(" ", deviations);
    }

    /** Every schedule with at most so many deviations, each once. */
    static final class DepthFirst extends Choices {
        private final int budget;
        private final List<Place> path = new ArrayList<>();

        DepthFirst(int budget) {
            this.budget = budget;
        }

        @Override
        int pick(int place, int options) {
            while (path.size() <= place) {
                int spent = path.isEmpty() ? 0 : path.get(path.size() - 1).spent();
                boolean open = path.size() == place && spent < budget;
                path.add(new Place(open ? options : 1, spent));
            }
            return path.get(place).choice;
        }

        /** Goes to the next schedule; false after the last one. */
        boolean next() {
            restart();
            while (!path.isEmpty()) {
                Place last = path.get(path.size() - 1);
                if (last.choice + 1 < last.options) {
                    last.choice++;
                    return true;
                }
                path.remove(path.size() - 1);
            }
            return false;
        }

        private static final class Place {
            private final int options;
            private final int spentBefore;
            private int choice;

            Place(int options, int spentBefore) {
                this.options = options;
                this.spentBefore = spentBefore;
            }

            int spent() {
                return spentBefore + (choice == 0 ? 0 : 1);
            }
        }
    }

    /** Schedules by chance, some with few deviations and some with many. */
    static final class Sampling extends Choices {
        private final Random random;
        private final int rarity;

        Sampling(long seed) {
            random = new Random(seed);
            rarity = 2 << random.nextInt(5);
        }

        @Override
        int pick(int place, int options) {
            return random.nextInt(rarity) == 0 ? random.nextInt(options) : 0;
        }
    }

    /** A schedule that was written down. */
    static final class Replay extends Choices {
        private final int[] places;
        private final int[] choices;
        private int made; // of those

        Replay(String schedule) {
            String[] deviations = schedule.isBlank() ? new String[0] : schedule.trim().split(" ");
            places = new int[deviations.length];
            choices = new int[deviations.length];
            for (int i = 0; i < deviations.length; i++) {
                String[] numbers = deviations[i].split(":", -1);
                if (numbers.length != 2) {
                    throw new IllegalArgumentException(
                            "schedule=" + schedule + ", allowed: as in 17:2 40:1");
                }
                places[i] = Integer.parseInt(numbers[0]);
                choices[i] = Integer.parseInt(numbers[1]);
            }
        }

        @Override
        int pick(int place, int options) {
            int found = Arrays.binarySearch(places, place);
            if (found < 0 || choices[found] < 0 || choices[found] >= options) {
                return 0;
            }
            made++;
            return choices[found];
        }

        /** Whether all that was written down could be chosen, once the execution is over. */
        boolean fits() {
            return made == places.length;
        }
    }
}
