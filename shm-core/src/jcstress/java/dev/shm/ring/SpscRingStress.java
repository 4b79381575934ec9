package dev.shm.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.shm.explore.Interception;
import dev.shm.memory.MappedBuffer;
import dev.shm.memory.StressMemory;
import org.agrona.concurrent.AtomicBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * What a consumer reads from an {@link SpscRing} is whole, and comes in order. A class whose name
 * ends with Fault has one line of the protocol undone, and must fail.
 */
public final class SpscRingStress {
    private static final int CAPACITY = 64;

    private SpscRingStress() {}

    /** A ring, and what was read last. */
    public static class Ring extends NumberedRecords {
        final SpscWriter writer;
        final SpscReader reader;

        /** All records before this position were written and read. */
        Ring(long position, SpscFault fault) {
            MappedBuffer memory = StressMemory.take(SpscLayout.bytes(CAPACITY));
            memory.putLong(SpscLayout.TAIL, position);
            memory.putLong(SpscLayout.HEAD, position);
            memory.putLong(SpscLayout.COMMIT, position);
            AtomicBuffer tampered =
                    fault == SpscFault.NONE
                            ? memory
                            : Interception.of(memory, new SpscFault.Tampering(fault));
            writer = new SpscWriter(tampered, CAPACITY);
            reader = new SpscReader(memory, CAPACITY);
        }

        boolean offer(int which, int length) {
            return writer.offer(1, record(which), 0, length);
        }

        /** The number of the next record; 0 if there is none. */
        int poll() {
            number = 0;
            reader.poll(this, 1);
            return number;
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
    public static class Publish extends Ring {
        public Publish() {
            this(0, SpscFault.NONE);
        }

        Publish(long position, SpscFault fault) {
            super(position, fault);
        }

        @Actor
        public void produce() {
            offer(1, SHORT);
            offer(2, LONG);
        }

        @Actor
        public void consume(II_Result result) {
            result.r1 = poll();
            result.r2 = poll();
        }
    }

    /** The second has no room before the end of the data. */
    @JCStressTest
    @State
    @Outcome(
            id = {"0, 0", "0, 1", "1, 0", "1, 2"},
            expect = ACCEPTABLE,
            desc = "what is there, in order")
    @Outcome(expect = FORBIDDEN, desc = "torn, or out of order")
    public static class PublishAfterPadding extends Publish {
        public PublishAfterPadding() {
            super(CAPACITY - 24, SpscFault.NONE);
        }

        @Actor
        @Override
        public void produce() {
            super.produce();
        }

        @Actor
        @Override
        public void consume(II_Result result) {
            super.consume(result);
        }
    }

    /** The header is stored before the payload. */
    @JCStressTest
    @State
    @Outcome(
            id = {"0, 0", "0, 1", "1, 0", "1, 2"},
            expect = ACCEPTABLE,
            desc = "what is there, in order")
    @Outcome(expect = FORBIDDEN, desc = "torn, or out of order")
    public static class HeaderFirstFault extends Publish {
        public HeaderFirstFault() {
            super(0, SpscFault.HEADER_BEFORE_PAYLOAD);
        }

        @Actor
        @Override
        public void produce() {
            super.produce();
        }

        @Actor
        @Override
        public void consume(II_Result result) {
            super.consume(result);
        }
    }

    /** The ring is full: the third record goes where the first one is read. */
    @JCStressTest
    @State
    @Outcome(id = "1, 0, 2", expect = ACCEPTABLE, desc = "still full")
    @Outcome(id = "1, 1, 23", expect = ACCEPTABLE, desc = "room for one")
    @Outcome(expect = FORBIDDEN, desc = "torn, lost, or out of order")
    public static class Reuse extends Ring {
        public Reuse() {
            super(0, SpscFault.NONE);
            offer(1, LONG);
            offer(2, LONG);
        }

        @Actor
        public void produce(III_Result result) {
            result.r2 = offer(3, LONG) ? 1 : 0;
        }

        @Actor
        public void consume(III_Result result) {
            result.r1 = poll();
        }

        @Arbiter
        public void drain(III_Result result) {
            result.r3 = poll();
            int last = poll();
            if (last != 0) {
                result.r3 = 10 * result.r3 + last;
            }
        }
    }
}
