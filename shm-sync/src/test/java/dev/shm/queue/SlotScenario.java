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
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Producers and consumers that wait for each other. Checked at each store of a ticket: what comes
 * in is whole and new, and what goes out is the one whose turn it is. Consumers stay until all that
 * can come has gone out; nobody sleeps for ever.
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
     */
    record Size(Kind kind, int capacity, int producers, int items, int consumers) {}

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
        private final Set<Long> received = new HashSet<>();

        /** What is to be taken by those who have not left yet. */
        private int due = size.producers() * size.items();

        /** Consumers that are about to take one of those. */
        private final Set<Integer> taking = new HashSet<>();

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
            world.onDeath(
                    participant -> {
                        producing.remove(participant.tag());
                        consuming.remove(participant.tag());
                        due += taking.remove(participant.tag()) ? 1 : 0;
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
            Deadline patience = Deadline.never().unless(this::nobodyTakes);
            for (int item = 0; item < size.items(); item++) {
                long number = me * 100L + item;
                message.putLong(0, number);
                message.putLong(Long.BYTES, ~number);
                int put = SlotCore.NOT_NOW;
                while (put == SlotCore.NOT_NOW && !nobodyTakes()) {
                    put = put(core, message, patience);
                }
                check(
                        put == SlotCore.NOT_NOW || accepted.contains(number),
                        "put, and not there: " + number);
            }
            producing.remove(me);
        }

        private int put(SlotCore core, MappedBuffer message, Deadline patience) {
            long number = message.getLong(0);
            try {
                return core.put(priority(number), message, BYTES, patience);
            } catch (InterruptedException again) {
                return SlotCore.NOT_NOW;
            }
        }

        private void consume(SlotCore core, int me) {
            MappedBuffer message = new MappedBuffer(ByteBuffer.allocateDirect(BYTES));
            Deadline patience = Deadline.never().unless(this::nobodyPuts);
            boolean stays = true;
            while (stays && due > 0 && !nobodyPuts()) {
                due--;
                taking.add(me);
                int taken = take(core, message, patience);
                stays = taken != INTERRUPTED;
                due += taken < 0 ? 1 : 0;
                taking.remove(me);
                if (taken >= 0) {
                    receive(taken, message);
                }
            }
            consuming.remove(me);
        }

        private int take(SlotCore core, MappedBuffer message, Deadline patience) {
            try {
                int taken = core.take(message, patience);
                check(taken >= 0 || nobodyPuts(), "gave up: " + taken);
                return taken;
            } catch (InterruptedException leaves) {
                return INTERRUPTED;
            }
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
            return world.deaths() > 0 && producing.isEmpty() && removed.containsAll(accepted);
        }

        private boolean nobodyTakes() {
            return consuming.isEmpty();
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
                    world.deaths() > 0 || due > 0 || removed.containsAll(accepted),
                    "accepted=" + accepted + " removed=" + removed);
        }
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
