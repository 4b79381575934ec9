package dev.shm.chaos;

import dev.shm.region.SharedRegion;
import dev.shm.value.SharedArray;

/**
 * What the processes of {@link ChaosRound} write down about themselves, in memory that outlives
 * them: a number for each object, kind of entry and process.
 */
final class Ledger {
    /** How many processes there are at a time; each has a seat, which its successor takes over. */
    static final int SEATS = 8;

    /** What is written down. */
    enum Entry {
        /** How often it was done; where it is guarded, this is the journal. */
        DONE,
        /** Not zero while the seat's process surely holds it. */
        HOLDS,
        /** What an object guards: the total, at seat 0. */
        TOTAL,
        /** How often the owner was killed. */
        OWNERS_KILLED,
        /** How often a death was reported. */
        REPORTS,
        /** Since when the process waits for it; 0: it does not. */
        SINCE,
        /** The longest wait for it that ended, in nanoseconds. */
        LONGEST
    }

    private final SharedArray numbers;

    Ledger(SharedRegion region) {
        numbers =
                SharedArray.of(
                        region, "ledger", 'q', Act.values().length * Entry.values().length * SEATS);
    }

    @SuppressWarnings("EnumOrdinal") // all processes are of one build
    private static int at(Act act, Entry entry, int seat) {
        return (act.ordinal() * Entry.values().length + entry.ordinal()) * SEATS + seat;
    }

    long get(Act act, Entry entry, int seat) {
        return numbers.getLong(at(act, entry, seat));
    }

    void set(Act act, Entry entry, int seat, long value) {
        numbers.setLong(at(act, entry, seat), value);
    }

    long total(Act act) {
        return get(act, Entry.TOTAL, 0);
    }

    void setTotal(Act act, long total) {
        set(act, Entry.TOTAL, 0, total);
    }

    /** Adds one; only the seat's own process writes there. */
    void increment(Act act, Entry entry, int seat) {
        set(act, entry, seat, get(act, entry, seat) + 1);
    }

    long sum(Act act, Entry entry) {
        long sum = 0;
        for (int seat = 0; seat < SEATS; seat++) {
            sum += get(act, entry, seat);
        }
        return sum;
    }

    /** The entries of all seats. */
    long[] row(Act act, Entry entry) {
        long[] row = new long[SEATS];
        numbers.copyTo(at(act, entry, 0), row, 0, SEATS);
        return row;
    }

    long max(Act act, Entry entry) {
        long max = 0;
        for (int seat = 0; seat < SEATS; seat++) {
            max = Math.max(max, get(act, entry, seat));
        }
        return max;
    }

    /** How many acts a seat has done. */
    long acts(int seat) {
        long acts = 0;
        for (Act act : Act.values()) {
            acts += get(act, Entry.DONE, seat);
        }
        return acts;
    }

    /** Something that may wait. */
    interface Waiting {
        /** Waits. */
        void end() throws InterruptedException;
    }

    /** Waits, and it is known while it lasts. */
    void await(Act act, int seat, Waiting waiting) throws InterruptedException {
        waitBegins(act, seat);
        waiting.end();
        waitEnds(act, seat);
    }

    private void waitBegins(Act act, int seat) {
        set(act, Entry.SINCE, seat, System.nanoTime());
    }

    private void waitEnds(Act act, int seat) {
        long waited = System.nanoTime() - get(act, Entry.SINCE, seat);
        set(act, Entry.SINCE, seat, 0);
        set(act, Entry.LONGEST, seat, Math.max(waited, get(act, Entry.LONGEST, seat)));
    }

    /** How long somebody has been waiting at most, in nanoseconds. */
    long longestWaitInProgress(Act act) {
        long longest = 0;
        for (int seat = 0; seat < SEATS; seat++) {
            long since = get(act, Entry.SINCE, seat);
            if (since != 0) {
                longest = Math.max(longest, System.nanoTime() - since);
            }
        }
        return longest;
    }
}
