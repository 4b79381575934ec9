package dev.shm.examples;

import dev.shm.examples.FileCountWorker.Hold;
import dev.shm.region.SharedRegion;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The worker JVMs of one job: so many at a time, some of them killed on purpose, all the dead
 * replaced.
 *
 * <p>The workers that are to live begin when every one that is to be killed has held a file, and
 * every seat has one of them that is ready: otherwise the first could be done before.
 */
final class Crew implements AutoCloseable {
    private static final int NATIVE_ACCESS_SINCE = 24;
    private static final int SIGNALLED = 128;
    private static final long TICK_MILLIS = 100;

    /** Ends a job whose files kill every worker, by using up all memory for instance. */
    private static final int MAX_SURPRISES = 100;

    /** No file. */
    static final int NONE = -1;

    /**
     * A worker that has ended.
     *
     * @param number workers are numbered from 1 on as they start.
     * @param killed false when it ended because all was done.
     * @param held the file that it held when we killed it, else {@link #NONE}.
     */
    record Member(int number, long pid, boolean killed, int held) {}

    private final SharedRegion region;
    private final int seats;
    private final int victimSeats;
    private final CountDownLatch holds;
    private final CountDownLatch seatsReady;
    private final AtomicInteger victimsToCome;
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger surprises = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool(Crew::newThread);
    private final AtExit end = new AtExit(this::stop);

    // Guarded by this.
    private final Set<Process> running = new HashSet<>();
    private final List<Member> ended = new ArrayList<>();
    private boolean stopped;

    /**
     * Prepares a crew.
     *
     * @param seats how many work at a time.
     * @param files how many files there are: so many can be held at a time.
     * @param kills how many are killed, one after the other where there are fewer seats or files.
     */
    Crew(SharedRegion region, int seats, int files, int kills) {
        this.region = region;
        this.seats = seats;
        this.victimSeats = Math.min(seats, files);
        this.victimsToCome = new AtomicInteger(victimSeats == 0 ? 0 : kills);
        this.holds = new CountDownLatch(victimsToCome.get());
        this.seatsReady = new CountDownLatch(seats);
    }

    private static Thread newThread(Runnable task) {
        Thread thread = new Thread(task, "crew");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Has all the work done.
     *
     * @param tick is called now and then.
     * @throws IOException when a worker fails, not being killed, or cannot be started.
     * @throws CancellationException when the crew was closed.
     */
    void work(Runnable tick) throws IOException, InterruptedException {
        CompletionService<Void> service = new ExecutorCompletionService<>(threads);
        for (int i = 0; i < seats; i++) {
            boolean mayBeVictim = i < victimSeats;
            service.submit(() -> keepBusy(mayBeVictim));
        }
        int left = seats;
        while (left > 0) {
            Future<Void> done = service.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
            tick.run();
            if (done != null) {
                check(done);
                left--;
            }
        }
    }

    private void check(Future<Void> done) throws IOException, InterruptedException {
        try {
            done.get();
        } catch (ExecutionException e) {
            if (isStopped()) {
                throw new CancellationException("the crew was closed");
            }
            throw new IOException(Objects.requireNonNull(e.getCause()).getMessage(), e);
        }
    }

    /** One seat: a worker after the other, until one finds that all is done. */
    private Void keepBusy(boolean mayBeVictim) throws IOException, InterruptedException {
        AtomicBoolean isReady = new AtomicBoolean();
        boolean done = false;
        while (!done) {
            int victim = mayBeVictim ? victimsToCome.getAndUpdate(n -> Math.max(0, n - 1)) : 0;
            if (victim == 0) {
                done = runToEnd(isReady);
            } else if (!runVictim(victim % 2 == 1 ? Hold.CLAIMED : Hold.STORED)) {
                victimsToCome.incrementAndGet();
            }
        }
        return null;
    }

    /** False when it died before we could kill it. */
    private boolean runVictim(Hold hold) throws IOException, InterruptedException {
        int number = started.incrementAndGet();
        Process process = start(number, hold);
        String held = process.inputReader().readLine();
        if (held == null) {
            checkSignalled(number, process);
        } else {
            holds.countDown();
            process.destroyForcibly();
        }
        bury(number, process, held == null ? NONE : Integer.parseInt(held));
        return held != null;
    }

    /**
     * False when it was killed, which is not our doing.
     *
     * @param isReady whether this seat has had a worker that was ready.
     */
    private boolean runToEnd(AtomicBoolean isReady) throws IOException, InterruptedException {
        int number = started.incrementAndGet();
        Process process = start(number, Hold.NEVER);
        if (process.inputReader().readLine() != null) {
            if (isReady.compareAndSet(false, true)) {
                seatsReady.countDown();
            }
            begin(process);
        }
        if (process.waitFor() == 0) {
            end(process, new Member(number, process.pid(), false, NONE));
            return true;
        }
        checkSignalled(number, process);
        bury(number, process, NONE);
        return false;
    }

    private void begin(Process process) throws InterruptedException {
        seatsReady.await();
        holds.await();
        try {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        } catch (IOException e) {
            // It is dead already; its exit code tells more.
        }
    }

    private void checkSignalled(int number, Process process)
            throws IOException, InterruptedException {
        int exit = process.waitFor();
        String worker = "worker " + number + " (pid " + process.pid() + ")";
        if (exit <= SIGNALLED) {
            throw new IOException(worker + " failed with exit code " + exit);
        }
        if (surprises.incrementAndGet() > MAX_SURPRISES) {
            throw new IOException(
                    worker + " was killed, as " + MAX_SURPRISES + " others before it; giving up");
        }
    }

    private void bury(int number, Process process, int held) throws InterruptedException {
        process.waitFor();
        region.participants(); // looks who is dead, so that its file is free at once
        end(process, new Member(number, process.pid(), true, held));
    }

    private synchronized void end(Process process, Member member) {
        running.remove(process);
        ended.add(member);
    }

    private synchronized Process start(int number, Hold hold) throws IOException {
        if (stopped) {
            throw new CancellationException("the crew was closed");
        }
        Process process =
                new ProcessBuilder(command(region.path(), number, hold))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        running.add(process);
        return process;
    }

    private static List<String> command(Path regionFile, int number, Hold hold) {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + File.separator + "bin/java");
        if (Runtime.version().feature() >= NATIVE_ACCESS_SINCE) {
            command.add("--enable-native-access=ALL-UNNAMED"); // or the JVM warns
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(FileCountWorker.class.getName());
        command.addAll(List.of(regionFile.toUri().toString(), "" + number, hold.name()));
        return command;
    }

    synchronized boolean isStopped() {
        return stopped;
    }

    /** Those that have ended, by number. */
    synchronized List<Member> ended() {
        return ended.stream().sorted(Comparator.comparingInt(Member::number)).toList();
    }

    /** Kills whoever still runs, and returns when none does. Exiting the JVM does the same. */
    @Override
    public void close() {
        end.close();
        threads.shutdownNow();
    }

    private void stop() {
        List<Process> left;
        synchronized (this) {
            stopped = true;
            left = List.copyOf(running);
        }
        left.forEach(Process::destroyForcibly);
        left.forEach(process -> process.onExit().join());
    }
}
