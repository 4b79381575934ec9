package dev.shm.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.shm.memory.StressMemory;
import dev.shm.testing.EverybodyLives;
import dev.shm.wait.Waiter;
import org.agrona.concurrent.AtomicBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * What two participants of an {@link MpmcRing} of two places see of each other. A class whose name
 * ends with Fault has one line of the protocol undone, and must fail.
 */
public final class MpmcRingStress {
    private static final int CAPACITY = 2;
    private static final MpmcLayout LAYOUT = new MpmcLayout(CAPACITY, Long.BYTES, 3);

    private MpmcRingStress() {}

    /** A ring with two participants, and a third one for before and after. */
    public static class Ring implements Waiter {
        final AtomicBuffer memory;
        final MpmcCore one;
        final MpmcCore other;
        final MpmcCore third;
        int wakes; // of a single actor

        Ring(MpmcFault fault, int messages) {
            AtomicBuffer real = StressMemory.take(LAYOUT.bytes());
            MpmcCore.initialize(real, LAYOUT, 0);
            memory = fault.inject(real, LAYOUT, this);
            one = core(memory, 1);
            other = core(memory, 2);
            third = core(real, 3);
            for (int i = 1; i <= messages; i++) {
                offer(third, i);
            }
        }

        private MpmcCore core(AtomicBuffer buffer, int self) {
            return new MpmcCore(buffer, buffer, LAYOUT, new EverybodyLives(self), this);
        }

        @Override
        public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void wake(AtomicBuffer buffer, int index, int count) {
            wakes++;
        }

        final boolean offer(MpmcCore core, int number) {
            long claim = core.claim();
            if (MpmcCore.isNothing(claim)) {
                return false;
            }
            memory.putLong(core.message(claim) + MpmcLayout.PAYLOAD, number);
            core.publish(claim);
            return true;
        }

        /** The number that was taken; 0 if there is none. */
        final int poll(MpmcCore core) {
            long claim = core.take();
            if (MpmcCore.isNothing(claim)) {
                return 0;
            }
            int number = read(core, claim);
            core.release(claim);
            return number;
        }

        final int read(MpmcCore core, long claim) {
            return (int) memory.getLong(core.message(claim) + MpmcLayout.PAYLOAD);
        }

        /** All that is left, as one number. */
        final int drain() {
            int all = 0;
            for (int next = poll(third); next != 0; next = poll(third)) {
                all = 10 * all + next;
            }
            return all;
        }
    }

    /** Two messages. */
    @JCStressTest
    @State
    @Outcome(
            id = {"0, 0", "0, 1", "1, 0", "1, 2"},
            expect = ACCEPTABLE,
            desc = "what is there, in order")
    @Outcome(expect = FORBIDDEN, desc = "torn, or out of order")
    public static class Publish extends Ring {
        public Publish() {
            super(MpmcFault.NONE, 0);
        }

        @Actor
        public void produce() {
            offer(one, 1);
            offer(one, 2);
        }

        @Actor
        public void consume(II_Result result) {
            result.r1 = poll(other);
            result.r2 = poll(other);
        }
    }

    /** Two producers. */
    @JCStressTest
    @State
    @Outcome(
            id = {"1, 1, 12", "1, 1, 21"},
            expect = ACCEPTABLE,
            desc = "both messages")
    @Outcome(expect = FORBIDDEN, desc = "lost, or twice")
    public static class TwoProducers extends Ring {
        public TwoProducers() {
            this(MpmcFault.NONE);
        }

        TwoProducers(MpmcFault fault) {
            super(fault, 0);
        }

        @Actor
        public void one(III_Result result) {
            result.r1 = offer(one, 1) ? 1 : 0;
        }

        @Actor
        public void other(III_Result result) {
            result.r2 = offer(other, 2) ? 1 : 0;
        }

        @Arbiter
        public void drain(III_Result result) {
            result.r3 = drain();
        }
    }

    /** The tail is read, compared and written in three steps. */
    @JCStressTest
    @State
    @Outcome(
            id = {"1, 1, 12", "1, 1, 21"},
            expect = ACCEPTABLE,
            desc = "both messages")
    @Outcome(expect = FORBIDDEN, desc = "lost, or twice")
    public static class TornClaimFault extends TwoProducers {
        public TornClaimFault() {
            super(MpmcFault.CLAIM_NOT_ATOMIC);
        }

        @Actor
        @Override
        public void one(III_Result result) {
            super.one(result);
        }

        @Actor
        @Override
        public void other(III_Result result) {
            super.other(result);
        }

        @Arbiter
        @Override
        public void drain(III_Result result) {
            super.drain(result);
        }
    }

    /** Two consumers and one message. */
    @JCStressTest
    @State
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "one of them has it")
    @Outcome(expect = FORBIDDEN, desc = "lost, or twice")
    public static class TwoConsumers extends Ring {
        public TwoConsumers() {
            super(MpmcFault.NONE, 1);
        }

        @Actor
        public void one(II_Result result) {
            result.r1 = poll(one);
        }

        @Actor
        public void other(II_Result result) {
            result.r2 = poll(other);
        }
    }

    /** The ring is full: the third message goes where the first one is read. */
    @JCStressTest
    @State
    @Outcome(id = "1, 0, 2", expect = ACCEPTABLE, desc = "still full")
    @Outcome(id = "1, 1, 23", expect = ACCEPTABLE, desc = "room for one")
    @Outcome(expect = FORBIDDEN, desc = "torn, lost, or out of order")
    public static class Reuse extends Ring {
        public Reuse() {
            super(MpmcFault.NONE, CAPACITY);
        }

        @Actor
        public void produce(III_Result result) {
            result.r2 = offer(one, 3) ? 1 : 0;
        }

        @Actor
        public void consume(III_Result result) {
            result.r1 = poll(other);
        }

        @Arbiter
        public void drain(III_Result result) {
            result.r3 = drain();
        }
    }

    /** A message is released before it is read. */
    @JCStressTest
    @State
    @Outcome(id = "1, 0, 2", expect = ACCEPTABLE, desc = "still full")
    @Outcome(id = "1, 1, 23", expect = ACCEPTABLE, desc = "room for one")
    @Outcome(expect = FORBIDDEN, desc = "torn, lost, or out of order")
    public static class ReleasedFirstFault extends Ring {
        public ReleasedFirstFault() {
            super(MpmcFault.NONE, CAPACITY);
        }

        @Actor
        public void produce(III_Result result) {
            result.r2 = offer(one, 3) ? 1 : 0;
        }

        @Actor
        public void consume(III_Result result) {
            long claim = other.take();
            other.release(claim);
            result.r1 = read(other, claim);
        }

        @Arbiter
        public void drain(III_Result result) {
            result.r3 = drain();
        }
    }

    /** Who announces itself and finds nothing is woken, or knows that a claim is under way. */
    @JCStressTest
    @State
    @Outcome(
            id = {"1, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "it found the message")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "it is woken")
    @Outcome(
            id = {"2, 0", "2, 1"},
            expect = ACCEPTABLE,
            desc = "it sleeps for a short time")
    @Outcome(expect = FORBIDDEN, desc = "it sleeps, and nobody wakes it")
    public static class Announce extends Ring {
        private final MpmcSleepers sleepers = new MpmcSleepers(memory, this);

        public Announce() {
            super(MpmcFault.NONE, 0);
        }

        @Actor
        public void produce(II_Result result) {
            offer(one, 1);
            result.r2 = wakes;
        }

        @Actor
        public void consume(II_Result result) {
            sleepers.announce(MpmcLayout.TAIL);
            result.r1 = poll(other) != 0 ? 1 : other.size() > 0 ? 2 : 0;
        }
    }

    /** Who sleeps looks first, and announces itself then. */
    @JCStressTest
    @State
    @Outcome(
            id = {"1, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "it found the message")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "it is woken")
    @Outcome(
            id = {"2, 0", "2, 1"},
            expect = ACCEPTABLE,
            desc = "it sleeps for a short time")
    @Outcome(expect = FORBIDDEN, desc = "it sleeps, and nobody wakes it")
    public static class NotLookedAgainFault extends Ring {
        private final MpmcSleepers sleepers = new MpmcSleepers(memory, this);

        public NotLookedAgainFault() {
            super(MpmcFault.NONE, 0);
        }

        @Actor
        public void produce(II_Result result) {
            offer(one, 1);
            result.r2 = wakes;
        }

        @Actor
        public void consume(II_Result result) {
            result.r1 = poll(other) != 0 ? 1 : other.size() > 0 ? 2 : 0;
            sleepers.announce(MpmcLayout.TAIL);
        }
    }

    /** Who is told that the ring is empty and closed is told the truth. */
    @JCStressTest
    @State
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "refused, and there is nothing")
    @Outcome(
            id = {"1, 1", "1, 2"},
            expect = ACCEPTABLE,
            desc = "accepted, and it is there, or its producer is still at work")
    @Outcome(expect = FORBIDDEN, desc = "accepted, and closed for good")
    public static class Close extends Ring {
        public Close() {
            super(MpmcFault.NONE, 0);
        }

        @Actor
        public void produce(II_Result result) {
            result.r1 = offer(one, 1) ? 1 : 0;
        }

        @Actor
        public void close(II_Result result) {
            other.close(false);
            long claim = other.take();
            result.r2 = claim == MpmcCore.CLOSED ? 0 : MpmcCore.isNothing(claim) ? 2 : 1;
        }
    }
}
