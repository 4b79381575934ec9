package dev.shm.sync;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands.Commands;
import dev.shm.value.SharedValue;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a peer can do with the barrier "it". Its action adds to the value "actions", and fails when
 * the peer was told to.
 */
final class BarrierCommands implements Commands {
    static final String BROKEN = "broken";
    static final String LATE = "timed out";
    static final String INTERRUPTED = "interrupted";

    private final SharedBarrier barrier;
    private final SharedValue actions;
    private final SharedValue entered;
    private boolean failing;

    BarrierCommands(SharedRegion region) {
        barrier = SharedBarrier.open(region, "it", this::act);
        actions = SharedValue.of(region, "actions", 'q');
        entered = SharedValue.of(region, "entered", 'q');
    }

    private void act() {
        actions.getAndAdd(1);
        if (failing) {
            throw new UnsupportedOperationException("the action fails");
        }
    }

    @Override
    public String run(String... words) {
        try {
            return carryOut(words);
        } catch (BrokenBarrierException e) {
            return BROKEN;
        } catch (TimeoutException e) {
            return LATE;
        } catch (InterruptedException e) {
            return INTERRUPTED;
        }
    }

    private String carryOut(String... words)
            throws BrokenBarrierException, InterruptedException, TimeoutException {
        switch (words[0]) {
            case "await" -> {
                return String.valueOf(
                        words.length == 1
                                ? barrier.await()
                                : barrier.await(Long.parseLong(words[1]), TimeUnit.MILLISECONDS));
            }
            case "fail" -> failing = true;
            case "steps" -> {
                return String.valueOf(steps(Integer.parseInt(words[1])));
            }
            case "race" -> {
                while (!barrier.isBroken()) {
                    Thread.onSpinWait();
                }
                return String.valueOf(barrier.await());
            }
            case "interrupted" -> {
                Thread.currentThread().interrupt();
                return String.valueOf(barrier.await());
            }
            case "abort" -> barrier.abort();
            case "reset" -> barrier.reset();
            case "show" -> {
                return barrier.toString();
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
        return "done";
    }

    /** Passes so many times; returns how many times it came last. */
    private int steps(int count) throws BrokenBarrierException, InterruptedException {
        int parties = barrier.getParties();
        int last = 0;
        for (int step = 1; step <= count; step++) {
            entered.getAndAdd(1);
            last += barrier.await() == 0 ? 1 : 0;
            long seen = entered.getLong();
            long acted = actions.getLong();
            if (seen < (long) parties * step || seen > (long) parties * (step + 1)) {
                throw new AssertionError("step=" + step + " entered=" + seen);
            }
            if (acted < step || acted > step + 1) {
                throw new AssertionError("step=" + step + " actions=" + acted);
            }
        }
        return last;
    }
}
