package dev.shm.region;

import java.util.function.Consumer;

/**
 * Fails at a kill point, as a step of a protocol may for lack of memory or threads. For {@code
 * -Dshm.killpoint.hook}; the point is named by {@code -Dshm.test.throw.at}.
 */
public final class ThrowAtKillPoint implements Consumer<String> {
    private final String point = System.getProperty("shm.test.throw.at", "");

    @Override
    public void accept(String reached) {
        if (reached.equals(point)) {
            throw new OutOfMemoryError("at " + point);
        }
    }
}
