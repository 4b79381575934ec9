package dev.shm.ring;

import dev.shm.explore.Interception;
import dev.shm.explore.World;
import dev.shm.memory.MappedBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Who looks into the ring of an {@link MpmcScenario} and takes nothing. Checked: what is shown is
 * whole, and could be taken at some instant of the look; nothing is passed over that stayed there;
 * and, where nobody dies and nothing is given back, what a peek shows was the next at some instant,
 * and it shows nothing only if nothing was.
 */
final class MpmcLooking {
    private static final int PEEKS = 2;

    private final World world;
    private final MpmcLayout layout;
    private final boolean inOrder;
    private final Set<Integer> dead;
    private final MpmcTickets tickets;
    private final List<Look> looks = new ArrayList<>(); // in progress

    /**
     * Who looks in one execution.
     *
     * @param inOrder whether nothing is given back
     * @param dead the tags of those who have died so far
     */
    MpmcLooking(World world, MpmcLayout layout, boolean inOrder, Set<Integer> dead) {
        this.world = world;
        this.layout = layout;
        this.inOrder = inOrder;
        this.dead = dead;
        this.tickets = new MpmcTickets(world.memory(), world.memory(), layout);
    }

    /** What is there at the instants of one look. */
    private final class Look {
        final Map<Long, Long> positions = new HashMap<>(); // of messages that could be taken
        final Set<Long> next = new HashSet<>(); // what the head was at
        boolean emptied; // whether the head was at nothing
        @Nullable TreeMap<Long, Long> standing; // all the time: messages by position

        void note() {
            MappedBuffer memory = world.memory();
            long head = memory.getLong(MpmcLayout.HEAD) & MpmcLayout.POSITION;
            long tail = memory.getLong(MpmcLayout.TAIL) & MpmcLayout.POSITION;
            TreeMap<Long, Long> untaken = new TreeMap<>();
            for (long at = tail - layout.span(); at != tail; at += MpmcLayout.ONE) {
                boolean isFull = sequence(at) == (at | MpmcLayout.FULL);
                if (isFull && at - head >= 0) {
                    untaken.put(at, message(at));
                }
                if (isFull && (at - head >= 0 || isOwed(at))) {
                    positions.put(message(at), at);
                }
            }
            emptied |= !untaken.containsKey(head);
            if (untaken.containsKey(head)) {
                next.add(untaken.get(head));
            }
            if (standing == null) {
                standing = untaken;
            } else {
                standing.keySet().retainAll(untaken.keySet());
            }
        }

        /** Checks something that was shown. */
        void shown(long message) {
            check(positions.containsKey(message), "shown=" + message + " there=" + positions);
        }
    }

    /** Others see what they did not see before, or somebody has died. */
    void look() {
        looks.forEach(Look::note);
    }

    private Look begin() {
        Look look = new Look();
        look.note();
        looks.add(look);
        return look;
    }

    /** Looks a few times. */
    void browse(MpmcBrowser browser) {
        for (int i = 0; i < PEEKS; i++) {
            peek(browser);
        }
        lookThrough(browser);
    }

    private void peek(MpmcBrowser browser) {
        Look look = begin();
        Long shown = new BlockingRing.Browsing<>(browser, this::read).nextInTurn(scratch());
        looks.remove(look);
        boolean strictly = inOrder && dead.isEmpty();
        if (shown == null) {
            check(!strictly || look.emptied, "shown nothing, next=" + look.next);
            return;
        }
        look.shown(shown);
        check(!strictly || look.next.contains(shown), "shown=" + shown + " next=" + look.next);
        check(
                look.standing.headMap(look.positions.get(shown)).isEmpty(),
                "shown=" + shown + ", but before it=" + look.standing);
    }

    private void lookThrough(MpmcBrowser browser) {
        Look look = begin();
        List<Long> shown = all(browser);
        looks.remove(look);
        shown.forEach(look::shown);
        check(
                shown.containsAll(look.standing.values()),
                "shown=" + shown + ", but there=" + look.standing);
        for (int i = 1; i < shown.size(); i++) {
            check(
                    look.positions.get(shown.get(i - 1)) < look.positions.get(shown.get(i)),
                    "out of order: " + shown);
        }
    }

    /** Everything that a browser shows, one message after the other. */
    private List<Long> all(MpmcBrowser browser) {
        List<Long> shown = new ArrayList<>();
        BlockingRing.Browsing<Long> browsing = new BlockingRing.Browsing<>(browser, this::read);
        Long message = browsing.next(scratch());
        while (message != null) {
            shown.add(message);
            message = browsing.next(scratch());
        }
        return shown;
    }

    /** Where nobody else is left: what is shown is what is to be had, and in that order. */
    void checkEnd(MpmcBrowser browser, MpmcCore core) {
        List<Long> shown = all(browser);
        List<Long> taken = new ArrayList<>();
        for (long claim = core.take(); !MpmcCore.isNothing(claim); claim = core.take()) {
            taken.add(message(claim & MpmcLayout.POSITION));
            core.release(claim);
        }
        check(shown.equals(taken), "in the end shown=" + shown + " taken=" + taken);
    }

    private Long read(DirectBuffer buffer, int index, int length) {
        long message = buffer.getLong(index);
        check(length == 2 * Long.BYTES, "length=" + length);
        check(buffer.getLong(index + Long.BYTES) == ~message, "torn: " + message);
        return message;
    }

    /** Room for a copy, which is made in two steps. */
    private MutableDirectBuffer scratch() {
        return Interception.of(
                new MappedBuffer(ByteBuffer.allocateDirect(2 * Long.BYTES)),
                (target, method, arguments) -> {
                    if (method.getName().equals("putBytes")
                            && arguments[1] instanceof DirectBuffer source) {
                        for (int i = 0; i < (int) arguments[3]; i += Long.BYTES) {
                            target.putLong(i, source.getLong((int) arguments[2] + i));
                        }
                        return null;
                    }
                    return Interception.proceed(target, method, arguments);
                });
    }

    private boolean isOwed(long position) {
        int owner = tickets.consumerOf(position);
        return owner == MpmcLayout.ORPHAN || dead.contains(owner);
    }

    private long sequence(long position) {
        return world.memory().getLong(layout.sequences() + layout.index(position) * Long.BYTES);
    }

    private long message(long position) {
        int at = layout.messages() + layout.index(position) * layout.stride();
        return world.memory().getLong(at + MpmcLayout.PAYLOAD);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
