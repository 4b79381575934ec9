package dev.shm.ring;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongUnaryOperator;

/**
 * What becomes of messages in a {@link MpmcScenario} where every other one is given back whenever
 * it comes. Checked: attempts are counted, all of them where nobody dies; a message comes that has
 * attempts left, and is a dead letter when it has none; one gets that, or another where the first
 * has died with it; nothing is released but what was accepted or a dead letter.
 */
final class MpmcLetters {
    private final int limit;
    private final Set<Integer> dead;
    private final Map<Long, Integer> failures = new HashMap<>(); // by message
    private final Map<Long, Integer> buried = new HashMap<>(); // by whom
    private final Set<Long> accepted = new HashSet<>();

    /**
     * Of one execution.
     *
     * @param limit how many attempts may fail; 0 if nothing of this is so
     * @param dead the tags of those who have died so far
     */
    MpmcLetters(int limit, Set<Integer> dead) {
        this.limit = limit;
        this.dead = dead;
    }

    /** Takes what is no dead letter. */
    long take(MpmcCore core, int tag, LongUnaryOperator read) {
        long taken = core.take();
        return MpmcRing.pastDeadLetters(
                core,
                taken,
                false,
                limit,
                claim -> bury(core, claim, tag, read.applyAsLong(claim)));
    }

    private void bury(MpmcCore core, long claim, int tag, long message) {
        checkAttempts(core, claim, message);
        int failed = failed(message);
        check(failed + dead.size() >= limit, "buried=" + message + " failed=" + failed);
        Integer before = buried.put(message, tag);
        check(before == null || dead.contains(before), "buried by two: " + message);
        core.release(claim);
    }

    /** What is done with a message. */
    void end(MpmcCore core, long claim, long message) {
        checkAttempts(core, claim, message);
        int attempts = core.attempts(claim);
        check(attempts < limit, "not buried: " + message + " attempts=" + attempts);
        if (message % 2 == 0) {
            failures.merge(message, 1, Integer::sum);
            core.requeue(claim);
        } else {
            accepted.add(message);
            core.acknowledge(claim);
        }
    }

    /** Whoever dies with it may not be counted. */
    private void checkAttempts(MpmcCore core, long claim, long message) {
        int failed = failed(message);
        int counted = core.attempts(claim);
        check(
                dead.isEmpty() ? counted == failed : counted <= failed + dead.size(),
                "message=" + message + " attempts=" + counted + " failed=" + failed);
    }

    private int failed(long message) {
        return failures.getOrDefault(message, 0);
    }

    /** A message has left the ring. */
    void released(long message) {
        check(
                limit == 0 || accepted.contains(message) || buried.containsKey(message),
                "lost: " + message);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
