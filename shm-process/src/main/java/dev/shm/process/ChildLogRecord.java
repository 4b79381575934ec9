package dev.shm.process;

import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * A log record of a child, as {@link ProcessLog} publishes it.
 *
 * <p>Its message begins with the child's name and process id, so that any handler tells them:
 * {@code [worker-1 4711] text}, or {@code [worker-1 4711, 3 lost] text}. It is formatted already.
 * What was thrown has the same type, and the child's stack trace as its last cause.
 */
public final class ChildLogRecord extends LogRecord {
    private static final long serialVersionUID = 1;

    private final String text;
    private final String processName;
    private final long pid;
    private final long lost;

    ChildLogRecord(Level level, String text, String processName, long pid, long lost) {
        super(
                level,
                "["
                        + processName
                        + " "
                        + pid
                        + (lost == 0 ? "" : ", " + lost + " lost")
                        + "] "
                        + text);
        this.text = text;
        this.processName = processName;
        this.pid = pid;
        this.lost = lost;
    }

    /**
     * Returns what was logged.
     *
     * @return the message without what it begins with.
     */
    public String text() {
        return text;
    }

    /**
     * Returns the name of the child.
     *
     * @return its {@link CurrentProcess#name}.
     */
    public String processName() {
        return processName;
    }

    /**
     * Returns the process id of the child.
     *
     * @return which may have ended.
     */
    public long pid() {
        return pid;
    }

    /**
     * Counts the records that the child logged just before this one, and could not send.
     *
     * @return 0 as a rule.
     */
    public long lost() {
        return lost;
    }
}
