package dev.shm.queue;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.queue.SharedPipe.Mode;
import dev.shm.region.SharedRegion;
import dev.shm.sync.Peers;
import dev.shm.sync.Victim;
import dev.shm.testing.ChildJvm;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Waiting on many pipes and processes at once. */
class PipesTest {
    @TempDir private Path directory;
    private SharedRegion region;

    @BeforeEach
    void open() {
        region = Peers.open(directory.resolve("peers.shm"));
    }

    @AfterEach
    void close() {
        region.close();
    }

    private SharedPipe pipe(String name) {
        return SharedPipe.create(region, name, 1024);
    }

    /**
     * BEHAVIOURS 14.1: every message of four senders, each once; the end of each counts as ready.
     */
    @Test
    void fourSenders_slowAndFast() throws Exception {
        List<PipeEnd> receivers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            SharedPipe pipe = SharedPipe.create(region, "p" + i, 1024, Mode.ONE_WAY);
            receivers.add(pipe.right());
            PipeEnd left = pipe.left();
            int sender = i;
            Thread thread = new Thread(() -> send(left, sender), "sender");
            thread.setDaemon(true);
            thread.start();
        }
        Set<Integer> received = new TreeSet<>();
        int messages = 0;
        while (!receivers.isEmpty()) {
            Pipes.Ready ready = Pipes.await(receivers, List.of(), 1, MINUTES);
            assertFalse(ready.isEmpty());
            for (PipeEnd end : ready.ends()) {
                try {
                    received.add(ByteBuffer.wrap(end.recv()).getInt());
                    messages++;
                } catch (EOFException over) {
                    receivers.remove(end);
                }
            }
        }
        assertEquals(40, messages);
        assertEquals(40, received.size());
    }

    private static void send(PipeEnd end, int sender) {
        try (end) {
            for (int i = 0; i < 10; i++) {
                end.send(ByteBuffer.allocate(4).putInt(10 * sender + i).array());
                if (sender % 2 == 0) {
                    LockSupport.parkNanos(MILLISECONDS.toNanos(3)); // so that one has to wait
                }
            }
        } catch (EOFException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** BEHAVIOURS 14.3. */
    @Test
    void nothing_comesOfNothing() throws Exception {
        PipeEnd left = pipe("it").left();
        long start = System.nanoTime();
        assertTrue(Pipes.await(List.of(left), List.of(), 50, MILLISECONDS).isEmpty());
        assertTrue(System.nanoTime() - start >= MILLISECONDS.toNanos(50));
        assertTrue(Pipes.await(List.of(left), List.of(), 0, MINUTES).isEmpty());
        assertTrue(Pipes.await(List.of(left), List.of(), -1, MINUTES).isEmpty());
    }

    /** BEHAVIOURS 14.4: first the process, then one pipe more, then another. */
    @Test
    void pipesAndProcesses() throws Exception {
        SharedPipe a = pipe("a");
        SharedPipe b = pipe("b");
        PipeEnd left = a.left();
        PipeEnd right = b.left();
        PipeEnd toLeft = a.right();
        PipeEnd toRight = b.right();
        SharedPipe.create(region, "it", 1024);
        try (Victim victim = new Victim(directory.resolve("peers.shm"), PipeCommands.class)) {
            assertEquals("taken", victim.ask("left"));
            ProcessHandle child = ProcessHandle.of(victim.jvm().pid()).orElseThrow();
            List<PipeEnd> ends = List.of(left, right);
            assertTrue(Pipes.await(ends, List.of(child), 20, MILLISECONDS).isEmpty());
            FutureTask<Pipes.Ready> waiting =
                    new FutureTask<>(() -> Pipes.await(ends, List.of(child), 1, MINUTES));
            new Thread(waiting).start();
            victim.kill();
            assertEquals(new Pipes.Ready(List.of(), List.of(child)), waiting.get());
            toRight.send(new byte[0]);
            assertEquals(
                    new Pipes.Ready(List.of(right), List.of(child)),
                    Pipes.await(ends, List.of(child), 1, MINUTES));
            toLeft.close();
            assertEquals(
                    new Pipes.Ready(ends, List.of(child)),
                    Pipes.await(ends, List.of(child), 1, MINUTES));
        }
    }

    /** Looking takes nothing away, and puts a long message together. */
    @Test
    void aLongMessage_isReady_whenItIsWhole() throws Exception {
        SharedPipe pipe = pipe("it");
        PipeEnd right = pipe.right();
        PipeEnd left = pipe.left();
        FutureTask<Object> sending =
                new FutureTask<>(
                        () -> {
                            left.send(PipeCommands.pattern(50_000));
                            return null;
                        });
        new Thread(sending).start();
        for (int i = 0; i < 3; i++) {
            assertEquals(List.of(right), Pipes.await(List.of(right), List.of(), 1, MINUTES).ends());
        }
        assertEquals("50000 whole", PipeCommands.describe(right.recv()));
        sending.get(1, MINUTES);
    }

    @Test
    void interrupts_andClosing_endTheWait() throws Exception {
        SharedPipe pipe = pipe("it");
        PipeEnd left = pipe.left();
        Thread.currentThread().interrupt();
        assertThrows(
                InterruptedException.class,
                () -> Pipes.await(List.of(left), List.of(), 1, MINUTES));
        assertFalse(Thread.interrupted());
        FutureTask<Object> waiting =
                new FutureTask<>(
                        () ->
                                assertThrows(
                                        IllegalStateException.class,
                                        () -> Pipes.await(List.of(left), List.of(), 1, MINUTES)));
        Thread thread = new Thread(waiting, "waiting");
        thread.start();
        ChildJvm.awaitThat("it waits", () -> thread.getState() == Thread.State.TIMED_WAITING);
        left.close();
        waiting.get(1, MINUTES);
        PipeEnd oneWay = SharedPipe.create(region, "one", 1024, Mode.ONE_WAY).left();
        assertThrows(
                IllegalStateException.class,
                () -> Pipes.await(Collections.singleton(oneWay), List.of(), 0, MINUTES));
    }
}
