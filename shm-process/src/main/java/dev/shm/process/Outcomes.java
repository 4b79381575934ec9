package dev.shm.process;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What became of the items of a chunk: a result each, or a {@link Failure}. */
final class Outcomes {
    private Outcomes() {}

    /** An outcome that is not a result. */
    record Failure(Throwable thrown) {}

    /** Turns what failed remotely into failures. */
    static @Nullable Object[] rebuilt(@Nullable Object[] outcomes) {
        for (int i = 0; i < outcomes.length; i++) {
            if (outcomes[i] instanceof RemoteFailure failure) {
                outcomes[i] = new Failure(failure.rebuild());
            }
        }
        return outcomes;
    }

    static boolean haveFailure(@Nullable Object[] outcomes) {
        for (Object outcome : outcomes) {
            if (outcome instanceof Failure) {
                return true;
            }
        }
        return false;
    }

    /** What was thrown for the first of those that have failed. */
    static Throwable firstFailure(@Nullable Object[] outcomes) {
        for (Object outcome : outcomes) {
            if (outcome instanceof Failure failure) {
                return failure.thrown;
            }
        }
        throw new IllegalArgumentException("outcomes: none of them has failed");
    }

    /** The outcomes of a chunk that failed as a whole. */
    static @Nullable Object[] failures(int items, Throwable why) {
        @Nullable Object[] all = new @Nullable Object[items];
        Arrays.fill(all, new Failure(why));
        return all;
    }
}
