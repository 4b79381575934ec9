package dev.shm.ring;

import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.testing.Survivor;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Producers and consumers on a ring of two places. Checked at each store into a sequence word: it
 * is a step that a place may take, and its message is whole; no message is released twice. In the
 * end every message that was offered has been published, if a consumer is left every one of them
 * has been released, and no living producer waits. Without any consumer a producer gets its place
 * where no message is in its way. Whoever is interrupted in a wait, or runs out of time, tries
 * again, or leaves for good if it is a consumer that others replace. What is shown to those who
 * only look is checked by {@link MpmcLooking}, what comes of dead letters by {@link MpmcLetters}.
 */
final class MpmcScenario implements Scenario {
    private static final int CAPACITY = 2;
    private static final int SLOTS = 8;

    /** Ticks come when nobody else can go on; short ones at once. */
    private static final TickPolicy TICKS = new TickPolicy(1L << 60, 1L << 60);

    private static final TickPolicy SHORT_TICKS = new TickPolicy(1, 1);
    private static final MpmcLayout LAYOUT = new MpmcLayout(CAPACITY, 2 * Long.BYTES, SLOTS);

    /** The tag of who comes next to the first participant's slot. */
    private static final int SUCCESSOR = 1 << 12 | 1;

    /** What a take comes to that was interrupted. */
    private static final long INTERRUPTED = Long.MIN_VALUE;

    /** Positions wrap in the middle of the scenario. */
    private static final long FIRST = -2;

    /**
     * How large it is. Participants have one thread each.
     *
     * @param producers each with a participant of its own
     * @param items of each producer
     * @param consumers each with a participant of its own
     * @param successor whether another producer comes once the first participant's slot is free
     * @param giveBack whether consumers give back two messages of three, and producers every third
     *     place
     * @param manner how they wait
     * @param limit how many messages the ring holds
     * @param browsers each with a participant of its own, that look and take nothing
     * @param attempts after which a message is a dead letter; 0 where none is. Every other message
     *     is given back until it is one.
     */
    record Size(
            int producers,
            int items,
            int consumers,
            boolean successor,
            boolean giveBack,
            Manner manner,
            int limit,
            int browsers,
            int attempts) {

        Size(int producers, int items, int consumers, boolean successor, boolean giveBack) {
            this(producers, items, consumers, successor, giveBack, Manner.LOOKING, CAPACITY, 0, 0);
        }

        /** The same, where messages and places are given back. */
        Size givingBack() {
            return new Size(
                    producers, items + 1, consumers, successor, true, manner, limit, browsers,
                    attempts);
        }

        /** The same, where those who wait sleep. */
        Size sleeping(Manner how, int most) {
            return new Size(
                    producers, items, consumers, successor, giveBack, how, most, browsers,
                    attempts);
        }

        /** The same, where others look into the ring. */
        Size browsedBy(int others) {
            return new Size(
                    producers, items, consumers, successor, giveBack, manner, limit, others,
                    attempts);
        }

        /** The same, where every other message is a dead letter in the end. */
        Size withDeadLettersAfter(int failures) {
            return new Size(
                    producers, items, consumers, successor, giveBack, manner, limit, browsers,
                    failures);
        }
    }

    /** How participants wait. */
    enum Manner {
        /** They look again, whenever somebody else has done something. */
        LOOKING,
        /** They sleep; the last producer closes the ring. */
        SLEEPING,
        /** They sleep, and their claims and takes are for long, so that no sleep need be short. */
        FOR_LONG,
        /** The same, and the first producer closes the ring and drops what is in it. */
        DROPPING;

        boolean isForLong() {
            return this == FOR_LONG || this == DROPPING;
        }
    }

    private final Size size;
    private final MpmcFault fault;

    MpmcScenario(Size size, MpmcFault fault) {
        this.size = size;
        this.fault = fault;
    }

    @Override
    public void build(World world) {
        new Play(world).build();
    }

    /** One execution. Its fields are seen from outside: an instant here is between two accesses. */
    private final class Play {
        private final World world;
        private final AtomicBuffer buffer;

        private final List<Participant> participants = new ArrayList<>();
        private final Set<Integer> producing = new HashSet<>();
        private final Set<Integer> consuming = new HashSet<>();
        private final Set<Integer> dead = new HashSet<>();
        private final Set<Integer> swept = new HashSet<>();

        /** What the sequence words were after the last store into one of them. */
        private final long[] sequences = new long[CAPACITY];

        private final Set<Long> published = new HashSet<>();
        private final Set<Long> offered = new HashSet<>();
        private final Set<Long> taken = new HashSet<>();
        private final Set<Long> released = new HashSet<>();
        private final MpmcLetters letters = new MpmcLetters(size.attempts(), dead);
        private final MpmcLooking looking;

        /** Whether the successor has come and gone. */
        private boolean succeeded;

        /** How many consumers lived to the end. */
        private int leftInPeace;

        Play(World world) {
            this.world = world;
            this.buffer = fault.inject(world.buffer(), LAYOUT, world.waiter());
            this.looking = new MpmcLooking(world, LAYOUT, !size.giveBack(), dead);
        }

        void build() {
            MpmcCore.initialize(world.memory(), LAYOUT, FIRST);
            for (int i = 0; i < CAPACITY; i++) {
                sequences[i] = sequence(i);
            }
            world.onStore(this::look);
            for (int p = 0; p < size.producers(); p++) {
                Participant participant = join();
                MpmcCore core = core(participant, participant.tag());
                producing.add(participant.tag());
                participant.thread(() -> produce(core, participant));
            }
            for (int c = 0; c < size.consumers(); c++) {
                Participant participant = join();
                MpmcCore core = core(participant, participant.tag());
                consuming.add(participant.tag());
                participant.thread(() -> consume(core, participant));
            }
            for (int b = 0; b < size.browsers(); b++) {
                Participant participant = join();
                Liveness liveness = liveness(participant, participant.tag());
                MpmcBrowser browser = new MpmcBrowser(buffer, buffer, LAYOUT, liveness);
                participant.thread(() -> looking.browse(browser));
            }
            if (size.successor()) {
                Participant participant = join();
                participant.thread(() -> succeed(participant));
            }
            if (size.manner() == Manner.FOR_LONG) {
                Participant participant = join();
                MpmcCore core = core(participant, participant.tag());
                participant.thread(() -> joinOnce(waiting(core, participant)));
            }
            world.onDeath(
                    participant -> {
                        dead.add(participant.tag());
                        producing.remove(participant.tag());
                        consuming.remove(participant.tag());
                        looking.look();
                    });
            world.atEnd(this::checkEnd);
        }

        private Participant join() {
            Participant participant = world.join();
            participants.add(participant);
            return participant;
        }

        private MpmcCore core(Participant participant, int tag) {
            return new MpmcCore(
                    buffer,
                    buffer,
                    LAYOUT,
                    size.limit(),
                    liveness(participant, tag),
                    fault.inject(world.waiter()));
        }

        private MpmcWaiting waiting(MpmcCore core, Participant participant) {
            Waiter waiter = new Impatient(fault.inject(world.waiter()));
            TickPolicy ticks = fault == MpmcFault.NO_TICKS ? TickPolicy.OFF : TICKS;
            return new MpmcWaiting(
                    buffer,
                    core,
                    new MpmcSleepers(buffer, waiter),
                    size.limit(),
                    1,
                    liveness(participant, participant.tag()),
                    waiter,
                    ticks,
                    size.manner().isForLong() ? ticks : SHORT_TICKS);
        }

        /** Short sleeps are over when others have gone on. */
        private final class Impatient implements Waiter {
            private final Waiter waiter;

            Impatient(Waiter waiter) {
                this.waiter = waiter;
            }

            @Override
            public boolean await(AtomicBuffer memory, int index, int expected, long nanos) {
                if (nanos > 1) {
                    return waiter.await(memory, index, expected, nanos);
                }
                world.pause();
                return false;
            }

            @Override
            public void wake(AtomicBuffer memory, int index, int count) {
                waiter.wake(memory, index, count);
            }
        }

        private long untilClaimed(MpmcCore core, Participant me) {
            LongSupplier claim = size.manner().isForLong() ? core::claimForLong : core::claim;
            if (size.manner() == Manner.LOOKING) {
                long claimed = core.claim();
                while (MpmcCore.isNothing(claimed) && !isHopeless()) {
                    lookAround(me);
                    claimed = core.claim();
                }
                return claimed;
            }
            long claimed;
            do {
                claimed = untilClaimed(waiting(core, me), fault.distort(claim));
            } while (MpmcCore.isNothing(claimed) && claimed != MpmcCore.CLOSED && !isHopeless());
            return claimed;
        }

        private long untilClaimed(MpmcWaiting waiting, LongSupplier claim) {
            Deadline deadline = fault.distort(world.deadline(this::isHopeless));
            try {
                return inTime(waiting.untilClaimed(claim, deadline));
            } catch (InterruptedException again) {
                fault.withdraw(buffer);
                return MpmcCore.NONE;
            }
        }

        /** Nothing comes of a wait only if its time has run out, or the ring is closed. */
        private long inTime(long result) {
            boolean ends = !MpmcCore.isNothing(result) || result == MpmcCore.CLOSED;
            check(ends || world.isExpired(), "there was time left");
            return result;
        }

        /** Whether a producer need not wait: nobody is left to take what is in the ring. */
        private boolean isHopeless() {
            return size.consumers() == 0 ? !published.isEmpty() : consuming.isEmpty();
        }

        private long untilTaken(MpmcCore core, Participant me) {
            LongSupplier take = size.manner().isForLong() ? core::takeForLong : core::take;
            if (size.attempts() > 0) {
                return letters.take(core, me.tag(), claim -> message(core, claim));
            }
            if (size.manner() == Manner.LOOKING) {
                return core.take();
            }
            Deadline deadline = fault.distort(world.deadline(this::isOver));
            try {
                return inTime(waiting(core, me).untilTaken(fault.distort(take), deadline));
            } catch (InterruptedException leaves) {
                fault.withdraw(buffer);
                return INTERRUPTED;
            }
        }

        /** Joins when there is something to wait for; what was offered before is released then. */
        private void joinOnce(MpmcWaiting waiting) {
            while (published.isEmpty() && !producing.isEmpty()) {
                world.pause();
            }
            Set<Long> before = offeredAndSeen();
            Deadline deadline = world.deadline(consuming::isEmpty);
            try {
                boolean joined = waiting.untilReleased(deadline);
                check(
                        !joined || released.containsAll(before),
                        "joined, but offered=" + before + " released=" + released);
                check(joined || world.isExpired(), "not joined");
            } catch (InterruptedException leaves) {
                // It waits no more.
            }
        }

        /** What was offered, but for what others do not see yet: an offer is no fence. */
        private Set<Long> offeredAndSeen() {
            Set<Long> seen = new HashSet<>(offered);
            seen.retainAll(published);
            return seen;
        }

        private void produce(MpmcCore core, Participant me) {
            for (int item = 0; item < size.items(); item++) {
                offer(core, me, item);
            }
            producing.remove(me.tag());
            if (size.manner() == Manner.DROPPING) {
                core.close(true);
            } else if (producing.isEmpty() && size.manner() != Manner.LOOKING) {
                core.close(false);
            }
        }

        /** Puts a message in, waiting if need be, unless there is no consumer left. */
        private void offer(MpmcCore core, Participant me, int item) {
            long claim = untilClaimed(core, me);
            if (MpmcCore.isNothing(claim)) {
                return;
            }
            if (size.giveBack() && item % 3 == 1) {
                core.end(claim, false);
                return;
            }
            long message = me.tag() * 100L + item;
            int at = core.message(claim);
            if (size.browsers() > 0) {
                buffer.putInt(at + MpmcLayout.LENGTH, 2 * Long.BYTES);
            }
            buffer.putLong(at + MpmcLayout.PAYLOAD, message);
            buffer.putLong(at + MpmcLayout.PAYLOAD + Long.BYTES, ~message);
            if (item % 2 == 0 && !size.manner().isForLong()) {
                core.publish(claim);
            } else {
                core.end(claim, true);
            }
            offered.add(message);
        }

        private void consume(MpmcCore core, Participant me) {
            Map<Long, Long> last = new HashMap<>();
            boolean stays = true;
            while (stays && !isOver()) {
                Set<Long> before = offeredAndSeen();
                long claim = untilTaken(core, me);
                if (claim == INTERRUPTED) {
                    stays = consuming.size() == 1;
                } else if (MpmcCore.isNothing(claim)) {
                    check(
                            claim == MpmcCore.BLOCKED
                                    || size.manner() == Manner.DROPPING
                                    || taken.containsAll(before),
                            "nothing, but offered=" + before + " taken=" + taken);
                    stays = consuming.size() == 1 || isOver() || !world.isExpired();
                    if (stays) {
                        lookAround(me);
                    }
                } else {
                    receive(core, claim, last);
                }
            }
            consuming.remove(me.tag());
            leftInPeace += stays ? 1 : 0;
        }

        private void receive(MpmcCore core, long claim, Map<Long, Long> last) {
            long message = message(core, claim);
            boolean again = MpmcCore.isAgain(claim);
            check(!again || core.attempts(claim) > 0, "again, but no attempt has failed");
            if (!again) {
                Long before = last.put(message / 100, message);
                check(before == null || before < message, message + " after " + before);
            }
            if (size.attempts() > 0) {
                letters.end(core, claim, message);
            } else if (size.giveBack() && !again && message % 3 != 1) {
                core.requeue(claim);
            } else if (message % 2 == 0 && !size.manner().isForLong()) {
                core.release(claim);
            } else {
                core.acknowledge(claim);
            }
        }

        /** Reads what was taken. */
        private long message(MpmcCore core, long claim) {
            int at = core.message(claim) + MpmcLayout.PAYLOAD;
            taken.add(world.memory().getLong(at));
            long message = buffer.getLong(at);
            check(buffer.getLong(at + Long.BYTES) == ~message, "torn: " + message);
            return message;
        }

        /** Takes the slot of the first participant once that was swept, and puts a message in. */
        private void succeed(Participant me) {
            while (!swept.contains(1) && !isOver() && !consuming.isEmpty()) {
                lookAround(me);
            }
            if (swept.contains(1)) {
                offer(core(me, SUCCESSOR), me, 0);
            }
            succeeded = true;
        }

        private boolean isOver() {
            boolean successorComes =
                    size.successor()
                            && dead.contains(1)
                            && !dead.contains(participants.size())
                            && !succeeded;
            return producing.isEmpty()
                    && !successorComes
                    && released.containsAll(published)
                    && released.containsAll(offered); // others may see the last one later
        }

        /** What the janitor does, or whoever waits: buries the dead. */
        private void lookAround(Participant me) {
            bury(me);
            world.pause();
        }

        private void bury(Participant me) {
            for (Participant other : participants) {
                int tag = other.tag();
                if (dead.contains(tag) && !swept.contains(tag)) {
                    me.liveness().probe(tag);
                    MpmcCore.sweep(buffer, LAYOUT, tag, world.waiter());
                    swept.add(tag);
                }
            }
        }

        /** A participant whose tag in the ring is not the one that the world gave it. */
        private Liveness liveness(Participant participant, int tag) {
            Liveness real = participant.liveness();
            return new Liveness() {
                @Override
                public int self() {
                    return tag;
                }

                @Override
                public boolean isDead(int suspect) {
                    return fault.isDead(real, inWorld(suspect));
                }

                @Override
                public void probe(int suspect) {
                    real.probe(inWorld(suspect));
                }

                @Override
                public void probeNext() {
                    bury(participant);
                }

                @Override
                public void checkOpen() {
                    real.checkOpen();
                }
            };
        }

        /** The successor is the last one; ORPHAN is nobody. */
        private int inWorld(int tag) {
            return tag == SUCCESSOR ? participants.size() : tag;
        }

        private long sequence(int index) {
            return world.memory().getLong(LAYOUT.sequences() + index * Long.BYTES);
        }

        /** Looks after each store what has become of the sequence words. */
        private void look() {
            for (int i = 0; i < CAPACITY; i++) {
                long before = sequences[i];
                sequences[i] = sequence(i);
                if (sequences[i] != before) {
                    stored(before, sequences[i], i);
                }
            }
            looking.look();
        }

        private void stored(long before, long after, int index) {
            long position = before & MpmcLayout.POSITION;
            long state = MpmcLayout.state(before);
            boolean ends = state == MpmcLayout.FREE && (after & MpmcLayout.POSITION) == position;
            boolean leaves = state != MpmcLayout.FREE && after == position + LAYOUT.span();
            check(
                    ends || leaves,
                    "from " + Long.toHexString(before) + " to " + Long.toHexString(after));
            int at = LAYOUT.messages() + index * LAYOUT.stride() + MpmcLayout.PAYLOAD;
            long message = world.memory().getLong(at);
            if (ends && MpmcLayout.state(after) == MpmcLayout.FULL) {
                check(published.add(message), "published twice: " + message);
            } else if (leaves && state == MpmcLayout.FULL) {
                check(published.contains(message), "not published: " + message);
                check(released.add(message), "released twice: " + message);
                letters.released(message);
            }
        }

        private void checkEnd() {
            check(published.containsAll(offered), "offered=" + offered + " published=" + published);
            check(leftInPeace == 0 || isOver(), "published=" + published + " released=" + released);
            if (size.browsers() > 0) {
                checkWhatIsLeft();
            }
        }

        /** Comes when all others are gone. */
        private void checkWhatIsLeft() {
            Survivor last = new Survivor(SLOTS);
            for (int tag : dead) {
                MpmcCore.sweep(world.memory(), LAYOUT, tag, last);
            }
            looking.checkEnd(
                    new MpmcBrowser(world.memory(), world.memory(), LAYOUT, last),
                    new MpmcCore(world.memory(), world.memory(), LAYOUT, last, last));
        }
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
