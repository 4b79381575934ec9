package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

@SuppressWarnings("LockNotBeforeTry") // a lock that stays is what is tested
class OpenClaimsTest {
    private final ReentrantLock claim = new ReentrantLock();
    private final Claims claimsUnderIt = Claims.under(claim);
    private final AtomicBoolean ended = new AtomicBoolean();

    @Test
    void runBetween_waitsForAClaimInProgress() throws InterruptedException {
        OpenClaims claims = new OpenClaims(TimeUnit.DAYS.toNanos(1));
        claims.add(claimsUnderIt);
        claim.lock();
        Thread closer = new Thread(() -> claims.runBetween(() -> ended.set(true)));
        closer.start();
        while (!claim.hasQueuedThread(closer)) {
            assertFalse(ended.get(), "did not wait");
            Thread.onSpinWait();
        }
        assertFalse(ended.get());
        claim.unlock();
        closer.join();
        assertTrue(ended.get());
    }

    @Test
    void runBetween_keepsNewClaimsOut() {
        OpenClaims claims = new OpenClaims(0);
        claims.add(claimsUnderIt);
        claims.runBetween(() -> ended.set(claim.isHeldByCurrentThread()));
        assertTrue(ended.get());
        assertFalse(claim.isLocked());
    }

    @Test
    void runBetween_goesOnWhenAClaimDoesNotEnd() throws InterruptedException {
        OpenClaims claims = new OpenClaims(1);
        claims.add(claimsUnderIt);
        claim.lock();
        Thread closer = new Thread(() -> claims.runBetween(() -> ended.set(true)));
        closer.start();
        closer.join();
        assertTrue(ended.get());
    }

    /** What is free is held all the same, and the interrupt is there afterwards. */
    @Test
    void runBetween_byAnInterruptedThread_keepsNewClaimsOut() {
        OpenClaims claims = new OpenClaims(TimeUnit.DAYS.toNanos(1));
        claims.add(claimsUnderIt);
        Thread.currentThread().interrupt();
        claims.runBetween(() -> ended.set(claim.isHeldByCurrentThread()));
        assertTrue(Thread.interrupted());
        assertTrue(ended.get());
        assertFalse(claim.isLocked());
    }
}
