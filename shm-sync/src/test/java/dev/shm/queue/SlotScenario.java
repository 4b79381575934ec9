package dev.shm.queue;

import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.memory.MappedBuffer;
import dev.shm.wait.Deadline;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Producers and consumers that wait for each other. Checked at each store of a ticket: what comes
 * in is whole and new, and what goes out is the one whose turn it is. Consumers stay until all that
 * can come has gone out; nobody sleeps for ever. Whoever is interrupted in a wait, or runs out of
 * time, tries again, or leaves for good if it is a consumer that others replace. Somebody may shut
 * the queue down: nothing comes in any more, and what is dropped then goes out to nobody.
 */
final class SlotScenario implements Scenario {
    private static final int BYTES = 2 * Long.BYTES;
    private static final int INTERRUPTED = Integer.MIN_VALUE;

    /**
     * How large it is. Participants have one thread each.
     *
     * @param kind of the order
     * @param capacity for so many
     * @param producers each with a participant of its own
     * @param items of each producer
     * @param consumers each with a participant of its own
     * @param manner how they go about it
     */
    record Size(Kind kind, int capacity, int producers, int items, int consumers, Manner manner) {
        Size(Kind kind, int capacity, int producers, int items, int consumers) {
            this(kind, capacity, producers, items, consumers, Manner.WAITING);
        }

        Size in(Manner other) {
            return new Size(kind, capacity, producers, items, consumers, other);
        }
    }

    /** How participants go about it. */
    enum Manner {
        WAITING,
        /** They wait only after an attempt that came to nothing. */
        TRYING,
        /** They wait; one more shuts the queue down. */
        SHUTTING_DOWN,
        /** They wait; one more shuts the queue down, and drops what is in it. */
        SHUTTING_DOWN_NOW
    }

    private final Size size;
    private final SlotFault fault;
    private final TickPolicy ticks;

    SlotScenario(Size size, SlotFault fault, TickPolicy ticks) {
        this.size = size;
        this.fault = fault;
        this.ticks = ticks;
    }

    @Override
    public void build(World world) {
        new Play(world).build();
    }

    /** One execution. Its fields are seen from outside: an instant here is between two accesses. */
    private final class Play {
        private final World world;
        private final SlotLayout layout = new SlotLayout(size.capacity(), BYTES);
        private final Waiter waiter;
        private final AtomicBuffer buffer;

        private final Set<Integer> producing = new HashSet<>();
        private final Set<Integer> consuming = new HashSet<>();

        /** The tickets after the last store. */
        private final long[] tickets = new long[size.capacity()];

        private final Set<Long> accepted = new HashSet<>();
        private final Set<Long> removed = new HashSet<>();
        private final Set<Long> dropped = new HashSet<>();
        private final Set<Long> received = new HashSet<>();

        /** Whether somebody is still to shut the queue down. */
        private boolean shuts = size.manner().compareTo(Manner.SHUTTING_DOWN) >= 0;

        /** What is to be taken by those who have not left yet; where it ends by a shutdown, any. */
        private int due = shuts ? Integer.MAX_VALUE : size.producers() * size.items();

        /** Consumers that are about to take one of those. */
        private final Set<Integer> taking = new HashSet<>();

        /** How many times the table has become empty, and full. */
        private int empties;

        private int fulls;
        private int shutter; // its tag

        Play(World world) {
            this.world = world;
            SlotFault.Injector injector = fault.new Injector(layout, world.waiter());
            this.waiter = injector.waiter();
            this.buffer = injector.over(world.buffer());
        }

        void build() {
            layout.initialize(world.memory());
            world.onStore(this::look);
            for (int p = 0; p < size.producers(); p++) {
                Participant participant = world.join();
                SlotCore core = core(participant);
                producing.add(participant.tag());
                participant.thread(() -> produce(core, participant.tag()));
            }
            for (int c = 0; c < size.consumers(); c++) {
                Participant participant = world.join();
                SlotCore core = core(participant);
                consuming.add(participant.tag());
                participant.thread(() -> consume(core, participant.tag()));
            }
            if (shuts) {
                Participant participant = world.join();
                SlotCore core = core(participant);
                shutter = participant.tag();
                participant.thread(() -> shutdown(core));
            }
            world.onDeath(
                    participant -> {
                        producing.remove(participant.tag());
                        consuming.remove(participant.tag());
                        due += taking.remove(participant.tag()) ? 1 : 0;
                        shuts &= participant.tag() != shutter;
                    });
            world.atEnd(this::checkEnd);
        }

        private SlotCore core(Participant participant) {
            return new SlotCore(
                    buffer,
                    new SlotTable(buffer, layout, size.kind().order()),
                    new RobustMutex(
                            buffer, SlotLayout.MUTEX, participant.liveness(), waiter, ticks, 0),
                    participant.liveness(),
                    waiter,
                    ticks);
        }

        private void produce(SlotCore core, int me) {
            MappedBuffer message = new MappedBuffer(ByteBuffer.allocateDirect(BYTES));
            int put = 0;
            for (int item = 0; put != SlotCore.NEVER && item < size.items(); item++) {
                long number = me * 100L + item;
                message.putLong(0, number);
                message.putLong(Long.BYTES, ~number);
                put = size.manner() == Manner.TRYING ? offer(core, message) : SlotCore.NOT_NOW;
                while (put == SlotCore.NOT_NOW && !nobodyTakes()) {
                    put = put(core, message);
                }
                check(put >= 0 == accepted.contains(number), "put=" + put + ": " + number);
                check(put != SlotCore.NEVER || isShut(), "never, but open");
            }
            producing.remove(me);
        }

        private int put(SlotCore core, MappedBuffer message) {
            Deadline patience = fault.distort(world.deadline(this::nobodyTakes));
            try {
                int put = core.put(priority(message.getLong(0)), message, BYTES, patience);
                check(put != SlotCore.NOT_NOW || world.isExpired(), "there was time left");
                return put;
            } catch (InterruptedException again) {
                return SlotCore.NOT_NOW;
            }
        }

        private int offer(SlotCore core, MappedBuffer message) {
            int before = isUsed(tickets.length) ? -1 : fulls;
            int put = core.offer(priority(message.getLong(0)), message, BYTES);
            check(put != SlotCore.NOT_NOW || fulls > before, "no space, but there was");
            return put;
        }

        private void consume(SlotCore core, int me) {
            MappedBuffer message = new MappedBuffer(ByteBuffer.allocateDirect(BYTES));
            boolean stays = true;
            int taken = 0;
            while (stays && due > 0 && !nobodyPuts()) {
                due--;
                taking.add(me);
                boolean tries = size.manner() == Manner.TRYING && taken >= 0;
                taken = tries ? poll(core, message) : take(core, message);
                due += taken < 0 ? 1 : 0;
                taking.remove(me);
                if (taken >= 0) {
                    receive(taken, message);
                } else {
                    stays = taken != SlotCore.NEVER && (tries || consuming.size() == 1);
                }
            }
            consuming.remove(me);
        }

        private int take(SlotCore core, MappedBuffer message) {
            Deadline patience = fault.distort(world.deadline(this::nobodyPuts));
            try {
                int taken = core.take(message, patience);
                check(taken != SlotCore.NOT_NOW || world.isExpired(), "there was time left");
                check(taken != SlotCore.NEVER || isShut() && isUsed(0), "never, but there is more");
                return fault.forgetsIfInterrupted() ? INTERRUPTED : taken;
            } catch (InterruptedException leaves) {
                return INTERRUPTED;
            }
        }

        private int poll(SlotCore core, MappedBuffer message) {
            int before = isUsed(0) ? -1 : empties;
            int taken = fault == SlotFault.NOT_LOOKED ? SlotCore.NOT_NOW : core.poll(message);
            check(taken != SlotCore.NOT_NOW || empties > before, "no item, but there was");
            return taken;
        }

        private void shutdown(SlotCore core) {
            boolean now = size.manner() == Manner.SHUTTING_DOWN_NOW;
            core.shutdown(now);
            shuts = false;
            check(isShut(), "shut down, but open");
            check(!now || isUsed(0), "shut down, but not empty");
        }

        private boolean isShut() {
            return phase() != SlotLayout.OPEN;
        }

        private int phase() {
            return world.memory().getInt(SlotLayout.PHASE);
        }

        /** Whether so many slots are in use. */
        private boolean isUsed(int slots) {
            return Arrays.stream(tickets).filter(ticket -> ticket != 0).count() == slots;
        }

        private void receive(int taken, MappedBuffer message) {
            check(taken == BYTES, "length=" + taken);
            long number = message.getLong(0);
            check(message.getLong(Long.BYTES) == ~number, "torn: " + number);
            check(removed.contains(number), "not removed: " + number);
            check(received.add(number), "taken twice: " + number);
        }

        /** The producers are dead or through, and all that came in is gone. */
        private boolean nobodyPuts() {
            return world.deaths() > 0 && producing.isEmpty() && !shuts && isUsed(0);
        }

        private boolean nobodyTakes() {
            return consuming.isEmpty() && !shuts;
        }

        private static long priority(long number) {
            return -(number % 100 / 2); // two and two are the same, later ones are more urgent
        }

        /** Looks after each store what has become of the tickets. */
        private void look() {
            for (int slot = 0; slot < tickets.length; slot++) {
                long before = tickets[slot];
                long now = world.memory().getLong(layout.slot(slot));
                if (now != before) {
                    stored(slot, before, now);
                    tickets[slot] = now;
                    empties += isUsed(0) ? 1 : 0;
                    fulls += isUsed(tickets.length) ? 1 : 0;
                }
            }
        }

        private void stored(int slot, long before, long now) {
            int at = layout.slot(slot) + SlotLayout.SLOT_PAYLOAD;
            long number = world.memory().getLong(at);
            check(before == 0 || now == 0, "from " + before + " to " + now);
            if (now != 0) {
                check(world.memory().getLong(at + Long.BYTES) == ~number, "torn: " + number);
                check(accepted.add(number), "accepted twice: " + number);
                check(!isShut(), "accepted after the shutdown: " + number);
            } else if (phase() == SlotLayout.EMPTIED) {
                check(dropped.add(number), "dropped twice: " + number);
            } else {
                check(slot == nextInTurn(), "out of turn: " + number);
                check(removed.add(number), "removed twice: " + number);
            }
        }

        private int nextInTurn() {
            Comparator<Integer> newest = Comparator.comparingLong(slot -> -tickets[slot]);
            Comparator<Integer> least =
                    Comparator.<Integer>comparingLong(slot -> priorityIn(slot))
                            .thenComparingLong(slot -> tickets[slot]);
            return IntStream.range(0, tickets.length)
                    .boxed()
                    .filter(slot -> tickets[slot] != 0)
                    .min(size.kind() == Kind.STACK ? newest : least)
                    .orElseThrow();
        }

        private long priorityIn(int slot) {
            return world.memory().getLong(layout.slot(slot) + SlotLayout.SLOT_PRIORITY);
        }

        /** With a death, whoever was left has waited until this was so. */
        private void checkEnd() {
            check(
                    world.deaths() > 0 || due > 0 || isUsed(0),
                    "accepted=" + accepted + " removed=" + removed);
            check(
                    removed.size() <= received.size() + world.deaths(),
                    "removed=" + removed + " received=" + received);
        }
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
