package dev.shm.sync;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands.Commands;
import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A region, and threads that use it: of this JVM or of others.
 *
 * <pre>{@code
 * try (Peers peers = new Peers(where, directory, EventCommands.class)) {
 *     SharedEvent event = SharedEvent.create(peers.region(), "it");
 *     Peer peer = peers.add().say("await");
 *     peer.awaitAsleep();
 *     event.set();
 *     peer.expect("true");
 * }
 * }</pre>
 *
 * <p>The commands are carried out by objects of the class given, one for each peer, made with the
 * peer's region by a constructor that takes nothing else. Closing ends the peers, and fails if one
 * is stuck. JVMs are kept for the next test.
 */
public final class Peers implements AutoCloseable {
    private static final Deque<ChildJvm> IDLE = new ArrayDeque<>();

    private final Where where;
    private final Path file;
    private final Class<? extends Commands> commands;
    private final SharedRegion region;
    private final List<Peer> peers = new ArrayList<>();

    public Peers(Where where, Path directory, Class<? extends Commands> commands) {
        this.where = where;
        this.file = directory.resolve("peers.shm");
        this.commands = commands;
        this.region = open(file);
    }

    /** The region of one file; each call makes another participant. */
    public static SharedRegion open(Path file) {
        return SharedRegion.openOrCreate(
                RegionOptions.at(file).bytes(1 << 18).maxParticipants(16).maxObjects(16));
    }

    /** The test's own. */
    public SharedRegion region() {
        return region;
    }

    /** One more; objects that it needs must be there. */
    public Peer add() {
        Peer.Body body =
                switch (where) {
                    case THREADS -> new InJvm(commands, region, false);
                    case REGIONS -> new InJvm(commands, open(file), true);
                    case JVMS -> new InOther(file, commands);
                };
        Peer peer = new Peer(body);
        peers.add(peer);
        return peer;
    }

    public List<Peer> add(int count) {
        List<Peer> added = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            added.add(add());
        }
        return added;
    }

    @Override
    public void close() {
        region.close();
        peers.forEach(Peer::close);
    }

    public static Commands make(Class<? extends Commands> commands, SharedRegion region) {
        try {
            return commands.getDeclaredConstructor(SharedRegion.class).newInstance(region);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(commands.getName(), e);
        }
    }

    /** A thread of this JVM. */
    private static final class InJvm implements Peer.Body {
        private final Commands commands;
        private final SharedRegion region;
        private final boolean own;
        private volatile Thread thread;

        InJvm(Class<? extends Commands> commands, SharedRegion region, boolean own) {
            this.commands = make(commands, region);
            this.region = region;
            this.own = own;
        }

        @Override
        public String carryOut(String command) {
            thread = Thread.currentThread();
            return Peer.outcome(commands, command);
        }

        @Override
        public boolean isAsleep() {
            return thread != null && Peer.sleeps(thread);
        }

        @Override
        public void close() {
            if (own) {
                region.close();
            }
        }
    }

    /** A thread of another JVM. */
    private static final class InOther implements Peer.Body {
        private final ChildJvm jvm;
        private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> states = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> closed = new LinkedBlockingQueue<>();

        InOther(Path file, Class<? extends Commands> commands) {
            synchronized (IDLE) {
                jvm = IDLE.isEmpty() ? ChildJvm.of(PeerJvm.class).start() : IDLE.pop();
            }
            jvm.say(PeerJvm.OPEN + " " + file + " " + commands.getName());
            Thread thread = new Thread(this::listen, "peer-output");
            thread.setDaemon(true);
            thread.start();
        }

        private void listen() {
            String line = "";
            while (!line.equals(PeerJvm.CLOSED)) {
                line = jvm.hear();
                queueFor(line).add(line);
            }
        }

        private BlockingQueue<String> queueFor(String line) {
            if (line.equals(PeerJvm.CLOSED)) {
                return closed;
            }
            return line.startsWith(PeerJvm.STATE) ? states : answers;
        }

        @Override
        public String carryOut(String command) {
            jvm.say(command);
            return next(answers);
        }

        @Override
        public boolean isAsleep() {
            jvm.say(PeerJvm.STATE);
            return next(states).equals(PeerJvm.STATE + true);
        }

        private String next(BlockingQueue<String> queue) {
            try {
                String line = queue.poll(1, TimeUnit.MINUTES);
                if (line == null) {
                    throw new AssertionError("the JVM says nothing" + jvm.errors());
                }
                return line;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() {
            jvm.say(PeerJvm.CLOSE);
            next(closed);
            synchronized (IDLE) {
                IDLE.push(jvm);
            }
        }
    }
}
