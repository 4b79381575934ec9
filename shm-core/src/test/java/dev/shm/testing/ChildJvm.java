package dev.shm.testing;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A JVM for a test to talk to line by line, to stop and to kill.
 *
 * <pre>{@code
 * try (ChildJvm child = ChildJvm.of(Worker.class).property("shm.dir", dir).start()) {
 *     child.say("count 100");
 *     child.expect("counting");
 *     child.kill();
 * }
 * }</pre>
 *
 * <p>It runs the Java and the class path of the test, without flags that it needs. Every wait ends
 * with an {@link AssertionError} after a minute, and shows what the child wrote to its standard
 * error. A child should end when its standard input does (see {@link ChildCommands}), so that it
 * does not outlive the test.
 */
public final class ChildJvm implements AutoCloseable {
    private static final long WATCHDOG_SECONDS = 60;
    private static final int FIRST_JDK_WITH_NATIVE_ACCESS = 24;
    private static final String END = "(end of output)";

    private final Process process;
    private final boolean wrapped;
    private @Nullable ProcessHandle jvm;
    private final BufferedWriter toChild;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Queue<String> errors = new ConcurrentLinkedQueue<>();
    private final Thread errorPump;

    private ChildJvm(Process process, boolean wrapped) {
        this.process = process;
        this.wrapped = wrapped;
        this.jvm = wrapped ? null : process.toHandle();
        this.toChild = process.outputWriter();
        pump(process.inputReader(), lines::add, () -> lines.add(END));
        errorPump = pump(process.errorReader(), errors::add, () -> {});
    }

    /** Begins to describe a child that runs this class. */
    public static Builder of(Class<?> main) {
        return new Builder(main);
    }

    /** What a child is started with. */
    public static final class Builder {
        private final Class<?> main;
        private final Map<String, String> properties = new LinkedHashMap<>();
        private final List<String> flags = new ArrayList<>();
        private List<String> prefix = List.of();
        private String classPath = System.getProperty("java.class.path");
        private boolean nativeAccess = true;

        private Builder(Class<?> main) {
            this.main = main;
        }

        /** Sets a system property of the child. */
        public Builder property(String name, Object value) {
            properties.put(name, value.toString());
            return this;
        }

        /** Sets a flag of the JVM that its surroundings ask for; the library needs none. */
        public Builder flag(String flag) {
            flags.add(flag);
            return this;
        }

        /** Sets that it starts sooner and is never fast: for one that lives a second or two. */
        public Builder shortLived() {
            return flag("-XX:TieredStopAtLevel=1").flag("-XX:+UseSerialGC");
        }

        /** Sets that it lives shortly, and that its threads stop where they are told to. */
        public Builder stoppable() {
            return shortLived().property("shm.killpoint.hook", StopAtKillPoint.class.getName());
        }

        /** Sets a command that starts the JVM, its command line being appended to it. */
        public Builder prefix(String... words) {
            prefix = List.of(words);
            return this;
        }

        /** Sets another class path than the test's own. */
        public Builder classPath(String path) {
            classPath = path;
            return this;
        }

        /** Sets that the JVM is not told to be silent about native code. */
        public Builder withoutNativeAccess() {
            nativeAccess = false;
            return this;
        }

        /** Starts the child. */
        public ChildJvm start(Object... arguments) {
            List<String> command = new ArrayList<>(prefix);
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            if (nativeAccess && Runtime.version().feature() >= FIRST_JDK_WITH_NATIVE_ACCESS) {
                command.add("--enable-native-access=ALL-UNNAMED");
            }
            command.addAll(flags);
            properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
            command.addAll(List.of("-cp", classPath, main.getName()));
            Stream.of(arguments).map(Object::toString).forEach(command::add);
            try {
                return new ChildJvm(new ProcessBuilder(command).start(), !prefix.isEmpty());
            } catch (IOException e) {
                throw new UncheckedIOException("command=" + command, e);
            }
        }
    }

    private static Thread pump(BufferedReader from, Consumer<String> to, Runnable end) {
        Thread thread =
                new Thread(
                        () -> {
                            try (from) {
                                from.lines().forEach(to);
                            } catch (IOException | UncheckedIOException e) {
                                to.accept(e.toString()); // the child was closed while it wrote
                            } finally {
                                end.run();
                            }
                        },
                        "child-output");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** The process id of the JVM, as this process sees it. */
    public long pid() {
        return handle().pid();
    }

    /** The JVM's own process, which its prefix may have started as a child. */
    private ProcessHandle handle() {
        if (jvm == null) {
            awaitThat("the JVM starts", () -> wrappedJvm().isPresent());
            jvm = wrappedJvm().orElseThrow();
        }
        return jvm;
    }

    private Optional<ProcessHandle> wrappedJvm() {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessHandle wrapper = process.toHandle();
        return Stream.concat(Stream.of(wrapper), wrapper.descendants())
                .filter(candidate -> isRunning(candidate.pid(), java))
                .findFirst();
    }

    private static boolean isRunning(long pid, String program) {
        try {
            String real = Path.of(program).toRealPath().toString();
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe")).toString().equals(real);
        } catch (IOException e) {
            return false;
        }
    }

    /** Sends a line to the child's standard input, as a whole whoever else does so too. */
    public synchronized ChildJvm say(String line) {
        try {
            toChild.write(line);
            toChild.newLine();
            toChild.flush();
            return this;
        } catch (IOException e) {
            throw new AssertionError("the child does not listen to: " + line + errors(), e);
        }
    }

    /** Waits for the next line of the child's standard output. */
    public String hear() {
        try {
            String line = lines.poll(WATCHDOG_SECONDS, TimeUnit.SECONDS);
            if (line == null || line.equals(END)) {
                errorPump.join(TimeUnit.SECONDS.toMillis(1)); // what it said last
                String what = line == null ? "the child says nothing" : "the child has ended";
                throw new AssertionError(what + errors());
            }
            return line;
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while the child was silent" + errors(), e);
        }
    }

    /** Waits for the next line, which must be this one. */
    public void expect(String line) {
        String heard = hear();
        if (!heard.equals(line)) {
            throw new AssertionError("expected: " + line + "\nheard: " + heard + errors());
        }
    }

    /** Sends a line and waits for the next one. */
    public String ask(String line) {
        return say(line).hear();
    }

    /** Stops the whole process with SIGSTOP, and waits until it has stopped. */
    public void stop() {
        signal("STOP");
        awaitThat("the child stops", () -> stat(pid()).startsWith("T"));
    }

    /** Lets a stopped process go on. */
    public void goOn() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
            if (kill.waitFor() != 0) {
                throw new AssertionError("kill -" + name + " failed" + errors());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while signalling", e);
        }
    }

    /** The state letter of a process and what follows it; "gone" when there is no such process. */
    public static String stat(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.substring(stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return "gone";
        }
    }

    /** Sends SIGKILL to the JVM and does not wait for what comes of it. */
    public void beginKill() {
        handle().destroyForcibly();
    }

    /** Whether the child has not ended yet. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Kills the JVM with SIGKILL; unless it was started with a prefix, waits until it is gone. */
    public void kill() {
        beginKill();
        if (!wrapped) {
            awaitExit();
        }
    }

    /** Ends the child's standard input, at which it should end too. */
    public void endInput() {
        try {
            toChild.close();
        } catch (IOException e) {
            throw new AssertionError("the child does not listen" + errors(), e);
        }
    }

    /** Waits until the child has ended, and returns its exit code. */
    public int awaitExit() {
        try {
            if (!process.waitFor(WATCHDOG_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the child does not end" + errors());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while the child ended" + errors(), e);
        }
    }

    /** Waits for an orderly end; returns what the child has said since it was heard last. */
    public String join() {
        int exit = awaitExit();
        StringBuilder rest = new StringBuilder();
        try {
            for (String line = lines.take(); !line.equals(END); line = lines.take()) {
                rest.append(line).append('\n');
            }
            errorPump.join();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while the child ended" + errors(), e);
        }
        if (exit != 0) {
            throw new AssertionError("exit=" + exit + "\n" + rest + errors());
        }
        return rest.toString();
    }

    /** The lines that the child has written to its standard error. */
    public List<String> errorLines() {
        return List.copyOf(errors);
    }

    /** What the child has written to its standard error, for messages. */
    public String errors() {
        return errors.isEmpty()
                ? ""
                : "\nstandard error of the child:\n" + String.join("\n", errors);
    }

    /** What the threads of the child are doing, for messages. */
    public String threads() {
        return threads(pid());
    }

    /** What the threads of a JVM are doing, for messages. */
    public static String threads(long pid) {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        try {
            Process print =
                    new ProcessBuilder(jcmd.toString(), String.valueOf(pid), "Thread.print")
                            .redirectErrorStream(true)
                            .start();
            CompletableFuture.delayedExecutor(WATCHDOG_SECONDS / 4, TimeUnit.SECONDS)
                    .execute(print::destroyForcibly); // it waits for ever for one that is stopped
            return new String(print.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Waits for a state that somebody else brings about. */
    public static void awaitThat(String what, BooleanSupplier state) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WATCHDOG_SECONDS);
        while (!state.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("waited in vain until " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    /** Kills the child, whatever state it is in, and all that it started. */
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        awaitExit();
    }
}
