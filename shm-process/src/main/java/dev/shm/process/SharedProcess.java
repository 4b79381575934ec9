package dev.shm.process;

import dev.shm.memory.KillPoint;
import dev.shm.region.SharedRegion;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A JVM that this one has started, with the same region open.
 *
 * <pre>{@code
 * SharedValue hits = SharedValue.of(region, "hits", 'q');
 * SharedProcess child = SharedProcess.start(region, r -> SharedValue.open(r, "hits").getAndAdd(1));
 * int code = child.join();                                  // 0
 * SharedProcess worker = SharedProcess.builder(region)
 *         .name("worker").daemon(true).jvmOption("-Xmx64m").start(Worker.class, "fast");
 * }</pre>
 *
 * <p>The child runs the same Java with the same options and class path, unless the builder says
 * otherwise; options that only one process can have, of debuggers, of management ports, of flight
 * recordings, for writing archives of classes, and for files whose names have no {@code %p}, such
 * as that of a log, are left out. Agents are inherited: for one that listens at a port see {@link
 * Builder#inheritJvmOptions}. It writes to this process's standard output and error. Its standard
 * input is at its end: this class needs it.
 *
 * <p>A child ends when its task has returned and its non-daemon threads have ended. A
 * <em>daemon</em> child ends at the latest when its parent does, however that ends: its exit hooks
 * run, for a second at most. Other children go on.
 *
 * <p><b>Threads and processes.</b> Any number of threads may use the handle. Only the parent has
 * one; a task that wants to know others' process ids is told through the region.
 *
 * <p><b>Memory effects.</b> What came before {@code start} is visible to the task, and what the
 * task did is visible to whoever has returned from {@link #join} or has seen {@link #isAlive} turn
 * false.
 *
 * <p><b>If a process dies.</b> If the child is killed, {@link #exitCode} is negative; everything
 * that it held in the region is found by the others as each object says. If the parent is killed,
 * its daemons end within about a second, and 128 bytes for each child stay in the region until
 * another child is started there.
 */
public final class SharedProcess {
    private static final AtomicInteger STARTED = new AtomicInteger();

    /** Keeps handles that their users dropped: with one goes the child's standard input. */
    private static final Set<SharedProcess> ACTIVE = ConcurrentHashMap.newKeySet();

    private final String name;
    private final boolean daemon;
    private final Process process;
    private final ExitRecord record;
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();
    private volatile boolean killed; // by us, while it ran

    private SharedProcess(String name, boolean daemon, Process process, ExitRecord record) {
        this.name = name;
        this.daemon = daemon;
        this.process = process;
        this.record = record;
    }

    /** Process.onExit needs a thread of the common pool, and all of those may be waiting for us. */
    private static Thread exitThread(Runnable task) {
        Thread thread = new Thread(task, "shm-exit");
        thread.setDaemon(true);
        return thread;
    }

    /** Begins to wait for its end; only then do others see it. */
    private void begin(ThreadFactory threads) {
        Thread waiting = threads.newThread(this::awaitEnd);
        ACTIVE.add(this);
        try {
            waiting.start();
        } catch (Throwable e) {
            ACTIVE.remove(this);
            throw e;
        }
    }

    private void awaitEnd() {
        while (true) {
            try {
                process.waitFor();
                exit.complete(ended());
                return;
            } catch (InterruptedException e) {
                // Nobody does that; the child is still there.
            } catch (Throwable e) {
                // The region is damaged or its file was cut short: who joins is told what is known.
                ACTIVE.remove(this);
                exit.complete(process.exitValue());
                return;
            }
        }
    }

    /**
     * Starts a process that runs a task.
     *
     * @param region is opened in the child and given to the task.
     * @param task is sent to the child by Java serialization, with all that it captures.
     * @return a handle of a process that is starting.
     * @throws IllegalArgumentException if the task cannot be serialised.
     * @throws IllegalStateException if the region is closed or has no room for another object.
     * @throws UncheckedIOException if the operating system starts no process.
     */
    public static SharedProcess start(SharedRegion region, RegionTask task) {
        return builder(region).start(task);
    }

    /**
     * Begins to describe a process.
     *
     * @param region is opened in the child; tasks are given it.
     * @return a builder that may start several processes.
     */
    public static Builder builder(SharedRegion region) {
        return new Builder(region);
    }

    /**
     * Returns this process.
     *
     * @return its name is {@code main} where no {@link SharedProcess} started it.
     */
    public static CurrentProcess current() {
        return CurrentProcess.get();
    }

    /**
     * Returns the process that started this one.
     *
     * @return empty where no {@link SharedProcess} started this process.
     */
    public static Optional<ParentProcess> parent() {
        return CurrentProcess.get().parent();
    }

    /**
     * Returns the processes that this one has started and that have not ended.
     *
     * @return a new list, in no order.
     */
    public static List<SharedProcess> activeChildren() {
        return new ArrayList<>(ACTIVE);
    }

    /** What a process is started with. */
    public static final class Builder {
        private final List<SharedRegion> regions = new ArrayList<>();
        private final List<String> jvmOptions = new ArrayList<>();
        private final Map<String, String> environment = new LinkedHashMap<>();
        private @Nullable String name;
        private boolean daemon = current().isDaemon();
        private boolean inheritsOptions = true;
        private String classPath = System.getProperty("java.class.path");
        private Redirect output = Redirect.INHERIT;
        private Redirect error = Redirect.INHERIT;
        private ThreadFactory threads = SharedProcess::exitThread;
        private int recordRegion; // the index of that which has the exit records

        private Builder() {}

        private Builder(SharedRegion region) {
            region(region);
        }

        /** Starts nothing until it has one. */
        static Builder withoutRegion() {
            return new Builder();
        }

        /** The same with one region more, which has the exit records. */
        Builder and(SharedRegion last) {
            Builder copy = new Builder();
            copy.regions.addAll(regions);
            copy.regions.add(last);
            copy.jvmOptions.addAll(jvmOptions);
            copy.environment.putAll(environment);
            copy.name = name;
            copy.daemon = daemon;
            copy.inheritsOptions = inheritsOptions;
            copy.classPath = classPath;
            copy.output = output;
            copy.error = error;
            copy.threads = threads;
            copy.recordRegion = copy.regions.size() - 1;
            return copy;
        }

        /** Sets what makes the threads that wait for the ends of children. */
        Builder threads(ThreadFactory factory) {
            threads = factory;
            return this;
        }

        /**
         * Sets the name, which is that of the child's main thread too.
         *
         * @param processName any text up to 1,000 characters; else it is {@code Process-} and a
         *     number.
         * @return this builder.
         * @throws IllegalArgumentException if it is empty or longer.
         */
        public Builder name(String processName) {
            if (processName.isEmpty() || processName.length() > 1000) {
                throw new IllegalArgumentException(
                        "name: length=" + processName.length() + ", allowed: 1 to 1000");
            }
            name = processName;
            return this;
        }

        /**
         * Sets whether the child ends with this process.
         *
         * @param endsWithParent else it is what this process is; one that no {@link SharedProcess}
         *     started is no daemon.
         * @return this builder.
         */
        public Builder daemon(boolean endsWithParent) {
            daemon = endsWithParent;
            return this;
        }

        /**
         * Adds a region that is opened in the child, where {@link CurrentProcess#regions} has it.
         *
         * @param another besides that of the builder.
         * @return this builder.
         */
        public Builder region(SharedRegion another) {
            regions.add(Objects.requireNonNull(another, "region"));
            return this;
        }

        /**
         * Adds an option of the JVM, such as {@code -Xmx64m}, after those of this JVM.
         *
         * @param option as it is written on a command line, in one word.
         * @return this builder.
         */
        public Builder jvmOption(String option) {
            jvmOptions.add(Objects.requireNonNull(option, "option"));
            return this;
        }

        /**
         * Sets whether the child has the options of this JVM.
         *
         * @param inherited if not, it has those of {@link #jvmOption} alone, and {@code
         *     JAVA_TOOL_OPTIONS} and its like are not in its environment unless they are set by
         *     {@link #environment}. It is so where nothing else is said.
         * @return this builder.
         */
        public Builder inheritJvmOptions(boolean inherited) {
            inheritsOptions = inherited;
            return this;
        }

        /**
         * Sets a variable of the environment, which else is that of this process.
         *
         * @param variable its name.
         * @param value what it is set to.
         * @return this builder.
         */
        public Builder environment(String variable, String value) {
            environment.put(variable, value);
            return this;
        }

        /**
         * Sets the class path, which else is that of this process.
         *
         * @param path must contain shm and the task's class.
         * @return this builder.
         */
        public Builder classPath(String path) {
            classPath = Objects.requireNonNull(path, "path");
            return this;
        }

        /**
         * Sets where the child's standard output goes, which else is that of this process.
         *
         * @param destination as for {@link ProcessBuilder}, but for a pipe.
         * @return this builder.
         * @throws IllegalArgumentException for a pipe, which nobody would read.
         */
        public Builder redirectOutput(Redirect destination) {
            output = noPipe(destination);
            return this;
        }

        /**
         * Sets where the child's standard error goes, which else is that of this process.
         *
         * @param destination as for {@link ProcessBuilder}, but for a pipe.
         * @return this builder.
         * @throws IllegalArgumentException for a pipe, which nobody would read.
         */
        public Builder redirectError(Redirect destination) {
            error = noPipe(destination);
            return this;
        }

        private static Redirect noPipe(Redirect destination) {
            if (destination.type() == Redirect.Type.PIPE) {
                throw new IllegalArgumentException(
                        "destination=PIPE: must be a file, Redirect.INHERIT or Redirect.DISCARD");
            }
            return destination;
        }

        /**
         * Starts a process that runs a task.
         *
         * @param task is sent to the child by Java serialization, with all that it captures.
         * @return a handle of a process that is starting.
         * @throws IllegalArgumentException if the task cannot be serialised.
         * @throws IllegalStateException if a region is closed, or the first has no room for another
         *     object.
         * @throws UncheckedIOException if the operating system starts no process.
         */
        public SharedProcess start(RegionTask task) {
            return start(new Job.Lambda(task));
        }

        /**
         * Starts a process that runs the main method of a class; {@link SharedProcess#current} has
         * its regions.
         *
         * @param main a public class with a {@code public static void main(String[])}.
         * @param arguments of that method.
         * @return a handle of a process that is starting.
         * @throws IllegalArgumentException if there is no such method.
         * @throws IllegalStateException as {@link #start(RegionTask)}.
         * @throws UncheckedIOException as {@link #start(RegionTask)}.
         */
        public SharedProcess start(Class<?> main, String... arguments) {
            try {
                main.getMethod("main", String[].class);
            } catch (NoSuchMethodException e) {
                throw new IllegalArgumentException(
                        "main=" + main.getName() + ": has no public static void main(String[])", e);
            }
            return start(new Job.Main(main.getName(), List.copyOf(Arrays.asList(arguments))));
        }

        private SharedProcess start(Job job) {
            String childName = name != null ? name : "Process-" + STARTED.incrementAndGet();
            return start(childName, job, child -> {});
        }

        /**
         * Starts a process.
         *
         * @param started is given it before it is sent what it runs, for which it may have no room
         *     and, stopped, may never take.
         */
        SharedProcess start(String childName, Job job, Consumer<SharedProcess> started) {
            byte[] serialized = Wire.writeTask(job).toByteArray();
            JvmCommand command = JvmCommand.inheriting(inheritsOptions);
            ProcessBuilder builder =
                    new ProcessBuilder(command.line(jvmOptions, classPath, ChildMain.class))
                            .redirectOutput(output)
                            .redirectError(error);
            command.clean(builder.environment());
            builder.environment().putAll(environment);
            ExitRecord record = ExitRecord.create(regions.get(recordRegion));
            KillPoint.at("process.recorded");
            ProcessSpec spec = spec(childName, record);
            SharedProcess child = start(childName, builder, record);
            KillPoint.at("process.started");
            started.accept(child);
            send(spec, serialized, child.process.getOutputStream());
            Logs.debug(SharedProcess.class, () -> "started " + child);
            return child;
        }

        private ProcessSpec spec(String childName, ExitRecord record) {
            return new ProcessSpec(
                    childName,
                    daemon,
                    current().pid(),
                    current().name(),
                    regions.stream().map(region -> region.path().toString()).toList(),
                    recordRegion,
                    record.name(),
                    LogSetup.current());
        }

        private SharedProcess start(String childName, ProcessBuilder builder, ExitRecord record) {
            Process process = null;
            try {
                process = builder.start();
                SharedProcess child = new SharedProcess(childName, daemon, process, record);
                child.begin(threads);
                return child;
            } catch (IOException e) {
                record.remove();
                throw new UncheckedIOException("command=" + builder.command(), e);
            } catch (RuntimeException | Error e) {
                if (process != null) {
                    process.destroyForcibly(); // nobody would wait for it
                }
                record.remove();
                throw e;
            }
        }
    }

    private static void send(ProcessSpec spec, byte[] job, OutputStream toChild) {
        try {
            spec.send(toChild, job);
        } catch (IOException childEnded) {
            // Before it had read: its exit code, and what it printed, tell why.
        }
    }

    private int ended() {
        int code = record.exitCode(process.exitValue(), killed);
        record.remove();
        ACTIVE.remove(this);
        Logs.debug(
                SharedProcess.class,
                () -> "exit code " + code + " of " + name + " (pid " + pid() + ")");
        return code;
    }

    /**
     * Returns the name.
     *
     * @return the same as {@link CurrentProcess#name} in the child.
     */
    public String name() {
        return name;
    }

    /**
     * Returns the process id.
     *
     * @return the number that the operating system gave it; when it has ended another process may
     *     get it.
     */
    public long pid() {
        return process.pid();
    }

    /**
     * Tells whether the child ends with this process.
     *
     * @return as it was started.
     */
    public boolean isDaemon() {
        return daemon;
    }

    /**
     * Tells whether the child runs.
     *
     * @return true from the start until it has ended; a stopped process runs.
     */
    public boolean isAlive() {
        return !exit.isDone();
    }

    /**
     * Returns how the child ended.
     *
     * @return empty while it runs; 0 if its task returned, 1 if that threw, what it gave to {@link
     *     System#exit}, or the negative number of the signal that killed it. An exit code of 129,
     *     130 or 143 reads as signal 1, 2 or 15, after which a JVM runs its exit hooks and ends
     *     with just that code. The other way round, 137 may be a SIGKILL that came from elsewhere
     *     than {@link #kill} while exit hooks ran.
     */
    public OptionalInt exitCode() {
        Integer code = exit.getNow(null);
        return code == null ? OptionalInt.empty() : OptionalInt.of(code);
    }

    /**
     * Waits until the child has ended.
     *
     * @return its {@link #exitCode}.
     * @throws InterruptedException if the thread is interrupted.
     */
    public int join() throws InterruptedException {
        return Exits.await(exit);
    }

    /**
     * Waits until the child has ended, or the time has run out.
     *
     * @param timeout the longest time to wait; zero or less does not wait.
     * @param unit of the timeout.
     * @return false if the time ran out.
     * @throws InterruptedException if the thread is interrupted.
     */
    public boolean join(long timeout, TimeUnit unit) throws InterruptedException {
        return Exits.await(exit, timeout, unit);
    }

    /** Asks the child to end, by SIGTERM: its exit hooks run. Does nothing when it has ended. */
    public void terminate() {
        process.destroy();
    }

    /** Kills the child, by SIGKILL. Does nothing when it has ended. */
    public void kill() {
        if (isAlive()) {
            killed = true; // before it can have ended of it
            process.destroyForcibly();
        }
    }

    /**
     * Returns a future that is completed when the child has ended.
     *
     * @return a new one at each call, of the {@link #exitCode}; completing it has no effect on
     *     anything else.
     */
    public CompletableFuture<Integer> onExit() {
        return exit.copy();
    }

    /**
     * Returns the child as the JDK sees it, such as for {@code Pipes.await}.
     *
     * @return its handle.
     */
    public ProcessHandle toHandle() {
        return process.toHandle();
    }

    @Override
    public String toString() {
        OptionalInt code = exitCode();
        return "SharedProcess[name="
                + name
                + ", pid="
                + pid()
                + (daemon ? ", daemon" : "")
                + (code.isPresent() ? ", exitCode=" + code.getAsInt() : ", running")
                + "]";
    }
}
