package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.testing.Latches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who reads without a lock meets who writes half way, and is not fooled. */
@Tag("optimised")
class TornReadsTest {
    @TempDir Path directory;

    /** What others do all the time while we read. */
    private interface Writer {
        void write(int round) throws Exception;
    }

    private interface Reader {
        void read() throws Exception;
    }

    private static void readWhile(Writer writer, int reads, Reader reader) throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(1);
        Future<Integer> writing =
                Race.start(
                        number -> {
                            int round = 0;
                            while (!done.get()) {
                                writer.write(round++);
                                begun.countDown();
                            }
                            return round;
                        });
        try {
            Latches.await(begun, writing);
            for (int i = 0; i < reads; i++) {
                reader.read();
            }
        } finally {
            done.set(true);
        }
        assertTrue(Race.result(writing) > 0);
    }

    /** A file that is just being made is empty, and a moment later it is long. */
    @Test
    void theHeaderOfARegionThatIsBeingMade() throws Exception {
        Path path = directory.resolve("r.shm");
        RegionOptions options = TestRegions.small(path);
        RegionFile.createIfMissing(path, options);
        RegionFile.fill(path, options.geometry(), Nonce.random());
        byte[] unfinished = Files.readAllBytes(path);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            readWhile(
                    round -> makeAnew(channel, unfinished),
                    3000,
                    () ->
                            assertEquals(
                                    RegionFile.Found.UNFINISHED,
                                    RegionFile.readHeader(path, options).found()));
        }
    }

    private static void makeAnew(FileChannel channel, byte[] content) throws IOException {
        channel.truncate(0);
        int header = RegionLayout.HEADER_BYTES;
        channel.write(ByteBuffer.wrap(content, 0, header), 0);
        channel.write(ByteBuffer.wrap(content, header, content.length - header), header);
    }

    /** An entry that is used again has the place of one object and the size of another. */
    @Test
    void anEntryThatIsUsedAgain() throws Exception {
        try (SharedRegion region =
                SharedRegion.create(TestRegions.small(directory.resolve("r.shm")))) {
            RawRegion raw = new RawRegion(region.path());
            int heap = raw.geometry.heap();
            int last = TestRegions.HEAP_BYTES - DirectoryLayout.BYTES;
            readWhile(
                    round -> {
                        boolean large = round % 2 == 0;
                        reuse(
                                raw.directory,
                                large ? "a-name-that-is-long" : "b",
                                large ? TestRegions.HEAP_BYTES : 1,
                                large ? heap : heap + last);
                    },
                    1_000_000,
                    () -> {
                        for (ObjectEntry entry : region.entries()) {
                            boolean large = entry.bytes() == TestRegions.HEAP_BYTES;
                            assertEquals(large ? "a-name-that-is-long" : "b", entry.name());
                        }
                    });
        }
    }

    private static void reuse(DirectoryTable table, String name, int bytes, int offset) {
        ObjectSpec spec = new ObjectSpec(RawBufferType.INSTANCE, 0, 0, bytes, "", memory -> {});
        set(table, DirectoryLayout.with(table.state(0), DirectoryLayout.FREE, 0));
        table.describe(0, name, spec, offset);
        set(table, table.nextGeneration(0, 1));
        set(table, DirectoryLayout.with(table.state(0), DirectoryLayout.READY, 0));
    }

    private static void set(DirectoryTable table, long state) {
        assertTrue(table.compareAndSetState(0, table.state(0), state));
    }
}
