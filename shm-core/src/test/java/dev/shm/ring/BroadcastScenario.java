package dev.shm.ring;

import dev.shm.explore.Interception;
import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.ring.BroadcastFault.Tampering;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Transmitters that follow each other, so many that they lap the receivers; one receiver is there
 * from the beginning, and one comes and goes.
 *
 * <p>Checked: no record is torn; a receiver gets records in their order, and none twice; what lies
 * between two of them is counted as lost, and nothing else is; who joins begins at the latest
 * record or the one before it; whoever has seen the end has got the last record.
 */
final class BroadcastScenario implements Scenario {
    private static final int CAPACITY = 128;
    private static final int TRANSMITTERS = 3;
    private static final int RECORDS = 5; // of each transmitter
    private static final int[] LENGTHS = {0, 16, 9, 16, 1}; // a successor begins with a short one
    private static final int JOINS = 3;
    private static final int LONGEST = 24; // with its header
    private static final int BELL = 2048; // rung with every change, for those who would spin
    private static final long A_TICK = 1_000;

    private final BroadcastFault fault;

    /* What must be so, seen from outside; an instant here is the time between two accesses. */
    private final List<Integer> attempted = new ArrayList<>();
    private final NavigableMap<Long, Long> ends = new TreeMap<>(); // by where it starts
    private final Set<Integer> transmittersLeft = new HashSet<>();
    private int transmitting; // the tag of who has the role

    BroadcastScenario(BroadcastFault fault) {
        this.fault = fault;
    }

    @Override
    public void build(World world) {
        for (int i = 0; i < TRANSMITTERS; i++) {
            int firstValue = 1 + i * RECORDS;
            Participant me = world.join();
            transmittersLeft.add(me.tag());
            me.thread(() -> transmit(world, me, firstValue));
        }
        for (int i = 0; i < 2; i++) {
            boolean waits = i == 0;
            Participant me = world.join();
            me.thread(
                    () -> {
                        for (int time = 0; time < (waits ? 1 : JOINS); time++) {
                            receive(world, waits);
                        }
                    });
        }
        world.onDeath(dead -> gone(dead.tag()));
        world.atEnd(() -> check(transmittersLeft.isEmpty(), "a transmitter is left"));
    }

    private void gone(int tag) {
        transmittersLeft.remove(tag);
        transmitting = transmitting == tag ? 0 : transmitting;
    }

    private void transmit(World world, Participant me, int firstValue) {
        int word = CAPACITY + BroadcastLayout.TRANSMITTER;
        Role role = new Role(world.buffer(), word, me.liveness());
        int bell = bell(world);
        while (role.tryTake() != 0) {
            await(world, bell);
            bell = bell(world);
        }
        check(transmitting == 0, "two transmitters");
        transmitting = me.tag();
        Tampering tampering = new Tampering(fault, CAPACITY);
        AtomicBuffer buffer = Interception.of(world.buffer(), tampering);
        tampering.opens(true);
        BroadcastWriter writer = new BroadcastWriter(buffer, CAPACITY);
        tampering.opens(false);
        for (int i = 0; i < RECORDS; i++) {
            int value = firstValue + i;
            int length = length(value);
            AtomicBuffer source = TestRings.bytes("-".repeat(length));
            source.setMemory(0, length, (byte) value);
            attempted.add(value);
            long tail = writer.position();
            long start = toEnd(tail) < span(value) ? tail + toEnd(tail) : tail;
            ends.put(start, start + span(value));
            writer.transmit(value, source, 0, length);
            ring(world);
        }
        gone(me.tag());
        role.release();
        ring(world);
    }

    private static int length(int value) {
        return LENGTHS[(value - 1) % RECORDS];
    }

    private void receive(World world, boolean waits) {
        AtomicBuffer buffer = Interception.of(world.buffer(), new Tampering(fault, CAPACITY));
        long oldest = lastButOne(world.memory().getLong(CAPACITY + BroadcastLayout.TAIL));
        BroadcastReader reader = new BroadcastReader(buffer, CAPACITY);
        check(reader.position() >= oldest, "begins at " + reader.position() + " not " + oldest);
        Received received = new Received(reader);
        while (true) {
            int bell = bell(world);
            boolean last = transmittersLeft.isEmpty();
            long tail = world.memory().getLong(CAPACITY + BroadcastLayout.TAIL);
            int now = reader.poll(received::take, 2);
            check(reader.losses() > 0 == reader.lostBytes() > 0, "losses=" + reader.losses());
            if (now == 0 && (last || !waits)) {
                check(reader.position() >= tail, "ends at " + reader.position() + " of " + tail);
                return;
            }
            if (now == 0) {
                await(world, bell);
            }
        }
    }

    /** Where the last record but one begins. */
    private long lastButOne(long tail) {
        Long last = ends.lowerKey(tail);
        while (last != null && ends.get(last) > tail) {
            last = ends.lowerKey(last); // not transmitted yet, or never
        }
        Long before = last == null ? null : ends.lowerKey(last);
        return before == null ? 0 : before;
    }

    /** What one receiver got. */
    private final class Received {
        private final BroadcastReader reader;
        private int before = -1; // in the order of the attempts
        private long end; // of the record before
        private long lost; // by then

        Received(BroadcastReader reader) {
            this.reader = reader;
            this.end = reader.position();
        }

        void take(int value, DirectBuffer data, int index, int length) {
            int order = attempted.indexOf(value);
            check(order > before, "value=" + value + " after " + before + " in " + attempted);
            before = order;
            check(length == length(value), "length=" + length + " value=" + value);
            for (int i = 0; i < length; i++) {
                check(data.getByte(index + i) == value, "torn: value=" + value);
            }
            long start = reader.position() - span(value);
            long uncounted = start - end - (reader.lostBytes() - lost);
            check(
                    uncounted == 0 || uncounted == toEnd(end) && uncounted < LONGEST,
                    "bytes=" + uncounted + " are missing before value=" + value);
            end = reader.position();
            lost = reader.lostBytes();
        }
    }

    private static int span(int value) {
        return BroadcastLayout.span(BroadcastLayout.HEADER + length(value));
    }

    private static long toEnd(long position) {
        return CAPACITY - position % CAPACITY;
    }

    private static int bell(World world) {
        return world.memory().getInt(BELL);
    }

    private static void ring(World world) {
        world.point("ring"); // nobody who sees the bell rung misses what was stored before
        world.memory().putInt(BELL, bell(world) + 1);
        world.waiter().wakeAll(world.buffer(), BELL);
    }

    private static void await(World world, int bell) {
        world.waiter().await(world.buffer(), BELL, bell, A_TICK);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
