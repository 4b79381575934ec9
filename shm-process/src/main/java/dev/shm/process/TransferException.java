package dev.shm.process;

/**
 * What a task of a {@link ProcessPool} returned or threw could not be brought here: it cannot be
 * serialised there, or not be read here. The message shows it in words.
 */
public final class TransferException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TransferException(String message) {
        super(message);
    }

    TransferException(String message, Throwable cause) {
        super(message, cause);
    }
}
