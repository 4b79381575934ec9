/**
 * What directory, locks and queues sleep and exclude with. Internal: public only so that the other
 * modules of this library reach it, and free to change with any version.
 *
 * <pre>
 *   RobustMutex ---&gt; Tick ---&gt; TickPolicy
 *    |    |    \       | \
 *    |    |     \      v  `--&gt; IdlePhase
 *    |    |      `-&gt; Deadline &lt;--'  ^
 *    |    v             ^            |
 *    |  Liveness        |            |
 *    v                  |            |
 *   Waiter &lt;--- PollingWaiter        |
 *      ^  ^        ^                  |
 *      |   `-- Futex  ---&gt; FutexSleep, jna (loaded by the first sleep or wake)
 *      |           ^                  |
 *      |-- SystemWaiter ---&gt; VirtualThreads
 *      `-- IdlingWaiter --------------'
 * </pre>
 *
 * <p>The package depends on Agrona's interfaces of buffers and of idling, on the kill points of our
 * memory package, and, lazily, on JNA.
 */
@NullMarked
package dev.shm.wait;

import org.jspecify.annotations.NullMarked;
