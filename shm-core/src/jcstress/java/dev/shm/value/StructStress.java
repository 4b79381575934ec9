package dev.shm.value;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.shm.memory.MappedBuffer;
import dev.shm.memory.StressMemory;
import dev.shm.testing.EverybodyLives;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * What a reader of a struct gets is whole, and never older than what it got before, though writers
 * wait for no reader. A class whose name ends with Fault has one line of the protocol undone, and
 * must fail.
 */
public final class StructStress {
    private static final StructSpec SPEC = StructSpec.parse("a:q b:q c:q d:q");
    private static final int FIELDS = 4;
    private static final int TORN = -1;
    private static final int LAST = 4;

    private StructStress() {}

    /** A struct with one writer and one reader. */
    public static class Struct {
        private final MappedBuffer memory =
                StressMemory.take(
                        StructLayout.copy1(SPEC.textBytes().length, SPEC.dataBytes())
                                + SPEC.dataBytes());
        private final StructCopies writer = copies(1);
        private final StructCopies reader = copies(2);
        private final long[] written = new long[FIELDS];
        private final long[] read = new long[FIELDS];

        private StructCopies copies(int tag) {
            return new StructCopies(
                    memory, SPEC, new EverybodyLives(tag), TimeUnit.MINUTES.toNanos(1));
        }

        final void writeAll() {
            for (int i = 1; i <= LAST; i++) {
                Arrays.fill(written, i);
                writer.publish(writer.claim(), written);
            }
        }

        final int read() {
            reader.read(read);
            return seen();
        }

        /** Without the second look at the commit word. */
        final int readOnce() {
            reader.readClaimed(memory.getLongAcquire(StructLayout.COMMIT), read);
            return seen();
        }

        private int seen() {
            return read[0] == read[FIELDS - 1] ? (int) read[0] : TORN;
        }
    }

    /** What two reads may give. */
    @Outcome(
            id = {
                "0, 0", "0, 1", "0, 2", "0, 3", "0, 4", "1, 1", "1, 2", "1, 3", "1, 4", "2, 2",
                "2, 3", "2, 4", "3, 3", "3, 4", "4, 4"
            },
            expect = ACCEPTABLE,
            desc = "whole, in order")
    @Outcome(expect = FORBIDDEN, desc = "torn, or older than before")
    public static final class WholeInOrder {
        private WholeInOrder() {}
    }

    /** Records one after the other, and two reads. */
    @JCStressTest
    @State
    @JCStressMeta(WholeInOrder.class)
    public static class Publish extends Struct {
        @Actor
        public void write() {
            writeAll();
        }

        @Actor
        public void read(II_Result result) {
            result.r1 = read();
            result.r2 = read();
        }
    }

    /** The copy that is read is written meanwhile. */
    @JCStressTest
    @State
    @JCStressMeta(WholeInOrder.class)
    public static class NoSecondLookFault extends Struct {
        @Actor
        public void write() {
            writeAll();
        }

        @Actor
        public void read(II_Result result) {
            result.r1 = readOnce();
            result.r2 = readOnce();
        }
    }
}
