package dev.shm.testing;

import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Stops one thread of a child at a kill point, so that the test can kill the child just there.
 *
 * <p>For {@code -Dshm.killpoint.hook}. The point is named by {@code -Dshm.test.stop.at}, and by
 * {@code -Dshm.test.stop.hit} how many times it is reached before (0 by default); or by {@link
 * #arm}. The child prints {@code stopped at POINT} and that thread goes no further until {@link
 * #goOn}. It stops once each time it is armed.
 */
public final class StopAtKillPoint implements Consumer<String> {
    private static final Semaphore GO_ON = new Semaphore(0);

    // All guarded by the class.
    private static String point = System.getProperty("shm.test.stop.at", "");
    private static int before = Integer.getInteger("shm.test.stop.hit", 0);

    /** Stops the next thread that comes to a point, after so many have passed it. */
    public static synchronized void arm(String stopAt, int passing) {
        point = stopAt;
        before = passing;
    }

    /** Lets the stopped thread go on. */
    public static void goOn() {
        GO_ON.release();
    }

    private static synchronized boolean stopsAt(String reached) {
        if (!reached.equals(point) || before-- > 0) {
            return false;
        }
        point = "";
        return true;
    }

    @Override
    public void accept(String reached) {
        if (stopsAt(reached)) {
            System.out.println("stopped at " + reached);
            GO_ON.acquireUninterruptibly();
        }
    }
}
