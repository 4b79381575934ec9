package dev.shm.queue;

/** A message is longer than the buffer that was to get it. It was received, and is in here. */
public final class BufferTooShortException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final byte[] message;

    BufferTooShortException(int room, byte[] message) {
        super("room=" + room + ", the message has " + message.length + " bytes");
        this.message = message;
    }

    /**
     * Returns the message.
     *
     * @return all of it.
     */
    public byte[] message() {
        return message.clone();
    }
}
