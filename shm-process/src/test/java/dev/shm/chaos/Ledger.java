package dev.shm.chaos;

import dev.shm.region.SharedRegion;
import dev.shm.value.SharedArray;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the processes of {@link ChaosRound} write down about themselves, in memory that outlives
 * them: a number for each object, kind of entry and process.
 */
final class Ledger {
    /** How many processes there are at a time; each has a seat, which its successor takes over. */
    static final int SEATS = 8;

    /** What is written down. */
    enum Entry {
        /**
         * How often it was done, as it is meant to be; where it is guarded, this is the journal.
         */
        DONE,
        /** How often a process came to its end; written when all of it is over. */
        COMPLETED,
        /** How often the seat's process was killed while it was at it. */
        DEATHS,
        /** How often the seat's process was to be killed: at {@link Act#ATTACHMENT} only. */
        KILLS,
        /** How often that was done: at {@link Act#ATTACHMENT} only. */
        GONE,
        /** What the seat's process is asked to do: at {@link Act#ATTACHMENT} only. */
        ASKED,
        /** How often something came that was sent before what had come. */
        DISORDER,
        /** Not zero while the seat's process surely holds it, or takes part in it. */
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
        /** The longest wait for it that ended, be it by a kill, in nanoseconds. */
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

    /** Sets what is zero; whatever is read afterwards is read after everybody can see it. */
    void claim(Act act, int seat, long value) {
        numbers.getAndAdd(at(act, Entry.HOLDS, seat), value);
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

    /** How many acts a seat has come to the end of. */
    long acts(int seat) {
        long acts = 0;
        for (Act act : Act.values()) {
            acts += get(act, Entry.COMPLETED, seat);
        }
        return acts;
    }

    /** How many were killed while they were at it: only they can have left anything behind. */
    long deaths(Act act) {
        return sum(act, Entry.DEATHS);
    }

    /** A process is going to be killed: who is told of a death finds that here by then. */
    void isToBeKilled(int seat) {
        increment(Act.ATTACHMENT, Entry.KILLS, seat);
    }

    /** How many processes were to be killed. */
    long kills() {
        return sum(Act.ATTACHMENT, Entry.KILLS);
    }

    /** How many of them are gone, and do nothing any more. */
    long gone() {
        return sum(Act.ATTACHMENT, Entry.GONE);
    }

    /** Asks a process to do this from now on; null: what it likes. */
    @SuppressWarnings("EnumOrdinal") // all processes are of one build
    void ask(int seat, @Nullable Act act) {
        set(Act.ATTACHMENT, Entry.ASKED, seat, act == null ? 0 : act.ordinal() + 1);
    }

    /** What a process is asked to do; null: what it likes. */
    @SuppressWarnings("EnumOrdinal") // all processes are of one build
    @Nullable Act asked(int seat) {
        long asked = get(Act.ATTACHMENT, Entry.ASKED, seat);
        return asked == 0 ? null : Act.values()[(int) asked - 1];
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

    /**
     * The process is gone.
     *
     * @param end when it was killed or, before that, stopped: until then it has waited.
     * @return what it was at.
     */
    List<Act> killed(int seat, long end) {
        increment(Act.ATTACHMENT, Entry.GONE, seat);
        List<Act> at = new ArrayList<>();
        for (Act act : Act.values()) {
            if (get(act, Entry.BEGUN, seat) != 0) {
                at.add(act);
                increment(act, Entry.DEATHS, seat);
                ended(act, seat);
            }
            waited(act, seat, end);
        }
        return at;
    }

    /** Something that takes its time, and may come to nothing. */
    interface Attempt {
        /** Tries it; false if it came to nothing. */
        boolean run() throws InterruptedException;
    }

    /** Waits, and it is known while it lasts. */
    void await(Act act, int seat, Doing waiting) throws InterruptedException {
        tryAwait(
                act,
                seat,
                () -> {
                    waiting.run();
                    return true;
                });
    }

    /** Waits, unless it gives up, and it is known while it lasts. */
    boolean tryAwait(Act act, int seat, Attempt waiting) throws InterruptedException {
        set(act, Entry.SINCE, seat, System.nanoTime());
        try {
            return waiting.run();
        } finally {
            waited(act, seat, System.nanoTime());
        }
    }

    /** A wait is over, if there was one. */
    private void waited(Act act, int seat, long end) {
        long since = get(act, Entry.SINCE, seat);
        if (since != 0) {
            set(act, Entry.SINCE, seat, 0);
            set(act, Entry.LONGEST, seat, Math.max(end - since, get(act, Entry.LONGEST, seat)));
        }
    }

    /** Waits that took longer than that, though they are over. */
    List<String> tooLong(long waitNanos) {
        List<String> lines = new ArrayList<>();
        for (Act act : Act.values()) {
            long nanos = max(act, Entry.LONGEST);
            if (nanos > waitNanos) {
                lines.add(act + ": a wait took ns=" + nanos);
            }
        }
        return lines;
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
