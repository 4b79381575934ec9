package dev.shm.sync;

/**
 * A process died while it held a lock, and what the lock guards has not been repaired since.
 *
 * <p>Thrown by the methods that promise a lock over consistent data, by each of them until somebody
 * says that the data is repaired: a repair handler that returns, or a call of {@code
 * markConsistent}. The thread does not hold the lock, unless the method is {@link
 * SharedCondition#await()} or one of its siblings, which end holding it in every case.
 *
 * <p>Its cause is what a repair handler threw, if there was one.
 */
public final class OwnerDiedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    OwnerDiedException(String message, Throwable cause) {
        super(message, cause);
    }

    OwnerDiedException(String message) {
        super(message);
    }
}
