package dev.shm.sync;

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

/** Closing a handle wakes all who sleep on the object, not only those who look by themselves. */
class CloseWakesTest {
    private static final long WATCHDOG_SECONDS = 60;

    @TempDir private Path directory;

    private enum Kind {
        COUNTING(CountingSemaphoreType.INSTANCE, WaitingRoomLayout.EPOCH) {
            @Override
            AutoCloseable open(SharedRegion region) {
                return CountingSemaphore.of(region, "it", 0);
            }
        },
        SHARED(SharedSemaphoreType.INSTANCE, WaitingRoomLayout.EPOCH) {
            @Override
            AutoCloseable open(SharedRegion region) {
                return SharedSemaphore.of(region, "it", 1);
            }
        },
        MANUAL_EVENT(SharedEventType.INSTANCE, EventLayout.STATE) {
            @Override
            AutoCloseable open(SharedRegion region) {
                return SharedEvent.of(region, "it");
            }
        },
        AUTOMATIC_EVENT(SharedEventType.INSTANCE, EventLayout.STATE) {
            @Override
            AutoCloseable open(SharedRegion region) {
                return SharedEvent.of(region, "it", SharedEvent.Mode.AUTO_RESET);
            }
        },
        LATCH(SharedLatchType.INSTANCE, LatchLayout.GATE) {
            @Override
            AutoCloseable open(SharedRegion region) {
                return SharedLatch.of(region, "it", 1);
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
    }

    @ParameterizedTest
    @EnumSource
    void close_wakesEverybody(Kind kind) throws Exception {
        assumeTrue(Waiter.system().toString().contains("futex"), "who polls is not woken");
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            AutoCloseable handle = kind.open(region);
            try (Block block = region.attach("it", kind.type)) {
                AtomicReference<Throwable> thrown = new AtomicReference<>();
                int value = block.buffer().getIntVolatile(kind.word);
                Thread sleeper =
                        Sleeper.start(
                                () ->
                                        Waiter.system()
                                                .await(
                                                        block.buffer(),
                                                        kind.word,
                                                        value,
                                                        Long.MAX_VALUE),
                                thrown);
                handle.close();
                sleeper.join(TimeUnit.SECONDS.toMillis(WATCHDOG_SECONDS));
                assertTrue(!sleeper.isAlive(), "it sleeps on");
                assertNull(thrown.get());
                handle.close();
            }
        }
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
