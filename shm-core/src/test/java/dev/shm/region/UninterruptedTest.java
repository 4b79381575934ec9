package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** File access by a thread that is interrupted. */
class UninterruptedTest {
    @TempDir Path directory;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(directory.resolve("file"), "content");
    }

    @AfterEach
    void clearInterrupt() {
        Thread.interrupted();
    }

    private int read(FileChannel channel) throws IOException {
        return channel.read(ByteBuffer.allocate(7), 0);
    }

    @Test
    void retry_worksWhenInterrupted_andTheStatusStays() throws IOException {
        Thread.currentThread().interrupt();
        assertEquals(7, (int) Uninterrupted.retry(this::openAndRead));
        assertTrue(Thread.currentThread().isInterrupted());
    }

    private int openAndRead() throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            return read(channel);
        }
    }

    /** Interrupted in each attempt: in the end it is made where no interrupt comes. */
    @Test
    void retry_worksWhenInterruptedAllTheTime() throws IOException {
        Thread caller = Thread.currentThread();
        AtomicInteger attempts = new AtomicInteger();
        Callable<Integer> stormy =
                () -> {
                    attempts.incrementAndGet();
                    caller.interrupt();
                    return openAndRead();
                };
        assertEquals(7, (int) Uninterrupted.retry(stormy));
        assertTrue(attempts.get() > 2);
        assertTrue(Thread.currentThread().isInterrupted());
    }

    /** A channel that others rely on is still open afterwards. */
    @Test
    void call_keepsTheChannelOfAnInterruptedCallerOpen() throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            Thread.currentThread().interrupt();
            assertEquals(7, (int) Uninterrupted.call(() -> read(channel)));
            assertTrue(channel.isOpen());
        }
        assertTrue(Thread.currentThread().isInterrupted());
    }

    @Test
    void failures_arriveAsTheyAre() {
        Callable<Integer> missing =
                () -> {
                    throw new FileNotFoundException("mine");
                };
        Callable<Integer> wrong =
                () -> {
                    throw new RegionFormatException("mine");
                };
        assertThrows(FileNotFoundException.class, () -> Uninterrupted.call(missing));
        assertThrows(FileNotFoundException.class, () -> Uninterrupted.retry(missing));
        assertThrows(RegionFormatException.class, () -> Uninterrupted.call(wrong));
        assertThrows(RegionFormatException.class, () -> Uninterrupted.retry(wrong));
    }
}
