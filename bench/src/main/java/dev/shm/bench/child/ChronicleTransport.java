package dev.shm.bench.child;

import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;

/**
 * Chronicle Queue, which keeps all records in files, in the same folder in memory as the others.
 */
final class ChronicleTransport implements Transport {
    @Override
    public Out out(Path folder, String name, int bytes) {
        ExcerptAppender appender = queue(folder, name).createAppender();
        byte[] rest = new byte[bytes - Long.BYTES];
        return number -> {
            try (DocumentContext document = appender.writingDocument()) {
                Bytes<?> target = document.wire().bytes();
                target.writeLong(number);
                target.write(rest);
            }
            return true;
        };
    }

    @Override
    public In in(Path folder, String name, int bytes, Sink sink, int limit) {
        ExcerptTailer tailer = queue(folder, name).createTailer().toEnd();
        return () -> {
            int done = 0;
            while (done < limit) {
                try (DocumentContext document = tailer.readingDocument()) {
                    if (!document.isPresent()) {
                        return done;
                    }
                    sink.accept(document.wire().bytes().readLong());
                    done++;
                }
            }
            return done;
        };
    }

    private static ChronicleQueue queue(Path folder, String name) {
        return SingleChronicleQueueBuilder.binary(folder.resolve(name)).build();
    }
}
