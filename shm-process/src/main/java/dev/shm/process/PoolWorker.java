package dev.shm.process;

import dev.shm.memory.KillPoint;
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
    public void run(SharedRegion first) {
        int status = 1;
        try {
            serve();
            status = 0;
        } catch (EOFException poolClosed) {
            status = 0; // That was all.
        } catch (Throwable thrown) {
            Thread self = Thread.currentThread();
            self.getUncaughtExceptionHandler().uncaughtException(self, thrown);
        } finally {
            System.exit(status); // the pool waits for us, whatever threads its tasks have left here
        }
    }

    private void serve() throws IOException, InterruptedException {
        List<SharedRegion> regions = SharedProcess.current().regions();
        SharedRegion region = regions.get(regions.size() - 1); // users' come before it
        SharedValue begun = SharedValue.open(region, begun(name));
        try (SharedPipe pipe = SharedPipe.open(region, name);
                PipeEnd end = pipe.right()) {
            Runtime.getRuntime().addShutdownHook(new Thread(end::close, "shm-pool"));
            serve(begun, end);
        }
    }

    private void serve(SharedValue begun, PipeEnd end) throws IOException, InterruptedException {
        try {
            PoolMessage.send(end, Kind.OPENED, 0, new Wire.Bytes());
            if (initialize(end)) {
                work(begun, end);
            }
        } catch (IllegalStateException e) {
            if (!end.isClosed()) {
                throw e;
            } // else this process exits, and the pool knows that by the end of the pipe
        }
    }

    private boolean initialize(PipeEnd end) throws IOException, InterruptedException {
        try {
            if (initializer != null) {
                initializer.run();
            }
        } catch (Throwable thrown) { // whatever it is, the pool is told
            send(end, Kind.UNUSABLE, 0, Wire.write(RemoteFailure.of(thrown)));
            return false;
        }
        send(end, Kind.READY, 0, new Wire.Bytes());
        return true;
    }

    /** Sends what the user's code has made, which may have left an interrupt: not for us. */
    private static void send(PipeEnd end, Kind kind, long number, Wire.Bytes about)
            throws IOException, InterruptedException {
        var unused = Thread.interrupted();
        PoolMessage.send(end, kind, number, about);
    }

    private void work(SharedValue begun, PipeEnd end) throws IOException, InterruptedException {
        PoolJob.Runner runner = new PoolJob.Runner();
        for (long tasks = 0; tasks < maxTasks; ) {
            PoolMessage message = PoolMessage.receive(end);
            if (message.kind() == Kind.FUNCTION) {
                runner.setFunction(message.about());
            } else {
                KillPoint.at("pool.received");
                begun.setLong(message.number());
                KillPoint.at("pool.begun");
                run(message, runner, end);
                KillPoint.at("pool.answered");
                tasks++;
            }
        }
    }

    private static void run(PoolMessage chunk, PoolJob.Runner runner, PipeEnd end)
            throws IOException, InterruptedException {
        Kind kind;
        Wire.Bytes result;
        try {
            @Nullable Object[] outcomes =
                    chunk.kind() == Kind.CALL ? runner.call(chunk) : runner.items(chunk);
            boolean isBytes = outcomes.length == 1 && outcomes[0] instanceof byte[];
            kind = isBytes ? Kind.BYTES : Kind.OUTCOMES;
            result = isBytes ? new Wire.Bytes((byte[]) outcomes[0]) : written(outcomes);
            checkSize(result);
        } catch (Throwable thrown) { // by what reads or writes it, which may be the user's
            kind = Kind.FAILED;
            result = Wire.write(RemoteFailure.of(thrown));
        }
        send(end, kind, chunk.number(), result);
    }

    private static void checkSize(Wire.Bytes result) throws TransferException {
        if (result.size() > PoolWork.MAX_BYTES) {
            throw new TransferException(
                    "returned " + result.size() + " bytes, allowed: " + PoolWork.MAX_BYTES);
        }
    }

    private static Wire.Bytes written(@Nullable Object[] outcomes) throws IOException {
        try {
            return Packing.pack(outcomes, 0, outcomes.length);
        } catch (Throwable oneOfThem) { // methods of the user's write them
            for (int i = 0; i < outcomes.length; i++) {
                outcomes[i] = sendable(outcomes[i]);
            }
            return Packing.pack(outcomes, 0, outcomes.length);
        }
    }

    /** The outcome, or a failure that shows it in words. */
    private static @Nullable Object sendable(@Nullable Object outcome) {
        try {
            Wire.write(new @Nullable Object[] {outcome});
            return outcome;
        } catch (Throwable e) { // of the user's
            return RemoteFailure.of(
                    new TransferException(
                            "returned "
                                    + words(outcome)
                                    + ", which cannot be serialised: "
                                    + words(e)));
        }
    }

    private static String words(@Nullable Object object) {
        try {
            return String.valueOf(object);
        } catch (Throwable e) { // of the user's
            return "something whose toString throws " + e.getClass().getName();
        }
    }
}
