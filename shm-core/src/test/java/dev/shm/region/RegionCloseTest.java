package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.testing.Latches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Closing a region under whoever uses it: an exception, never a crash. BEHAVIOURS 20.23. */
class RegionCloseTest {
    private static final int ROUNDS = 25;

    @TempDir Path directory;

    private RegionOptions options;
    private SharedRegion keeper;

    @BeforeEach
    void create() {
        options = TestRegions.small(directory.resolve("closing.shm"));
        keeper = SharedRegion.create(options);
    }

    @AfterEach
    void close() {
        keeper.close();
    }

    @Test
    void afterClose_everyUseIsRefused() {
        SharedRegion region = SharedRegion.open(options);
        AtomicBuffer buffer = region.buffer("b", 64);
        Block block = region.attach("b", RawBufferType.INSTANCE);
        region.close();

        assertClosed(() -> buffer.getByte(0));
        assertClosed(() -> buffer.getLong(0));
        assertClosed(() -> buffer.getLongVolatile(0));
        assertClosed(() -> buffer.putLong(0, 1));
        assertClosed(() -> buffer.getAndAddLong(0, 1));
        assertClosed(() -> buffer.compareAndSetInt(0, 0, 1));
        assertClosed(() -> buffer.setMemory(0, 64, (byte) 1));
        assertClosed(() -> buffer.getBytes(0, new byte[8]));
        assertClosed(() -> block.buffer().getInt(0));
        assertClosed(() -> region.buffer("b", 64));
        assertClosed(() -> region.attach("b", RawBufferType.INSTANCE));
        assertClosed(region::names);
        assertClosed(region::entries);
        assertClosed(region::participants);
        assertClosed(region::self);
        assertClosed(() -> region.remove("b"));
        assertClosed(() -> region.liveness().checkOpen());
        assertTrue(block.isClosed());
        block.close();
        assertEquals(0, keeper.buffer("b", 64).getLong(0));
    }

    @Test
    void aClosedBlock_refusesUseAndLeavesTheOthersAlone() {
        Block one = keeper.attach("b", spec(), AttachMode.CREATE);
        Block two = keeper.attach("b", RawBufferType.INSTANCE);
        one.close();
        assertTrue(one.isClosed());
        assertFalse(two.isClosed());
        two.buffer().putLong(0, 3);
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> one.buffer().getLong(0));
        assertTrue(e.getMessage().contains("name=b"), e::getMessage);
        assertTrue(e.getMessage().contains("closed"), e::getMessage);
        assertEquals(3, keeper.buffer("b", 64).getLong(0));
    }

    /** Whoever holds a claim may close its handle while the region waits for the claim. */
    @Test
    void aBlock_isClosedWhileItsRegionWaitsForAClaim() {
        SharedRegion region = SharedRegion.open(options);
        Block block = region.attach("b", spec(), AttachMode.CREATE);
        AtomicBoolean waited = new AtomicBoolean();
        Claims claims =
                new Claims() {
                    @Override
                    public boolean hold(long time, TimeUnit unit) {
                        Future<?> closing = Race.start(number -> close(block));
                        Uncheck.run(() -> Race.result(closing));
                        waited.set(true);
                        return true;
                    }

                    @Override
                    public void resume() {}
                };
        block.guard(claims);
        region.close();
        assertTrue(waited.get());
        assertTrue(block.isClosed());
        assertTrue(keeper.remove("b"));
        assertEquals(List.of(keeper.self()), keeper.participants());
    }

    private static boolean close(Block block) {
        block.close();
        return block.isClosed();
    }

    private static void assertClosed(Runnable use) {
        IllegalStateException e = assertThrows(IllegalStateException.class, use::run);
        assertTrue(e.getMessage().contains("region=closing"), e::getMessage);
        assertTrue(e.getMessage().contains("closed"), e::getMessage);
    }

    @Test
    void storm_ofReadersAndWriters() throws Exception {
        inAStorm(
                List.of(
                        region -> region.buffer("b", 64).getLongVolatile(0),
                        region -> region.buffer("b", 64).getAndAddLong(8, 1)));
        AtomicBuffer kept = keeper.buffer("b", 64);
        for (int round = 0; round < ROUNDS; round++) {
            SharedRegion region = SharedRegion.open(options);
            AtomicBuffer buffer = region.buffer("b", 64);
            closeUnder(
                    region,
                    List.of(
                            r -> buffer.getLongVolatile(0),
                            r -> buffer.putLongVolatile(0, 1),
                            r -> buffer.getAndAddLong(8, 1)));
        }
        assertEquals(1, kept.getLong(0));
    }

    @Test
    void storm_ofOpeners() throws Exception {
        inAStorm(
                List.of(
                        region -> region.buffer("b" + Thread.currentThread().getId() % 3, 64),
                        region -> region.attach("c", spec(), AttachMode.OPEN_OR_CREATE).close()));
    }

    @Test
    void storm_ofRemovers() throws Exception {
        inAStorm(
                List.of(
                        region -> {
                            Block block = region.attach("d", spec(), AttachMode.OPEN_OR_CREATE);
                            block.buffer().putLong(0, 1);
                            block.close();
                            region.remove("d");
                        },
                        region -> region.remove("d")));
    }

    @Test
    void storm_ofWhoLooks() throws Exception {
        keeper.buffer("b", 64);
        inAStorm(
                List.of(
                        region -> assertTrue(region.names().contains("b")),
                        SharedRegion::entries,
                        region -> assertTrue(region.participants().size() >= 2),
                        SharedRegion::self,
                        region -> assertFalse(region.isDead(keeper.self().id()))));
    }

    @Test
    void storm_ofClosers() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            SharedRegion region = SharedRegion.open(options);
            Race.run(
                    4,
                    number -> {
                        region.close();
                        return region.isClosed();
                    });
            assertEquals(List.of(keeper.self()), keeper.participants());
        }
    }

    private void inAStorm(List<Consumer<SharedRegion>> uses) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            closeUnder(SharedRegion.open(options), uses);
        }
        assertEquals(List.of(keeper.self()), keeper.participants());
    }

    /** Each use, in a thread of its own, works until the region is closed and is refused then. */
    private static void closeUnder(SharedRegion region, List<Consumer<SharedRegion>> uses)
            throws Exception {
        List<Future<?>> users = new ArrayList<>();
        CountDownLatch running = new CountDownLatch(uses.size());
        for (Consumer<SharedRegion> use : uses) {
            users.add(
                    Race.start(
                            number -> {
                                use.accept(region);
                                running.countDown();
                                assertClosed(() -> useForEver(region, use));
                                return null;
                            }));
        }
        Latches.await(running, users);
        region.close();
        for (Future<?> user : users) {
            Race.result(user);
        }
    }

    private static void useForEver(SharedRegion region, Consumer<SharedRegion> use) {
        while (true) {
            use.accept(region);
        }
    }

    /** Who waits for a creator that does not go on is let go by close. */
    @Test
    void whoWaitsForACreator_isLetGo() throws Exception {
        CountDownLatch creating = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        ObjectSpec slow =
                new ObjectSpec(
                        RawBufferType.INSTANCE,
                        0,
                        0,
                        64,
                        "",
                        memory -> {
                            creating.countDown();
                            Uncheck.run(goOn::await);
                            memory.putLong(0, 9);
                        });
        Future<Block> creator =
                Race.start(number -> keeper.attach("slow", slow, AttachMode.CREATE));
        Latches.await(creating, creator);
        closeUnderWaiters(
                "awaitCreator",
                List.of(region -> region.buffer("slow", 64), region -> region.remove("slow")));
        assertEquals(List.of(), keeper.names());
        goOn.countDown();
        assertEquals(9, Race.result(creator).buffer().getLong(0));
        assertEquals(List.of("slow"), keeper.names());
    }

    /** Who waits for the directory's mutex, which a living participant holds, is let go too. */
    @Test
    void whoWaitsForTheDirectory_isLetGo() throws Exception {
        lockDirectory(keeper.self().id());
        closeUnderWaiters(
                "tryLock", List.of(region -> region.buffer("b", 64), region -> region.remove("b")));
        lockDirectory(0);
    }

    /** Closes a region once each use, in a thread of its own, has got as far as a method. */
    private void closeUnderWaiters(String method, List<Consumer<SharedRegion>> uses)
            throws Exception {
        SharedRegion region = SharedRegion.open(options);
        List<FutureTask<Void>> tasks = new ArrayList<>();
        for (Consumer<SharedRegion> use : uses) {
            FutureTask<Void> task = new FutureTask<>(() -> use.accept(region), null);
            tasks.add(task);
            Thread thread = new Thread(task);
            thread.start();
            while (!isIn(thread, method)) {
                assertFalse(task.isDone());
                Thread.onSpinWait();
            }
        }
        region.close();
        for (FutureTask<Void> task : tasks) {
            assertClosed(() -> Uncheck.run(() -> Race.result(task)));
        }
    }

    private static boolean isIn(Thread thread, String method) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals(method));
    }

    private void lockDirectory(int tag) throws IOException {
        TestRegions.patchLong(options.path(), RegionLayout.DIRECTORY_MUTEX, tag);
    }

    private static ObjectSpec spec() {
        return new ObjectSpec(RawBufferType.INSTANCE, 0, 0, 64, "", memory -> {});
    }

    /** Runs what throws checked exceptions where only unchecked ones may be. */
    private static final class Uncheck {
        interface Action {
            void run() throws Exception;
        }

        private Uncheck() {}

        static void run(Action action) {
            try {
                action.run();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }
}
