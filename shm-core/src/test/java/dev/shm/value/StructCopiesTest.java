package dev.shm.value;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.explore.FaultyLiveness;
import dev.shm.memory.MappedBuffer;
import dev.shm.testing.Latches;
import dev.shm.wait.Liveness;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The protocol of two copies and one commit word, step by step. */
@Tag("optimised")
class StructCopiesTest {
    private static final StructSpec SPEC = StructSpec.parse("a:q b:q c:q");
    private static final int FIELDS = 3;
    private static final long MAX_VERSION = (1L << 33) - 1;

    private final MappedBuffer memory =
            new MappedBuffer(
                    ByteBuffer.allocateDirect(
                            StructLayout.bytes(SPEC.textBytes().length, SPEC.dataBytes())));
    private final Set<Integer> dead = ConcurrentHashMap.newKeySet();
    private final Set<Integer> provable = ConcurrentHashMap.newKeySet();

    /** The end of a simulated participant, in the middle of what it did. */
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final class Member implements Liveness {
        private final int tag;

        Member(int tag) {
            this.tag = tag;
        }

        @Override
        public int self() {
            return tag;
        }

        @Override
        public boolean isDead(int other) {
            return dead.contains(other);
        }

        @Override
        public void probe(int other) {
            if (provable.contains(other)) {
                dead.add(other);
            }
        }

        @Override
        public void probeNext() {}

        @Override
        public void checkOpen() {
            if (dead.contains(tag)) {
                throw new IllegalStateException("declared dead");
            }
        }
    }

    private StructCopies copies(AtomicBuffer buffer, int tag) {
        return new StructCopies(buffer, SPEC, new Member(tag), Long.MAX_VALUE);
    }

    private StructCopies copies(int tag) {
        return copies(memory, tag);
    }

    private static long[] record(long n) {
        long[] record = new long[FIELDS];
        Arrays.fill(record, n);
        return record;
    }

    private static void write(StructCopies copies, long n) {
        copies.publish(copies.claim(), record(n));
    }

    private long[] read() {
        long[] record = new long[FIELDS];
        copies(9).read(record);
        return record;
    }

    private AtomicBuffer interrupted(int access, Runnable event) {
        return InterruptedBuffer.of(memory, access, event);
    }

    @Test
    void publish_movesToTheOtherCopy() {
        for (int n = 1; n <= 5; n++) {
            write(copies(1), n);
            assertArrayEquals(record(n), read());
            assertEquals(n, copies(1).version());
            long commit = memory.getLong(StructLayout.COMMIT);
            assertEquals(n & 1, StructLayout.current(commit));
            assertEquals(0, StructLayout.tag(commit));
        }
    }

    @Test
    void abort_leavesRecordAndVersion() {
        StructCopies copies = copies(1);
        write(copies, 5);
        long before = memory.getLong(StructLayout.COMMIT);
        copies.abort(copies.claim());
        assertEquals(before, memory.getLong(StructLayout.COMMIT));
        assertArrayEquals(record(5), read());
    }

    /**
     * A reader is interrupted before each of its accesses by 0 to 4 whole writes: it returns a
     * record that was current during the read, and never a mixture.
     */
    @Test
    void read_isWhole_whateverIsWrittenMeanwhile() {
        int repeated = 0;
        for (int writes = 0; writes <= 4; writes++) {
            for (int access = 0; access <= 12; access++) {
                StructCopies writer = copies(1);
                write(writer, 100);
                int count = writes;
                AtomicBuffer view =
                        interrupted(
                                access,
                                () -> {
                                    for (int n = 1; n <= count; n++) {
                                        write(writer, 100 + n);
                                    }
                                });
                long[] record = new long[FIELDS];
                long version = copies(view, 2).read(record);
                assertArrayEquals(record(record[0]), record);
                assertTrue(record[0] == 100 || record[0] == 100 + writes, "n=" + record[0]);
                repeated += version == copies(1).version() ? 1 : 0;
            }
        }
        assertTrue(repeated > 0);
    }

    /**
     * A reader is interrupted before each of its accesses by a whole write and one that dies at
     * each of its own accesses.
     */
    @Test
    void read_isWhole_whateverDiesMeanwhile() {
        int tag = 10;
        for (int access = 0; access <= 12; access++) {
            for (int death = 0; death <= 6; death++) {
                int victim = tag++;
                int at = death;
                write(copies(1), 100);
                AtomicBuffer view =
                        interrupted(
                                access,
                                () -> {
                                    write(copies(1), 101);
                                    die(victim, at, 102);
                                });
                long[] record = new long[FIELDS];
                copies(view, 2).read(record);
                assertArrayEquals(record(record[0]), record);
                write(copies(3), 103);
                assertArrayEquals(record(103), read());
            }
        }
    }

    /** A participant that dies just before its n-th access while it writes. */
    private void die(int victim, int access, long n) {
        AtomicBuffer view =
                interrupted(
                        access,
                        () -> {
                            throw new Killed();
                        });
        try {
            write(copies(view, victim), n);
        } catch (Killed expected) {
            provable.add(victim);
        }
    }

    /**
     * Whatever a writer had done when it died, the old record stays and the next writer goes on.
     */
    @Test
    void write_takesOverFromTheDead_whereverTheyDied() {
        int takenOver = 0;
        for (int death = 0; death <= 6; death++) {
            write(copies(1), 100);
            die(20 + death, death, 101);
            long commit = memory.getLong(StructLayout.COMMIT);
            takenOver += StructLayout.tag(commit) == 20 + death ? 1 : 0;
            assertArrayEquals(record(100), read());
            write(copies(1), 102);
            assertArrayEquals(record(102), read());
        }
        assertEquals(5, takenOver, "deaths between claim and publish");
    }

    /** A writer that is merely slow keeps its claim; the other waits, and its interrupt is kept. */
    @Test
    void write_waitsForTheLiving() throws Exception {
        StructCopies slow = copies(1);
        long claimed = slow.claim();
        CountDownLatch probed = new CountDownLatch(3);
        Member inner = new Member(2);
        Liveness member =
                FaultyLiveness.ofProbes(
                        inner,
                        tag -> {
                            assertEquals(1, tag);
                            probed.countDown();
                            inner.probe(tag);
                        });
        FutureTask<Boolean> other =
                new FutureTask<>(
                        () -> {
                            Thread.currentThread().interrupt();
                            write(new StructCopies(memory, SPEC, member, Long.MAX_VALUE), 7);
                            return Thread.interrupted();
                        });
        new Thread(other).start();
        Latches.await(probed, other);
        assertArrayEquals(record(0), read());
        slow.publish(claimed, record(5));
        assertTrue(other.get());
        assertArrayEquals(record(7), read());
        assertEquals(2, copies(1).version());
    }

    @Test
    void write_afterWeWereDeclaredDead_isRefused() {
        StructCopies copies = copies(1);
        long claimed = copies.claim();
        dead.add(1);
        write(copies(2), 6);
        assertThrows(IllegalStateException.class, () -> copies.publish(claimed, record(5)));
        assertThrows(
                IllegalStateException.class, () -> copies.abort(StructLayout.withTag(claimed, 1)));
        assertArrayEquals(record(6), read());
    }

    @Test
    void publish_overAForeignWord_isRefused() {
        StructCopies copies = copies(1);
        long claimed = copies.claim();
        memory.putLong(StructLayout.COMMIT, -1);
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> copies.publish(claimed, record(5)));
        assertTrue(e.getMessage().contains("another program"), e.getMessage());
    }

    /** A claim of a tag that nobody ever had is a dead one's. */
    @Test
    void write_overAForeignClaim_takesOver() {
        int nobody = (1 << 30) - 1;
        dead.add(nobody);
        memory.putLong(StructLayout.COMMIT, -1);
        write(copies(1), 5);
        assertArrayEquals(record(5), read());
        assertEquals(0, copies(1).version());
    }

    /** A writer that is stopped, or a damaged word that names one who does not write. */
    @Test
    void write_overALivingClaimThatDoesNotEnd_isAnExceptionInTheEnd() {
        copies(1).claim();
        long before = memory.getLong(StructLayout.COMMIT);
        StructCopies impatient = new StructCopies(memory, SPEC, new Member(2), 1_000_000);
        IllegalStateException e = assertThrows(IllegalStateException.class, impatient::claim);
        assertTrue(e.getMessage().contains("tag=1, lives"), e.getMessage());
        assertEquals(before, memory.getLong(StructLayout.COMMIT));
    }

    /** Its threads exclude one another, so it is nobody's. */
    @Test
    void write_overAClaimOfOurOwnThatWasLeft_goesOn() {
        copies(1).claim();
        write(copies(1), 5);
        assertArrayEquals(record(5), read());
        assertEquals(1, copies(1).version());
    }

    @Test
    void version_wraps() {
        memory.putLong(StructLayout.COMMIT, MAX_VERSION << 31);
        assertEquals(MAX_VERSION, copies(1).version());
        write(copies(1), 5);
        assertEquals(0, copies(1).version());
        assertEquals(1, StructLayout.current(memory.getLong(StructLayout.COMMIT)));
        assertArrayEquals(record(5), read());
        write(copies(1), 6);
        assertEquals(1, copies(1).version());
        assertArrayEquals(record(6), read());
    }
}
