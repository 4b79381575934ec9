package dev.shm.process;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * What this process and its children do, as shm logs it.
 *
 * <pre>{@code
 * Shm.logToStderr(Level.FINE);
 * SharedProcess.start(region, r -> {}).join();      // [FINE/main] started SharedProcess[...]
 * }</pre>
 *
 * <p>The loggers of shm have names that begin with {@code dev.shm}; as a rule they log at {@link
 * Level#FINE} or below. Nothing is printed unless it is asked for.
 *
 * <p><b>Threads and processes.</b> Any thread. Children that are started later do the same; their
 * records come through the {@link ProcessLog} if there is one.
 */
public final class Shm {
    private static final String NAME = "dev.shm";

    /** Prints {@code [LEVEL/process] text}, and what was thrown. */
    private static final class Lines extends Formatter {
        @Override
        public String format(LogRecord record) {
            boolean ours = !(record instanceof ChildLogRecord);
            StringWriter line = new StringWriter();
            PrintWriter out = new PrintWriter(line);
            out.print("[" + record.getLevel().getName() + "/");
            out.print(ours ? CurrentProcess.get().name() : ((ChildLogRecord) record).processName());
            out.print("] ");
            out.println(ours ? formatMessage(record) : ((ChildLogRecord) record).text());
            if (record.getThrown() != null) {
                record.getThrown().printStackTrace(out);
            }
            return line.toString();
        }
    }

    /** Touched by nobody who does not log. */
    private static final class Stderr {
        private static final Logger LOGGER = Logger.getLogger(NAME);
        private static final Handler HANDLER = new ConsoleHandler();

        static {
            HANDLER.setLevel(Level.ALL);
            HANDLER.setFormatter(new Lines());
        }
    }

    private static volatile boolean logsToStderr;

    private Shm() {}

    /**
     * Prints what shm itself logs on the standard error, and nowhere else. Doing it again does
     * nothing.
     *
     * @return the logger {@code dev.shm}, with the level that it had.
     */
    public static synchronized Logger logToStderr() {
        if (!isInstalled()) {
            Stderr.LOGGER.addHandler(Stderr.HANDLER);
            Stderr.LOGGER.setUseParentHandlers(false);
        }
        logsToStderr = true;
        return Stderr.LOGGER;
    }

    /**
     * Prints what shm itself logs on the standard error, and nowhere else.
     *
     * @param level what is less important is not logged.
     * @return the logger {@code dev.shm}.
     */
    public static synchronized Logger logToStderr(Level level) {
        Logger logger = logToStderr();
        logger.setLevel(level);
        return logger;
    }

    private static boolean isInstalled() {
        for (Handler handler : Stderr.LOGGER.getHandlers()) {
            if (handler == Stderr.HANDLER) {
                return true;
            }
        }
        return false;
    }

    static boolean logsToStderr() {
        return logsToStderr;
    }

    /**
     * Does as the parent does.
     *
     * @param prints unless the parent prints what is logged here.
     */
    static synchronized void inheritStderr(boolean prints) {
        if (prints) {
            logToStderr();
        }
        logsToStderr = true; // as our children shall
    }
}
