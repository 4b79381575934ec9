package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.shm.region.Block;
import dev.shm.region.ObjectType;
import dev.shm.region.SharedRegion;
import dev.shm.wait.Waiter;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Closing a handle, or its region, wakes all who sleep on the object, not only those who look by
 * themselves.
 */
class CloseWakesTest {
    private static final long WATCHDOG_SECONDS = 60;

    @TempDir private Path directory;

    private enum Kind {
        COUNTING(CountingSemaphoreType.INSTANCE, WaitingRoomLayout.EPOCH) {
            @Override
            CountingSemaphore open(SharedRegion region) {
                return CountingSemaphore.of(region, "it", 0);
            }

            @Override
            void await(SharedRegion region) throws InterruptedException {
                open(region).acquire();
            }
        },
        SHARED(SharedSemaphoreType.INSTANCE, WaitingRoomLayout.EPOCH) {
            @Override
            SharedSemaphore open(SharedRegion region) {
                return SharedSemaphore.of(region, "it", 1);
            }

            @Override
            void await(SharedRegion region) throws InterruptedException {
                open(region).acquire(); // nobody releases it
                open(region).acquire();
            }
        },
        MANUAL_EVENT(SharedEventType.INSTANCE, EventLayout.STATE) {
            @Override
            SharedEvent open(SharedRegion region) {
                return SharedEvent.of(region, "it");
            }

            @Override
            void await(SharedRegion region) throws InterruptedException {
                open(region).await();
            }
        },
        AUTOMATIC_EVENT(SharedEventType.INSTANCE, EventLayout.STATE) {
            @Override
            SharedEvent open(SharedRegion region) {
                return SharedEvent.of(region, "it", SharedEvent.Mode.AUTO_RESET);
            }

            @Override
            void await(SharedRegion region) throws InterruptedException {
                open(region).await();
            }
        },
        LATCH(SharedLatchType.INSTANCE, LatchLayout.GATE) {
            @Override
            SharedLatch open(SharedRegion region) {
                return SharedLatch.of(region, "it", 1);
            }

            @Override
            void await(SharedRegion region) throws InterruptedException {
                open(region).await();
            }
        };

        @SuppressWarnings("ImmutableEnumChecker") // it has no state
        private final ObjectType type;

        private final int word;

        Kind(ObjectType type, int word) {
            this.type = type;
            this.word = word;
        }

        abstract AutoCloseable open(SharedRegion region);

        /** Waits for ever, in a region of its own. */
        abstract void await(SharedRegion region) throws InterruptedException;
    }

    @ParameterizedTest
    @EnumSource
    void close_wakesEverybody(Kind kind) throws Exception {
        assumeTrue(Waiter.system().toString().contains("futex"), "who polls is not woken");
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            AutoCloseable handle = kind.open(region);
            try (Block block = region.attach("it", kind.type)) {
                AtomicReference<Throwable> thrown = new AtomicReference<>();
                Thread sleeper = sleep(block, kind.word, thrown);
                handle.close();
                assertWoken(sleeper, thrown);
                handle.close();
            }
        }
    }

    /** Those who slept there may have taken wakes that others need. */
    @ParameterizedTest
    @EnumSource
    void closingTheRegion_wakesEverybody(Kind kind) throws Exception {
        assumeTrue(Waiter.system().toString().contains("futex"), "who polls is not woken");
        SharedRegion leaving = Peers.open(directory.resolve("r.shm"));
        try (SharedRegion staying = Peers.open(directory.resolve("r.shm"))) {
            AtomicReference<Throwable> closed = new AtomicReference<>();
            Thread waits = Sleeper.start(() -> kind.await(leaving), closed);
            try (Block block = staying.attach("it", kind.type)) {
                AtomicReference<Throwable> thrown = new AtomicReference<>();
                Thread sleeper = sleep(block, kind.word, thrown);
                leaving.close();
                assertWoken(sleeper, thrown);
            }
            waits.join();
            assertInstanceOf(IllegalStateException.class, closed.get());
        }
    }

    private static Thread sleep(Block block, int word, AtomicReference<Throwable> thrown) {
        int value = block.buffer().getIntVolatile(word);
        return Sleeper.start(
                () -> Waiter.system().await(block.buffer(), word, value, Long.MAX_VALUE), thrown);
    }

    private static void assertWoken(Thread sleeper, AtomicReference<Throwable> thrown)
            throws InterruptedException {
        sleeper.join(TimeUnit.SECONDS.toMillis(WATCHDOG_SECONDS));
        assertTrue(!sleeper.isAlive(), "it sleeps on");
        assertNull(thrown.get());
    }

    /** Nobody may write into what was the object's once it has been let go. */
    @Test
    void close_afterTheRegion_doesNothing() throws Exception {
        for (Kind kind : Kind.values()) {
            SharedRegion region = Peers.open(directory.resolve(kind + ".shm"));
            AutoCloseable handle = kind.open(region);
            region.close();
            handle.close();
            handle.close();
            assertTrue(handle.toString().endsWith(", closed]"), handle::toString);
        }
    }
}
