package dev.shm.bench.child;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Aeron over shared memory: an exclusive publication, and one driver of one thread in the process
 * that comes first. Records do not pass through the driver; it moves the limit up to which may be
 * published, and clears terms, now and then. Terms have their default length: with 1 MiB, as large
 * as the rings, the publisher waits for the driver, and comes down to a few million records a
 * second.
 */
final class AeronTransport implements Transport {
    private static final String CHANNEL = "aeron:ipc";
    private static final int MTU = 8192; // so that no record goes in pieces

    private final boolean asNumbers;

    /**
     * Aeron.
     *
     * @param asNumbers whether records have eight bytes and are copied from no buffer.
     */
    AeronTransport(boolean asNumbers) {
        this.asNumbers = asNumbers;
    }

    @Override
    public void begin(Path folder) {
        MediaDriver.launch(
                new MediaDriver.Context()
                        .aeronDirectoryName(folder.resolve("aeron").toString())
                        .threadingMode(ThreadingMode.SHARED)
                        .ipcMtuLength(MTU)
                        .dirDeleteOnStart(true)
                        .dirDeleteOnShutdown(true));
    }

    @Override
    public Out out(Path folder, String name, int bytes) {
        ExclusivePublication publication = aeron(folder).addExclusivePublication(CHANNEL, id(name));
        if (asNumbers) {
            BufferClaim claim = new BufferClaim();
            return number -> claim(publication, claim, number);
        }
        UnsafeBuffer source = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes));
        return number -> {
            source.putLong(0, number);
            return publication.offer(source, 0, bytes) > 0;
        };
    }

    private static boolean claim(ExclusivePublication publication, BufferClaim claim, long number) {
        if (publication.tryClaim(Long.BYTES, claim) < 0) {
            return false;
        }
        claim.buffer().putLong(claim.offset(), number);
        claim.commit();
        return true;
    }

    @Override
    public In in(Path folder, String name, int bytes, Sink sink, int limit) {
        Subscription subscription = aeron(folder).addSubscription(CHANNEL, id(name));
        FragmentHandler handler =
                (buffer, index, length, header) -> sink.accept(buffer.getLong(index));
        return () -> subscription.poll(handler, limit);
    }

    private static Aeron aeron(Path folder) {
        return Aeron.connect(
                new Aeron.Context()
                        .aeronDirectoryName(folder.resolve("aeron").toString())
                        .errorHandler(AeronTransport::fail));
    }

    /** Else it prints what a handler throws, and goes on. */
    private static void fail(Throwable failure) {
        System.err.println(failure);
        Runtime.getRuntime().halt(1);
    }

    /** A stream for each name. */
    private static int id(String name) {
        return name.hashCode();
    }
}
