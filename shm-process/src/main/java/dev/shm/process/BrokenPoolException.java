package dev.shm.process;

import org.jspecify.annotations.Nullable;

/**
 * The workers of a {@link ProcessPool} cannot be started: its initializer throws, or the JVMs end
 * before they are ready. The cause tells more, where there is one.
 */
public final class BrokenPoolException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BrokenPoolException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
