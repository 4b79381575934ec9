package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent;
import dev.shm.value.SharedValue;
import dev.shm.wait.Deadline;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A pool goes on, and answers everybody, whatever tasks and results do to it. */
@Timeout(120) // a watchdog
class PoolFaultTest {
    private static final int ITEMS = 64;
    private static final int DEADLY = 40;

    /** With one worker, whose memory is small. */
    private static ProcessPool pool;

    @BeforeAll
    static void open() {
        pool = Quick.pool(1).jvmOption("-Xmx24m").start();
    }

    @AfterAll
    static void close() throws InterruptedException {
        pool.terminate();
        assertTrue(pool.awaitTermination(1, TimeUnit.MINUTES)); // a watchdog
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().collect(Collectors.toList());
    }

    private static Throwable causeOf(Future<?> failed) {
        return assertThrows(ExecutionException.class, failed::get).getCause();
    }

    /** A result that does something to the thread that reads it. */
    private static final class Rude implements Serializable {
        private static final long serialVersionUID = 1;
        private final boolean interrupts;

        Rude(boolean interrupts) {
            this.interrupts = interrupts;
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            if (!interrupts) {
                throw new AssertionError("not here");
            }
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anErrorWhereAResultIsRead_failsThatTask() throws Exception {
        Future<Rude> rude = pool.submit(() -> new Rude(false));
        List<Future<Integer>> others = submitSome();
        TransferException thrown = assertInstanceOf(TransferException.class, causeOf(rude));
        assertInstanceOf(AssertionError.class, thrown.getCause());
        assertAnswered(others);
    }

    @Test
    void anInterruptThatAResultLeaves_stopsNothing() throws Exception {
        Future<Rude> rude = pool.submit(() -> new Rude(true));
        List<Future<Integer>> others = submitSome();
        assertTrue(rude.get().interrupts);
        assertAnswered(others);
    }

    private static List<Future<Integer>> submitSome() {
        List<Future<Integer>> some = new ArrayList<>();
        for (int number : numbers(10)) {
            some.add(pool.submit(() -> number));
        }
        return some;
    }

    private static void assertAnswered(List<Future<Integer>> some) throws Exception {
        for (int i = 0; i < some.size(); i++) {
            assertEquals(i, some.get(i).get());
        }
    }

    /** It does not kill one worker after the other for ever. */
    @Test
    void aTaskThatNoWorkerHasRoomFor_isGivenUp() throws Exception {
        byte[] much = new byte[1 << 25];
        Future<Integer> task = pool.submit(() -> much.length);
        assertInstanceOf(WorkerDiedException.class, causeOf(task));
        assertEquals(1, pool.apply(() -> 1));
    }

    @Test
    void causesInACircle_areBroughtHere() {
        Future<Integer> task =
                pool.submit(
                        () -> {
                            Exception inner = new IllegalArgumentException("inner");
                            Exception outer = new IllegalStateException("outer", inner);
                            inner.initCause(outer);
                            throw outer;
                        });
        Throwable outer = assertInstanceOf(IllegalStateException.class, causeOf(task));
        assertEquals("inner", outer.getCause().getMessage());
        assertInstanceOf(RemoteTraceException.class, outer.getSuppressed()[0]);
    }

    @Test
    void aThreadThatATaskLeaves_doesNotKeepTheWorker() throws Exception {
        ProcessPool other =
                Quick.pool(1).initializer(() -> Thread.currentThread().interrupt()).start();
        int longerThanThePipe = 1 << 24;
        byte[] result =
                other.apply(
                        () -> {
                            new Thread(PoolFaultTest::parkForEver).start();
                            return interrupted(longerThanThePipe);
                        });
        assertEquals(longerThanThePipe, result.length);
        other.shutdown();
        other.join();
    }

    /** It is the task's, and neither its result nor the next task suffers. */
    @Test
    void anInterruptThatATaskLeaves_stopsNothing() throws Exception {
        Long pid = pool.apply(PoolFaultTest::interruptedPid);
        assertEquals(pid, pool.apply(PoolFaultTest::interruptedPid), "the same worker");
        assertEquals(List.of(false, false), pool.map(x -> isInterrupted(), List.of(1, 2), 2));
    }

    private static long interruptedPid() {
        return interrupted(0).length + ProcessHandle.current().pid();
    }

    private static byte[] interrupted(int length) {
        Thread.currentThread().interrupt();
        return new byte[length];
    }

    private static boolean isInterrupted() {
        boolean was = Thread.currentThread().isInterrupted();
        Thread.currentThread().interrupt();
        return was;
    }

    /** One whose methods throw. */
    private static final class Nasty extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new AssertionError("no message");
        }
    }

    /** A result that cannot be written, and not for a reason that anybody would catch. */
    private static final class Unwritable implements Serializable {
        private static final long serialVersionUID = 1;

        private void writeObject(ObjectOutputStream out) throws IOException {
            throw new AssertionError("not here", new IOException(out.toString()));
        }
    }

    /** 17.42 */
    @Test
    void anErrorWhereAResultIsWritten_failsThatTask() throws Exception {
        Long pid = pool.apply(() -> ProcessHandle.current().pid());
        Throwable thrown = causeOf(pool.submit(Unwritable::new));
        assertInstanceOf(TransferException.class, thrown);
        assertTrue(thrown.getMessage().contains("AssertionError: not here"), thrown::toString);
        assertEquals(pid, pool.apply(() -> ProcessHandle.current().pid()));
    }

    /** The others of its chunk do not. */
    @Test
    void anExceptionWhoseMethodsThrow_failsAlone() {
        Iterator<Integer> results =
                pool.imap(
                        (Integer x) -> {
                            if (x == 1) {
                                throw new Nasty();
                            }
                            return x;
                        },
                        List.of(0, 1, 2),
                        3);
        assertEquals(0, results.next());
        Throwable thrown = assertThrows(Throwable.class, results::next);
        assertEquals("no message", thrown.getMessage(), "of its own, where it was rebuilt");
        assertEquals(2, results.next());
    }

    /** Its worker does not stay, whatever it leaves there. */
    @Test
    void anInitializerThatCannotEvenSayWhy_breaksThePool() throws Exception {
        ProcessPool broken =
                Quick.pool(1)
                        .initializer(
                                () -> {
                                    new Thread(PoolFaultTest::parkForEver).start();
                                    throw new Nasty();
                                })
                        .start();
        assertTrue(broken.awaitTermination(1, TimeUnit.MINUTES)); // a watchdog
        assertThrows(RejectedExecutionException.class, () -> broken.submit(() -> 1));
    }

    /** Who logs here may run anything. */
    @Test
    void aHandlerThatThrows_hidesNoDeath() throws Exception {
        Logger logger = Logger.getLogger("dev.shm.process");
        logger.setLevel(Level.FINE);
        Handler handler = new Throwing();
        logger.addHandler(handler);
        try {
            Future<Integer> deadly = pool.submit(() -> dieAt(DEADLY));
            assertInstanceOf(WorkerDiedException.class, causeOf(deadly));
            assertEquals(1, pool.apply(() -> 1));
        } finally {
            logger.removeHandler(handler);
            logger.setLevel(null);
        }
    }

    private static final class Throwing extends Handler {
        @Override
        public void publish(LogRecord record) {
            throw new IllegalStateException("no room for " + record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private static void parkForEver() {
        while (true) {
            LockSupport.park();
        }
    }

    /** Though some of the others were sent ahead to the worker that dies. */
    @Test
    void anItemThatKillsItsWorker_failsAlone() {
        List<CompletableFuture<Integer>> each = Quick.each(pool, PoolFaultTest::dieAt, ITEMS);
        assertFailsAlone(each.stream().map(CompletableFuture::join).iterator());
    }

    private static int dieAt(int number) {
        if (number == DEADLY) {
            Runtime.getRuntime().halt(3);
        }
        return number;
    }

    private static void assertFailsAlone(Iterator<Integer> results) {
        for (int i = 0; i < ITEMS; i++) {
            if (i == DEADLY) {
                CompletionException thrown = assertThrows(CompletionException.class, results::next);
                assertInstanceOf(WorkerDiedException.class, thrown.getCause());
            } else {
                assertEquals(i, results.next());
            }
        }
    }

    /** The worker is busy with something else until nobody wants them any more. */
    @Test
    void whatWasCancelledInTime_isNotRun(@TempDir Path directory) throws Exception {
        String file = directory.resolve("cancelled.shm").toString();
        try (SharedRegion region = SharedProcessTest.open(Path.of(file))) {
            SharedEvent go = SharedEvent.create(region, "go");
            SharedValue runs = SharedValue.create(region, "runs", 'i');
            Future<?> busy = pool.submit(() -> await(file));
            Future<?> mapped = pool.<Integer, Integer>mapAsync(x -> count(file), numbers(8));
            Future<Integer> submitted = pool.submit((PoolAction) () -> count(file), 1);
            Future<?> single = pool.submit(() -> count(file));
            for (Future<?> future : List.of(mapped, submitted, single)) {
                assertTrue(future.cancel(false));
            }
            Thread.currentThread().interrupt();
            assertThrows(
                    InterruptedException.class, () -> pool.map(x -> count(file), numbers(8), 1));
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, () -> pool.apply(() -> count(file)));
            Iterator<Integer> results = pool.imap(x -> x, numbers(2), 1);
            Thread.currentThread().interrupt();
            Throwable thrown = assertThrows(CompletionException.class, results::next);
            assertInstanceOf(InterruptedException.class, thrown.getCause());
            assertTrue(Thread.interrupted());
            go.set();
            assertEquals(0, results.next());
            assertEquals(1, results.next());
            assertNull(busy.get());
            assertEquals(0, runs.getInt());
        }
    }

    private static void await(String file) {
        try (SharedRegion region = SharedProcessTest.open(Path.of(file))) {
            SharedEvent.open(region, "go").await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int count(String file) {
        try (SharedRegion region = SharedProcessTest.open(Path.of(file))) {
            return (int) SharedValue.open(region, "runs").getAndAdd(1);
        }
    }

    /** As where the pool is shut down, and one of them was waiting. */
    @Test
    void whoeverWaitsForAny_hearsOfThoseThatAreNotCancelled() throws Exception {
        CompletableFuture<Integer> cancelled =
                CompletableFuture.failedFuture(new CancellationException());
        CompletableFuture<Integer> done = CompletableFuture.completedFuture(1);
        assertEquals(1, Futures.awaitAny(List.of(cancelled, done), Deadline.never()));
        assertThrows(
                ExecutionException.class,
                () -> Futures.awaitAny(List.of(cancelled), Deadline.never()));
    }

    @Test
    void whoeverWaitsForAny_cancelsTheOthers() throws Exception {
        CompletableFuture<Integer> open = new CompletableFuture<>();
        CompletableFuture<Integer> done = CompletableFuture.completedFuture(1);
        assertEquals(1, Futures.awaitAny(List.of(open, done), Deadline.never()));
        assertTrue(open.isCancelled());
    }

    @Test
    void whoeverIsInterrupted_cancelsAll() {
        CompletableFuture<Integer> open = new CompletableFuture<>();
        Thread.currentThread().interrupt();
        assertThrows(
                InterruptedException.class,
                () -> Futures.awaitAll(List.of(open), Deadline.never()));
        assertTrue(open.isCancelled());
    }

    @Test
    void cancelledWork_isNotSent() {
        WorkQueue queue = new WorkQueue();
        CompletableFuture<Integer> cancelled = new CompletableFuture<>();
        PoolWork kept =
                PoolWork.ofTask(
                        "kept",
                        new Wire.Bytes(),
                        new PoolSingle<>(new CompletableFuture<Integer>()));
        queue.addAll(
                List.of(
                        PoolWork.ofTask("cancelled", new Wire.Bytes(), new PoolSingle<>(cancelled)),
                        kept));
        cancelled.cancel(true);
        assertEquals(kept, queue.take(() -> true));
    }
}
