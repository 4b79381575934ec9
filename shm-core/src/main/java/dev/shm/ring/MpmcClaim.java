package dev.shm.ring;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/**
 * A place in an {@link MpmcRing} for a message that is being written.
 *
 * <pre>{@code
 * MpmcClaim claim = ring.claim(16);
 * claim.buffer().putLong(claim.index(), id);
 * claim.buffer().putLong(claim.index() + 8, price);
 * claim.commit(QUOTE);
 * }</pre>
 *
 * <p><b>Threads and processes.</b> Any thread may write, and one of them ends the claim. Bytes that
 * are not written are what an earlier message left there.
 *
 * <p><b>Memory effects.</b> What came before the commit is visible to whoever takes the message.
 *
 * <p><b>If a process dies.</b> Its claims are given up, and there are no messages in their places.
 */
public final class MpmcClaim {
    private final MpmcCore core;
    private final MpmcHeld.Hold hold;
    private final AtomicBuffer memory;
    private final long claim;
    private final int message;
    private final int length;

    MpmcClaim(MpmcCore core, MpmcHeld held, AtomicBuffer memory, long claim, int length) {
        this.core = core;
        this.memory = memory;
        this.claim = claim;
        this.message = core.message(claim);
        this.length = length;
        this.hold = held.hold(core, claim, () -> core.end(claim, false));
    }

    /**
     * Returns where to write.
     *
     * @return the ring's memory: outside of {@link #index} to {@code index + length} it is others'.
     */
    public MutableDirectBuffer buffer() {
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
     * @return bytes, as claimed.
     */
    public int length() {
        return length;
    }

    /**
     * Puts the message in.
     *
     * @param type of the message, any number.
     * @throws IllegalStateException if the claim has ended, or the handle or the region was closed.
     */
    public void commit(int type) {
        end(
                () -> {
                    memory.putInt(message + MpmcLayout.LENGTH, length);
                    memory.putInt(message + MpmcLayout.TYPE, type);
                    core.end(claim, true);
                });
    }

    /**
     * Gives the place up: there is no message.
     *
     * @throws IllegalStateException if the claim has ended, or the handle or the region was closed.
     */
    public void abort() {
        end(() -> core.end(claim, false));
    }

    private void end(Runnable ending) {
        if (!hold.end(ending)) {
            throw new IllegalStateException(
                    this + ": was committed or aborted before, or its handle was closed");
        }
    }

    @Override
    public String toString() {
        return "MpmcClaim[position=" + MpmcLayout.number(claim) + ", length=" + length + "]";
    }
}
