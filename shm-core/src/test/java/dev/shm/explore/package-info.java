/**
 * Runs the real code of a shared-memory protocol under every schedule within bounds, and lets a
 * participant die at any of its accesses.
 *
 * <pre>
 *   Explorer ---&gt; Choices (DepthFirst, Sampling, Replay)
 *      |             ^
 *      v             |
 *   Scenario ---&gt; World ---&gt; Participant ---&gt; Actor
 *                    |
 *                    `--&gt; AtomicBuffer (Interception), Waiter, Liveness: each access is a point
 * </pre>
 *
 * <p>The threads of a scenario run one at a time. At each access to the shared memory the {@link
 * dev.shm.explore.World} asks {@link dev.shm.explore.Choices} who goes on, or what happens instead:
 * a participant is killed, a death certified, a thread interrupted. What it answers, number by
 * number, is the schedule: the same numbers give the same execution again. Number 0 is always "as
 * if nothing were the matter", so a schedule is written down as the few places where it deviates.
 *
 * <p>Memory is sequentially consistent here: a missing fence is not found.
 */
@NullMarked
package dev.shm.explore;

import org.jspecify.annotations.NullMarked;
