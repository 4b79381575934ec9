package dev.shm.process;

import dev.shm.memory.KillPoint;
import dev.shm.queue.SharedQueue;
import dev.shm.region.SharedRegion;
import dev.shm.wait.Deadline;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.logging.ErrorManager;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * Sends what a child logs to the {@link ProcessLog} that its parent has.
 *
 * <p><b>Threads and processes.</b> Any thread; they take turns, so that the records of a process
 * are in order. A thread that logs waits for room for three seconds at most, and not at all while
 * there was none for the one before it.
 *
 * <p><b>If a process dies.</b> If it is the collector, that is noticed when the ring is full.
 */
final class LogHandler extends Handler {
    /** Others may fill the ring all the time, so it is not short. */
    private static final long PATIENCE_MILLIS = 3000;

    private final SharedRegion region;
    private final SharedQueue<byte[]> ring;
    private final int collector;
    private final Consumer<LogRecord> atEnd;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private long lost; // records since the last that was sent
    private boolean full; // when we last looked
    private boolean over;

    /**
     * Sends to a ring.
     *
     * @param region has the ring; is closed when it is over.
     * @param atEnd is given the record that nobody collects any more.
     */
    LogHandler(
            SharedRegion region,
            SharedQueue<byte[]> ring,
            int collector,
            Consumer<LogRecord> atEnd) {
        this.region = region;
        this.ring = ring;
        this.collector = collector;
        this.atEnd = atEnd;
    }

    @Override
    public void publish(LogRecord record) {
        if (!isLoggable(record) || lock.isHeldByCurrentThread()) {
            return; // what sending logs is not sent
        }
        lock.lock();
        try {
            if (!over) {
                send(record);
            }
        } finally {
            lock.unlock();
        }
    }

    private void send(LogRecord record) {
        byte[] bytes;
        try {
            CurrentProcess self = CurrentProcess.get();
            bytes = LogMessage.write(record, self.name(), self.pid(), lost);
        } catch (IOException | RuntimeException e) { // of what is logged: methods of the user's
            reportError(null, e, ErrorManager.FORMAT_FAILURE);
            return;
        }
        send(bytes);
        if (over) {
            region.close();
            atEnd.accept(record);
        }
    }

    private void send(byte[] bytes) {
        Deadline deadline = Deadline.after(full ? 0 : PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        try {
            boolean sent = true;
            int parts = LogPart.count(bytes);
            for (int i = 0; i < parts && sent; i++) {
                sent = offer(LogPart.of(region.self().id(), bytes, i), deadline);
                KillPoint.at("log.part");
            }
            lost = sent ? 0 : lost + 1;
            over = !sent && isCollectorDead();
        } catch (IllegalStateException shutDownOrClosed) {
            over = true;
        } catch (RuntimeException e) {
            reportError(null, e, ErrorManager.WRITE_FAILURE);
        }
    }

    /** Puts a part in; false if there was no room in time. */
    private boolean offer(byte[] part, Deadline deadline) {
        boolean interrupted = Thread.interrupted(); // one who logs need not wait less for that
        try {
            while (true) {
                try {
                    full = !ring.offer(part, deadline.remainingNanos(), TimeUnit.NANOSECONDS);
                    return !full;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean isCollectorDead() {
        region.liveness().probe(collector);
        return region.isDead(collector);
    }

    @Override
    public void flush() {
        // What was published is in the ring.
    }

    /** Tells what was lost at the very end, if there is room for that. */
    @Override
    public void close() {
        if (lost() > 0) {
            LogRecord last = new LogRecord(Level.WARNING, "nothing was logged after that");
            last.setLoggerName(ProcessLog.class.getName());
            publish(last);
        }
    }

    private long lost() {
        lock.lock();
        try {
            return lost;
        } finally {
            lock.unlock();
        }
    }
}
