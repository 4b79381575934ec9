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
    private int charged;

    /**
     * What there is to choose from.
     *
     * @param count how many possibilities; 0 is the ordinary one
     * @param turns how many of them, from 0 on, say who goes on where somebody else has to
     * @param firstDeath the first of those that are deaths
     * @param deaths how many of them are
     */
    record Options(int count, int turns, int firstDeath, int deaths) {
        static final Options TWO = new Options(2, 0, 0, 0);

        /** Whether it is a deviation that somebody chose without need. */
        boolean charges(int choice) {
            return choice != 0 && choice >= turns;
        }
    }

    /** Picks one of several possibilities. */
    final int choose(Options options) {
        int choice = options.count == 1 ? 0 : pick(length, options);
        if (length == chosen.length) {
            chosen = Arrays.copyOf(chosen, 2 * length);
        }
        chosen[length++] = choice;
        charged += options.charges(choice) ? 1 : 0;
        return choice;
    }

    abstract int pick(int place, Options options);

    final void restart() {
        length = 0;
        charged = 0;
    }

    /** How many times it chose so far. */
    final int length() {
        return length;
    }

    /** How many times it chose otherwise than 0, but for who goes on where somebody else has to. */
    final int preemptions() {
        return charged;
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
        private final boolean inAnyTurn;
        private final List<Place> path = new ArrayList<>();

        /**
         * A search that has not begun.
         *
         * @param budget how many deviations
         * @param inAnyTurn who goes on where somebody else has to does not count as one
         */
        DepthFirst(int budget, boolean inAnyTurn) {
            this.budget = budget;
            this.inAnyTurn = inAnyTurn;
        }

        @Override
        int pick(int place, Options options) {
            while (path.size() <= place) {
                int spent = path.isEmpty() ? 0 : path.get(path.size() - 1).spent();
                boolean isHere = path.size() == place;
                int free = isHere && inAnyTurn ? Math.max(1, options.turns()) : 1;
                path.add(new Place(isHere && spent < budget ? options.count() : free, free, spent));
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
            private final int free;
            private final int spentBefore;
            private int choice;

            Place(int options, int free, int spentBefore) {
                this.options = options;
                this.free = free;
                this.spentBefore = spentBefore;
            }

            int spent() {
                return spentBefore + (choice < free ? 0 : 1);
            }
        }
    }

    /**
     * Schedules by chance, some with few deviations and some with many. Where every choice may be a
     * death the first ones are, so in every other schedule the places of deaths are drawn before,
     * each as likely as another.
     */
    static final class Sampling extends Choices {
        private final Random random;
        private final int rarity;
        private final int[] deaths; // places; empty: they come as all else does
        private int dead;

        /**
         * A schedule by chance.
         *
         * @param seed of it
         * @param length of the ordinary schedule
         * @param mostDeaths that there may be
         */
        Sampling(long seed, int length, int mostDeaths) {
            random = new Random(seed);
            rarity = 2 << random.nextInt(5);
            int drawn = mostDeaths > 0 && random.nextBoolean() ? 1 + random.nextInt(mostDeaths) : 0;
            deaths = random.ints(drawn, 0, Math.max(1, length)).sorted().toArray();
        }

        @Override
        int pick(int place, Options options) {
            if (deaths.length == 0) {
                return random.nextInt(rarity) == 0 ? random.nextInt(options.count()) : 0;
            }
            if (options.deaths() > 0 && dead < deaths.length && place >= deaths[dead]) {
                dead++;
                return options.firstDeath() + random.nextInt(options.deaths());
            }
            int others = options.count() - options.deaths();
            int choice = random.nextInt(rarity) == 0 ? random.nextInt(others) : 0;
            return choice < options.firstDeath() ? choice : choice + options.deaths();
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
                if (!deviations[i].matches("\\d{1,9}:\\d{1,9}")) {
                    throw new IllegalArgumentException(
                            "schedule=" + schedule + ", allowed: as in 17:2 40:1");
                }
                String[] numbers = deviations[i].split(":", -1);
                places[i] = Integer.parseInt(numbers[0]);
                choices[i] = Integer.parseInt(numbers[1]);
            }
        }

        @Override
        int pick(int place, Options options) {
            int found = Arrays.binarySearch(places, place);
            if (found < 0 || choices[found] < 0 || choices[found] >= options.count()) {
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
