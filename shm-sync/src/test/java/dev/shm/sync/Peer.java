package dev.shm.sync;

import dev.shm.testing.ChildCommands.Commands;
import dev.shm.testing.ChildJvm;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Assertions;

/** A thread, wherever it is, that carries out one command after the other. See {@link Peers}. */
public final class Peer {
    private static final long WATCHDOG_SECONDS = 60;

    private final Body body;
    private final ExecutorService listener =
            Executors.newSingleThreadExecutor(
                    task -> {
                        Thread thread = new Thread(task, "peer");
                        thread.setDaemon(true);
                        return thread;
                    });
    private final Queue<Future<String>> answers = new ArrayDeque<>();

    /** What carries out the commands. */
    public interface Body {
        /** Carries out a command, and returns what came of it. */
        String carryOut(String command);

        /** Whether the command in progress sleeps on shared memory. */
        boolean isAsleep();

        /** Lets go; the command in progress is to end. */
        void close();
    }

    Peer(Body body) {
        this.body = body;
    }

    /** Gives it a command, to be carried out after those before it. */
    public Peer say(String command) {
        answers.add(listener.submit(() -> body.carryOut(command)));
        return this;
    }

    /** Waits for the answer to the oldest command that has not been heard yet. */
    public String hear() {
        try {
            return answers.remove().get(WATCHDOG_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError("the peer does not answer", e);
        }
    }

    public void expect(String answer) {
        Assertions.assertEquals(answer, hear());
    }

    public String ask(String command) {
        return say(command).hear();
    }

    /** Whether the oldest answer that has not been heard is still to come. */
    public boolean isBusy() {
        return !answers.isEmpty() && !answers.element().isDone();
    }

    /** Waits until the command in progress sleeps on shared memory. */
    public void awaitAsleep() {
        ChildJvm.awaitThat("the peer is asleep", body::isAsleep);
    }

    /** Ends the peer, which must not be stuck. */
    public void close() {
        body.close();
        listener.shutdown();
        try {
            if (!listener.awaitTermination(WATCHDOG_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the peer is stuck");
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while the peer ended", e);
        }
    }

    /** What a command returned, or the exception that it threw. */
    public static String outcome(Commands commands, String command) {
        try {
            return commands.run(command.split(" ", -1));
        } catch (Exception | Error e) {
            return e.toString();
        }
    }

    /** Whether a thread is inside a waiter; it has then announced what it waits for. */
    public static boolean sleeps(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(
                        frame ->
                                frame.getClassName().startsWith("dev.shm.wait.")
                                        && frame.getClassName().matches(".*(Futex|PollingWaiter)")
                                        && frame.getMethodName().equals("await"));
    }
}
