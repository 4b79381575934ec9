package dev.shm.queue;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.Block;
import dev.shm.region.RegionFormatException;
import dev.shm.region.SharedRegion;
import dev.shm.sync.Peers;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A pipe whose memory another program wrote over: exceptions, and nothing worse. */
class PipeHostileTest {
    private static final int CAPACITY = 128;
    private static final int RUNS = 400;
    private static final int DATA = 128 + 256 + 640;

    @TempDir private Path directory;
    private SharedRegion region;
    private SharedPipe pipe;
    private MappedBuffer memory;

    @BeforeEach
    void open() {
        region = Peers.open(directory.resolve("pipes.shm"));
        pipe = SharedPipe.create(region, "it", CAPACITY);
        memory = region.attach("it", SharedPipeType.INSTANCE).buffer();
    }

    @AfterEach
    void close() {
        region.close();
    }

    private static long header(int type, int payload) {
        return (long) type << 32 | (8 + payload);
    }

    /** Records that no sender writes: each later call fails in the same way. */
    @ParameterizedTest
    @CsvSource({
        "4, 16, 0, 'type=4'",
        "2, 0, 0, 'length of a message=-1'",
        "2, 7, 100, 'length of a message=-1'",
        "2, 16, 8, 'length of a message=8'",
        "2, 16, -1, 'length of a message=-1'",
        "2, 16, 1073741825, 'length of a message=1073741825'",
        "2, 16, 9223372036854775807, 'length of a message=9223372036854775807'",
        "3, 8, 0, 'part of 8 after 0 of -1'"
    })
    void records_thatNoSenderWrites(int type, int payload, long length, String found) {
        PipeEnd right = pipe.right();
        memory.putLong(DATA, header(type, payload));
        memory.putLong(DATA + 8, length);
        for (int i = 0; i < 2; i++) {
            RegionFormatException e = assertThrows(RegionFormatException.class, right::recv);
            assertTrue(e.getMessage().contains(found), e.getMessage());
            assertThrows(RegionFormatException.class, right::poll);
        }
    }

    /** More parts than the message has. */
    @Test
    void parts_thatAreTooMany() {
        PipeEnd right = pipe.right();
        memory.putLong(DATA, header(2, 16));
        memory.putLong(DATA + 8, 17);
        memory.putLong(DATA + 24, header(3, 16));
        assertThrows(RegionFormatException.class, right::recv);
    }

    /** An end that nobody of this region has is over. */
    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, 0x3FFF_FFFF, 0x7FFF_FFFF, 1 << 30})
    void ends_ofNobody_areOver(int state) {
        PipeEnd right = pipe.right();
        memory.putInt(PipeLayout.LEFT, state);
        assertThrows(EOFException.class, right::recv);
        assertThrows(EOFException.class, () -> right.send(new byte[1]));
        assertThrows(IllegalStateException.class, pipe::left);
        assertTrue(pipe.toString().contains("left: participant"), pipe.toString());
    }

    /** Who is said to sleep, and does not, costs a wake. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 1, 7, Integer.MIN_VALUE})
    void sleepers_thatThereAreNot(int word) throws Exception {
        PipeEnd left = pipe.left();
        PipeEnd right = pipe.right();
        memory.putInt(PipeLayout.DIRECTIONS + PipeLayout.READER, word);
        memory.putInt(PipeLayout.DIRECTIONS + PipeLayout.WRITER, word);
        left.send(new byte[3]);
        assertEquals(3, right.recv().length);
        assertEquals(0, memory.getInt(PipeLayout.DIRECTIONS + PipeLayout.READER));
        assertEquals(0, memory.getInt(PipeLayout.DIRECTIONS + PipeLayout.WRITER));
        memory.putInt(PipeLayout.DIRECTIONS + PipeLayout.READER, word);
        assertFalse(right.poll(5, MILLISECONDS));
    }

    /** Neither end is left half taken when the ring is damaged. */
    @Test
    void ends_areOver_whenTheRingIsDamaged() {
        memory.putLong(DATA - 640 + 128, 4); // the head of its ring
        assertThrows(RegionFormatException.class, pipe::left);
        assertTrue(pipe.toString().contains("has closed it"), pipe.toString());
    }

    /** Random words anywhere, at any time: everything ends, with a result or an exception. */
    @Test
    void randomWords_neverHang() {
        assertTimeoutPreemptively(Duration.ofMinutes(2), () -> scribble(new Random(52)));
    }

    private void scribble(Random random) throws Exception {
        int failed = 0;
        MappedBuffer source = new MappedBuffer(ByteBuffer.allocateDirect(100));
        for (int run = 0; run < RUNS; run++) {
            try (SharedPipe own = SharedPipe.create(region, "own", CAPACITY);
                    Block block = region.attach("own", SharedPipeType.INSTANCE)) {
                MappedBuffer words = block.buffer();
                PipeEnd left = own.left();
                PipeEnd right = own.right();
                for (int step = 0; step < 10; step++) {
                    long value =
                            switch (random.nextInt(3)) {
                                case 0 -> random.nextLong();
                                case 1 -> 8L * random.nextInt(64);
                                default -> header(1 + random.nextInt(4), random.nextInt(40));
                            };
                    int word = random.nextInt(words.capacity() / 8);
                    words.putLong(
                            random.nextBoolean() ? 8 * word : DATA + word % 128 / 8 * 8, value);
                    try {
                        if (random.nextBoolean()) {
                            left.send(source, 0, random.nextInt(100), 0, MILLISECONDS);
                        } else {
                            right.recv(0, MILLISECONDS);
                        }
                    } catch (RegionFormatException | EOFException e) {
                        failed++;
                    }
                }
            }
            region.remove("own");
        }
        assertTrue(failed > RUNS, "failed=" + failed);
    }
}
