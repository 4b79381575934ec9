package dev.shm.wait;

import org.agrona.concurrent.AtomicBuffer;

/**
 * The futex where it can be had, polling where it cannot, and polling for virtual threads, which
 * would pin their carrier inside the kernel. What is to be had is found out by the first sleep or
 * wake, and once.
 *
 * <p>A wake needs no choice by thread: it does not block.
 */
final class SystemWaiter implements Waiter {
    static final SystemWaiter INSTANCE = new SystemWaiter();

    private SystemWaiter() {}

    @Override
    public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
        Waiter waiter = VirtualThreads.isCurrent() ? PollingWaiter.INSTANCE : Chosen.WAITER;
        return waiter.await(buffer, index, expected, nanos);
    }

    @Override
    public void wake(AtomicBuffer buffer, int index, int count) {
        Chosen.WAITER.wake(buffer, index, count);
    }

    @Override
    public String toString() {
        return "futex, else polling";
    }

    /** Initialised by the first sleep or wake. */
    private static final class Chosen {
        static final Waiter WAITER = load();

        private static Waiter load() {
            try {
                return Futex.INSTANCE;
            } catch (LinkageError | RuntimeException | VirtualMachineError notToBeHad) {
                return PollingWaiter.INSTANCE;
            }
        }
    }
}
