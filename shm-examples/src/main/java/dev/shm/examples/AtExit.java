package dev.shm.examples;

/** An action that runs once: when this is closed, or before, when the JVM is told to exit. */
final class AtExit implements AutoCloseable {
    private final Runnable action;
    private final Thread hook;

    /**
     * Registers the action.
     *
     * @throws IllegalStateException when the JVM is exiting.
     */
    AtExit(Runnable action) {
        this.action = action;
        this.hook = new Thread(action, "at-exit");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Runs the action, unless the JVM is exiting and does so itself. */
    @Override
    public void close() {
        boolean isOurs;
        try {
            isOurs = Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            isOurs = false; // the JVM is exiting
        }
        if (isOurs) {
            action.run();
        }
    }
}
