package dev.shm.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.openhft.chronicle.bytes.BytesIn;
import net.openhft.chronicle.bytes.BytesMarshallable;
import net.openhft.chronicle.bytes.BytesOut;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a JVM of its own loads, and that it needs no flag. */
class CodecProcessTest {

    private static final String CHRONICLE = "net.openhft";

    @TempDir private Path directory;

    /** Uses every codec that needs nothing but the JDK. */
    static final class PlainCodecs {
        public static void main(String[] args) {
            MappedBuffer buffer = new MappedBuffer(ByteBuffer.allocateDirect(1024));
            roundTrip(Codecs.longs(), 5L, buffer);
            roundTrip(Codecs.doubles(), 5.5, buffer);
            roundTrip(Codecs.utf8(64), "text", buffer);
            roundTrip(
                    Codecs.serialized(Integer.class, 512, Codecs.allow(Integer.class)), 5, buffer);
            Codecs.bytes(64).decode(buffer, 0, Codecs.bytes(64).encode(new byte[3], buffer, 0));
        }
    }

    /** Uses Chronicle. */
    static final class ChronicleCodecs {
        public static void main(String[] args) {
            MappedBuffer buffer = new MappedBuffer(ByteBuffer.allocateDirect(1024));
            roundTrip(ChronicleCodec.marshallable(Point::new, 64), new Point(3), buffer);
            roundTrip(ChronicleCodec.stopBit(), -5L, buffer);
            roundTrip(ChronicleCodec.text(64), "text", buffer);
        }
    }

    static final class Point implements BytesMarshallable {
        private long x;

        Point() {}

        Point(long x) {
            this.x = x;
        }

        @Override
        public void writeMarshallable(BytesOut<?> out) {
            out.writeLong(x);
        }

        @Override
        public void readMarshallable(BytesIn<?> in) {
            x = in.readLong();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Point point && point.x == x;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(x);
        }
    }

    private static <E> void roundTrip(Codec<E> codec, E value, MappedBuffer buffer) {
        E back = codec.decode(buffer, 0, codec.encode(value, buffer, 0));
        if (!back.equals(value)) {
            throw new AssertionError(codec + " made " + back + " of " + value);
        }
    }

    @Test
    void plainCodecs_loadNoClassOfChronicle() throws Exception {
        List<String> loaded = run(PlainCodecs.class);
        assertTrue(loaded.stream().anyMatch(line -> line.contains(Codecs.class.getName())));
        assertFalse(loaded.stream().anyMatch(line -> line.contains(CHRONICLE)));
    }

    @Test
    void chronicleCodecs_needNoFlag() throws Exception {
        List<String> loaded = run(ChronicleCodecs.class);
        assertTrue(loaded.stream().anyMatch(line -> line.contains(CHRONICLE)));
    }

    private List<String> run(Class<?> main) throws IOException, InterruptedException {
        Path classes = directory.resolve("classes.log");
        Path output = directory.resolve("output.txt");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xlog:class+load:file=" + classes,
                                "-cp",
                                System.getProperty("java.class.path"),
                                main.getName())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the child does not end");
        } finally {
            process.destroyForcibly();
        }
        assertEquals(0, process.exitValue(), Files.readString(output));
        return Files.readAllLines(classes);
    }
}
