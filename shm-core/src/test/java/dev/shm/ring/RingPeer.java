package dev.shm.ring;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Something that carries out {@link RingCommands}: a thread of this JVM, or another JVM. */
interface RingPeer extends AutoCloseable {

    /** Where a peer is. The same test runs with each. */
    enum Where {
        /** A thread of this JVM that uses the test's region object. */
        THREAD,
        /** A thread of this JVM with a region object of its own: another participant. */
        REGION,
        /** Another JVM. */
        JVM
    }

    /** Gives it a command, to be carried out after those before it. */
    RingPeer say(String command);

    /** The answer to the oldest command that has not been heard yet. */
    String hear();

    default String ask(String command) {
        return say(command).hear();
    }

    @Override
    void close();

    static RingPeer at(Where where, Path directory, SharedRegion region) {
        return switch (where) {
            case THREAD -> new InThread(region, false);
            case REGION -> new InThread(TestRings.region(directory), true);
            case JVM -> new InJvm(jvm(directory));
        };
    }

    /** A JVM that stops where it is told to. */
    static ChildJvm jvm(Path directory) {
        return ChildJvm.of(RingCommands.class).stoppable().start(directory.toString());
    }

    /** A thread of this JVM. */
    final class InThread implements RingPeer {
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        private final SharedRegion region;
        private final boolean own;
        private final RingCommands commands;

        InThread(SharedRegion region, boolean own) {
            this.region = region;
            this.own = own;
            this.commands = new RingCommands(region);
        }

        @Override
        public RingPeer say(String command) {
            thread.execute(() -> answers.add(outcome(command)));
            return this;
        }

        private String outcome(String command) {
            try {
                return commands.run(command.split(" ", -1));
            } catch (Exception | Error e) {
                return e.toString();
            }
        }

        @Override
        public String hear() {
            try {
                String answer = answers.poll(1, TimeUnit.MINUTES);
                if (answer == null) {
                    throw new AssertionError("the peer does not answer");
                }
                return answer;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() {
            thread.shutdown();
            if (own) {
                region.close();
            }
        }
    }

    /** Another JVM. */
    record InJvm(ChildJvm jvm) implements RingPeer {
        @Override
        public RingPeer say(String command) {
            jvm.say(command);
            return this;
        }

        @Override
        public String hear() {
            return jvm.hear();
        }

        @Override
        public void close() {
            jvm.close();
        }
    }
}
