/**
 * Locks, conditions, semaphores, events, barriers and latches that live in a region, for threads of
 * any of its processes. Whoever dies in one of them is noticed: the others go on, or are told.
 *
 * <pre>
 *  sync ---&gt; value ---&gt; region ---&gt; wait ---&gt; memory
 *
 *  SynchronizedValue, SynchronizedArray ---&gt; SharedLock &lt;--- SharedCondition
 *
 *  SharedReadWriteLock   SharedSemaphore   CountingSemaphore   SharedEvent   SharedBarrier   SharedLatch
 * </pre>
 *
 * <p>All are made alike. {@code SharedX} is a process's handle: it checks arguments and that it is
 * open. Behind it is a core that runs the protocol over a buffer, a {@code Liveness} and a {@code
 * Waiter}. What a process must know of an object beside the shared bytes, such as how often a lock
 * is held, is in a companion that all handles of the attachment share: the whole core of the locks
 * and the condition, {@code SemaphoreBulk}, {@code BarrierMember}. {@code XLayout} is the picture
 * of the shared bytes, {@code XType} the entry in the region's directory.
 */
@NullMarked
package dev.shm.sync;

import org.jspecify.annotations.NullMarked;
