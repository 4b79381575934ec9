package dev.shm.queue;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.explore.Interception;
import dev.shm.memory.MappedBuffer;
import dev.shm.queue.SharedPipe.Mode;
import dev.shm.region.SharedRegion;
import dev.shm.ring.SpscRing;
import dev.shm.sync.Peer;
import dev.shm.sync.Peers;
import dev.shm.testing.ChildJvm;
import java.io.EOFException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What both ends of a pipe do within one process. */
class PipeEndTest {
    private static final int CAPACITY = 1024;
    private static final byte[] ALPHABET = "abcdefghijklmnopqrstuvwxyz".getBytes(US_ASCII);

    @TempDir private Path directory;
    private SharedRegion region;
    private SharedPipe pipe;
    private PipeEnd left;
    private PipeEnd right;

    @BeforeEach
    void open() {
        region = Peers.open(directory.resolve("pipes.shm"));
        pipe = SharedPipe.create(region, "it", CAPACITY);
        left = pipe.left();
        right = pipe.right();
    }

    @AfterEach
    void close() {
        region.close();
    }

    private static MappedBuffer buffer(int bytes) {
        return new MappedBuffer(ByteBuffer.allocateDirect(bytes));
    }

    /** Begins a call in a thread of its own, and waits until it sleeps. */
    private static <T> FutureTask<T> blocked(Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        Thread thread = new Thread(task, "blocked");
        thread.setDaemon(true);
        thread.start();
        ChildJvm.awaitThat("the call is asleep", () -> Peer.sleeps(thread));
        return task;
    }

    private static Throwable failure(FutureTask<?> task) {
        return assertThrows(Exception.class, () -> task.get(1, MINUTES)).getCause();
    }

    /** BEHAVIOURS 13.8. */
    @Test
    void send_partOfAnArray() throws Exception {
        left.send(ALPHABET, 5, 21);
        left.send(ALPHABET, 7, 8);
        left.send(ALPHABET, 26, 0);
        left.send(ALPHABET, 0, 0);
        assertEquals("fghijklmnopqrstuvwxyz", new String(right.recv(), US_ASCII));
        assertEquals("hijklmno", new String(right.recv(), US_ASCII));
        assertEquals(0, right.recv().length);
        assertEquals(0, right.recv().length);
    }

    /** BEHAVIOURS 13.8. */
    @ParameterizedTest
    @CsvSource({"27, 0", "22, 5", "26, 1", "-1, 1", "4, -1", "2147483647, 2"})
    void send_refusesWhatTheSourceDoesNotHave(int offset, int length) {
        assertThrows(IndexOutOfBoundsException.class, () -> left.send(ALPHABET, offset, length));
        MappedBuffer source = buffer(26);
        assertThrows(IndexOutOfBoundsException.class, () -> left.send(source, offset, length));
        assertFalse(right.poll());
    }

    @Test
    void send_refusesMoreThanAGibibyte() {
        AtomicBuffer endless =
                Interception.of(
                        buffer(8),
                        (target, method, arguments) ->
                                method.getName().equals("boundsCheck")
                                        ? null
                                        : Interception.proceed(target, method, arguments));
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class, () -> left.send(endless, 0, (1 << 30) + 1));
        assertEquals("length=1073741825, allowed: 0 to 1073741824", e.getMessage());
    }

    /** The parts of a message that never ends are there, and nothing else ever will be. */
    @Test
    void recv_withoutTimeAfterACutOffMessage_isTheEnd() throws Exception {
        assertFalse(left.send(buffer(5 * CAPACITY), 0, 5 * CAPACITY, 0, MILLISECONDS));
        left.close();
        assertThrows(EOFException.class, () -> right.recv(0, MILLISECONDS));
    }

    /** BEHAVIOURS 13.2. */
    @ParameterizedTest
    @ValueSource(ints = {5, 700})
    void recv_intoABuffer(int length) throws Exception {
        byte[] message = PipeCommands.pattern(length);
        FutureTask<Object> sending =
                new FutureTask<>(
                        () -> {
                            left.send(message);
                            left.send(message);
                            left.send(message);
                            return null;
                        });
        new Thread(sending).start();
        MappedBuffer target = buffer(length + 3);
        target.setMemory(0, length + 3, (byte) 77);
        assertEquals(length, right.recv(target, 2));
        byte[] got = new byte[length];
        target.getBytes(2, got);
        assertArrayEquals(message, got);
        for (int i : new int[] {0, 1, length + 2}) {
            assertEquals(77, target.getByte(i));
        }
        BufferTooShortException e =
                assertThrows(BufferTooShortException.class, () -> right.recv(target, 4));
        assertArrayEquals(message, e.message());
        assertEquals(
                "room=" + (length - 1) + ", the message has " + length + " bytes", e.getMessage());
        assertThrows(IndexOutOfBoundsException.class, () -> right.recv(target, length + 4));
        assertArrayEquals(message, right.recv());
        sending.get(1, MINUTES);
    }

    /** BEHAVIOURS 13.1: values; what cannot be encoded sends nothing. */
    @Test
    void values_byACodec() throws Exception {
        Codec<String> text = Codecs.utf8(2000);
        left.send("grüße", text);
        assertEquals("grüße", right.recv(text));
        String longText = "x".repeat(1900);
        FutureTask<String> receiving = blocked(() -> right.recv(text));
        left.send(longText, text);
        assertEquals(longText, receiving.get(1, MINUTES));
        assertThrows(IllegalArgumentException.class, () -> left.send("x".repeat(2001), text));
        assertFalse(right.poll());
    }

    /** Memory is had for the value, and not for the largest that there could be. */
    @Test
    void values_byACodecForLargeOnes() throws Exception {
        Codec<String> text = Codecs.utf8(1 << 30);
        long before = directBytes();
        left.send("hi", text);
        assertEquals("hi", right.recv(text));
        assertTrue(directBytes() - before < 1 << 20, "bytes=" + (directBytes() - before));
        Codec<String> larger = Codecs.utf8(1 << 20);
        String value = "x".repeat(1 << 19);
        FutureTask<String> receiving = blocked(() -> right.recv(larger));
        left.send(value, larger);
        assertEquals(value, receiving.get(1, MINUTES));
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    /** A message that the codec refuses is gone, and the next one comes. */
    @Test
    void values_thatCannotBeRead_areGone() throws Exception {
        left.send(new byte[] {-1, -1, -1});
        left.send(new byte[] {42, 0, 0, 0, 0, 0, 0, 0});
        assertThrows(IllegalArgumentException.class, () -> right.recv(Codecs.longs()));
        assertEquals(42L, right.recv(Codecs.longs()));
    }

    /** Who gives a message up in the middle has sent nothing of it. */
    @Test
    void send_thatTimesOut_leavesNothing() throws Exception {
        MappedBuffer large = buffer(5000);
        long start = System.nanoTime();
        assertFalse(left.send(large, 0, 5000, 30, MILLISECONDS));
        assertTrue(System.nanoTime() - start >= MILLISECONDS.toNanos(30));
        assertFalse(left.send(large, 0, 5000, 0, MILLISECONDS));
        assertFalse(right.poll());
        assertTrue(left.send(large, 0, 7, 1, MINUTES));
        assertEquals(7, right.recv().length);
        FutureTask<byte[]> receiving = blocked(right::recv);
        assertTrue(left.send(large, 0, 5000, 1, MINUTES));
        assertEquals(5000, receiving.get(1, MINUTES).length);
    }

    @Test
    void interrupts_endWhatWaits_andLeaveNothing() throws Exception {
        for (Executable waiting :
                new Executable[] {
                    () -> right.recv(),
                    () -> right.poll(1, MINUTES),
                    () -> left.send(new byte[5000])
                }) {
            Thread[] thread = {null};
            FutureTask<Object> task =
                    blocked(
                            () -> {
                                thread[0] = Thread.currentThread();
                                try {
                                    waiting.execute();
                                } catch (InterruptedException e) {
                                    return "interrupted";
                                } catch (Throwable e) {
                                    return e;
                                }
                                return "ended";
                            });
            thread[0].interrupt();
            assertEquals("interrupted", task.get(1, MINUTES));
        }
        assertFalse(right.poll());
        left.send(ALPHABET);
        assertArrayEquals(ALPHABET, right.recv());
    }

    /** BEHAVIOURS 13.13: what is no pipe, or is one no more, is an error and no crash. */
    @Test
    void whatIsNoPipe_isRefused() throws Exception {
        assertThrows(NoSuchElementException.class, () -> SharedPipe.open(region, "none"));
        SharedQueue.create(region, "queue", 2, Codecs.longs()).close();
        assertThrows(IllegalArgumentException.class, () -> SharedPipe.open(region, "queue"));
        assertThrows(IllegalArgumentException.class, () -> SharedPipe.of(region, "it", 2048));
        left.send(ALPHABET);
        region.close();
        for (Executable use :
                List.<Executable>of(
                        () -> left.send(ALPHABET), right::recv, right::poll, pipe::left)) {
            assertThrows(IllegalStateException.class, use);
        }
        assertThrows(IllegalStateException.class, () -> SharedPipe.open(region, "it"));
    }

    /** BEHAVIOURS 13.12: a closed end is used no more, also by who waits at it. */
    @Test
    void closing_endsTheCallsOfThisEnd() throws Exception {
        FutureTask<byte[]> receiving = blocked(right::recv);
        right.close();
        right.close();
        assertEquals(IllegalStateException.class, failure(receiving).getClass());
        assertTrue(right.isClosed());
        assertFalse(left.isClosed());
        for (Executable call :
                new Executable[] {
                    right::recv,
                    right::poll,
                    () -> right.poll(0, MINUTES),
                    () -> right.send(ALPHABET)
                }) {
            IllegalStateException e = assertThrows(IllegalStateException.class, call);
            assertEquals("pipe=it: the right end is closed", e.getMessage());
        }
        assertEquals("PipeEnd[pipe=it: the right end, closed]", right.toString());
        assertThrows(EOFException.class, () -> left.send(ALPHABET));
    }

    @Test
    void closing_endsTheSending_ofThisEnd() throws Exception {
        FutureTask<Object> sending =
                blocked(
                        () -> {
                            left.send(new byte[5000]);
                            return null;
                        });
        left.close();
        assertEquals(IllegalStateException.class, failure(sending).getClass());
        assertThrows(EOFException.class, right::recv);
    }

    @Test
    void closingThePipe_closesItsEnds() throws Exception {
        SharedPipe other = SharedPipe.create(region, "other", CAPACITY);
        PipeEnd one = other.left();
        PipeEnd two = SharedPipe.open(region, "other").right();
        one.send(ALPHABET);
        other.close();
        other.close();
        assertTrue(one.isClosed());
        assertThrows(IllegalStateException.class, () -> one.send(ALPHABET));
        assertArrayEquals(ALPHABET, two.recv());
        assertThrows(EOFException.class, two::recv);
        assertEquals("SharedPipe[name=other, closed]", other.toString());
    }

    @Test
    void closingTheRegion_endsWhatWaits() {
        FutureTask<byte[]> receiving = blocked(right::recv);
        region.close();
        assertEquals(IllegalStateException.class, failure(receiving).getClass());
        assertThrows(IllegalStateException.class, () -> left.send(ALPHABET));
        left.close();
        pipe.close();
    }

    /** What a codec does inside a message must not hang. */
    @Test
    void aCodec_thatClosesItsEnd_isTold() throws Exception {
        Codec<Long> closing =
                new Codec<>() {
                    @Override
                    public int maxBytes() {
                        return 8;
                    }

                    @Override
                    public int encode(
                            Long value, org.agrona.MutableDirectBuffer target, int index) {
                        return 0;
                    }

                    @Override
                    public Long decode(org.agrona.DirectBuffer source, int index, int length) {
                        right.close();
                        return 0L;
                    }
                };
        left.send(1L, closing);
        assertThrows(IllegalStateException.class, () -> right.recv(closing));
        assertThrows(EOFException.class, () -> left.send(ALPHABET));
    }

    @Test
    void factories() {
        assertThrows(IllegalStateException.class, () -> SharedPipe.create(region, "it", CAPACITY));
        assertThrows(IllegalArgumentException.class, () -> SharedPipe.of(region, "it", 2048));
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> SharedPipe.of(region, "it", CAPACITY, Mode.ONE_WAY));
        assertTrue(e.getMessage().contains("duplex, capacity 1024"), e.getMessage());
        assertThrows(NoSuchElementException.class, () -> SharedPipe.open(region, "none"));
        SpscRing.create(region, "ring", 128);
        assertThrows(IllegalArgumentException.class, () -> SharedPipe.open(region, "ring"));
        SharedPipe same = SharedPipe.of(region, "it", CAPACITY);
        assertEquals(CAPACITY, same.capacity());
        assertEquals("it", same.name());
        assertSame(Mode.DUPLEX, same.mode());
        int self = region.self().id();
        assertEquals(
                "SharedPipe[name=it, duplex, capacity 1024, left: participant "
                        + self
                        + " has it, right: participant "
                        + self
                        + " has it]",
                same.toString());
        SharedPipe fresh = SharedPipe.create(region, "fresh", 128, Mode.ONE_WAY);
        assertEquals(
                "SharedPipe[name=fresh, one-way, capacity 128, left: not taken yet, right: not"
                        + " taken yet]",
                fresh.toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -128, 64, 129, 1000, Integer.MIN_VALUE, 1 << 30})
    void otherCapacities_areRefused(int capacity) {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> SharedPipe.of(region, "other", capacity));
        assertEquals(
                "capacity=" + capacity + ", allowed: a power of two from 128 to 536870912",
                e.getMessage());
    }

    /** The smallest ring, and every length up to several times its size. */
    @Test
    void everyLength_throughTheSmallestRing() throws Exception {
        SharedPipe small = SharedPipe.create(region, "small", 128, Mode.ONE_WAY);
        PipeEnd writer = small.left();
        PipeEnd reader = small.right();
        FutureTask<Object> sending =
                new FutureTask<>(
                        () -> {
                            for (int i = 0; i < 600; i++) {
                                writer.send(PipeCommands.pattern(i));
                            }
                            writer.close();
                            return null;
                        });
        new Thread(sending).start();
        for (int i = 0; i < 600; i++) {
            assertArrayEquals(PipeCommands.pattern(i), reader.recv());
        }
        assertThrows(EOFException.class, reader::recv);
        sending.get(1, MINUTES);
    }

    /** Anew: the old pipe is removed, and who has it keeps it. */
    @Test
    void removing_andCreating_beginsAnew() throws Exception {
        left.send(ALPHABET);
        left.close();
        assertTrue(region.remove("it"));
        SharedPipe second = SharedPipe.create(region, "it", CAPACITY);
        PipeEnd other = second.left();
        other.send(Arrays.copyOf(ALPHABET, 3));
        assertArrayEquals(ALPHABET, right.recv());
        assertThrows(EOFException.class, right::recv);
        assertEquals("abc", new String(second.right().recv(), US_ASCII));
    }
}
