package dev.shm.chaos;

import dev.shm.region.SharedRegion;
import dev.shm.value.SharedArray;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Messages that are numbered, and what became of each of them, written down in memory that outlives
 * whoever sends and receives them.
 *
 * <p>Each seat has every so many-th number, and goes on where the process before it died.
 */
final class Numbers {
    /** How many there are, for all seats together. */
    static final int COUNT = 1 << 15;

    static final int MAX_BYTES = 64;

    private static final int BEGUN = 1;
    private static final int SENT = 2;
    private static final int RECEIVED = 1 << 8;
    private static final int ENDED = 1 << 16;
    private static final int MANY = 0xFF;
    private static final int HEADER = 2 * Integer.BYTES;

    /** What is promised when somebody dies. */
    enum Promise {
        /** What was sent comes, and comes again until it is acknowledged, and then never. */
        AT_LEAST_ONCE,
        /** What was sent comes once, but for one message for each who was killed at it. */
        AT_MOST_ONCE
    }

    private final String name;
    private final SharedArray cells;
    private final SharedArray next;
    private final int seat;
    private final int[] last = new int[Ledger.SEATS];

    Numbers(SharedRegion region, String name, int seat) {
        this.name = name;
        this.seat = seat;
        this.cells = SharedArray.of(region, name + "-numbers", 'i', COUNT);
        this.next = SharedArray.of(region, name + "-next", 'i', Ledger.SEATS);
        Arrays.fill(last, -1);
    }

    /** The next number of this seat, which is to be sent; negative: there are no more. */
    int begin() {
        if (next.getInt(seat) >= COUNT / Ledger.SEATS) {
            return -1;
        }
        int number = (int) next.getAndAdd(seat, 1) * Ledger.SEATS + seat;
        cells.getAndAdd(number, BEGUN);
        return number;
    }

    /** Whether some seat has used most of its numbers. */
    boolean isRunningOut() {
        for (int other = 0; other < Ledger.SEATS; other++) {
            if (next.getInt(other) > COUNT / Ledger.SEATS / 4 * 3) {
                return true;
            }
        }
        return false;
    }

    /** It was accepted. */
    void sent(int number) {
        cells.getAndAdd(number, SENT);
    }

    /** Whether it was accepted, and its sender has come to say so. */
    boolean isSent(int number) {
        return (cells.getInt(number) & SENT) != 0;
    }

    /** It is one that somebody was to send. */
    void checkBegun(int number) {
        check(number >= 0 && number < COUNT, number, 0, "is none");
        int cell = cells.getInt(number);
        check((cell & BEGUN) != 0, number, cell, "was never sent");
    }

    /** It came. */
    void received(int number) {
        checkBegun(number);
        int before = (int) cells.getAndAdd(number, RECEIVED);
        check(before < ENDED, number, before, "comes after it was acknowledged");
    }

    /** It came for the first time, after those that its sender had sent before. */
    void inOrder(int number) {
        int before = last[sender(number)];
        check(follows(number), number, before, "comes after a later one");
    }

    /** Whether it comes after those that its sender had sent before, as far as they came to us. */
    boolean follows(int number) {
        boolean follows = number > last[sender(number)];
        if (follows) {
            last[sender(number)] = number;
        }
        return follows;
    }

    /** The seat that sends it. */
    static int sender(int number) {
        return number % Ledger.SEATS;
    }

    /** It was acknowledged. */
    void ended(int number) {
        int before = (int) cells.getAndAdd(number, ENDED);
        check(before < ENDED, number, before, "is acknowledged twice");
    }

    private void check(boolean holds, int number, int found, String otherwise) {
        if (!holds) {
            throw new AssertionError(
                    name + ": number=" + number + " " + otherwise + ", found=" + found);
        }
    }

    /**
     * What is wrong when nothing is left to be received.
     *
     * @param excused how many may be missing, or received and not said to be: those who were killed
     *     may have had them
     */
    List<String> audit(Promise promise, long excused) {
        List<String> wrong = new ArrayList<>();
        int lost = 0;
        int unsaid = 0;
        for (int number = 0; number < COUNT; number++) {
            int cell = cells.getInt(number);
            int received = cell / RECEIVED & MANY;
            if ((cell & SENT) != 0 && received == 0) {
                lost++;
            }
            if (received > 1 && promise == Promise.AT_MOST_ONCE) {
                wrong.add(name + ": number=" + number + " came " + received + " times");
            }
            unsaid += received > 0 && cell < ENDED ? 1 : 0;
        }
        if (lost > (promise == Promise.AT_MOST_ONCE ? excused : 0) || lost + unsaid > excused) {
            wrong.add(
                    name
                            + ": lost="
                            + lost
                            + ", received, not acknowledged="
                            + unsaid
                            + ", excused by deaths="
                            + excused);
        }
        return wrong;
    }

    /** A message: the number, the check sum of the rest, and bytes that depend on the number. */
    static byte[] message(int number) {
        byte[] content = new byte[HEADER + number % (MAX_BYTES - HEADER)];
        Arrays.fill(content, (byte) number);
        ByteBuffer.wrap(content).putInt(0, number).putInt(Integer.BYTES, sum(content));
        return content;
    }

    private static int sum(byte[] content) {
        CRC32 sum = new CRC32();
        sum.update(content, HEADER, content.length - HEADER);
        return (int) sum.getValue();
    }

    /** The number of a message, which must be whole. */
    static int number(byte[] message) {
        int number = message.length < HEADER ? -1 : ByteBuffer.wrap(message).getInt(0);
        if (number < 0 || !Arrays.equals(message, message(number))) {
            throw new AssertionError("torn: " + Arrays.toString(message));
        }
        return number;
    }
}
