package dev.shm.ring;

import dev.shm.explore.Interception;
import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.wait.Liveness;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Producers and consumers on a ring of two places. Checked at each store into a sequence word: it
 * is a step that a place may take, and its message is whole; no message is released twice. In the
 * end, if a consumer is left, every message that was published has been released, and no living
 * producer waits.
 */
final class MpmcScenario implements Scenario {
    private static final int CAPACITY = 2;
    private static final int SLOTS = 8;
    private static final MpmcLayout LAYOUT = new MpmcLayout(CAPACITY, 2 * Long.BYTES, SLOTS);

    /** The tag of who comes next to the first participant's slot. */
    private static final int SUCCESSOR = 1 << 12 | 1;

    /** Positions wrap in the middle of the scenario. */
    private static final long FIRST = -2;

    /**
     * How large it is. Participants have one thread each.
     *
     * @param producers each with a participant of its own
     * @param items of each producer
     * @param consumers each with a participant of its own
     * @param successor whether another producer comes once the first participant's slot is free
     * @param giveBack whether consumers give back every third message, and producers every third
     *     place
     */
    record Size(int producers, int items, int consumers, boolean successor, boolean giveBack) {}

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

        /** Whether the successor has come and gone. */
        private boolean succeeded;

        /** How many consumers lived to the end. */
        private int leftInPeace;

        Play(World world) {
            this.world = world;
            this.buffer = Interception.of(fault.inject(world.buffer(), LAYOUT), this::call);
        }

        void build() {
            MpmcCore.initialize(world.memory(), LAYOUT, FIRST);
            for (int i = 0; i < CAPACITY; i++) {
                sequences[i] = sequence(i);
            }
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
            if (size.successor()) {
                Participant participant = join();
                participant.thread(() -> succeed(participant));
            }
            world.onDeath(
                    participant -> {
                        dead.add(participant.tag());
                        producing.remove(participant.tag());
                        consuming.remove(participant.tag());
                    });
            world.atEnd(this::checkEnd);
        }

        private Participant join() {
            Participant participant = world.join();
            participants.add(participant);
            return participant;
        }

        private MpmcCore core(Participant participant, int tag) {
            return new MpmcCore(buffer, buffer, LAYOUT, liveness(participant, tag), world.waiter());
        }

        private void produce(MpmcCore core, Participant me) {
            for (int item = 0; item < size.items(); item++) {
                offer(core, me, item);
            }
            producing.remove(me.tag());
        }

        /** Puts a message in, again and again if need be, unless there is no consumer left. */
        private void offer(MpmcCore core, Participant me, int item) {
            long claim = core.claim();
            while (MpmcCore.isNothing(claim) && !consuming.isEmpty()) {
                lookAround(me);
                claim = core.claim();
            }
            if (MpmcCore.isNothing(claim)) {
                return;
            }
            if (size.giveBack() && item % 3 == 1) {
                core.end(claim, false);
                return;
            }
            long message = me.tag() * 100L + item;
            int at = core.message(claim);
            buffer.putLong(at, message);
            buffer.putLong(at + Long.BYTES, ~message);
            if (item % 2 == 0) {
                core.publish(claim);
            } else {
                core.end(claim, true);
            }
            offered.add(message);
        }

        private void consume(MpmcCore core, Participant me) {
            Map<Long, Long> last = new HashMap<>();
            while (!isOver()) {
                Set<Long> before = new HashSet<>(offered);
                long claim = core.take();
                if (MpmcCore.isNothing(claim)) {
                    check(
                            claim == MpmcCore.BLOCKED || taken.containsAll(before),
                            "nothing, but offered=" + before + " taken=" + taken);
                    lookAround(me);
                } else {
                    receive(core, claim, last);
                }
            }
            consuming.remove(me.tag());
            leftInPeace++;
        }

        private void receive(MpmcCore core, long claim, Map<Long, Long> last) {
            int at = core.message(claim);
            taken.add(world.memory().getLong(at));
            long message = buffer.getLong(at);
            check(buffer.getLong(at + Long.BYTES) == ~message, "torn: " + message);
            boolean again = MpmcCore.isAgain(claim);
            check(!again || core.attempts(claim) > 0, "again, but no attempt has failed");
            if (!again) {
                Long before = last.put(message / 100, message);
                check(before == null || before < message, message + " after " + before);
            }
            if (size.giveBack() && !again && message % 3 == 0) {
                core.requeue(claim);
            } else if (message % 2 == 0) {
                core.release(claim);
            } else {
                core.acknowledge(claim);
            }
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
            return producing.isEmpty() && !successorComes && released.containsAll(published);
        }

        /** What the janitor does, or whoever waits: buries the dead. */
        private void lookAround(Participant me) {
            for (Participant other : participants) {
                int tag = other.tag();
                if (dead.contains(tag) && !swept.contains(tag)) {
                    me.liveness().probe(tag);
                    MpmcCore.sweep(buffer, LAYOUT, tag, world.waiter());
                    swept.add(tag);
                }
            }
            world.pause();
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
                    real.probeNext();
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

        /** Looks after each access what has become of the sequence words. */
        private @Nullable Object call(AtomicBuffer target, Method method, Object[] arguments)
                throws Throwable {
            Object result = Interception.proceed(target, method, arguments);
            for (int i = 0; i < CAPACITY; i++) {
                long before = sequences[i];
                sequences[i] = sequence(i);
                if (sequences[i] != before) {
                    stored(before, sequences[i], i);
                }
            }
            return result;
        }

        private void stored(long before, long after, int index) {
            long position = before & MpmcLayout.POSITION;
            long state = MpmcLayout.state(before);
            boolean ends = state == MpmcLayout.FREE && (after & MpmcLayout.POSITION) == position;
            boolean leaves = state != MpmcLayout.FREE && after == position + LAYOUT.span();
            check(
                    ends || leaves,
                    "from " + Long.toHexString(before) + " to " + Long.toHexString(after));
            long message = world.memory().getLong(LAYOUT.messages() + index * LAYOUT.stride());
            if (ends && MpmcLayout.state(after) == MpmcLayout.FULL) {
                check(published.add(message), "published twice: " + message);
            } else if (leaves && state == MpmcLayout.FULL) {
                check(published.contains(message), "not published: " + message);
                check(released.add(message), "released twice: " + message);
            }
        }

        private void checkEnd() {
            check(leftInPeace == 0 || isOver(), "published=" + published + " released=" + released);
        }
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
