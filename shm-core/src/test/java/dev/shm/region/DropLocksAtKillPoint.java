package dev.shm.region;

import dev.shm.testing.StopAtKillPoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * Stops at a kill point, as {@link StopAtKillPoint} does, and before that does what foreign code of
 * the process may do: opens and closes the file {@code -Dshm.test.touch}, whose locks are gone.
 */
public final class DropLocksAtKillPoint implements Consumer<String> {
    private final StopAtKillPoint stop = new StopAtKillPoint();
    private final String point = System.getProperty("shm.test.stop.at", "");
    private final Path file = Path.of(System.getProperty("shm.test.touch", ""));

    @Override
    public void accept(String reached) {
        if (reached.equals(point)) {
            try {
                FileChannel.open(file, StandardOpenOption.READ).close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        stop.accept(reached);
    }
}
