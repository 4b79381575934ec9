package dev.shm.wait;

import java.util.function.Supplier;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.IdleStrategy;

/**
 * Sleeps on, and wakes, one aligned {@code int} of shared memory.
 *
 * <pre>{@code
 * Waiter waiter = Waiter.system();
 * while (buffer.getIntVolatile(0) == CLOSED) {                    // the sleeper re-checks, always
 *     waiter.await(buffer, 0, CLOSED, tick.nanos(deadline));
 * }
 * ...
 * buffer.putIntVolatile(0, OPEN);                                 // the waker changes the int first
 * waiter.wakeAll(buffer, 0);
 * }</pre>
 *
 * <p><b>Threads and processes.</b> Any thread of any process that maps the same memory may sleep
 * and wake. A sleeper is named by nothing but the memory: there is no queue of ours that a death
 * could break. A wake is for sleepers whose int has changed. One without a change may be lost, and
 * one that has been taken by a thread which then goes away is gone, so every sleep has an end and
 * every sleeper looks again. Where processes of one region use different waiters, or one has no
 * native access, sleepers that nobody wakes go on when their time runs out.
 *
 * <p><b>Memory effects.</b> None that a caller may rely on: the accesses to the int itself order
 * memory, the sleep does not.
 *
 * <p><b>Interruption.</b> Nothing here throws {@link InterruptedException} or changes the interrupt
 * status. A thread that is interrupted when it calls {@code await} does not sleep. One that is
 * interrupted while it sleeps returns at once; in the rare case that the interrupt comes just as it
 * falls asleep, when its time runs out. Hence: who may be interrupted looks at the interrupt status
 * after each sleep; who may not be interrupted clears the status before the first sleep and sets it
 * again after the last.
 *
 * <p><b>If a process dies.</b> Its sleepers vanish. A wake that it owed is never made, and a wake
 * that it had taken is lost: other sleepers notice when their time runs out.
 */
public interface Waiter {

    /**
     * Sleeps while an int has its expected value, until woken or until the time runs out. May
     * return early for no reason.
     *
     * @param buffer a buffer over direct memory
     * @param index of the int in the buffer, in bytes, aligned to 4 bytes in memory
     * @param expected value to sleep on
     * @param nanos the longest time to sleep; zero or less does not sleep
     * @return false when the time ran out and the int had not been seen to change, true otherwise:
     *     woken, changed, interrupted, or for no reason
     * @throws IllegalArgumentException if the buffer has no direct memory or the int is not aligned
     * @throws IndexOutOfBoundsException if the int is not inside the buffer
     * @throws IllegalStateException if the buffer was closed
     */
    boolean await(AtomicBuffer buffer, int index, int expected, long nanos);

    /**
     * Wakes threads that sleep on an int. Never blocks.
     *
     * @param buffer a buffer over direct memory
     * @param index of the int in the buffer, in bytes, aligned to 4 bytes in memory
     * @param count how many threads to wake at most
     * @throws IllegalArgumentException if the buffer has no direct memory or the int is not aligned
     * @throws IndexOutOfBoundsException if the int is not inside the buffer
     * @throws IllegalStateException if the buffer was closed
     */
    void wake(AtomicBuffer buffer, int index, int count);

    /**
     * Wakes every thread that sleeps on an int. Never blocks.
     *
     * @param buffer a buffer over direct memory
     * @param index of the int in the buffer, in bytes, aligned to 4 bytes in memory
     */
    default void wakeAll(AtomicBuffer buffer, int index) {
        wake(buffer, index, Integer.MAX_VALUE);
    }

    /**
     * The waiter of this machine: the futex on Linux where native code may be used, polling
     * elsewhere and for {@code -Dshm.wait=poll}. Virtual threads always poll, so that they never
     * pin their carrier. Nothing native is loaded before the first sleep or wake.
     *
     * <p>Waits begin with an idle phase: for 20 microseconds (none where there is one processor)
     * the thread spins. {@code -Dshm.wait.idle.micros} sets another length, {@code
     * -Dshm.wait.idle=CLASS} another way of idling: a class that implements {@link
     * org.agrona.concurrent.IdleStrategy} and has a public constructor without parameters; each
     * thread gets an object of its own for each waiter that it waits with. A thread that waits for
     * a {@link RobustMutex}, and so for whatever lock, does not idle: it looks a hundred times, if
     * nobody waits yet, and then sleeps.
     *
     * @return a waiter, over the one way of sleeping that all objects of this JVM share
     * @throws IllegalArgumentException if the system property {@code shm.wait} is neither {@code
     *     auto} nor {@code poll}, {@code shm.wait.idle} names no such class, or {@code
     *     shm.wait.idle.micros} is not a number of 0 or more
     */
    static Waiter system() {
        String wanted = System.getProperty("shm.wait", "auto");
        return switch (wanted) {
            case "auto" -> new IdlingWaiter(IdlePhase.configured(), SystemWaiter.INSTANCE);
            case "poll" -> new IdlingWaiter(IdlePhase.configured(), PollingWaiter.INSTANCE);
            default ->
                    throw new IllegalArgumentException(
                            "shm.wait=" + wanted + ": allowed are auto and poll");
        };
    }

    /**
     * A waiter whose waits begin with an idle phase.
     *
     * @param strategies makes an idle strategy for each thread
     * @param nanos how long a wait idles before its first sleep
     * @param sleeping the waiter that goes on after that, and that wakes
     * @return the waiter
     */
    static Waiter idling(Supplier<IdleStrategy> strategies, long nanos, Waiter sleeping) {
        return new IdlingWaiter(new IdlePhase(strategies, nanos), sleeping);
    }

    /**
     * What a wait begins with; see {@link Tick#idles()}.
     *
     * @return by default, nothing
     */
    default IdlePhase idlePhase() {
        return IdlePhase.NONE;
    }
}
