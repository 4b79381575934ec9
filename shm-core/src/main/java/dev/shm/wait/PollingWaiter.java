package dev.shm.wait;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.AtomicBuffer;

/**
 * A waiter without help of the operating system: the sleeper looks again and again, spinning at
 * first, then yielding, then parking for 50 us, doubling to 1 ms.
 *
 * <p><b>Threads and processes.</b> A wake does nothing: sleepers find the change by themselves,
 * within about a millisecond. It therefore does not reach threads of other processes that sleep on
 * a futex; those go on at their next tick. A change that is taken back between two looks is not
 * seen. Parking lets a virtual thread leave its carrier.
 *
 * <p><b>If a process dies.</b> Nothing: nobody waits for its wake.
 */
final class PollingWaiter implements Waiter {
    static final PollingWaiter INSTANCE = new PollingWaiter();

    private static final int SPINS = 64;
    private static final int YIELDS = 8;
    private static final long FIRST_PARK_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long LONGEST_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private PollingWaiter() {}

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // the yield only saves time: parking would do alone
    public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
        WaitWord.check(buffer, index);
        Deadline deadline = Deadline.after(nanos, TimeUnit.NANOSECONDS);
        long park = FIRST_PARK_NANOS;
        int looks = 0;
        while (buffer.getIntVolatile(index) == expected
                && !Thread.currentThread().isInterrupted()) {
            long remaining = deadline.remainingNanos();
            if (remaining == 0) {
                return false;
            }
            if (looks < SPINS) {
                looks++;
                Thread.onSpinWait();
            } else if (looks < SPINS + YIELDS) {
                looks++;
                Thread.yield();
            } else {
                LockSupport.parkNanos(this, Math.min(park, remaining));
                park = Math.min(2 * park, LONGEST_PARK_NANOS);
            }
        }
        return true;
    }

    @Override
    public void wake(AtomicBuffer buffer, int index, int count) {
        WaitWord.check(buffer, index); // sleepers look by themselves
    }

    @Override
    public String toString() {
        return "polling";
    }
}
