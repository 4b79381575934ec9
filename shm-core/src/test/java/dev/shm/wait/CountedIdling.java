package dev.shm.wait;

import org.agrona.concurrent.IdleStrategy;

/** An idle phase that ends by counting, not by the clock, so that schedules can be repeated. */
public final class CountedIdling {

    private CountedIdling() {}

    /**
     * A phase of so many idles in each wait.
     *
     * @param idles how many
     * @param idle what is done then
     * @return the phase
     */
    public static IdlePhase of(int idles, Runnable idle) {
        return new IdlePhase(() -> new Calling(idle), Long.MAX_VALUE, () -> endAfter(idles));
    }

    /** A wait asks once before each idle. */
    private static Deadline endAfter(int idles) {
        int[] left = {idles};
        return Deadline.never().unless(() -> left[0]-- == 0);
    }

    private record Calling(Runnable action) implements IdleStrategy {
        @Override
        public void idle() {
            action.run();
        }

        @Override
        public void idle(int workCount) {
            throw new AssertionError("a wait does no work");
        }

        @Override
        public void reset() {
            // keeps nothing
        }
    }
}
