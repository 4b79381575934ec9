package dev.shm.examples.process;

import dev.shm.process.ProcessLog;
import dev.shm.process.SharedProcess;
import dev.shm.region.SharedRegion;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Two processes log, one after the other, and their parent's logger publishes what they say, be it
 * said with java.util.logging or with System.Logger. Prints
 *
 * <pre>
 * INFO of baker: 12 rolls are in the oven
 * WARNING of baker: the oven is hot
 * INFO of taster: they are good
 * </pre>
 */
public final class LogsOfChildren {
    private static final String NAME = "bakery";

    private LogsOfChildren() {}

    /** Prints on the standard output, so that there is something to see. */
    private static final class Printer extends Handler {
        @Override
        public void publish(LogRecord record) {
            String text = record.getMessage().replaceFirst("^\\[(\\w+) \\d+] ", "$1: ");
            System.out.println(record.getLevel() + " of " + text);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    /**
     * Collects and prints.
     *
     * @param args none.
     */
    @SuppressWarnings("try") // it collects by being open
    public static void main(String[] args) throws InterruptedException {
        Logger logger = Logger.getLogger(NAME);
        logger.setUseParentHandlers(false);
        logger.addHandler(new Printer());
        String name = "logs-" + ProcessHandle.current().pid();
        try (SharedRegion region = SharedRegion.create(name, 1 << 18);
                ProcessLog log = ProcessLog.collect(region)) {
            SharedProcess.builder(region).name("baker").start(r -> bake()).join();
            SharedProcess.builder(region).name("taster").start(r -> taste()).join();
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static void bake() {
        System.Logger log = System.getLogger(NAME);
        log.log(System.Logger.Level.INFO, "{0} rolls are in the oven", 12);
        log.log(System.Logger.Level.WARNING, "the oven is hot");
    }

    private static void taste() {
        Logger.getLogger(NAME).info("they are good");
    }
}
