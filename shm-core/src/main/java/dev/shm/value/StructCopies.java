package dev.shm.value;

import dev.shm.memory.KillPoint;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/**
 * The two copies of a struct's record and the commit word that says which of them counts.
 *
 * <p><b>Threads and processes.</b> Any number of readers and writers. Writers exclude one another,
 * readers exclude nobody. The threads of one participant share its tag: one of them at a time may
 * be between {@link #claim} and the end of that claim.
 *
 * <p><b>Memory effects.</b> Publishing a record happens-before reading it.
 *
 * <p><b>If a process dies.</b> A reader leaves nothing behind. A writer leaves its claim and a
 * scratch copy in any state: the next writer takes the claim over once the death is certified, and
 * readers go on with the record that was published last.
 */
final class StructCopies {
    /*
     * Overview (the commit word is pictured in StructLayout).
     *
     *   write   claim: CAS (v, c, nobody or a dead writer) -> (v, c, me) (C)
     *           store the whole record into copy 1-c, 8 bytes at a time, each a release store (D)
     *           publish: CAS (v, c, me) -> (v+1, 1-c, nobody) (P)
     *   abort   CAS (v, c, me) -> (v, c, nobody) (A)
     *   read    load the commit word: (v, c, anybody) (R); load copy c, each load an acquire (L);
     *           load the commit word again (V): the record is whole if the version is still v, else again
     *
     * Nothing is torn. (R) reads what some (P) wrote, or a (C) or (A) above it, and acquires: the stores (D)
     * of version v are visible, so no load (L) returns anything older. Only the holder of a claim made at
     * version v stores into copy 1-c, and copy c is stored into only under a claim made at version v+1 or
     * later, which comes after the (P) of v+1. If one load (L) returned such a store (D), which released, that
     * (P) happens before the load, and so before (V), which then reads v+1 or later: the read is repeated.
     * Hence if (V) still finds v, every word was the one of version v. The loads (L) acquire, so (V) cannot
     * be done before them.
     *
     * Claims exclude. Between (C) and (P) or (A) the word changes only by the holder, or by a takeover, which
     * needs the holder's certificate of death; that is final and comes after the holder's last store. So a
     * dead writer's stores come before its successor's, which overwrite them all. Tags never return, so a CAS
     * that expects a tag expects that very participant (no ABA). Our own tag there when we have no claim is
     * what an update of ours left that ended badly, or damage: it excludes nobody.
     *
     * The version alone decides (V). Which copy counts is its last bit, from birth on, and claims change
     * neither: the same version means that no (P) came in between, whoever has claimed, died or aborted.
     *
     * Nothing is stuck. A reader waits for nobody; it repeats only when a record was published meanwhile, so
     * some writer made progress. A writer killed anywhere between (C) and (P) leaves a claim that names it:
     * whoever waits probes it, and takes over. Killed after (P) it leaves nothing. A writer that lives and
     * does not go on, because it is stopped or the word is damaged, is an exception in the end.
     *
     * The version wraps: a reader is fooled if between its (R) and (V) a multiple of 2^33 records, exactly,
     * was published. At ten million records a second it would have to be stopped for 14 minutes and go on
     * at the one right moment in 8.6 billion.
     */

    // How a writer waits for another one: that takes as long as the caller's function.
    private static final long SPINS = 200;
    private static final long YIELDS = 20;
    private static final long MIN_PARK_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long MAX_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final AtomicBuffer buffer;
    private final Liveness liveness;
    private final long waitNanos;
    private final Supplier<IdleStrategy> patience;
    private final int self;
    private final int copy0;
    private final int copy1;
    private final int words;

    /**
     * The copies in a block of memory.
     *
     * @param waitNanos how long to wait for a writer that lives.
     */
    StructCopies(AtomicBuffer buffer, StructSpec spec, Liveness liveness, long waitNanos) {
        this(
                buffer,
                spec,
                liveness,
                waitNanos,
                () -> new BackoffIdleStrategy(SPINS, YIELDS, MIN_PARK_NANOS, MAX_PARK_NANOS));
    }

    /** The same for tests: with another way to wait. */
    StructCopies(
            AtomicBuffer buffer,
            StructSpec spec,
            Liveness liveness,
            long waitNanos,
            Supplier<IdleStrategy> patience) {
        int specBytes = spec.textBytes().length;
        this.buffer = buffer;
        this.liveness = liveness;
        this.waitNanos = waitNanos;
        this.patience = patience;
        this.self = liveness.self();
        this.copy0 = StructLayout.copy0(specBytes);
        this.copy1 = StructLayout.copy1(specBytes, spec.dataBytes());
        this.words = spec.dataBytes() / Long.BYTES;
    }

    /** Copies the published record; returns its version. */
    long read(long[] record) {
        long commit = buffer.getLongAcquire(StructLayout.COMMIT); // (R) pairs with (P)
        while (true) {
            load(StructLayout.current(commit), record); // (L) pairs with (D)
            long again = buffer.getLongAcquire(StructLayout.COMMIT); // (V)
            if (StructLayout.version(again) == StructLayout.version(commit)) {
                return StructLayout.version(commit);
            }
            commit = again;
            Thread.onSpinWait();
        }
    }

    long version() {
        return StructLayout.version(buffer.getLongAcquire(StructLayout.COMMIT));
    }

    /** Waits until no other writer is alive and at work; returns the commit word with our claim. */
    long claim() {
        long commit = buffer.getLongVolatile(StructLayout.COMMIT);
        long claimed = StructLayout.withTag(commit, self);
        if (StructLayout.tag(commit) != 0
                || !buffer.compareAndSetLong(StructLayout.COMMIT, commit, claimed)) { // (C)
            claimed = claimSlowly();
        }
        KillPoint.at("struct.claimed");
        return claimed;
    }

    /** What is published, for the holder of the claim, which alone could change it. */
    void readClaimed(long claimed, long[] record) {
        load(StructLayout.current(claimed), record);
    }

    /** Ends the claim with a new record. */
    void publish(long claimed, long[] record) {
        if (buffer.getLongVolatile(StructLayout.COMMIT) != claimed) {
            throw claimLost(claimed);
        }
        int copy = StructLayout.current(claimed) == 0 ? copy1 : copy0;
        for (int i = 0; i < words; i++) {
            buffer.putLongRelease(copy + i * Long.BYTES, record[i]); // (D) pairs with (L)
            KillPoint.at("struct.stored");
        }
        end(claimed, StructLayout.published(claimed)); // (P) pairs with (R)
        KillPoint.at("struct.published");
    }

    /** Ends the claim without a new record. */
    void abort(long claimed) {
        end(claimed, StructLayout.withTag(claimed, 0)); // (A)
    }

    private void load(int current, long[] record) {
        int copy = current == 0 ? copy0 : copy1;
        for (int i = 0; i < words; i++) {
            record[i] = buffer.getLongAcquire(copy + i * Long.BYTES);
        }
    }

    private void end(long claimed, long commit) {
        if (!buffer.compareAndSetLong(StructLayout.COMMIT, claimed, commit)) {
            throw claimLost(claimed);
        }
    }

    /** Cannot happen to a living participant unless another program writes there. */
    private IllegalStateException claimLost(long claimed) {
        liveness.checkOpen();
        return new IllegalStateException(
                "commit word="
                        + Long.toHexString(buffer.getLongVolatile(StructLayout.COMMIT))
                        + ", expected: "
                        + Long.toHexString(claimed)
                        + "; another program wrote over the claim");
    }

    /** An interrupt does not end the wait; the interrupt status is as before afterwards. */
    private long claimSlowly() {
        Deadline deadline = Deadline.after(waitNanos, TimeUnit.NANOSECONDS);
        IdleStrategy idle = patience.get();
        boolean interrupted = false;
        try {
            while (true) {
                long commit = buffer.getLongVolatile(StructLayout.COMMIT);
                int writer = StructLayout.tag(commit);
                if (writer == 0 || writer == self || liveness.isDead(writer)) {
                    liveness.checkOpen(); // the dead one may be ourselves
                    long claimed = StructLayout.withTag(commit, self);
                    if (buffer.compareAndSetLong(StructLayout.COMMIT, commit, claimed)) { // (C)
                        return claimed;
                    }
                } else {
                    awaitWriter(writer, deadline);
                    idle.idle();
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Finds out whether a writer died; one that lives is waited for, to a limit. */
    private void awaitWriter(int writer, Deadline deadline) {
        liveness.checkOpen();
        liveness.probe(writer);
        if (deadline.isExpired() && !liveness.isDead(writer)) {
            throw new IllegalStateException(
                    "commit word="
                            + Long.toHexString(buffer.getLongVolatile(StructLayout.COMMIT))
                            + ": the writer that it names, tag="
                            + writer
                            + ", lives and does not go on");
        }
    }
}
