package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.RegionFormatException;
import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import dev.shm.value.SharedArray;
import dev.shm.value.SharedValue;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Values and arrays with a lock, with peers wherever they may be; and their format. */
@SuppressWarnings("LockNotBeforeTry") // a test that fails need not unlock
class SynchronizedTest {
    private static final int ROUNDS = 2_000;

    @TempDir private Path directory;

    /** BEHAVIOURS 7.4: no update of N x M is lost. */
    @ParameterizedTest
    @EnumSource
    void with_losesNoUpdate(Where where) {
        try (Peers peers = peers(where)) {
            SynchronizedValue value = SynchronizedValue.create(peers.region(), "n", 'i');
            List<Peer> three = peers.add(3);
            three.forEach(peer -> peer.say("add n " + ROUNDS));
            three.forEach(peer -> peer.expect("done"));
            assertEquals(3 * ROUNDS, value.compute(SharedValue::getInt));
        }
    }

    /** BEHAVIOURS 9.2: values, an array and a text, doubled by another process. */
    @ParameterizedTest
    @EnumSource
    void valuesAndArrays_areSeenByAll(Where where) {
        try (Peers peers = peers(where)) {
            SharedRegion region = peers.region();
            SynchronizedValue i = SynchronizedValue.of(region, "i", 'i', 7);
            SynchronizedValue d = SynchronizedValue.of(region, "d", 'd', 1.0 / 3);
            SynchronizedValue q = SynchronizedValue.of(region, "q", 'q', 1L << 33);
            SynchronizedArray array = SynchronizedArray.of(region, "a", 'd', 10);
            array.with(
                    a -> {
                        for (int k = 0; k < 10; k++) {
                            a.setDouble(k, k);
                        }
                    });
            SynchronizedArray text = SynchronizedArray.of(region, "s", 'b', 20);
            byte[] hello = {'h', 'e', 'l', 'l', 'o'};
            text.with(
                    s -> {
                        for (int k = 0; k < hello.length; k++) {
                            s.setInt(k, hello[k]);
                        }
                    });
            Peer peer = peers.add();
            for (String name : List.of("i", "d", "q")) {
                assertEquals("done", peer.ask("double " + name));
            }
            assertEquals("done", peer.ask("doubleAll a"));
            assertEquals("done", peer.ask("repeat s"));
            assertEquals(14, i.compute(SharedValue::getInt));
            assertEquals(2.0 / 3, d.compute(SharedValue::getDouble));
            assertEquals(1L << 34, q.compute(SharedValue::getLong));
            double sum = array.compute(a -> a.doubleStream().sum());
            assertEquals(90, sum);
            assertEquals("hellohello", text.compute(SynchronizedTest::text));
        }
    }

    private static String text(SharedArray bytes) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; bytes.getInt(i) != 0; i++) {
            text.append((char) bytes.getInt(i));
        }
        return text.toString();
    }

    /** BEHAVIOURS 7.3, 8.4: its own lock unless one is given, which is then the one that guards. */
    @Test
    void lock_isTheOneGiven() {
        try (SharedRegion region = open()) {
            SharedLock lock = SharedLock.create(region, "lock");
            SynchronizedValue value = SynchronizedValue.of(region, "v", 'i', 3, lock);
            SynchronizedArray array = SynchronizedArray.of(region, "a", 'i', 5, lock);
            assertSame(lock, value.lock());
            assertSame(lock, array.lock());
            value.with(v -> assertTrue(lock.isHeldByCurrentThread()));
            array.with(a -> assertTrue(lock.isHeldByCurrentThread()));
            assertSame(lock, SynchronizedValue.open(region, "v", lock).lock());
            assertSame(lock, SynchronizedArray.open(region, "a", lock).lock());
            value.close();
            array.close();
            assertTrue(lock.tryLock(), "it was given, and stays open");

            SynchronizedValue own = SynchronizedValue.of(region, "own", 'i');
            assertNotSame(lock, own.lock());
            own.with(v -> assertTrue(own.lock().isHeldByCurrentThread()));
            assertFalse(own.lock().isLocked());
        }
    }

    @Test
    void anotherLockOrCode_isRefused() {
        try (SharedRegion region = open()) {
            SharedLock lock = SharedLock.create(region, "lock");
            SharedLock other = SharedLock.create(region, "other");
            SynchronizedValue.of(region, "own", 'i');
            SynchronizedValue.of(region, "given", 'i', lock);
            SynchronizedArray.of(region, "array", 'i', 4);
            SynchronizedArray.of(region, "arrayGiven", 'i', 4, lock);
            for (Runnable wrong :
                    List.<Runnable>of(
                            () -> SynchronizedValue.of(region, "own", 'q'),
                            () -> SynchronizedValue.of(region, "own", 'i', lock),
                            () -> SynchronizedValue.of(region, "given", 'i'),
                            () -> SynchronizedValue.of(region, "given", 'i', other),
                            () -> SynchronizedValue.of(region, "array", 'i'),
                            () -> SynchronizedValue.of(region, "new", '!'),
                            () -> SynchronizedValue.open(region, "given"),
                            () -> SynchronizedValue.open(region, "given", other),
                            () -> SynchronizedValue.open(region, "own", lock),
                            () -> SynchronizedArray.of(region, "array", 'i', 5),
                            () -> SynchronizedArray.of(region, "array", 'h', 8),
                            () -> SynchronizedArray.of(region, "array", 'i', 4, lock),
                            () -> SynchronizedArray.of(region, "new", 'i', 0),
                            () -> SynchronizedArray.open(region, "arrayGiven"),
                            () -> SynchronizedArray.open(region, "arrayGiven", other),
                            () -> SynchronizedArray.open(region, "own"))) {
                assertThrows(IllegalArgumentException.class, wrong::run);
            }
            assertThrows(
                    ArithmeticException.class,
                    () -> SynchronizedValue.of(region, "new", 'h', 70_000));
            assertThrows(
                    IllegalStateException.class,
                    () -> SynchronizedValue.create(region, "own", 'i'));
            assertThrows(
                    IllegalStateException.class,
                    () -> SynchronizedArray.create(region, "array", 'i', 4));
            assertThrows(NoSuchElementException.class, () -> SynchronizedValue.open(region, "new"));
            assertThrows(NoSuchElementException.class, () -> SynchronizedArray.open(region, "new"));
            String message =
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> SynchronizedValue.open(region, "given", other))
                            .getMessage();
            assertTrue(message.contains("asked for was lock=other"), message);
        }
    }

    /** The initial value is the creator's only. */
    @Test
    void initialValue_isTheCreators() {
        try (SharedRegion region = open()) {
            assertEquals(3.5, SynchronizedValue.create(region, "v", 'd', 3.5).value().getDouble());
            assertEquals(3.5, SynchronizedValue.of(region, "v", 'd', 4.5).value().getDouble());
            assertEquals(0, SynchronizedValue.create(region, "zero", 'q').value().getLong());
        }
    }

    /** BEHAVIOURS 1.14. */
    @Test
    void anExceptionOfTheBody_givesTheLockUp() {
        try (SharedRegion region = open()) {
            SynchronizedValue value = SynchronizedValue.of(region, "v", 'h', 1);
            assertThrows(ArithmeticException.class, () -> value.with(v -> v.setInt(1_000_000)));
            assertFalse(value.lock().isLocked());
            SynchronizedArray array = SynchronizedArray.of(region, "a", 'h', 1);
            assertThrows(IndexOutOfBoundsException.class, () -> array.compute(a -> a.getInt(1)));
            assertFalse(array.lock().isLocked());
        }
    }

    @Test
    void aDeathUnderTheLock_isRepaired() {
        try (SharedRegion region = open()) {
            try (SharedRegion owner = open()) {
                SynchronizedValue.of(owner, "v", 'i', 5).lock().lock();
                SynchronizedArray.of(owner, "a", 'i', 2).lock().lock();
            }
            SynchronizedValue value = SynchronizedValue.open(region, "v");
            assertThrows(OwnerDiedException.class, () -> value.with(v -> v.setInt(1)));
            assertThrows(OwnerDiedException.class, () -> value.compute(SharedValue::getInt));
            assertEquals(5, value.value().getInt());
            SynchronizedValue repairing =
                    SynchronizedValue.of(region, "v", 'i', (SharedValue v) -> v.setInt(-1));
            assertEquals(-1, repairing.compute(SharedValue::getInt));
            assertEquals(-1, value.compute(SharedValue::getInt));
            SynchronizedArray array =
                    SynchronizedArray.of(region, "a", 'i', 2, a -> a.setInt(1, 7));
            int repaired = array.compute(a -> a.getInt(1));
            assertEquals(7, repaired);
        }
    }

    /** However it is opened: the death of the owner before it is repaired each time. */
    @Test
    void aRepairHandler_canBeGivenWhereverOneOpens() {
        try (SharedRegion region = open()) {
            AtomicInteger repairs = new AtomicInteger();
            Consumer<SharedValue> value = v -> v.setInt(repairs.incrementAndGet());
            Consumer<SharedArray> array = a -> a.setInt(0, repairs.incrementAndGet());
            List<SynchronizedValue> values =
                    List.of(
                            SynchronizedValue.create(region, "v", 'i', value),
                            SynchronizedValue.create(region, "initial", 'i', 5, value),
                            SynchronizedValue.of(region, "v", 'i', 6, value),
                            SynchronizedValue.open(region, "initial", value));
            List<SynchronizedArray> arrays =
                    List.of(
                            SynchronizedArray.create(region, "a", 'i', 2, array),
                            SynchronizedArray.open(region, "a", array));
            assertEquals(5, values.get(1).value().getInt());
            for (SynchronizedValue each : values) {
                try (SharedRegion owner = open()) {
                    SynchronizedValue.open(owner, each.name()).lock().lock();
                }
                int expected = repairs.get() + 1;
                assertEquals(expected, each.compute(SharedValue::getInt));
            }
            for (SynchronizedArray each : arrays) {
                try (SharedRegion owner = open()) {
                    SynchronizedArray.open(owner, each.name()).lock().lock();
                }
                int expected = repairs.get() + 1;
                int repaired = each.compute(a -> a.getInt(0));
                assertEquals(expected, repaired);
            }
        }
    }

    /** The lock of a value has conditions as any other. */
    @Test
    void itsLock_hasConditions() throws Exception {
        try (SharedRegion region = open()) {
            SynchronizedValue value = SynchronizedValue.of(region, "v", 'i');
            SharedCondition changed = value.lock().condition("changed");
            Thread thread =
                    new Thread(
                            () ->
                                    value.with(
                                            v -> {
                                                while (v.getInt() == 0) {
                                                    changed.awaitUninterruptibly();
                                                }
                                                v.setInt(2);
                                            }));
            thread.start();
            ChildJvm.awaitThat("it waits", changed::hasWaiters);
            value.with(
                    v -> {
                        v.setInt(1);
                        changed.signal();
                    });
            thread.join();
            assertEquals(2, value.compute(SharedValue::getInt));
        }
    }

    @Test
    void close_letsGoOfBoth() {
        try (SharedRegion region = open()) {
            SynchronizedValue value = SynchronizedValue.of(region, "v", 'i', 5);
            assertEquals(
                    "SynchronizedValue[name=v, value=5, lock: free, waiters=no]", value.toString());
            value.close();
            assertThrows(IllegalStateException.class, () -> value.with(v -> v.setInt(1)));
            assertThrows(IllegalStateException.class, () -> value.value().getInt());
            assertEquals("SynchronizedValue[name=v, closed]", value.toString());
            SynchronizedArray array = SynchronizedArray.of(region, "a", 'i', 2);
            assertEquals(
                    "SynchronizedArray[name=a, 'i' x 2, lock: free, waiters=no]", array.toString());
            array.close();
            assertThrows(IllegalStateException.class, () -> array.with(a -> a.setInt(0, 1)));
            assertThrows(IllegalStateException.class, () -> array.array().getInt(0));
        }
    }

    /** Its content lasts until the unlock; nobody takes the lock any more. */
    @Test
    void close_underItsOwnLock_leavesTheContentUntilTheUnlock() {
        try (SharedRegion region = open()) {
            SynchronizedValue value = SynchronizedValue.of(region, "v", 'i');
            value.with(
                    v -> {
                        value.close();
                        assertThrows(IllegalStateException.class, () -> value.with(again -> {}));
                        v.setInt(3);
                        assertEquals(3, value.value().getInt());
                    });
            assertThrows(IllegalStateException.class, () -> value.value().getInt());
            assertEquals(3, SynchronizedValue.open(region, "v").value().getInt());
        }
    }

    /** The value's own close is the handle's: the lock is given up by whoever holds it. */
    @Test
    void close_ofTheContent_underTheLock_doesNotLoseIt() {
        try (SharedRegion region = open();
                SharedRegion other = open()) {
            SynchronizedValue value = SynchronizedValue.of(region, "v", 'i');
            value.with(SharedValue::close);
            assertThrows(IllegalStateException.class, () -> value.value().getInt());
            assertTrue(SynchronizedValue.of(other, "v", 'i').lock().tryLock());
            SynchronizedArray array = SynchronizedArray.of(region, "a", 'i', 2);
            array.with(SharedArray::close);
            assertThrows(IllegalStateException.class, () -> array.array().getInt(0));
            assertTrue(SynchronizedArray.of(other, "a", 'i', 2).lock().tryLock());
        }
    }

    @Test
    void bytes_areAsDocumented() {
        try (SharedRegion region = open()) {
            assertEquals(40, SynchronizedValueType.INSTANCE.code());
            assertEquals(41, SynchronizedArrayType.INSTANCE.code());
            SharedLock lock = SharedLock.of(region, "lock");
            SynchronizedValue.of(region, "v", 'i', -2).lock().lock();
            Block block = region.attach("v", SynchronizedValueType.INSTANCE);
            MappedBuffer memory = block.buffer();
            assertEquals('i', block.configA());
            assertEquals(0, block.configB());
            assertEquals(256, memory.capacity());
            assertEquals(-2, memory.getInt(0));
            assertEquals(region.self().id(), memory.getInt(128));
            assertEquals(SynchronizedValue.open(region, "v").lock().id(), memory.getLong(128 + 16));

            SynchronizedValue.of(region, "given", 'q', -3, lock);
            block = region.attach("given", SynchronizedValueType.INSTANCE);
            assertEquals(lock.id(), block.configB());
            assertEquals(8, block.buffer().capacity());
            assertEquals(-3, block.buffer().getLong(0));

            SynchronizedArray array = SynchronizedArray.of(region, "a", 'h', 70);
            array.array().setInt(69, -4);
            array.lock().lock();
            block = region.attach("a", SynchronizedArrayType.INSTANCE);
            assertEquals(70L << 16 | 'h', block.configA());
            assertEquals(256 + 128, block.buffer().capacity());
            assertEquals(-4, block.buffer().getShort(138));
            assertEquals(region.self().id(), block.buffer().getInt(256));
        }
    }

    @Test
    void aHostileDirectory_isRefused() {
        try (SharedRegion region = open()) {
            SynchronizedValueType value = SynchronizedValueType.INSTANCE;
            SynchronizedArrayType array = SynchronizedArrayType.INSTANCE;
            region.attach("code", new ObjectSpec(value, 0, 0, 256, "", m -> {}), AttachMode.CREATE);
            region.attach(
                    "bytes", new ObjectSpec(value, 'i', 0, 136, "", m -> {}), AttachMode.CREATE);
            region.attach(
                    "length",
                    new ObjectSpec(array, 'i' | -1L << 16, 0, 256, "", m -> {}),
                    AttachMode.CREATE);
            region.attach(
                    "short",
                    new ObjectSpec(array, 'i' | 64L << 16, 0, 256, "", m -> {}),
                    AttachMode.CREATE);
            for (String name : List.of("code", "bytes")) {
                assertThrows(
                        RegionFormatException.class, () -> SynchronizedValue.open(region, name));
            }
            for (String name : List.of("length", "short")) {
                assertThrows(
                        RegionFormatException.class, () -> SynchronizedArray.open(region, name));
            }
        }
    }

    private SharedRegion open() {
        return Peers.open(directory.resolve("r.shm"));
    }

    private Peers peers(Where where) {
        return new Peers(where, directory, SynchronizedCommands.class);
    }
}
