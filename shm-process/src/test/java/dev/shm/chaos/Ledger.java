package dev.shm.chaos;

import dev.shm.region.SharedRegion;
import dev.shm.value.SharedArray;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

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
        /** Since when the process is at it; 0: it is not. */
        BEGUN,
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

    /** Something that takes its time. */
    interface Doing {
        /** Does it. */
        void run() throws InterruptedException;
    }

    /** Does something, and it is known while it lasts. */
    void during(Act act, int seat, Doing doing) throws InterruptedException {
        begins(act, seat);
        doing.run();
        ended(act, seat);
    }

    /** A process is at something from now on. */
    void begins(Act act, int seat) {
        set(act, Entry.BEGUN, seat, System.nanoTime());
    }

    /** It is at it no more. */
    void ended(Act act, int seat) {
        set(act, Entry.BEGUN, seat, 0);
    }

    /** The process is gone. */
    void forget(int seat) {
        for (Act act : Act.values()) {
            set(act, Entry.BEGUN, seat, 0);
            set(act, Entry.SINCE, seat, 0);
        }
    }

    /** Waits, and it is known while it lasts. */
    void await(Act act, int seat, Doing waiting) throws InterruptedException {
        set(act, Entry.SINCE, seat, System.nanoTime());
        waiting.run();
        long waited = System.nanoTime() - get(act, Entry.SINCE, seat);
        set(act, Entry.SINCE, seat, 0);
        set(act, Entry.LONGEST, seat, Math.max(waited, get(act, Entry.LONGEST, seat)));
    }

    /** Who has been waiting for longer than that, and who has been at anything so long. */
    List<String> standing(long waitNanos, long actNanos) {
        List<String> lines = new ArrayList<>();
        for (Act act : Act.values()) {
            for (int seat = 0; seat < SEATS; seat++) {
                long waits = nanosSince(get(act, Entry.SINCE, seat));
                long lasts = nanosSince(get(act, Entry.BEGUN, seat));
                if (waits > waitNanos || lasts > actNanos) {
                    lines.add(
                            act
                                    + ": seat="
                                    + seat
                                    + " waits for ms="
                                    + TimeUnit.NANOSECONDS.toMillis(waits)
                                    + " is at it for ms="
                                    + TimeUnit.NANOSECONDS.toMillis(lasts));
                }
            }
        }
        return lines;
    }

    private static long nanosSince(long began) {
        return began == 0 ? 0 : System.nanoTime() - began;
    }
}
