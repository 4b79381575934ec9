package dev.shm.sync;

import dev.shm.testing.ChildCommands.Commands;
import dev.shm.testing.ChildJvm;
import dev.shm.testing.StopAtKillPoint;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A JVM with one peer in it that stops at kill points. */
final class Victim implements AutoCloseable {
    private final ChildJvm jvm;

    Victim(Path file, Class<? extends Commands> commands) {
        this(file, commands, Map.of());
    }

    /** The same with other system properties. */
    Victim(Path file, Class<? extends Commands> commands, Map<String, String> properties) {
        ChildJvm.Builder builder =
                ChildJvm.of(PeerJvm.class)
                        .property("shm.killpoint.hook", StopAtKillPoint.class.getName());
        properties.forEach(builder::property);
        jvm = builder.start();
        jvm.say(PeerJvm.OPEN + " " + file + " " + commands.getName());
    }

    String ask(String command) {
        return jvm.ask(command);
    }

    Victim say(String command) {
        jvm.say(command);
        return this;
    }

    void expect(String answer) {
        jvm.expect(answer);
    }

    /** Stops at a point the next time it is reached. */
    Victim stopAt(String point) {
        jvm.say(PeerJvm.STOP_AT + " " + point + " 0");
        return this;
    }

    void awaitStopped(String point) {
        jvm.expect("stopped at " + point);
    }

    /** Waits until the command in progress sleeps on shared memory. */
    void awaitAsleep() {
        ChildJvm.awaitThat(
                "the victim is asleep", () -> jvm.ask(PeerJvm.STATE).equals(PeerJvm.STATE + true));
    }

    /** What it has said by now, or null; it has a command to answer, and no more. */
    @Nullable String said() {
        String line = jvm.ask(PeerJvm.STATE);
        if (line.startsWith(PeerJvm.STATE)) {
            return null;
        }
        jvm.hear();
        return line;
    }

    void goOn() {
        jvm.say(PeerJvm.GO_ON);
    }

    ChildJvm jvm() {
        return jvm;
    }

    void kill() {
        jvm.kill();
    }

    @Override
    public void close() {
        jvm.close();
    }
}
