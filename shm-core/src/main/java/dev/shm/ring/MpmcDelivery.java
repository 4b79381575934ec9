package dev.shm.ring;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/**
 * A message that was taken from an {@link MpmcRing} and is not acknowledged yet.
 *
 * <pre>{@code
 * MpmcDelivery job = ring.take();
 * work(job.type(), job.buffer(), job.index(), job.length());
 * job.ack();
 * }</pre>
 *
 * <p><b>Threads and processes.</b> Any thread may read it, and one of them ends it.
 *
 * <p><b>Memory effects.</b> What came before offering the message is visible to who has taken it.
 *
 * <p><b>If a process dies.</b> The message is delivered again, and {@link #attempts} is one more. A
 * consumer that dies with the message of another dead one before it has a delivery of it in its
 * hands counts for nothing: a limit of attempts is late by one for each such death.
 */
public final class MpmcDelivery {
    private final MpmcCore core;
    private final AtomicBuffer memory;
    private final long claim;
    private final int message;
    private final int type;
    private final int length;
    private final int attempts;
    private final MpmcHeld.Hold hold;

    MpmcDelivery(MpmcCore core, MpmcHeld held, AtomicBuffer memory, long claim) {
        this.core = core;
        this.memory = memory;
        this.claim = claim;
        this.message = core.message(claim);
        this.length = core.length(message);
        this.type = core.type(message);
        this.attempts = MpmcCore.isAgain(claim) ? core.attempts(claim) : 0;
        this.hold = held.hold(core, claim, () -> core.requeue(claim));
    }

    /**
     * Returns the type of the message.
     *
     * @return as it was offered.
     */
    public int type() {
        return type;
    }

    /**
     * Returns where the message lies.
     *
     * @return the ring's memory, to be read from {@link #index} to {@code index + length}, and not
     *     after the delivery has ended.
     */
    public DirectBuffer buffer() {
        return memory;
    }

    /**
     * Returns where the message begins in the buffer.
     *
     * @return an offset in bytes, a multiple of 8.
     */
    public int index() {
        return message + MpmcLayout.PAYLOAD;
    }

    /**
     * Returns how long the message is.
     *
     * @return bytes, 0 or more.
     */
    public int length() {
        return length;
    }

    /**
     * Counts the deliveries of this message before this one.
     *
     * @return how many consumers died with it or gave it back; 0 as a rule.
     */
    public int attempts() {
        return attempts;
    }

    /**
     * Ends the delivery: the message never comes again, and its place is free.
     *
     * @throws IllegalStateException if the delivery has ended, or the handle or the region was
     *     closed.
     */
    public void ack() {
        end(() -> core.acknowledge(claim));
    }

    /**
     * Gives the message back: it is delivered again, to whoever takes next, before all others.
     *
     * @throws IllegalStateException if the delivery has ended, or the handle or the region was
     *     closed.
     */
    public void requeue() {
        end(() -> core.requeue(claim));
    }

    private void end(Runnable ending) {
        if (!hold.end(ending)) {
            throw new IllegalStateException(
                    this + ": was acknowledged or given back before, or its handle was closed");
        }
    }

    @Override
    public String toString() {
        return "MpmcDelivery[position="
                + MpmcLayout.number(claim)
                + ", type="
                + type
                + ", length="
                + length
                + ", attempts="
                + attempts
                + "]";
    }
}
