package dev.shm.ring;

import dev.shm.explore.Interception;
import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.ring.SpscFault.Tampering;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Two producers and two consumers of one ring: who finds the role taken waits until it is free, or
 * its holder dead. The ring is so small that many records meet its end, and that it is full now and
 * then. The first consumer leaves after a few records.
 *
 * <p>Checked: each role has one holder at a time; no record is torn; they come in their order; none
 * that was accepted is lost; none comes again whose poll had ended, and a successor goes on just
 * where its predecessor had committed.
 */
final class SpscScenario implements Scenario {
    private static final int CAPACITY = 64;
    private static final int BELL = 2048; // rung with every change, for those who would spin
    private static final int RECORDS = 3; // of each producer
    private static final int[] LENGTHS = {8, 3, 16}; // two of them have the same span
    private static final int LONGEST = 16;
    private static final long GARBAGE = 0x5555_5555_5555_5555L;
    private static final int FIRST_CONSUMER_STAYS = 2;
    private static final long A_TICK = 1_000;

    private final SpscFault fault;
    private final boolean batches;

    /* What must be so, seen from outside; an instant here is the time between two accesses. */
    private final List<Integer> attempted = new ArrayList<>();
    private final List<Integer> accepted = new ArrayList<>();
    private final List<Integer> delivered = new ArrayList<>(); // at their first time
    private final Map<Long, Integer> byPosition = new HashMap<>();
    private final Set<Long> ended = new HashSet<>();
    private final Set<Integer> producersLeft = new HashSet<>();
    private final Set<Integer> consumersLeft = new HashSet<>();
    private int producing; // the tag of who has the role
    private int consuming;
    private boolean drained;

    SpscScenario(SpscFault fault, boolean batches) {
        this.fault = fault;
        this.batches = batches;
    }

    @Override
    public void build(World world) {
        for (int i = 0; i < 2; i++) {
            int firstValue = 1 + i * RECORDS;
            Participant me = world.join();
            producersLeft.add(me.tag());
            me.thread(() -> produce(world, me, firstValue));
        }
        for (int i = 0; i < 2; i++) {
            int most = i == 0 ? FIRST_CONSUMER_STAYS : Integer.MAX_VALUE;
            Participant me = world.join();
            consumersLeft.add(me.tag());
            me.thread(() -> consume(world, me, most));
        }
        world.onDeath(dead -> gone(dead.tag()));
        world.atEnd(this::checkEnd);
    }

    private void gone(int tag) {
        producersLeft.remove(tag);
        consumersLeft.remove(tag);
        producing = producing == tag ? 0 : producing;
        consuming = consuming == tag ? 0 : consuming;
    }

    private void produce(World world, Participant me, int firstValue) {
        Tampering tampering = new Tampering(fault);
        AtomicBuffer buffer = Interception.of(world.buffer(), tampering);
        Role role = take(world, me, SpscLayout.PRODUCER);
        check(producing == 0, "two producers");
        producing = me.tag();
        tampering.opens(true);
        SpscWriter writer = new SpscWriter(buffer, CAPACITY);
        tampering.opens(false);
        for (int i = 0; i < RECORDS; i++) {
            put(world, buffer, writer, firstValue + i, LENGTHS[i]);
        }
        writer.flush();
        for (int i = 0; batches && i < RECORDS; i++) {
            accepted.add(firstValue + i);
        }
        ring(world);
        writer.close();
        gone(me.tag());
        role.release();
        ring(world);
    }

    private void put(World world, AtomicBuffer buffer, SpscWriter writer, int value, int length) {
        AtomicBuffer source = TestRings.bytes("-".repeat(length));
        source.setMemory(0, length, (byte) value);
        attempted.add(value);
        while (true) {
            int bell = bell(world);
            long published = writer.position();
            if (batches
                    ? append(writer, source, value)
                    : put(world, writer, buffer, source, value)) {
                break;
            }
            if (consumersLeft.isEmpty()) {
                return; // nobody makes room any more
            }
            if (writer.position() != published) {
                ring(world); // what was appended is there now
            } else {
                await(world, bell);
            }
        }
        if (!batches) {
            accepted.add(value);
            ring(world);
        }
    }

    private static boolean append(SpscWriter writer, AtomicBuffer source, int value) {
        return source.capacity() == Long.BYTES && value < RECORDS
                ? writer.appendLong(value, source.getLong(0))
                : writer.append(value, source, 0, source.capacity());
    }

    /**
     * A number of the first producer as such; else every other record by a claim, after a longer
     * one that is given up.
     */
    private static boolean put(
            World world, SpscWriter writer, AtomicBuffer buffer, AtomicBuffer source, int value) {
        int length = source.capacity();
        if (length == Long.BYTES && value < RECORDS) {
            return writer.offerLong(value, source.getLong(0));
        }
        if (value % 2 == 1) {
            return writer.offer(value, source, 0, length);
        }
        int index = writer.tryClaim(value, LONGEST);
        if (index >= 0) {
            world.buffer().putLong(index + 8, GARBAGE); // where the next header may be
            writer.abort(index);
            index = writer.tryClaim(value, length);
            buffer.putBytes(index, source, 0, length);
            writer.commit(index);
        }
        return index >= 0;
    }

    private void consume(World world, Participant me, int most) {
        Role role = take(world, me, SpscLayout.CONSUMER);
        check(consuming == 0, "two consumers");
        consuming = me.tag();
        boolean[] frees = {false};
        AtomicBuffer watched =
                Interception.of(
                        world.buffer(),
                        (target, method, arguments) -> {
                            frees[0] |= isStoreOfHead(method, arguments);
                            return Interception.proceed(target, method, arguments);
                        });
        AtomicBuffer buffer = Interception.of(watched, new Tampering(fault));
        SpscReader reader = new SpscReader(buffer, CAPACITY);
        long committed = world.memory().getLong(SpscLayout.COMMIT);
        check(reader.position() == committed, "goes on at " + reader.position());
        int read = 0;
        while (read < most) {
            int bell = bell(world);
            boolean last = producersLeft.isEmpty();
            frees[0] = false;
            List<Long> positions = new ArrayList<>();
            int now =
                    reader.poll(
                            (type, data, index, length) -> {
                                check(consuming == me.tag(), "reads without the role");
                                positions.add(reader.position());
                                deliver(reader.position(), type, data, index, length);
                            },
                            2);
            ended.addAll(positions);
            read += now;
            if (frees[0]) {
                ring(world);
            }
            if (now == 0 && last) {
                drained = true;
                break;
            }
            if (now == 0) {
                await(world, bell);
            }
        }
        reader.free();
        gone(me.tag());
        role.release();
        ring(world);
    }

    private static boolean isStoreOfHead(Method method, Object[] arguments) {
        return method.getName().startsWith("put") && arguments[0].equals(SpscLayout.HEAD);
    }

    private void deliver(long position, int value, DirectBuffer data, int index, int length) {
        check(attempted.contains(value), "value=" + value + " was never offered");
        check(length == LENGTHS[(value - 1) % RECORDS], "length=" + length + " value=" + value);
        for (int i = 0; i < length; i++) {
            check(data.getByte(index + i) == value, "torn: value=" + value);
        }
        check(!ended.contains(position), "comes again: value=" + value + " at " + position);
        Integer before = byPosition.put(position, value);
        if (before == null) {
            int order = delivered.isEmpty() ? -1 : order(delivered.get(delivered.size() - 1));
            check(order(value) > order, "value=" + value + " after " + delivered);
            delivered.add(value);
        } else {
            check(before == value, "value=" + value + " where there was " + before);
        }
    }

    private int order(int value) {
        return attempted.indexOf(value);
    }

    private Role take(World world, Participant me, int word) {
        Role role = new Role(world.buffer(), word, fault.liveness(me.liveness()));
        int bell = bell(world);
        while (role.tryTake() != 0) {
            await(world, bell);
            bell = bell(world);
        }
        return role;
    }

    private void checkEnd() {
        if (drained) {
            check(
                    delivered.containsAll(accepted),
                    "accepted=" + accepted + " delivered=" + delivered);
        }
        check(drained || consumersLeft.isEmpty(), "a consumer is left");
        check(producersLeft.isEmpty(), "a producer is left");
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
