package dev.shm.process;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.wait.Deadline;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The program of a child. */
final class ChildMain {
    /** What a JVM exits with that was terminated by a signal. */
    private static final int TERMINATED = 128 + 15;

    /** How long the exit hooks of a daemon may take whose parent has ended. */
    private static final long GRACE_SECONDS = 1;

    private ChildMain() {}

    /** Runs what the parent sends. */
    public static void main(String[] none) throws Throwable {
        InputStream fromParent = System.in;
        System.setIn(InputStream.nullInputStream());
        ProcessSpec spec;
        byte[] job;
        try {
            spec = ProcessSpec.receive(fromParent);
            job = ProcessSpec.receiveJob(fromParent);
        } catch (EOFException parentEnded) {
            return; // before it had told us what to do
        }
        Thread.currentThread().setName(spec.name());
        ParentProcess parent = new ParentProcess(spec.parentPid(), spec.parentName());
        watch(fromParent, parent, spec.daemon());
        List<SharedRegion> regions = spec.regions().stream().map(ChildMain::open).toList();
        ExitRecord.begin(regions.get(spec.recordRegion()), spec.record());
        new CurrentProcess(spec.name(), spec.daemon(), regions, parent).begin();
        spec.log().begin();
        run((Job) Wire.read(job), regions.get(0));
    }

    private static SharedRegion open(String path) {
        return SharedRegion.open(RegionOptions.at(Path.of(path)));
    }

    private static void run(Job job, SharedRegion region) throws Throwable {
        if (job instanceof Job.Lambda lambda) {
            lambda.task().run(region);
        } else if (job instanceof Job.Main main) {
            try {
                Class.forName(
                                main.className(),
                                true,
                                Thread.currentThread().getContextClassLoader())
                        .getMethod("main", String[].class)
                        .invoke(null, (Object) main.arguments().toArray(new String[0]));
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }

    /** Notices the parent's end: nothing more comes, and then the input is at its end. */
    private static void watch(InputStream fromParent, ParentProcess parent, boolean daemon) {
        start(
                "shm-parent",
                () -> {
                    awaitEnd(fromParent);
                    if (daemon) {
                        exit(parent);
                    } else {
                        parent.ended();
                    }
                });
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void awaitEnd(InputStream fromParent) {
        try {
            while (fromParent.read() >= 0) {
                // nothing is sent
            }
        } catch (IOException e) {
            // Broken is as good as ended.
        }
    }

    /**
     * Exits; hooks that do not end are left behind. This thread runs nothing of the user's, who may
     * have something done when the parent has ended, so that it always comes to the end.
     */
    private static void exit(ParentProcess parent) {
        Deadline grace = Deadline.after(GRACE_SECONDS, TimeUnit.SECONDS);
        try {
            start("shm-parent-ended", parent::ended);
            start("shm-exit", () -> System.exit(TERMINATED));
            while (!grace.isExpired()) {
                LockSupport.parkNanos(grace.remainingNanos());
            }
        } finally {
            Runtime.getRuntime().halt(TERMINATED);
        }
    }
}
