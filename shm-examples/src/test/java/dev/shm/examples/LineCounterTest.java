package dev.shm.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.SPARSE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.shm.examples.LineCounter.Count;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineCounterTest {
    private final LineCounter counter = new LineCounter();

    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({
        "'',0",
        "a,0",
        "'\n',1",
        "'a\n',1",
        "'a\nb',1",
        "'\n\n\n',3",
        "'\r\r\n',1",
        "'\u008a',0"
    })
    void count_countsNewlinesAndBytes(String content, int lines) throws IOException {
        Path file = Files.writeString(directory.resolve("f"), content, ISO_8859_1);
        assertEquals(new Count(lines, content.length()), counter.count(file, bytes -> {}));
    }

    @Test
    void count_usedAgain_startsFromZero() throws IOException {
        Path larger = Files.writeString(directory.resolve("larger"), "\n".repeat(300_000));
        Path smaller = Files.writeString(directory.resolve("smaller"), "a\n");
        assertEquals(new Count(300_000, 300_000), counter.count(larger, bytes -> {}));
        assertEquals(new Count(1, 2), counter.count(smaller, bytes -> {}));
    }

    @Test
    void count_tellsProgressAsItGoes() throws IOException {
        Path file = Files.writeString(directory.resolve("f"), "x".repeat(1_000_000));
        AtomicLong calls = new AtomicLong();
        AtomicLong sum = new AtomicLong();
        counter.count(
                file,
                bytes -> {
                    calls.incrementAndGet();
                    sum.addAndGet(bytes);
                });
        assertEquals(1_000_000, sum.get());
        assertEquals(true, calls.get() > 1);
    }

    @Test
    void count_moreThan2GiB() throws IOException {
        long size = (1L << 31) + 5;
        Path file = directory.resolve("sparse");
        try (SeekableByteChannel channel = Files.newByteChannel(file, CREATE_NEW, WRITE, SPARSE)) {
            channel.position(size - 2);
            channel.write(ByteBuffer.wrap(new byte[] {'\n', '\n'}));
        }
        assertEquals(new Count(2, size), counter.count(file, bytes -> {}));
    }

    @Test
    void count_symbolicLink_isRefused() throws IOException {
        Path file = Files.writeString(directory.resolve("f"), "a\n");
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        assertThrows(IOException.class, () -> counter.count(link, bytes -> {}));
    }

    @Test
    void count_missingFile_isAnException() {
        Path missing = directory.resolve("missing");
        assertThrows(NoSuchFileException.class, () -> counter.count(missing, bytes -> {}));
    }
}
