package dev.shm.sync;

import dev.shm.testing.ChildCommands.Commands;
import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JVM with one peer in it that stops at kill points. To start is most of what it does: the next
 * one starts while one is used, and one that was not killed is used again.
 */
public final class Victim implements AutoCloseable {
    private static final Map<Map<String, String>, Deque<ChildJvm>> READY = new HashMap<>();

    private final Map<String, String> properties;
    private final ChildJvm jvm;

    public Victim(Path file, Class<? extends Commands> commands) {
        this(file, commands, Map.of());
    }

    /** The same with other system properties. */
    public Victim(Path file, Class<? extends Commands> commands, Map<String, String> properties) {
        this.properties = properties;
        jvm = take(properties);
        jvm.say(PeerJvm.OPEN + " " + file + " " + commands.getName());
    }

    private static synchronized ChildJvm take(Map<String, String> properties) {
        Deque<ChildJvm> ready = ready(properties);
        ChildJvm taken = ready.isEmpty() ? start(properties) : ready.remove();
        if (ready.isEmpty() && properties.isEmpty()) {
            ready.add(start(properties));
        }
        return taken;
    }

    private static synchronized void giveBack(ChildJvm jvm, Map<String, String> properties) {
        ready(properties).add(jvm);
    }

    private static Deque<ChildJvm> ready(Map<String, String> properties) {
        return READY.computeIfAbsent(properties, none -> new ArrayDeque<>());
    }

    private static ChildJvm start(Map<String, String> properties) {
        ChildJvm.Builder builder = ChildJvm.of(PeerJvm.class).stoppable();
        properties.forEach(builder::property);
        return builder.start();
    }

    public String ask(String command) {
        return jvm.ask(command);
    }

    public Victim say(String command) {
        jvm.say(command);
        return this;
    }

    public void expect(String answer) {
        jvm.expect(answer);
    }

    /** Stops at a point the next time it is reached. */
    public Victim stopAt(String point) {
        jvm.say(PeerJvm.STOP_AT + " " + point + " 0");
        return this;
    }

    public void awaitStopped(String point) {
        jvm.expect("stopped at " + point);
    }

    /**
     * Lets it wait for what one is given of, and gives one, until it stops at a point where it is
     * woken, before it has taken that one. What it takes by its tick it keeps, and another one is
     * given.
     */
    public void stopWhenWoken(String point, String wait, Runnable give) {
        do {
            stopAt(point).say(wait).awaitAsleep();
            give.run();
        } while (!jvm.hear().equals("stopped at " + point));
    }

    /** Waits until the command in progress sleeps on shared memory. */
    public void awaitAsleep() {
        ChildJvm.awaitThat(
                "the victim is asleep", () -> jvm.ask(PeerJvm.STATE).equals(PeerJvm.STATE + true));
    }

    /** What it has said by now, or null; it has a command to answer, and no more. */
    public @Nullable String said() {
        String line = jvm.ask(PeerJvm.STATE);
        if (line.startsWith(PeerJvm.STATE)) {
            return null;
        }
        jvm.hear();
        return line;
    }

    /** Stops at one point after the other of a command, has a look at each, and goes on. */
    public void goThrough(String command, Runnable look, String... points) {
        stopAt(points[0]).say(command);
        for (int i = 0; i < points.length; i++) {
            awaitStopped(points[i]);
            look.run();
            if (i + 1 < points.length) {
                stopAt(points[i + 1]);
            }
            goOn();
        }
    }

    public void goOn() {
        jvm.say(PeerJvm.GO_ON);
    }

    /**
     * Closes its region, whatever it is about; it says so after its answer, if it has one to give.
     */
    public void closeRegion() {
        jvm.say(PeerJvm.CLOSE);
    }

    /** Waits until it has said that its region is closed, and the command in progress is over. */
    public void awaitClosed() {
        jvm.expect(PeerJvm.CLOSED);
    }

    public ChildJvm jvm() {
        return jvm;
    }

    public void kill() {
        jvm.kill();
    }

    @Override
    public void close() {
        if (!isIdle()) {
            jvm.close();
            return;
        }
        stopAt("nowhere");
        jvm.say(PeerJvm.CLOSE);
        jvm.expect(PeerJvm.CLOSED);
        giveBack(jvm, properties);
    }

    private boolean isIdle() {
        boolean obeys = jvm.isAlive() && !ChildJvm.stat(jvm.pid()).startsWith("T");
        return obeys && jvm.ask(PeerJvm.IDLE).equals(PeerJvm.IDLE + true);
    }
}
