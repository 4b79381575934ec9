package dev.shm.sync;

import dev.shm.testing.ChildJvm;
import java.util.concurrent.atomic.AtomicReference;

/** A thread of this JVM that is blocked. */
public final class Sleeper {
    private Sleeper() {}

    /** What blocks it. */
    public interface Blocking {
        void run() throws Exception;
    }

    /** Starts it, and waits until it sleeps; notes what is thrown in the end. */
    public static Thread start(Blocking blocking, AtomicReference<Throwable> thrown) {
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                blocking.run();
                            } catch (Exception e) {
                                thrown.set(e);
                            }
                        });
        thread.setDaemon(true);
        thread.start();
        ChildJvm.awaitThat("it sleeps", () -> Peer.sleeps(thread));
        return thread;
    }
}
