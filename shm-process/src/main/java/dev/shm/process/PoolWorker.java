package dev.shm.process;

import dev.shm.process.PoolMessage.Kind;
import dev.shm.queue.PipeEnd;
import dev.shm.queue.SharedPipe;
import dev.shm.region.SharedRegion;
import dev.shm.value.SharedValue;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The task of a worker of a {@link ProcessPool}: receives chunks, runs them, sends the outcomes.
 *
 * @param name of its pipe, and of the value beside it that says which chunk it has begun.
 * @param initializer runs first; null if there is none.
 * @param maxTasks after so many chunks it ends.
 */
record PoolWorker(String name, @Nullable PoolAction initializer, long maxTasks)
        implements RegionTask {
    private static final String BEGUN = ".begun";

    /** The name of the value that says which chunk a worker has begun. */
    static String begun(String name) {
        return name + BEGUN;
    }

    @Override
    public void run(SharedRegion first) throws IOException, InterruptedException {
        List<SharedRegion> regions = SharedProcess.current().regions();
        SharedRegion region = regions.get(regions.size() - 1); // users' come before it
        SharedValue begun = SharedValue.open(region, begun(name));
        try (SharedPipe pipe = SharedPipe.open(region, name);
                PipeEnd end = pipe.right()) {
            if (initialize(end)) {
                Chunk.Runner runner = new Chunk.Runner();
                for (long tasks = 0; tasks < maxTasks; tasks++) {
                    PoolMessage message = PoolMessage.receive(end);
                    byte[] chunk = end.recv();
                    begun.setLong(message.number());
                    run(message.number(), chunk, runner, end);
                }
            }
        } catch (EOFException poolClosed) {
            // That was all.
        }
    }

    private boolean initialize(PipeEnd end) throws IOException, InterruptedException {
        try {
            if (initializer != null) {
                initializer.run();
            }
        } catch (Throwable thrown) { // whatever it is, the pool is told
            new PoolMessage(Kind.UNUSABLE, 0).send(end, Wire.write(RemoteFailure.of(thrown)));
            return false;
        }
        new PoolMessage(Kind.READY, 0).send(end);
        return true;
    }

    private static void run(long number, byte[] chunk, Chunk.Runner runner, PipeEnd end)
            throws IOException, InterruptedException {
        @Nullable Object[] outcomes;
        try {
            outcomes = runner.run(chunk);
        } catch (Exception | LinkageError thrown) {
            new PoolMessage(Kind.FAILED, number).send(end, Wire.write(RemoteFailure.of(thrown)));
            return;
        }
        if (outcomes.length == 1 && outcomes[0] instanceof byte[] result) {
            new PoolMessage(Kind.BYTES, number).send(end, result, result.length);
        } else {
            new PoolMessage(Kind.OUTCOMES, number).send(end, written(outcomes));
        }
    }

    private static Wire.Bytes written(@Nullable Object[] outcomes) throws IOException {
        try {
            return Wire.write(Packing.pack(outcomes));
        } catch (IOException | RuntimeException | StackOverflowError oneOfThem) {
            for (int i = 0; i < outcomes.length; i++) {
                outcomes[i] = sendable(outcomes[i]);
            }
            return Wire.write(outcomes);
        }
    }

    /** The outcome, or a failure that shows it in words. */
    private static @Nullable Object sendable(@Nullable Object outcome) {
        try {
            Wire.write(new @Nullable Object[] {outcome});
            return outcome;
        } catch (IOException | RuntimeException | StackOverflowError e) {
            return RemoteFailure.of(
                    new TransferException(
                            "returned " + words(outcome) + ", which cannot be serialised: " + e));
        }
    }

    private static String words(@Nullable Object outcome) {
        try {
            return String.valueOf(outcome);
        } catch (RuntimeException | StackOverflowError e) {
            return "something whose toString throws " + e;
        }
    }
}
