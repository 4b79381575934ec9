package dev.shm.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.shm.explore.Interception;
import dev.shm.memory.MappedBuffer;
import dev.shm.memory.StressMemory;
import org.agrona.concurrent.AtomicBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * What a receiver reads from a {@link Broadcast} is whole, though the transmitter waits for nobody.
 * A class whose name ends with Fault has one line of the protocol undone, and must fail.
 */
public final class BroadcastStress {
    private static final int CAPACITY = BroadcastLayout.MIN_CAPACITY;
    private static final int LAP = 5; // records, and some padding

    private BroadcastStress() {}

    /** A broadcast with one receiver, which comes before the first record. */
    public static class Channel extends NumberedRecords {
        private final BroadcastWriter writer;
        private final BroadcastReader reader;

        Channel(BroadcastFault fault, int records) {
            MappedBuffer memory = StressMemory.take(BroadcastLayout.bytes(CAPACITY));
            AtomicBuffer tampered =
                    fault == BroadcastFault.NONE
                            ? memory
                            : Interception.of(
                                    memory, new BroadcastFault.Tampering(fault, CAPACITY));
            writer = new BroadcastWriter(tampered, CAPACITY);
            reader = new BroadcastReader(memory, CAPACITY);
            for (int i = 1; i <= records; i++) {
                transmit(i, LONG);
            }
        }

        final void transmit(int which, int length) {
            writer.transmit(1, record(which), 0, length);
        }

        /** The number of the next record; 0 if there is none. */
        final int poll() {
            number = 0;
            reader.poll(this, 1);
            return number;
        }

        final int losses() {
            return (int) reader.losses();
        }
    }

    /** Two records, the second longer than the first. */
    @JCStressTest
    @State
    @Outcome(
            id = {"0, 0", "0, 1", "1, 0", "1, 2"},
            expect = ACCEPTABLE,
            desc = "what is there, in order")
    @Outcome(expect = FORBIDDEN, desc = "torn, or out of order")
    public static class Publish extends Channel {
        public Publish() {
            super(BroadcastFault.NONE, 0);
        }

        @Actor
        public void transmit() {
            transmit(1, SHORT);
            transmit(2, LONG);
        }

        @Actor
        public void receive(II_Result result) {
            result.r1 = poll();
            result.r2 = poll();
        }
    }

    /** The record behind a whole lap goes where the first one is read. */
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the first one, whole")
    @Outcome(
            id = {"5, 1", "6, 1"},
            expect = ACCEPTABLE,
            desc = "the first one is lost, the latest one is not")
    @Outcome(expect = FORBIDDEN, desc = "torn, or lost without being counted")
    public static class Overtake extends Channel {
        public Overtake() {
            this(BroadcastFault.NONE);
        }

        Overtake(BroadcastFault fault) {
            super(fault, LAP);
        }

        @Actor
        public void transmit() {
            transmit(LAP + 1, LONG);
        }

        @Actor
        public void receive(II_Result result) {
            result.r1 = poll();
            result.r2 = losses();
        }
    }

    /** Nobody is told what is about to be written over. */
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the first one, whole")
    @Outcome(
            id = {"5, 1", "6, 1"},
            expect = ACCEPTABLE,
            desc = "the first one is lost, the latest one is not")
    @Outcome(expect = FORBIDDEN, desc = "torn, or lost without being counted")
    public static class NoIntentFault extends Overtake {
        public NoIntentFault() {
            super(BroadcastFault.NO_INTENT);
        }

        @Actor
        @Override
        public void transmit() {
            super.transmit();
        }

        @Actor
        @Override
        public void receive(II_Result result) {
            super.receive(result);
        }
    }
}
