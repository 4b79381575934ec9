package dev.shm.region;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks after one region in this JVM: certifies the deaths that no blocked thread runs into, so
 * that what the dead had open is swept, and sees that none of our own participants was declared
 * dead.
 *
 * <p>One daemon thread for each JVM and region. Nothing depends on it but how soon an idle region
 * is tidy: blocked threads look for themselves.
 */
final class Janitor implements Runnable {
    private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Bounds the system calls of one round, about a microsecond each. */
    private static final int PROBES_PER_ROUND = 64;

    // Guarded by itself, and with it the lists of regions.
    private static final Map<LockFile, Janitor> JANITORS = new HashMap<>();

    private final List<SharedRegion> regions = new ArrayList<>();
    private final Thread thread;

    private Janitor(String region) {
        thread = new Thread(null, this, "shm-janitor-" + region, 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(null); // the application's must not live as long as we do
    }

    /** Begins to look after an attachment; the first one to a region starts the thread. */
    static void watch(LockFile lockFile, SharedRegion region) {
        synchronized (JANITORS) {
            Janitor janitor = JANITORS.get(lockFile);
            if (janitor == null) {
                janitor = new Janitor(region.name());
                janitor.thread.start();
                JANITORS.put(lockFile, janitor);
            }
            janitor.regions.add(region);
        }
    }

    /** Lets an attachment go; the thread ends with the last one. */
    static void unwatch(LockFile lockFile, SharedRegion region) {
        synchronized (JANITORS) {
            Janitor janitor = JANITORS.get(lockFile);
            if (janitor != null && janitor.regions.remove(region) && janitor.regions.isEmpty()) {
                JANITORS.remove(lockFile);
                LockSupport.unpark(janitor.thread);
            }
        }
    }

    @Override
    public void run() {
        boolean goesOn = true;
        while (goesOn) {
            goesOn = goRound();
        }
    }

    /** Looks after each region once, and sleeps; false when there is none. */
    private boolean goRound() {
        try {
            List<SharedRegion> round = copy();
            if (round.isEmpty()) {
                return false;
            }
            round.forEach(Janitor::look);
            LockSupport.parkNanos(ROUND_NANOS);
        } catch (InternalError late) {
            // The fault of an access is told a little later, anywhere.
        }
        return true;
    }

    private static void look(SharedRegion region) {
        try {
            region.fenceIfDeclaredDead();
            region.membership().probeRound(PROBES_PER_ROUND);
        } catch (RuntimeException | InternalError | OutOfMemoryError e) {
            // The region was closed meanwhile, its file is damaged or was cut short: whoever uses
            // it is told. Memory may be there again in the next round.
            log(region, e);
        }
    }

    private static void log(SharedRegion region, Throwable e) {
        try {
            System.getLogger(Janitor.class.getName())
                    .log(System.Logger.Level.DEBUG, "region=" + region.name(), e);
        } catch (Throwable ofAHandler) {
            // It is the user's, and may throw anything; others need this thread.
        }
    }

    private List<SharedRegion> copy() {
        synchronized (JANITORS) {
            return new ArrayList<>(regions);
        }
    }
}
