package dev.shm.queue;

/**
 * Thrown where a queue was shut down: by what puts something in, and by what takes something out
 * once there is nothing left.
 */
public final class QueueShutDownException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    /**
     * Says which.
     *
     * @param message that names the queue.
     */
    public QueueShutDownException(String message) {
        super(message);
    }
}
