package dev.shm.sync;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands.Commands;
import dev.shm.testing.StopAtKillPoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A JVM with one peer in it, for {@link Peers} and for tests that kill it.
 *
 * <p>Standard input gives it a line at a time: {@code open FILE COMMANDS} and {@code close}; {@code
 * asleep?} and {@code idle?}, answered with true or false; {@code stop at POINT HIT} (with {@link
 * StopAtKillPoint}) and {@code go on}; anything else is a command, answered by a line. The JVM ends
 * when its standard input does.
 */
final class PeerJvm {
    static final String OPEN = "open";
    static final String CLOSE = "close";
    static final String CLOSED = "closed";
    static final String STATE = "asleep?";
    static final String IDLE = "idle?";
    static final String STOP_AT = "stop at";
    static final String GO_ON = "go on";

    private final ExecutorService worker = Executors.newSingleThreadExecutor();
    private final AtomicInteger unfinished = new AtomicInteger();
    private volatile Thread busy = Thread.currentThread();
    private SharedRegion region;
    private Commands commands;

    private PeerJvm() {}

    public static void main(String[] args) throws IOException {
        PeerJvm peer = new PeerJvm();
        InputStreamReader bytes = new InputStreamReader(System.in, Charset.defaultCharset());
        try (BufferedReader in = new BufferedReader(bytes)) {
            in.lines().forEach(peer::obey);
        }
        Runtime.getRuntime().halt(0);
    }

    private void obey(String line) {
        String[] words = line.split(" ", -1);
        if (line.equals(GO_ON)) {
            StopAtKillPoint.goOn();
        } else if (line.equals(STATE)) {
            System.out.println(STATE + Peer.sleeps(busy));
        } else if (line.equals(IDLE)) {
            System.out.println(IDLE + (unfinished.get() == 0));
        } else if (line.startsWith(STOP_AT)) {
            StopAtKillPoint.arm(words[2], Integer.parseInt(words[3]));
        } else if (words[0].equals(OPEN)) {
            open(Path.of(words[1]), words[2]);
        } else if (line.equals(CLOSE)) {
            region.close();
            worker.execute(() -> System.out.println(CLOSED));
        } else {
            unfinished.incrementAndGet();
            worker.execute(() -> carryOut(line));
        }
    }

    private void open(Path file, String className) {
        region = Peers.open(file);
        try {
            commands = Peers.make(Class.forName(className).asSubclass(Commands.class), region);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private void carryOut(String command) {
        busy = Thread.currentThread();
        String outcome = Peer.outcome(commands, command);
        unfinished.decrementAndGet();
        System.out.println(outcome);
    }
}
