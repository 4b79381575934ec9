package dev.shm.bench.child;

import java.io.IOException;
import java.nio.file.Path;

/** Something that brings numbers, in records of a fixed length, from one process to another. */
interface Transport {
    /** The end that numbers are put in at. */
    interface Out {
        /** Puts one in; false if there is no room now. */
        boolean offer(long number) throws Exception;

        /** Says that no more come for now. */
        default void flush() {}
    }

    /** The end that they come out at. */
    interface In {
        /** Gives some to its sink; returns how many. */
        int poll() throws Exception;
    }

    /** Both processes give the same folder and name; whichever comes first makes what is needed. */
    Out out(Path folder, String name, int bytes) throws IOException;

    /**
     * The end that they come out at.
     *
     * @param limit how many are given to the sink at a time, at most.
     */
    In in(Path folder, String name, int bytes, Sink sink, int limit) throws IOException;

    /** Called in the first process before any end is made. */
    default void begin(Path folder) {}

    /**
     * Finds one by its name.
     *
     * @param batch how many records ours publishes at a time; 0 for each by itself.
     */
    static Transport named(String name, int batch) {
        return switch (name) {
            case "shm" -> new ShmTransport(batch, false);
            case "shm-numbers" -> new ShmTransport(batch, true);
            case "agrona" -> AgronaTransport.oneToOne(false);
            case "agrona-numbers" -> AgronaTransport.oneToOne(true);
            case "aeron" -> new AeronTransport(false);
            case "aeron-numbers" -> new AeronTransport(true);
            case "chronicle" -> new ChronicleTransport();
            case "socket" -> new SocketTransport();
            case "queue" -> new QueueTransport();
            case "mpmc" -> new MpmcTransport();
            case "agrona-many" -> AgronaTransport.manyToOne();
            default -> throw new IllegalArgumentException("transport=" + name);
        };
    }
}
