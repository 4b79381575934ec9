/**
 * Queues, stacks and pipes that live in a region, for threads of any of its processes. What was put
 * in is not lost when a process dies, and nobody waits for the dead.
 *
 * <pre>
 *  queue ---&gt; ring, codec, sync ---&gt; region ---&gt; wait ---&gt; memory
 *
 *  SharedQueue, JoinableQueue ---&gt; RingQueue ---&gt; QueueCore ---&gt; BlockingRing (in ring) &lt;--- SharedLongQueue
 *           `--------------------------------------&gt; Delivery
 *
 *  SharedStack, SharedPriorityQueue ---&gt; SlotQueue ---&gt; SlotCore ---&gt; Sleepers, SlotTable ---&gt; SlotOrder
 * </pre>
 */
@NullMarked
package dev.shm.queue;

import org.jspecify.annotations.NullMarked;
