package dev.shm.examples;

import java.io.PrintWriter;
import java.util.Locale;

/** One line on a terminal that says how far the workers are. */
final class Progress {
    private static final String CLEAR = "\r\033[K";
    private static final double MEBIBYTE = 1 << 20;

    private final PrintWriter terminal;
    private final long total;

    /**
     * Shows nothing yet.
     *
     * @param total bytes that are to be read, as far as is known.
     */
    Progress(PrintWriter terminal, long total) {
        this.terminal = terminal;
        this.total = total;
    }

    /** Shows how many bytes have been read, which may be more than the total: some are twice. */
    void show(long read) {
        terminal.printf(
                Locale.ROOT, CLEAR + "read %.1f of %.1f MiB", read / MEBIBYTE, total / MEBIBYTE);
        terminal.flush();
    }

    void clear() {
        terminal.print(CLEAR);
        terminal.flush();
    }
}
