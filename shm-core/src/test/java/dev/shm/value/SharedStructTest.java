package dev.shm.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.testing.Latches;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("optimised")
class SharedStructTest extends TwoAttachments {
    private static final String QUOTE = "id:q price:d qty:i";
    private static final int ROUND = 10_000;

    // Factories.

    @Test
    void of_createsZeros_andOpensTheSameElsewhere() {
        SharedStruct here = SharedStruct.of(region, "s", QUOTE);
        assertEquals("StructRecord[id=0, price=0.0, qty=0]", here.read().toString());
        SharedStruct there = SharedStruct.of(sameRegion, "s", " id:q  price:d qty:i");
        SharedStruct opened = SharedStruct.open(sameRegion, "s");
        here.update(r -> r.setDouble("price", 2.5));
        assertEquals(2.5, there.read().getDouble("price"));
        assertEquals(2.5, opened.read().getDouble(1));
        assertEquals(QUOTE, opened.spec());
        assertEquals("s", opened.name());
        assertEquals(
                List.of(
                        new StructField("id", TypeCode.LONG_LONG, 0),
                        new StructField("price", TypeCode.DOUBLE, 8),
                        new StructField("qty", TypeCode.INT, 16)),
                opened.fields());
    }

    @Test
    void of_initialRecordIsTheCreatorsOnly() {
        SharedStruct.of(region, "s", QUOTE, r -> r.setInt("qty", 5));
        SharedStruct again = SharedStruct.of(sameRegion, "s", QUOTE, r -> r.setInt("qty", 9));
        assertEquals(5, again.read().getInt("qty"));
        assertEquals(0, again.version());
        assertEquals(
                6,
                SharedStruct.create(region, "t", QUOTE, r -> r.setInt("qty", 6))
                        .read()
                        .getInt("qty"));
    }

    @Test
    void of_aWrongSpecOrInitialRecord_createsNothing() {
        assertThrows(
                IllegalArgumentException.class, () -> SharedStruct.of(region, "s", "id:q id:i"));
        assertThrows(
                ArithmeticException.class,
                () -> SharedStruct.of(region, "s", "b:B", r -> r.setInt(0, -1)));
        assertEquals(List.of(), region.names());
    }

    @Test
    void of_anotherSpec_namesBoth() {
        SharedStruct.of(region, "s", QUOTE);
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> SharedStruct.of(sameRegion, "s", "id:q price:f qty:i"));
        assertTrue(e.getMessage().contains(QUOTE), e.getMessage());
        assertTrue(e.getMessage().contains("id:q price:f qty:i"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> SharedArray.open(region, "s"));
        assertThrows(IllegalStateException.class, () -> SharedStruct.create(region, "s", QUOTE));
        assertThrows(NoSuchElementException.class, () -> SharedStruct.open(region, "t"));
    }

    // Reading and writing.

    /** BEHAVIOURS 9.3. */
    @Test
    void read_isAnIndependentSnapshot() {
        SharedStruct struct = SharedStruct.of(region, "s", QUOTE);
        StructRecord before = struct.read();
        struct.update(r -> r.setLong("id", 7));
        StructRecord after = struct.read();
        StructRecord copy = after.copy();
        after.setLong("id", 8);
        assertEquals(0, before.getLong("id"));
        assertEquals(7, copy.getLong("id"));
        assertEquals(7, struct.read().getLong("id"));
        assertEquals(copy, struct.read());
        assertEquals(copy.hashCode(), struct.read().hashCode());
        assertNotEquals(after, copy);
        assertNotEquals(copy, before);
    }

    @Test
    void write_replacesAllFields() {
        SharedStruct struct = SharedStruct.of(region, "s", QUOTE);
        StructRecord record = struct.newRecord();
        record.setLong("id", 7);
        record.setDouble("price", 2.5);
        struct.write(record);
        record.clear();
        record.setInt("qty", 3);
        struct.write(record);
        assertEquals("StructRecord[id=0, price=0.0, qty=3]", struct.read().toString());
        StructRecord reused = struct.newRecord();
        assertSame(reused, struct.read(reused));
        assertEquals(record, reused);
        assertEquals(2, struct.version());
    }

    @Test
    void recordsOfAnotherSpec_areRefused() {
        SharedStruct struct = SharedStruct.of(region, "s", QUOTE);
        StructRecord other = SharedStruct.of(region, "t", "id:q price:d").newRecord();
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> struct.write(other));
        assertTrue(e.getMessage().contains(QUOTE), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> struct.read(other));
        StructRecord sameSpec = SharedStruct.of(sameRegion, "s", QUOTE).newRecord();
        struct.write(sameSpec);
        assertEquals(1, struct.version());
    }

    @Test
    void update_thatThrows_changesNothing() {
        SharedStruct struct = SharedStruct.of(region, "s", QUOTE, r -> r.setLong("id", 7));
        IllegalStateException mine = new IllegalStateException("mine");
        assertSame(
                mine,
                assertThrows(
                        IllegalStateException.class,
                        () ->
                                struct.update(
                                        r -> {
                                            r.setLong("id", 8);
                                            throw mine;
                                        })));
        assertThrows(
                ArithmeticException.class, () -> struct.update(r -> r.setLong("qty", 1L << 40)));
        assertEquals(7, struct.read().getLong("id"));
        assertEquals(0, struct.version());
        struct.update(r -> r.setInt("qty", r.getInt("qty") + 1));
        assertEquals("StructRecord[id=7, price=0.0, qty=1]", struct.read().toString());
    }

    @Test
    void update_insideAnUpdate_isRefused() {
        SharedStruct struct = SharedStruct.of(region, "s", QUOTE);
        struct.update(
                r -> {
                    r.setLong("id", 1);
                    assertThrows(IllegalStateException.class, () -> struct.update(inner -> {}));
                    assertThrows(IllegalStateException.class, () -> struct.write(r.copy()));
                    assertThrows(IllegalStateException.class, struct::close);
                    assertEquals(0, struct.read().getLong("id"));
                });
        assertEquals(1, struct.read().getLong("id"));
    }

    /** Two handles of one attachment write under one tag. */
    @Test
    void update_insideAnUpdateOfAnotherHandle_isRefused() {
        SharedStruct struct = SharedStruct.of(region, "s", QUOTE);
        SharedStruct other = SharedStruct.of(region, "s", QUOTE);
        struct.update(
                r -> {
                    r.setLong("id", 1);
                    assertThrows(IllegalStateException.class, () -> other.update(inner -> {}));
                    assertThrows(IllegalStateException.class, () -> other.write(r.copy()));
                    assertThrows(IllegalStateException.class, other::close);
                });
        assertEquals(1, struct.read().getLong("id"));
        other.update(r -> r.setLong("id", r.getLong("id") + 1));
        struct.close();
        other.update(r -> r.setLong("id", r.getLong("id") + 1));
        assertEquals(3, other.read().getLong("id"));
    }

    /** A commit word that names somebody who lives and does not write. */
    @Test
    void update_overADamagedWord_isAnExceptionInTheEnd() {
        RegionOptions impatient = RegionOptions.at(region.path()).maxWait(5, TimeUnit.MILLISECONDS);
        try (SharedRegion here = SharedRegion.open(impatient)) {
            SharedStruct struct = SharedStruct.of(here, "s", QUOTE, r -> r.setLong("id", 7));
            AtomicBuffer memory = here.attach("s", SharedStructType.INSTANCE).buffer();
            memory.putLong(StructLayout.COMMIT, region.self().id());
            assertThrows(IllegalStateException.class, () -> struct.update(r -> {}));
            assertThrows(IllegalStateException.class, () -> struct.write(struct.newRecord()));
            assertEquals(7, struct.read().getLong("id"));
            memory.putLong(StructLayout.COMMIT, here.self().id());
            struct.update(r -> r.setLong("id", 8));
            assertEquals(8, struct.read().getLong("id"));
        }
    }

    /** BEHAVIOURS 7.6, 9.1: fields of all kinds, doubled by another. */
    @ParameterizedTest
    @EnumSource
    void fields_ofEveryCode_keepTheirNeighbours(TypeCode type) {
        String spec = "before:b x:" + type.code() + " y:" + type.code() + " after:b";
        SharedStruct here = SharedStruct.of(region, "s", spec);
        SharedStruct there = SharedStruct.open(sameRegion, "s");
        here.update(
                r -> {
                    r.setByte("before", (byte) -1);
                    r.setByte("after", (byte) -1);
                    r.set("x", type.maxValue());
                    r.set("y", type.minValue());
                });
        StructRecord seen = there.read();
        assertEquals(type.maxValue(), seen.get("x"));
        assertEquals(type.minValue(), seen.get("y"));
        assertEquals(-1, seen.getByte("before"));
        assertEquals(-1, seen.getByte("after"));
        there.update(r -> r.set("x", 0));
        assertEquals(0.0, here.read().getDouble("x"));
        assertEquals(type.minValue(), here.read().get("y"));
    }

    @Test
    void records_areReadByNameAndByNumber() {
        SharedStruct struct = SharedStruct.of(region, "s", "a:b b:? c:u d:f e:q");
        StructRecord record = struct.newRecord();
        record.setByte("a", (byte) 1);
        record.setShort("a", (short) (record.getShort("a") + 1));
        record.setBoolean("b", true);
        record.setCodePoint("c", 0x1F600);
        record.setFloat("d", 0.5f);
        record.setLong("e", 5);
        record.setInt("e", record.getInt("e") + 1);
        assertEquals(2, record.getByte(0));
        assertTrue(record.getBoolean(1));
        assertEquals(0x1F600, record.getCodePoint(2));
        assertEquals(0.5f, record.getFloat(3));
        assertEquals(0.5, record.getDouble("d"));
        assertEquals(6L, record.get(4));
        assertEquals(0.5f, record.get("d"));
        assertEquals(2, record.getInt("a"));
        assertEquals(2, record.getLong("a"));
        assertTrue(record.getBoolean("b"));
        assertEquals(0x1F600, record.getCodePoint("c"));
        assertEquals(0.5f, record.getFloat("d"));
        assertEquals(2, record.getByte("a"));
        assertEquals("StructRecord[a=2, b=true, c=U+1F600, d=0.5, e=6]", record.toString());
        assertEquals(struct.fields(), record.fields());
        assertThrows(IllegalArgumentException.class, () -> record.getInt("f"));
        assertThrows(IndexOutOfBoundsException.class, () -> record.setInt(5, 0));
    }

    // Threads.

    /** Two writers on two mappings, and a reader that must never see fields of two records. */
    @Test
    void read_isNeverTorn_andNoUpdateIsLost() throws Exception {
        StringBuilder spec = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            spec.append("f").append(i).append(":q ");
        }
        SharedStruct here = SharedStruct.of(region, "s", spec.toString());
        SharedStruct there = SharedStruct.open(sameRegion, "s");
        int each = 30_000;
        AtomicBoolean done = new AtomicBoolean();
        Thread reader =
                new Thread(
                        () -> {
                            while (!done.get()) {
                                checkWhole(there.read());
                            }
                        });
        boolean[] torn = {false};
        reader.setUncaughtExceptionHandler((thread, failure) -> torn[0] = true);
        reader.start();
        SharedValueTest.together(() -> increment(here, each), () -> increment(there, each));
        done.set(true);
        reader.join();
        assertFalse(torn[0]);
        checkWhole(here.read());
        assertEquals(2L * each, here.read().getLong(0));
        assertEquals(2L * each, here.version());
    }

    private static void increment(SharedStruct struct, int times) {
        for (int n = 0; n < times; n++) {
            struct.update(
                    r -> {
                        long next = r.getLong(0) + 1;
                        for (int i = 0; i < 40; i++) {
                            r.setLong(i, next);
                        }
                    });
        }
    }

    static void checkWhole(StructRecord record) {
        long first = record.getLong(0);
        for (int i = 1; i < record.fields().size(); i++) {
            if (record.getLong(i) != first) {
                throw new AssertionError("torn: " + record);
            }
        }
    }

    /** Reading into a record, writing one and updating make no garbage once they are compiled. */
    @Test
    void reusedRecords_makeNoGarbage() {
        SharedStruct struct = SharedStruct.of(region, "s", QUOTE);
        StructRecord record = struct.newRecord();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ROUND; i++) {
                struct.read(record).setLong("id", i);
                struct.write(record);
                struct.update(r -> r.setInt("qty", r.getInt("qty") + 1));
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(least < ROUND, least + " bytes");
    }

    // Handles.

    @Test
    void close_waitsForItsOwnWriter() throws Exception {
        SharedStruct struct = SharedStruct.of(region, "s", QUOTE);
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        FutureTask<Void> writer =
                new FutureTask<>(
                        () ->
                                struct.update(
                                        r -> {
                                            r.setLong("id", 7);
                                            inside.countDown();
                                            awaitUninterruptibly(goOn);
                                        }),
                        null);
        new Thread(writer).start();
        Latches.await(inside, writer);
        Thread closer = new Thread(struct::close);
        closer.start();
        while (closer.getState() != Thread.State.WAITING) {
            assertTrue(closer.isAlive(), "did not wait");
            Thread.onSpinWait();
        }
        goOn.countDown();
        writer.get();
        closer.join();
        assertThrows(IllegalStateException.class, struct::read);
        SharedStruct other = SharedStruct.open(sameRegion, "s");
        assertEquals(7, other.read().getLong("id"));
        other.update(r -> r.setLong("id", 8));
        assertEquals(8, other.read().getLong("id"));
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void close_endsTheHandle() {
        SharedStruct struct = SharedStruct.of(region, "s", QUOTE);
        struct.close();
        struct.close();
        assertThrows(IllegalStateException.class, struct::read);
        assertThrows(IllegalStateException.class, () -> struct.update(r -> {}));
        assertThrows(IllegalStateException.class, () -> struct.write(struct.newRecord()));
        assertThrows(IllegalStateException.class, struct::version);
        assertEquals("SharedStruct[name=s, closed]", struct.toString());
    }

    @Test
    void toString_showsSpecAndRecord() {
        SharedStruct struct = SharedStruct.of(region, "s", QUOTE, r -> r.setDouble("price", 2.5));
        assertEquals(
                "SharedStruct[name=s, spec=\"id:q price:d qty:i\","
                        + " StructRecord[id=0, price=2.5, qty=0]]",
                struct.toString());
    }
}
