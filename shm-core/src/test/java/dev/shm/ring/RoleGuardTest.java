package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Closing waits for a call in progress, so that no store comes after the role was given up. */
class RoleGuardTest {

    @Test
    void afterClosing_noCallBegins() throws Exception {
        RoleGuard guard = new RoleGuard("it", () -> false, 1);
        guard.enter();
        guard.leave();
        guard.enterOutside();
        assertThrows(IllegalStateException.class, guard::enterOutside);
        assertThrows(IllegalStateException.class, guard::close);
        assertTrue(guard.hold(1, TimeUnit.SECONDS), "this thread need not wait for itself");
        assertFalse(guard.isClosed());
        guard.leave();
        guard.close();
        assertTrue(guard.isClosed());
        assertEquals(
                "it is closed",
                assertThrows(IllegalStateException.class, guard::enter).getMessage());
        assertThrows(IllegalStateException.class, guard::enterOutside);
        assertTrue(guard.hold(1, TimeUnit.SECONDS));
    }

    @Test
    void closing_waitsForTheCall_asLongAsItIsTold() throws Exception {
        RoleGuard guard = new RoleGuard("it", () -> false, 1);
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch out = new CountDownLatch(1);
        Thread caller =
                new Thread(
                        () -> {
                            guard.enterOutside();
                            inside.countDown();
                            awaitQuietly(out);
                            guard.leave();
                        });
        caller.start();
        inside.await();
        assertFalse(guard.hold(5, TimeUnit.MILLISECONDS));
        AtomicBoolean closed = new AtomicBoolean();
        Thread closer =
                new Thread(
                        () -> {
                            guard.close();
                            closed.set(true);
                        });
        closer.start();
        ChildJvm.awaitThat("it waits", () -> closer.getState() == Thread.State.TIMED_WAITING);
        assertFalse(closed.get());
        closer.interrupt(); // does not end it
        assertFalse(closed.get());
        out.countDown();
        closer.join();
        caller.join();
        assertTrue(closed.get());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Who closes a region waits for the handler that is running, but not for ever. */
    @Test
    void closingTheRegion_waitsForAHandler(@TempDir Path directory) throws Exception {
        SharedRegion region = TestRings.region(directory);
        SpscRing ring = SpscRing.create(region, TestRings.NAME, 256);
        TestRings.offer(ring.producer(), 1, "a");
        SpscConsumer consumer = ring.consumer();
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch out = new CountDownLatch(1);
        Thread poller =
                new Thread(
                        () ->
                                consumer.poll(
                                        (type, buffer, index, length) -> {
                                            inside.countDown();
                                            awaitQuietly(out);
                                        },
                                        1));
        poller.start();
        inside.await();
        Thread closer = new Thread(region::close);
        closer.start();
        ChildJvm.awaitThat("it waits", () -> closer.getState() == Thread.State.TIMED_WAITING);
        out.countDown();
        poller.join();
        closer.join();
        try (SharedRegion again = TestRings.region(directory)) {
            SpscRing same = SpscRing.open(again, TestRings.NAME);
            assertEquals(16, same.consumerPosition(), "the handler's record was committed");
            same.consumer();
        }
    }
}
