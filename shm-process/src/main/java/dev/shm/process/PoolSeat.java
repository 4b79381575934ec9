package dev.shm.process;

import dev.shm.process.PoolMessage.Kind;
import dev.shm.queue.PipeEnd;
import dev.shm.queue.SharedPipe;
import dev.shm.region.SharedRegion;
import dev.shm.value.SharedValue;
import dev.shm.wait.Deadline;
import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One place for a worker in a {@link ProcessPool}: a thread that starts a worker, hands it chunk
 * after chunk, and starts another one when it ends.
 *
 * <p><b>Threads and processes.</b> Runs in a thread of its own; {@link #kill} may be called by any.
 *
 * <p><b>If a process dies.</b> If it is the worker: a chunk that it had not begun goes to another
 * one, a chunk that it had begun is the pool's to decide about. If it is this one: its workers are
 * daemons.
 */
final class PoolSeat implements Runnable {
    private static final long LOOK_MILLIS = 20;
    private static final int MIN_SENT = 2;
    private static final int MAX_SENT = 32;

    /** What is done sooner is hardly held up by others that were sent before it. */
    private static final long SHORT_MILLIS = 1;

    static final int MIN_PIPE_BYTES = 1 << 18;

    /** Of what waits in the pipe: the end of the ring may cost as much again. */
    private static final int MAX_FOLLOWING_BYTES = MIN_PIPE_BYTES / 4;

    private final String name;
    private final SharedRegion region;
    private final SharedProcess.Builder builder;
    private final Rules rules;
    private final WorkQueue queue;
    private final AtomicLong numbers;
    private int workers; // that were started here
    private volatile @Nullable SharedProcess process;

    /** What the seats of a pool have in common, and ask it. */
    interface Rules {
        /** What a worker does first; null if nothing. */
        @Nullable PoolAction initializer();

        /** Of each direction of a worker's pipe: what is longer than a half is sent in parts. */
        int pipeBytes();

        /** After how many chunks a worker is replaced. */
        long maxTasks();

        /** How long a worker's exit hooks may take. */
        long exitNanos();

        /** Has a permit for each worker that may start at a time. */
        Semaphore starting();

        /** So many chunks must wait for each that a worker has, before it is sent one more. */
        int many();

        /** A worker is ready. */
        void started();

        /** A worker ended before it was ready. */
        void startFailed(SharedProcess worker);

        /** The initializer has failed. */
        void initializerFailed(RemoteFailure why);

        /** A worker died that had begun this. */
        void died(PoolWork work, SharedProcess worker);

        /** A worker died that had nothing to do but this, and had not begun it. */
        void lost(PoolWork work, SharedProcess worker);

        /** The seat is empty and stays so. */
        void left();

        /** Something else went wrong. */
        void failed(Throwable why);
    }

    /** A worker that is ready. */
    private final class Worker implements AutoCloseable {
        private final String pipeName = name + "-" + ++workers;
        private final SharedPipe pipe;
        private final PipeEnd end;
        private final SharedValue begun;
        private final SharedProcess process;
        private final PoolSent sent = new PoolSent();
        private byte @Nullable [] function; // that it was sent last
        private int window = MIN_SENT; // it has at most so many: more only while all are short
        private Deadline soon = Deadline.after(SHORT_MILLIS, TimeUnit.MILLISECONDS);
        private long left = rules.maxTasks();

        Worker() {
            pipe = SharedPipe.create(region, pipeName, rules.pipeBytes());
            end = pipe.left();
            begun = SharedValue.create(region, PoolWorker.begun(pipeName), 'q');
            PoolWorker task = new PoolWorker(pipeName, rules.initializer(), left);
            process = builder.start(pipeName, new Job.Lambda(task), PoolSeat.this::begin);
        }

        /** Waits until it has the region and its pipe; false if it never will. */
        boolean awaitOpened() throws InterruptedException {
            return awaitThat(Kind.OPENED);
        }

        /** Waits until it is ready; false if it never will be. */
        boolean awaitReady() throws InterruptedException {
            return awaitThat(Kind.READY);
        }

        private boolean awaitThat(Kind kind) throws InterruptedException {
            try {
                // An end that nobody has taken yet is waited for, though nobody may come any more.
                while (!end.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                    if (!process.isAlive() && !end.poll()) {
                        throw new EOFException();
                    }
                }
                PoolMessage next = PoolMessage.receive(end);
                if (next.kind() == kind) {
                    return true;
                }
                rules.initializerFailed(failure(next));
            } catch (IOException over) {
                awaitExit();
                rules.startFailed(process);
            }
            return false;
        }

        boolean canWork() {
            return left > 0 && process.isAlive();
        }

        /** Has chunk after chunk run, until the worker has ended or there is nothing more to do. */
        void work() {
            try {
                feed();
            } catch (IOException over) {
                ended();
            } catch (Throwable ours) { // as where there is no memory for an answer
                kill();
                handOn(ours);
            }
        }

        private void feed() throws IOException, InterruptedException {
            boolean goesOn = true;
            while (goesOn) {
                // No variable of ours keeps what was done last while we wait for something to do.
                goesOn = run(queue.take(this::canWork));
            }
        }

        /** Has a chunk run, and more that can follow; false if there is none. */
        private boolean run(@Nullable PoolWork first) throws IOException, InterruptedException {
            if (first == null) {
                return false;
            }
            send(first);
            while (!sent.isEmpty()) {
                sendMore();
                receive();
            }
            return true;
        }

        private void send(PoolWork work) throws IOException, InterruptedException {
            long number = numbers.incrementAndGet();
            left--;
            sent.add(number, work); // first: what cannot be sent is put back
            byte[] needed = work.function();
            if (needed != null && needed != function) {
                PoolMessage.send(end, Kind.FUNCTION, 0, needed, needed.length);
                function = needed;
            }
            PoolMessage.send(end, work.kind(), number, work.about());
        }

        /**
         * Small ones, for which there is room in the pipe though nobody takes them out; no more
         * than a part of those that wait, so that all workers end at about the same time.
         */
        private void sendMore() throws IOException, InterruptedException {
            while (left > 0 && sent.size() < window) {
                PoolWork more = queue.takeIf(rules.many() * sent.size(), this::mayFollow);
                if (more == null) {
                    return;
                }
                send(more);
            }
        }

        /**
         * Whether there is room for it in the pipe behind what the worker may not have taken yet,
         * which is all but the first: that it takes, or has taken, without our help.
         */
        private boolean mayFollow(PoolWork work) {
            if (function == null || work.function() != function) {
                return false;
            }
            return sent.bytesThatWait() + work.about().size() <= MAX_FOLLOWING_BYTES;
        }

        private void receive() throws IOException, InterruptedException {
            PoolMessage answer = PoolMessage.receive(end);
            window = soon.isExpired() ? MIN_SENT : Math.min(2 * window, MAX_SENT);
            soon = Deadline.after(SHORT_MILLIS, TimeUnit.MILLISECONDS);
            complete(sent.answered(answer.number()), answer);
        }

        /** Receives what the dead one has still sent, and finds somebody else for the rest. */
        private void ended() {
            awaitExit();
            Throwable ours = null;
            try {
                while (!sent.isEmpty()) {
                    receive();
                }
            } catch (IOException over) {
                // That was all.
            } catch (Throwable failed) {
                ours = failed;
            }
            handOn(ours);
        }

        /**
         * Waits until it has ended: its end of the pipe has, or will when it sees that ours has.
         */
        private void awaitExit() {
            forgetInterrupt();
            try {
                if (process.join(rules.exitNanos(), TimeUnit.NANOSECONDS)) {
                    return;
                }
            } catch (InterruptedException e) {
                // Nobody does that; and it has had its time.
            }
            kill(); // an exit hook of the user's does not end
        }

        private void kill() {
            process.kill();
            var unused = process.onExit().join();
            forgetInterrupt();
        }

        /**
         * Finds somebody else for what the dead one has not begun, and gives the rest up.
         *
         * @param ours why answers were not received that it may have sent; null if all were.
         */
        private void handOn(@Nullable Throwable ours) {
            long last = begun.getLong();
            while (!sent.isEmpty()) {
                PoolSent.Chunk lost = sent.removeLast();
                if (lost.number() > last && sent.isEmpty()) {
                    rules.lost(lost.work(), process);
                } else if (lost.number() > last) {
                    queue.putBack(lost.work());
                } else if (ours != null) {
                    String what = "the result cannot be received here";
                    queue.giveUp(lost.work(), new TransferException(what, ours));
                } else {
                    Logs.debug(ProcessPool.class, () -> process + " died of " + lost.work());
                    rules.died(lost.work(), process);
                }
            }
            forgetInterrupt();
        }

        @Override
        public void close() {
            try (pipe) {
                end.close();
                awaitExit();
            } finally {
                region.remove(pipeName);
                region.remove(PoolWorker.begun(pipeName));
                begun.close();
                giveUpTheRest();
            }
        }

        /** Whatever has gone wrong here: somebody waits. */
        private void giveUpTheRest() {
            while (!sent.isEmpty()) {
                PoolWork lost = sent.removeLast().work();
                queue.giveUp(lost, new TransferException("its worker was given up"));
            }
        }
    }

    PoolSeat(
            String name,
            SharedRegion region,
            SharedProcess.Builder builder,
            Rules rules,
            WorkQueue queue,
            AtomicLong numbers) {
        this.name = name;
        this.region = region;
        this.builder = builder;
        this.rules = rules;
        this.queue = queue;
        this.numbers = numbers;
    }

    @Override
    public void run() {
        try {
            while (!queue.isOver()) {
                serve();
            }
        } catch (Throwable e) { // an Error, too: somebody waits for what is queued
            rules.failed(e);
        } finally {
            rules.left();
        }
    }

    /** Starts a worker when it is its turn, and works with it until it ends. */
    private void serve() throws InterruptedException {
        Semaphore starting = rules.starting();
        starting.acquire();
        boolean isStarting = true;
        if (queue.isOver()) {
            starting.release();
            return;
        }
        try (Worker worker = new Worker()) {
            SharedProcess started = worker.process;
            var unused = started.onExit().thenRun(queue::look);
            boolean opened = worker.awaitOpened();
            starting.release(); // before the initializer, which may wait for those of others
            isStarting = false;
            if (opened && worker.awaitReady()) {
                rules.started();
                worker.work();
            }
        } finally {
            if (isStarting) {
                starting.release();
            }
        }
    }

    private void begin(SharedProcess worker) {
        process = worker;
        if (queue.ended() != null) {
            worker.kill(); // it may have ended before we were seen
        }
    }

    private static void complete(PoolWork work, PoolMessage answer) {
        try {
            switch (answer.kind()) {
                case BYTES -> work.listener().completed(new @Nullable Object[] {answer.about()});
                case OUTCOMES ->
                        work.listener().completed(Packing.unpack(answer.array(), answer.from()));
                case FAILED -> work.listener().failed(failure(answer).rebuild());
                default -> throw new IllegalStateException("message=" + answer + ": no answer");
            }
        } catch (Throwable e) { // whatever it is: methods of the user's read it
            work.listener().failed(new TransferException("the result cannot be read here", e));
        } finally {
            forgetInterrupt();
        }
    }

    /** A callback may have left one, which is not for us: we would leave what the worker has. */
    private static void forgetInterrupt() {
        var unused = Thread.interrupted();
    }

    private static RemoteFailure failure(PoolMessage message) {
        try {
            return (RemoteFailure) message.read();
        } catch (IOException | ClassNotFoundException e) {
            throw new IllegalStateException("a class of ours cannot be read", e);
        }
    }

    /** Kills the worker, if there is one. */
    void kill() {
        SharedProcess current = process;
        if (current != null) {
            current.kill();
        }
    }
}
