package dev.shm.ring;

import dev.shm.testing.ChildJvm;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Threads that do something again and again while another process is stopped or killed. Whoever
 * waits for something that they bring about hears of it when one of them has failed.
 */
final class Racers implements AutoCloseable {
    private static final int PAUSE_NANOS = 20_000; // so that the victim has a processor

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> races = new ArrayList<>();
    private final List<AtomicInteger> steps = new ArrayList<>();
    private volatile boolean over;

    /** What is done again and again. */
    interface Step {
        void run() throws Exception;
    }

    void race(Step step) {
        AtomicInteger done = new AtomicInteger();
        steps.add(done);
        races.add(
                threads.submit(
                        () -> {
                            while (!over) {
                                step.run();
                                done.incrementAndGet();
                                LockSupport.parkNanos(PAUSE_NANOS);
                            }
                            return null;
                        }));
    }

    /** Waits until each has done so many steps more, whatever came of them. */
    void awaitSteps(int more) {
        List<Integer> goals = steps.stream().map(done -> done.get() + more).toList();
        await(
                "they race",
                () -> {
                    for (int i = 0; i < goals.size(); i++) {
                        if (steps.get(i).get() < goals.get(i)) {
                            return false;
                        }
                    }
                    return true;
                });
    }

    /** Waits for something that they bring about. */
    void await(String what, Supplier<Boolean> state) {
        ChildJvm.awaitThat(
                what,
                () -> {
                    check();
                    return state.get();
                });
    }

    /**
     * Gives a victim a command until it stops in it.
     *
     * @param command is asked for one each time.
     * @param answered is given each answer before that.
     */
    void untilStopped(
            ChildJvm victim, String point, Supplier<String> command, Consumer<String> answered) {
        String stopped = "stopped at " + point;
        String said = victim.ask(command.get());
        while (!said.equals(stopped)) {
            check();
            answered.accept(said);
            said = victim.ask(command.get());
        }
    }

    /** Fails if one of them has. */
    private void check() {
        for (Future<?> race : races) {
            if (race.isDone()) {
                join(race);
            }
        }
    }

    /** Ends them, each after its step. */
    void stop() {
        over = true;
        races.forEach(Racers::join);
    }

    private static void join(Future<?> race) {
        try {
            race.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        over = true;
        threads.shutdown();
    }
}
