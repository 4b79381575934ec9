package dev.shm.process;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/**
 * What {@link ProcessPool#mapWithProgress} shows.
 *
 * <p><b>Threads and processes.</b> {@link #add} is for any thread.
 */
interface PoolProgress extends AutoCloseable {
    /** Shows nothing. */
    PoolProgress NONE =
            new PoolProgress() {
                @Override
                public void add(int more) {}

                @Override
                public void close() {}
            };

    /** So many more items are done. */
    void add(int more);

    /** Leaves what was shown on the terminal. */
    @Override
    void close();

    /** Shows a bar if the standard error is a terminal, and we can. */
    static PoolProgress onTerminal(String title, long items) {
        if (!Terminal.isStandardError()) {
            return NONE; // and the library is not even looked for
        }
        try {
            return new Bar(title, items, System.err);
        } catch (NoClassDefFoundError e) {
            Logs.debug(ProcessPool.class, () -> "me.tongfei:progressbar is not there: " + e);
            return NONE;
        }
    }

    /** A bar of the library. */
    final class Bar implements PoolProgress {
        private static final int WIDTH = 79;

        private final ProgressBar bar;

        Bar(String title, long items, PrintStream out) {
            bar =
                    new ProgressBarBuilder()
                            .setTaskName(title)
                            .setInitialMax(items)
                            .setConsumer(new ConsoleProgressBarConsumer(out, WIDTH))
                            .build();
        }

        @Override
        public void add(int more) {
            bar.stepBy(more);
        }

        @Override
        public void close() {
            bar.close();
        }
    }
}
