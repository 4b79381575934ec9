package dev.shm.process;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.memory.KillPoint;
import dev.shm.queue.SharedQueue;
import dev.shm.region.SharedRegion;
import java.util.logging.ErrorManager;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings the log records of this process's children to its own loggers.
 *
 * <pre>{@code
 * try (ProcessLog log = ProcessLog.collect(region)) {
 *     SharedProcess.start(region, r -> System.getLogger("app").log(Level.INFO, "hello")).join();
 * }                       // here: INFO: [Process-1 4711] hello
 * }</pre>
 *
 * <p>Children that are started while it is open, workers of pools among them, and theirs, send what
 * they log with {@code java.util.logging}, or with {@link System.Logger} on top of it, through one
 * ring in the region, instead of printing it on their consoles. They do so by themselves. It is
 * published here by the loggers of the same names, as {@link ChildLogRecord}s. Children begin with
 * the levels that the loggers have here when they are started.
 *
 * <p><b>Threads and processes.</b> One at a time in a process; any number of processes may each
 * have one, also in one region. Records of one child arrive whole and in order, however long they
 * are. They are published by a daemon thread.
 *
 * <p><b>Memory effects.</b> None of its own.
 *
 * <p><b>If a process dies.</b> If it is a child, the record that it was just sending is lost, and
 * nothing else. If it is this one, or when it is closed, children that live on print on their
 * consoles again; the next {@code collect} in the region removes the ring. A child never waits for
 * room for longer than three seconds: it then drops its records until there is room again, and says
 * so in the next one ({@link ChildLogRecord#lost}).
 */
public final class ProcessLog implements AutoCloseable {
    static final Codec<byte[]> PARTS = Codecs.bytes(LogPart.MAX_BYTES);

    private static final int DEFAULT_BYTES = 1 << 16;
    private static final int MIN_BYTES = 1 << 12;
    private static final int MAX_BYTES = 1 << 26;
    private static final String NAME = "process-log-"; // and the collector's tag

    private static final Object LOCK = new Object();

    // Guarded by the lock.
    private static @Nullable ProcessLog collecting;
    private static @Nullable LogRing inherited; // our parent's, for our children too

    private final SharedRegion region;
    private final String name;
    private final SharedQueue<byte[]> ring;
    private final LogAssembly assembly;
    private final ErrorManager errors = new ErrorManager();
    private final Thread thread;

    private ProcessLog(SharedRegion region, int bytes) {
        this.region = region;
        this.name = NAME + region.self().id();
        this.assembly = new LogAssembly(region::isDead);
        removeThoseOfTheDead(region);
        this.ring = SharedQueue.create(region, name, bytes / LogPart.MAX_BYTES, PARTS);
        KillPoint.at("log.made");
        this.thread = new Thread(this::publishAll, "shm-log");
        thread.setDaemon(true);
    }

    /**
     * Begins to collect, through a ring of 64 KiB.
     *
     * @param region is opened by all children; has a participant for each.
     * @return it collects until it is closed.
     * @throws IllegalStateException if this process collects already, or the region is closed or
     *     has no room.
     */
    public static ProcessLog collect(SharedRegion region) {
        return collect(region, DEFAULT_BYTES);
    }

    /**
     * Begins to collect.
     *
     * @param region is opened by all children; has a participant for each.
     * @param bytes of the ring, 4 KiB to 64 MiB; longer records need not fit.
     * @return it collects until it is closed.
     * @throws IllegalArgumentException for another number.
     * @throws IllegalStateException as {@link #collect(SharedRegion)}.
     */
    public static ProcessLog collect(SharedRegion region, int bytes) {
        if (bytes < MIN_BYTES || bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "bytes=" + bytes + ": must be " + MIN_BYTES + " to " + MAX_BYTES);
        }
        synchronized (LOCK) {
            if (collecting != null) {
                throw new IllegalStateException("log=" + collecting + ": is open, close it first");
            }
            ProcessLog log = new ProcessLog(region, bytes);
            log.thread.start();
            collecting = log;
            return log;
        }
    }

    private static void removeThoseOfTheDead(SharedRegion region) {
        for (String object : region.names()) {
            if (object.matches(NAME + "\\d{1,10}")
                    && isDead(region, Long.parseLong(object.substring(NAME.length())))) {
                region.remove(object);
            }
        }
    }

    private static boolean isDead(SharedRegion region, long tag) {
        return tag <= Integer.MAX_VALUE && region.isDead((int) tag);
    }

    /** Where children of this process send what they log; null for nowhere. */
    static @Nullable LogRing ring() {
        synchronized (LOCK) {
            return collecting == null ? inherited : collecting.address();
        }
    }

    /** What this process logs goes there, and what its children log too. */
    static void inherit(LogRing fromParent) {
        synchronized (LOCK) {
            inherited = fromParent;
        }
    }

    private LogRing address() {
        return new LogRing(region.path().toString(), name, region.self().id());
    }

    private void publishAll() {
        boolean interrupted = false;
        while (true) {
            try {
                publish(ring.take());
            } catch (InterruptedException byAHandler) {
                interrupted = true; // goes on: only the end of the ring is the end
            } catch (IllegalStateException shutDownOrClosed) {
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void publish(byte[] part) {
        byte[] whole = assembly.add(part);
        if (whole == null) {
            return;
        }
        try {
            ChildLogRecord message = LogMessage.read(whole);
            Logger.getLogger(message.getLoggerName()).log(message);
        } catch (Exception e) { // of a handler or a filter, or a record of another version
            errors.error("a record of a child", e, ErrorManager.GENERIC_FAILURE);
        } catch (Error e) { // the same, and not worse for others
            Exception told = new IllegalStateException("a handler or a filter has failed", e);
            errors.error("a record of a child", told, ErrorManager.GENERIC_FAILURE);
        }
    }

    /**
     * Publishes what has been sent, and ends collecting. Children that are still there print on
     * their consoles again. Does nothing when it was closed before.
     */
    @Override
    public void close() {
        synchronized (LOCK) {
            if (collecting != this) {
                return;
            }
            collecting = null;
        }
        try {
            ring.shutdown();
            awaitThread();
            KillPoint.at("log.ended");
            ring.close();
            region.remove(name);
        } catch (IllegalStateException regionClosed) {
            awaitThread();
        }
    }

    private void awaitThread() {
        boolean interrupted = false;
        while (thread.isAlive() && Thread.currentThread() != thread) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "ProcessLog[region=" + region.name() + ", name=" + name + "]";
    }
}
