package dev.shm.ring;

import dev.shm.wait.Liveness;
import org.agrona.concurrent.AtomicBuffer;

/** The two sides of a ring over any memory, without a region: for scenarios of other packages. */
public final class BareRing {
    /** Where the head is stored: the room that is the producer's again. */
    public static final int HEAD = SpscLayout.HEAD;

    /** Where the records begin, each with its header. */
    public static final int DATA = SpscLayout.DATA;

    private static final int AT_ONCE = 0; // whose threads close themselves what they use

    private BareRing() {}

    /**
     * The longest payload of a record.
     *
     * @param capacity of the data in bytes
     * @return bytes
     */
    public static int maxLength(int capacity) {
        return SpscLayout.maxLength(capacity);
    }

    /**
     * Takes the producer's role.
     *
     * @param memory of the ring, from its beginning
     * @param liveness of who takes it
     * @param capacity of the data in bytes
     * @return the producer
     */
    public static SpscProducer producer(AtomicBuffer memory, Liveness liveness, int capacity) {
        Role role = take(memory, SpscLayout.PRODUCER, liveness);
        SpscWriter writer = new SpscWriter(memory, capacity);
        return new SpscProducer("bare", memory, role, writer, guard("producer"));
    }

    /**
     * Takes the consumer's role.
     *
     * @param memory of the ring, from its beginning
     * @param liveness of who takes it
     * @param capacity of the data in bytes
     * @return the consumer
     */
    public static SpscConsumer consumer(AtomicBuffer memory, Liveness liveness, int capacity) {
        Role role = take(memory, SpscLayout.CONSUMER, liveness);
        SpscReader reader = new SpscReader(memory, capacity);
        return new SpscConsumer("bare", role, reader, guard("consumer"));
    }

    private static Role take(AtomicBuffer memory, int word, Liveness liveness) {
        Role role = new Role(memory, word, liveness);
        int holder = role.tryTake();
        if (holder != 0) {
            throw new AssertionError("the role is taken by " + holder);
        }
        return role;
    }

    private static RoleGuard guard(String role) {
        return new RoleGuard("ring=bare: this " + role, () -> false, AT_ONCE);
    }
}
