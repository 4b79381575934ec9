package dev.shm.memory;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.agrona.concurrent.broadcast.BroadcastBufferDescriptor;
import org.agrona.concurrent.broadcast.BroadcastReceiver;
import org.agrona.concurrent.broadcast.BroadcastTransmitter;
import org.agrona.concurrent.broadcast.CopyBroadcastReceiver;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.agrona.concurrent.status.CountersManager;
import org.agrona.concurrent.status.CountersReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Agrona's own rings, broadcast and counters run over {@code MappedBuffer}s of two JVMs that map
 * one file, and neither JVM has Agrona's flag. Left out is what asks for the address: {@code
 * AtomicCounter}, so {@code newCounter} too, and the callbacks that are handed a counter's key as
 * an {@code UnsafeBuffer}.
 */
class AgronaOverMappedBufferProcessTest {
    private static final int MESSAGES = 200_000;
    private static final int RING_BYTES = 64 * 1024;
    private static final int COUNTERS = 100;

    /** The first line of the file is for the test itself; what is tested begins behind it. */
    private static final int READY = 0;

    private static final int RECEIVED = 8;
    private static final int DONE = 16;

    @TempDir Path dir;
    private Path file;
    private MappedBuffer control;
    private MappedBuffer shared;
    private final List<Process> children = new ArrayList<>();
    private final MutableDirectBuffer expected = new MappedBuffer(ByteBuffer.allocateDirect(256));
    private long next;
    private long lost;

    @BeforeEach
    void mapFile() throws IOException {
        file = dir.resolve("shared");
        Files.write(file, new byte[1 << 20]);
        MappedBuffer whole = map(file);
        control = whole.slice(0, CacheLine.BYTES);
        shared = whole.slice(CacheLine.BYTES, whole.capacity() - CacheLine.BYTES);
    }

    @AfterEach
    void endChildren() {
        children.forEach(Process::destroyForcibly);
    }

    @Test
    void oneToOneRingBuffer_keepsContentAndOrder() throws Exception {
        RingBuffer ring = oneToOne(shared);
        start("oneToOne", 0);
        consume(ring, 1);

        assertEquals(ring.producerPosition(), ring.consumerPosition());
        assertAllEndWell();
    }

    @Test
    void manyToOneRingBuffer_keepsContentAndOrderOfEachProducer() throws Exception {
        RingBuffer ring = manyToOne(shared);
        start("manyToOne", 0);
        start("manyToOne", 1);
        consume(ring, 2);

        assertEquals(ring.producerPosition(), ring.consumerPosition());
        assertAllEndWell();
    }

    private void consume(RingBuffer ring, int producers) {
        long[] nexts = new long[producers];
        for (long read = 0; read < (long) producers * MESSAGES; ) {
            int batch =
                    ring.read(
                            (type, buffer, index, length) -> {
                                int producer = type - 1;
                                assertMessage(nexts[producer]++, buffer, index, length);
                            });
            read += batch;
            if (batch == 0) {
                idle();
            }
        }
    }

    /**
     * What a receiver reads while it is being lapped may be anything, even the length by which it
     * steps on to the next message. So a receiver that was lapped is replaced by a new one, which
     * begins at the latest message.
     */
    @Test
    void broadcast_isNeverTorn() throws Exception {
        MutableDirectBuffer copy = new MappedBuffer(ByteBuffer.allocateDirect(256));
        start("broadcast", 0);
        BroadcastReceiver receiver = new BroadcastReceiver(broadcast(shared));
        control.putLongRelease(READY, 1);
        while (next < MESSAGES) {
            if (!receiver.receiveNext()) {
                idle();
                continue;
            }
            int length = receiver.length();
            if (length >= 0 && length <= copy.capacity()) {
                copy.putBytes(0, receiver.buffer(), receiver.offset(), length);
            }
            if (receiver.validate()) {
                received(copy, 0, length);
            } else {
                receiver = new BroadcastReceiver(broadcast(shared));
            }
        }

        assertEquals(MESSAGES, control.getLong(RECEIVED) + lost);
        assertAllEndWell();
    }

    @Test
    void copyBroadcastReceiver_isNeverTorn() throws Exception {
        start("broadcast", 0);
        CopyBroadcastReceiver receiver = copyBroadcastReceiver();
        control.putLongRelease(READY, 1);
        while (next < MESSAGES) {
            try {
                if (receiver.receive(
                                (type, buffer, index, length) -> received(buffer, index, length))
                        == 0) {
                    idle();
                }
            } catch (IllegalStateException | IndexOutOfBoundsException e) {
                receiver = copyBroadcastReceiver();
            }
        }

        assertEquals(MESSAGES, control.getLong(RECEIVED) + lost);
        assertAllEndWell();
    }

    private CopyBroadcastReceiver copyBroadcastReceiver() {
        return new CopyBroadcastReceiver(
                new BroadcastReceiver(broadcast(shared)),
                new MappedBuffer(ByteBuffer.allocateDirect(4096)));
    }

    private void received(MutableDirectBuffer buffer, int index, int length) {
        long number = buffer.getLong(index);
        assertTrue(number >= next && number < MESSAGES, "number=" + number + " next=" + next);
        assertMessage(number, buffer, index, length);
        lost += number - next;
        next = number + 1;
        control.putLongRelease(RECEIVED, control.getLong(RECEIVED) + 1);
    }

    @Test
    void counters_areAllocatedReadAndCounted() throws Exception {
        MappedBuffer values = values(shared);
        CountersReader reader = new CountersReader(labels(shared), values, US_ASCII);
        start("counters", 0);
        await(() -> control.getLongVolatile(READY) == 1);
        List<String> found = new ArrayList<>();
        reader.forEach((id, label) -> found.add(id + " " + label));
        for (int i = 0; i < MESSAGES; i++) {
            values.getAndAddLong(CountersReader.counterOffset(COUNTERS / 2), 1);
        }
        await(() -> control.getLongVolatile(DONE) == 1);

        assertEquals(COUNTERS, found.size());
        for (int id = 0; id < COUNTERS; id++) {
            assertEquals(id + " counter " + id, found.get(id));
            assertEquals(7 * id, reader.getCounterTypeId(id));
            int key = CountersReader.metaDataOffset(id) + CountersReader.KEY_OFFSET;
            assertEquals(11 * id, reader.metaDataBuffer().getInt(key));
            long counted = id == COUNTERS / 2 ? 2L * MESSAGES : 3L * id;
            assertEquals(counted, reader.getCounterValue(id));
        }
        assertAllEndWell();
    }

    // --- Shared by both sides ---

    private static MappedBuffer map(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new MappedBuffer(channel.map(MapMode.READ_WRITE, 0, channel.size()));
        }
    }

    private static RingBuffer oneToOne(MappedBuffer shared) {
        return new OneToOneRingBuffer(
                shared.slice(0, RING_BYTES + RingBufferDescriptor.TRAILER_LENGTH));
    }

    private static RingBuffer manyToOne(MappedBuffer shared) {
        return new ManyToOneRingBuffer(
                shared.slice(0, RING_BYTES + RingBufferDescriptor.TRAILER_LENGTH));
    }

    private static MappedBuffer broadcast(MappedBuffer shared) {
        return shared.slice(0, RING_BYTES + BroadcastBufferDescriptor.TRAILER_LENGTH);
    }

    private static MappedBuffer values(MappedBuffer shared) {
        return shared.slice(0, COUNTERS * CountersReader.COUNTER_LENGTH);
    }

    private static MappedBuffer labels(MappedBuffer shared) {
        return shared.slice(64 * 1024, COUNTERS * CountersReader.METADATA_LENGTH);
    }

    /** A message that tells its number and, by every byte, whether it is whole. */
    private static int message(MutableDirectBuffer buffer, long number) {
        int length = 8 + (int) (number % 97);
        buffer.putLong(0, number);
        buffer.setMemory(8, length - 8, (byte) (31 * number + 7));
        return length;
    }

    private void assertMessage(long number, MutableDirectBuffer buffer, int index, int length) {
        int expectedLength = message(expected, number);
        byte[] found = new byte[length];
        byte[] whole = new byte[expectedLength];
        buffer.getBytes(index, found);
        expected.getBytes(0, whole);
        assertArrayEquals(whole, found, () -> "number=" + number);
    }

    // --- This side ---

    private void start(String role, int number) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        file.toString(),
                        role,
                        Integer.toString(number));
        children.add(builder.redirectErrorStream(true).redirectOutput(log(number)).start());
    }

    private File log(int number) {
        return dir.resolve("child" + number + ".log").toFile();
    }

    private void await(BooleanSupplier state) {
        while (!state.getAsBoolean()) {
            idle();
        }
    }

    /** Lets others run, and ends the test when the watchdog or a failed child says so. */
    private void idle() {
        boolean failed =
                children.stream().anyMatch(child -> !child.isAlive() && child.exitValue() != 0);
        if (failed || Thread.currentThread().isInterrupted()) {
            throw new AssertionError("received=" + next + " of the children: " + logs());
        }
        YieldingIdleStrategy.INSTANCE.idle();
    }

    private void assertAllEndWell() throws InterruptedException {
        for (Process child : children) {
            assertEquals(0, child.waitFor(), this::logs);
        }
        assertEquals("", logs());
    }

    private String logs() {
        StringBuilder all = new StringBuilder();
        try {
            for (int number = 0; number < children.size(); number++) {
                all.append(Files.readString(log(number).toPath()));
            }
        } catch (IOException e) {
            all.append(e);
        }
        return all.toString();
    }

    /** The other JVM. It ends with its parent, whose death closes its standard input. */
    static final class Child {
        private final MappedBuffer control;
        private final MappedBuffer shared;
        private final MutableDirectBuffer message =
                new MappedBuffer(ByteBuffer.allocateDirect(256));

        private Child(Path file) throws IOException {
            MappedBuffer whole = map(file);
            control = whole.slice(0, CacheLine.BYTES);
            shared = whole.slice(CacheLine.BYTES, whole.capacity() - CacheLine.BYTES);
        }

        public static void main(String[] arguments) throws IOException {
            Thread parent = new Thread(Child::endWithParent, "ends with the parent");
            parent.setDaemon(true);
            parent.start();
            Child child = new Child(Path.of(arguments[0]));
            int number = Integer.parseInt(arguments[2]);
            switch (arguments[1]) {
                case "oneToOne" -> child.produce(oneToOne(child.shared), number);
                case "manyToOne" -> child.produce(manyToOne(child.shared), number);
                case "broadcast" -> child.transmit();
                case "counters" -> child.count();
                default -> throw new IllegalArgumentException(arguments[1]);
            }
        }

        private static void endWithParent() {
            try {
                while (System.in.read() >= 0) {}
            } catch (IOException e) {
                Runtime.getRuntime().halt(3);
            }
            Runtime.getRuntime().halt(3);
        }

        private void produce(RingBuffer ring, int number) {
            for (long i = 0; i < MESSAGES; i++) {
                int length = message(message, i);
                while (!ring.write(1 + number, message, 0, length)) {
                    YieldingIdleStrategy.INSTANCE.idle();
                }
            }
        }

        /**
         * Waits for the first message to arrive, so that at least one does, and then for nobody.
         */
        private void transmit() {
            BroadcastTransmitter transmitter = new BroadcastTransmitter(broadcast(shared));
            while (control.getLongVolatile(READY) == 0) {
                YieldingIdleStrategy.INSTANCE.idle();
            }
            for (long i = 0; i < MESSAGES; i++) {
                transmitter.transmit(1, message, 0, message(message, i));
                while (control.getLongVolatile(RECEIVED) == 0) {
                    YieldingIdleStrategy.INSTANCE.idle();
                }
            }
            control.putLongVolatile(DONE, 1);
        }

        private void count() {
            MappedBuffer values = values(shared);
            CountersManager counters = new CountersManager(labels(shared), values, US_ASCII);
            for (int i = 0; i < COUNTERS; i++) {
                message.putInt(0, 11 * i);
                message.putStringWithoutLengthAscii(8, "counter " + i);
                int labelLength = ("counter " + i).length();
                int id = counters.allocate(7 * i, message, 0, 4, message, 8, labelLength);
                counters.setCounterValue(id, id == COUNTERS / 2 ? 0 : 3L * id);
            }
            control.putLongVolatile(READY, 1);
            for (int i = 0; i < MESSAGES; i++) {
                values.getAndAddLong(CountersReader.counterOffset(COUNTERS / 2), 1);
            }
            control.putLongVolatile(DONE, 1);
        }
    }
}
