package dev.shm.process;

import dev.shm.queue.SharedQueue;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * How a child logs, as its parent sends it.
 *
 * @param ring where it sends its records; null if it prints them.
 * @param toStderr whether it prints those of shm itself on its standard error.
 * @param levels the values of levels that are set in the parent, by logger.
 */
record LogSetup(@Nullable LogRing ring, boolean toStderr, Map<String, Integer> levels) {
    private static final int MAX_NAME = 10_000; // of a logger, which is written as UTF

    /** Loggers whose level was set, and who would be forgotten with it. */
    private static final List<Logger> KEPT = new ArrayList<>();

    /** As this process logs now; touches no logger where there is nothing to tell. */
    static LogSetup current() {
        LogRing ring = ProcessLog.ring();
        boolean toStderr = Shm.logsToStderr();
        Map<String, Integer> levels = new LinkedHashMap<>();
        if (ring != null || toStderr) {
            LogManager manager = LogManager.getLogManager();
            for (String name : Collections.list(manager.getLoggerNames())) {
                Logger logger = manager.getLogger(name);
                if (logger != null && logger.getLevel() != null && name.length() <= MAX_NAME) {
                    levels.put(name, logger.getLevel().intValue());
                }
            }
        }
        return new LogSetup(ring, toStderr, levels);
    }

    void write(DataOutputStream out) throws IOException {
        out.writeBoolean(toStderr);
        out.writeInt(levels.size());
        for (Map.Entry<String, Integer> level : levels.entrySet()) {
            out.writeUTF(level.getKey());
            out.writeInt(level.getValue());
        }
        out.writeBoolean(ring != null);
        if (ring != null) {
            out.writeUTF(ring.region());
            out.writeUTF(ring.name());
            out.writeInt(ring.collector());
        }
    }

    static LogSetup read(DataInputStream in) throws IOException {
        boolean toStderr = in.readBoolean();
        Map<String, Integer> levels = new LinkedHashMap<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            levels.put(in.readUTF(), in.readInt());
        }
        LogRing ring =
                in.readBoolean() ? new LogRing(in.readUTF(), in.readUTF(), in.readInt()) : null;
        return new LogSetup(ring, toStderr, levels);
    }

    /** Makes this process log so. */
    void begin() {
        levels.forEach(LogSetup::setLevel);
        if (ring != null) {
            ProcessLog.inherit(ring);
            sendTo(ring);
        }
        if (toStderr) {
            Shm.inheritStderr(ring == null);
        }
    }

    private static void setLevel(String name, int value) {
        Logger logger = Logger.getLogger(name);
        logger.setLevel(Level.parse(Integer.toString(value)));
        KEPT.add(logger);
    }

    /** A child that cannot is no worse for it: it prints. */
    static void sendTo(LogRing ring) {
        try {
            SharedRegion region = SharedRegion.open(RegionOptions.at(Path.of(ring.region())));
            try {
                SharedQueue<byte[]> queue = SharedQueue.open(region, ring.name(), ProcessLog.PARTS);
                install(region, queue, ring.collector());
            } catch (NoSuchElementException closedMeanwhile) {
                region.close();
            } catch (RuntimeException e) {
                region.close();
                throw e;
            }
        } catch (RuntimeException e) {
            Logs.warn(ProcessLog.class, "what this process logs is not collected", e);
        }
    }

    private static void install(SharedRegion region, SharedQueue<byte[]> queue, int collector) {
        Logger root = Logger.getLogger("");
        List<Handler> consoles =
                Arrays.stream(root.getHandlers())
                        .filter(handler -> handler instanceof ConsoleHandler)
                        .toList();
        root.addHandler(
                new LogHandler(
                        region, queue, collector, record -> printAgain(root, consoles, record)));
        consoles.forEach(root::removeHandler);
    }

    /** The logger has begun with the record, so that it does not give it to new handlers. */
    private static void printAgain(Logger root, List<Handler> consoles, LogRecord record) {
        for (Handler console : consoles) {
            root.addHandler(console);
            console.publish(record);
        }
    }
}
