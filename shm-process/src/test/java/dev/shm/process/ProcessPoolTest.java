package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent;
import dev.shm.value.SharedValue;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.ThrowingSupplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pool does while its workers live. One pool for all. BEHAVIOURS 17. */
class ProcessPoolTest {
    @TempDir static Path directory;
    private static SharedRegion region;
    private static SharedEvent go;
    private static SharedValue runs;
    private static ProcessPool pool;

    @BeforeAll
    static void open() {
        region = SharedProcessTest.open(directory.resolve("test.shm"));
        go = SharedEvent.create(region, "go");
        runs = SharedValue.create(region, "runs", 'i');
        pool = Quick.pool(2).jvmOption("-Xmx128m").region(region).start();
    }

    @AfterAll
    static void close() {
        pool.close();
        assertTrue(pool.isTerminated());
        region.close();
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().collect(Collectors.toList());
    }

    private static Throwable causeOf(ThrowingSupplier<?> call) {
        return assertThrows(ExecutionException.class, call::get).getCause();
    }

    /** 17.1 */
    @Test
    void apply_runsInAnotherProcess() throws Exception {
        int captured = 6;
        assertEquals(42, pool.apply(() -> captured * 7));
        long pid = pool.apply(() -> ProcessHandle.current().pid());
        assertFalse(pid == ProcessHandle.current().pid());
        assertTrue(pool.apply(() -> SharedProcess.current().isDaemon()));
        Object nothing = pool.apply(() -> null);
        assertNull(nothing);
    }

    /** 17.2, 17.29 */
    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "10, 1", "100, 20", "101, 20", "7, 1000"})
    void map_keepsTheOrder(int items, int chunk) throws Exception {
        List<Integer> expected = numbers(items).stream().map(x -> x * x).toList();
        assertEquals(expected, pool.map(x -> x * x, numbers(items), chunk));
        assertEquals(expected, pool.map(x -> x * x, numbers(items)));
        PoolFunction<Integer, Integer> square = x -> x * x;
        assertEquals(expected, pool.mapAsync(square, numbers(items)).get());
        assertEquals(expected, pool.mapAsync(square, numbers(items), chunk).get());
    }

    /** 17.3 */
    @Test
    void starmap_hasTwoArguments() throws Exception {
        List<Map.Entry<Integer, String>> pairs =
                List.of(Map.entry(2, "ab"), Map.entry(0, "c"), Map.entry(3, "d"));
        PoolBiFunction<Integer, String, String> repeat = (n, s) -> s.repeat(n);
        List<String> expected = List.of("abab", "", "ddd");
        assertEquals(expected, pool.starmap(repeat, pairs));
        assertEquals(expected, pool.starmap(repeat, pairs, 2));
        assertEquals(expected, pool.starmapAsync(repeat, pairs).get());
        assertEquals(expected, pool.starmapAsync(repeat, pairs, 2).get());
        assertThrows(IllegalArgumentException.class, () -> pool.starmapAsync(repeat, pairs, 0));
        CompletableFuture<List<Integer>> failing =
                pool.starmapAsync((n, s) -> fail(), pairs, pairs.size());
        assertInstanceOf(IOException.class, causeOf(failing::get));
    }

    /** Values travel packed where they are alike, and as they are where not. */
    @Test
    void values_keepTheirTypes() throws Exception {
        List<List<?>> kinds =
                List.of(
                        List.of(1, Integer.MIN_VALUE),
                        List.of(1L, Long.MAX_VALUE),
                        List.of(0.5, Double.NaN, -0.0),
                        List.of("a", ""),
                        List.of(1, 2L, 3.0, "4", 'c', true),
                        Arrays.asList(1, null, 3),
                        List.of((short) 1, (byte) 2),
                        List.of(List.of(1), Map.of("a", 1L)));
        for (List<?> kind : kinds) {
            List<Object> sent = new ArrayList<>(kind);
            assertEquals(sent, pool.map(x -> x, sent, 100));
        }
    }

    /** Longer than the pipe, so in parts. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, 1 << 17, 1 << 18, (1 << 20) + 1})
    void bytes_ofAnyLength(int length) throws Exception {
        byte[] sent = new byte[length];
        for (int i = 0; i < length; i++) {
            sent[i] = (byte) (i * 31);
        }
        assertArrayEquals(sent, pool.apply(() -> sent));
        List<byte[]> two = pool.map(x -> sent, List.of(1, 2), 2);
        assertArrayEquals(sent, two.get(0));
        assertArrayEquals(sent, two.get(1));
    }

    /** 17.4 */
    @Test
    void callbacks_oneOfTwoIsTold() throws Exception {
        BlockingQueue<Object> told = new LinkedBlockingQueue<>();
        assertEquals(1, pool.applyAsync(() -> 1, told::add, told::add).get());
        assertEquals(1, told.take());
        assertEquals(
                List.of(0, 2),
                pool.<Integer, Integer>mapAsync(x -> 2 * x, numbers(2), told::add, told::add)
                        .get());
        assertEquals(List.of(0, 2), told.take());
        CompletableFuture<Integer> failing =
                pool.applyAsync(ProcessPoolTest::fail, told::add, told::add);
        assertInstanceOf(IOException.class, causeOf(failing::get));
        assertInstanceOf(IOException.class, told.take());
        assertTrue(told.isEmpty());
    }

    private static int fail() throws IOException {
        throw new IOException("on purpose", new IllegalStateException("the reason"));
    }

    /** 17.16, 17.17 */
    @Test
    void anException_keepsItsTypeAndTellsWhere() {
        Throwable thrown = causeOf(() -> pool.apply(ProcessPoolTest::fail));
        assertEquals(IOException.class, thrown.getClass());
        assertEquals("on purpose", thrown.getMessage());
        assertInstanceOf(IllegalStateException.class, thrown.getCause());
        Throwable where = thrown.getCause().getCause();
        assertInstanceOf(RemoteTraceException.class, where);
        assertTrue(where.getMessage().contains("ProcessPoolTest.fail(ProcessPoolTest.java:"));
        assertTrue(where.getMessage().contains("Caused by: java.lang.IllegalStateException"));
    }

    @Test
    void anError_isDeliveredToo() {
        assertInstanceOf(
                StackOverflowError.class, causeOf(() -> pool.apply(ProcessPoolTest::endless)));
        assertInstanceOf(
                OutOfMemoryError.class,
                causeOf(() -> pool.apply(() -> new long[Integer.MAX_VALUE].length)));
    }

    private static int endless() {
        throw new StackOverflowError("as if");
    }

    /** 17.18: all are done, then the first failure is thrown. */
    @Test
    void map_doesAllThoughSomeFail() throws Exception {
        CompletableFuture<List<Integer>> all = pool.mapAsync(ProcessPoolTest::failOdd, numbers(10));
        Throwable thrown = causeOf(all::get);
        assertEquals("odd=1", thrown.getMessage());
        assertEquals(
                List.of(0, 2, 4), pool.map(ProcessPoolTest::failOdd, List.of(0, 2, 4))); // goes on
    }

    /** 17.18: also where what is thrown is long, and two are thrown at a time. */
    @Test
    void longExceptions_comeAfterAllIsDone() throws Exception {
        int length = 1 << 20;
        runs.setInt(0);
        CompletableFuture<List<Integer>> all =
                pool.mapAsync((Integer x) -> throwLong(x, length), numbers(10), 1);
        assertEquals(length, causeOf(all::get).getMessage().length());
        assertEquals(10, runs.getInt());
    }

    private static int throwLong(int number, int length) {
        SharedValue.open(SharedProcess.current().region(), "runs").getAndAdd(1);
        if (number < 2) {
            throw new IllegalStateException("x".repeat(length));
        }
        return number;
    }

    /** 17.47: whoever hands in tasks waits for no worker, and no worker for them. */
    @Test
    void fullPipes_blockNobody() throws Exception {
        go.clear();
        List<Future<Integer>> tasks = new ArrayList<>();
        try {
            for (int i = 0; i < 1000; i++) {
                int number = i;
                tasks.add(
                        pool.submit(
                                () -> {
                                    waitToGo();
                                    return number;
                                }));
            }
            assertTrue(tasks.stream().noneMatch(Future::isDone));
        } finally {
            go.set();
        }
        for (int i = 0; i < tasks.size(); i++) {
            assertEquals(i, tasks.get(i).get());
        }
        List<byte[]> sent = numbers(20).stream().map(i -> new byte[20_000 + i]).toList();
        List<byte[]> results = pool.map(x -> new byte[x.length << 6], sent, 1); // both are full
        for (int i = 0; i < sent.size(); i++) {
            assertEquals(sent.get(i).length << 6, results.get(i).length);
        }
    }

    private static int failOdd(int number) {
        if (number % 2 == 1) {
            throw new IllegalArgumentException("odd=" + number);
        }
        return number;
    }

    /** 17.5 */
    @Test
    void whatCannotBeSerialised_isRefusedAtOnce() throws Exception {
        Object captured = new Object();
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> pool.submit(captured::hashCode));
        assertTrue(refused.getMessage().contains("java.lang.Object"), refused.getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> pool.map(x -> 1, List.of(1, new Object()), 1));
        Runnable plain = () -> {};
        assertThrows(IllegalArgumentException.class, () -> pool.execute(plain));
        assertEquals(1, pool.apply(() -> 1));
    }

    /** 17.21 */
    @Test
    void aResultThatCannotBeSerialised_isShownInWords() throws Exception {
        long pid = pool.apply(() -> ProcessHandle.current().pid());
        Set<Long> pids = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            Throwable thrown = causeOf(() -> pool.apply(() -> new Thread("a result")));
            assertEquals(TransferException.class, thrown.getClass());
            assertTrue(thrown.getMessage().contains("a result"), thrown.getMessage());
            pids.add(pool.apply(() -> ProcessHandle.current().pid()));
        }
        pids.add(pid);
        assertTrue(pids.size() <= 2, pids::toString);
        // The others of its chunk are not lost.
        Iterator<Object> some =
                pool.imap(x -> x == 1 ? new Object() : (Object) x, List.of(0, 1, 2), 3);
        assertEquals(0, some.next());
        assertThrows(CompletionException.class, some::next);
        assertEquals(2, some.next());
    }

    /** Can be written and not be read. */
    static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1;

        private void readObject(ObjectInputStream in) throws IOException {
            throw new IOException("unreadable");
        }
    }

    /** The same as a task. */
    record UnreadableTask(Serializable part) implements PoolTask<Integer> {
        @Override
        public Integer call() {
            return 1;
        }
    }

    /** 17.42, 17.43, 17.50 */
    @Test
    void whatCannotBeRead_isAFailureAndNoHang() throws Exception {
        Throwable thrown = causeOf(() -> pool.apply(Unreadable::new));
        assertInstanceOf(TransferException.class, thrown);
        thrown =
                causeOf(
                        () ->
                                pool.apply(
                                        () -> {
                                            throw new Unreadable();
                                        }));
        assertInstanceOf(TransferException.class, thrown);
        thrown = causeOf(() -> pool.apply(new UnreadableTask(new Unreadable())));
        assertInstanceOf(IOException.class, thrown);
        assertEquals("unreadable", thrown.getMessage());
        assertEquals(1, pool.apply(() -> 1));
    }

    /** 17.6, 17.9 */
    @ParameterizedTest
    @CsvSource({"0, 1", "0, 100", "5, 1", "1000, 100", "1001, 100"})
    void imap_isOrdered(int items, int chunk) {
        List<Integer> results = new ArrayList<>();
        Iterator<Integer> imap = pool.imap(x -> x + 1, numbers(items), chunk);
        imap.forEachRemaining(results::add);
        assertEquals(numbers(items).stream().map(x -> x + 1).toList(), results);
        assertFalse(imap.hasNext());
        assertThrows(java.util.NoSuchElementException.class, imap::next);
        List<Integer> unordered = new ArrayList<>();
        pool.<Integer, Integer>imapUnordered(x -> x + 1, numbers(items), chunk)
                .forEachRemaining(unordered::add);
        assertEquals(results, unordered.stream().sorted().toList());
    }

    /** The workers compute its elements; what follows runs here, in one thread or in several. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void stream_keepsTheOrder(boolean parallel) {
        int items = 5000; // more than one thread reads at a time
        Stream<Long> pids =
                pool.stream((Integer x) -> ProcessHandle.current().pid(), numbers(items), 50);
        long own = ProcessHandle.current().pid();
        assertTrue((parallel ? pids.parallel() : pids).noneMatch(pid -> pid == own));
        Stream<Integer> numbers = pool.stream((Integer x) -> x + 1, numbers(items), 50);
        assertFalse(numbers.isParallel());
        List<Integer> doubled = (parallel ? numbers.parallel() : numbers).map(x -> 2 * x).toList();
        assertEquals(numbers(items).stream().map(x -> 2 * (x + 1)).toList(), doubled);
        Stream<Integer> failing = pool.stream(ProcessPoolTest::failOdd, numbers(items), 50);
        CompletionException thrown =
                assertThrows(
                        CompletionException.class,
                        () -> (parallel ? failing.parallel() : failing).forEach(x -> {}));
        assertInstanceOf(IllegalArgumentException.class, thrown.getCause());
    }

    /** It reads no further than the workers need. */
    @Test
    void imap_isLazy() {
        List<Integer> read = new ArrayList<>();
        Iterable<Integer> endless =
                () -> IntStream.iterate(0, i -> i + 1).boxed().peek(read::add).iterator();
        Iterator<Integer> imap = pool.imap(x -> 2 * x, endless, 3);
        for (int i = 0; i < 100; i++) {
            assertEquals(2 * i, imap.next());
        }
        assertTrue(read.size() < 150, () -> "read=" + read.size());
    }

    /** 17.7, 17.10, 17.11 */
    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void anInputThatFails_isThrownAfterWhatCameBefore(int before) throws Exception {
        Iterable<Integer> failing =
                () ->
                        IntStream.range(0, 10)
                                .peek(
                                        i -> {
                                            if (i == before) {
                                                throw new ArithmeticException("input");
                                            }
                                        })
                                .boxed()
                                .iterator();
        assertThrows(ArithmeticException.class, () -> pool.map(x -> x, failing, 1));
        Iterator<Integer> imap = pool.imap(x -> x, failing, 1);
        for (int i = 0; i < before; i++) {
            assertEquals(i, imap.next());
        }
        assertTrue(imap.hasNext());
        assertEquals("input", assertThrows(ArithmeticException.class, imap::next).getMessage());
        assertFalse(imap.hasNext());
        Set<Integer> some = new HashSet<>();
        Iterator<Integer> unordered = pool.imapUnordered(x -> x, failing, 1);
        assertThrows(ArithmeticException.class, () -> unordered.forEachRemaining(some::add));
        assertEquals(before, some.size());
        assertEquals(1, pool.apply(() -> 1));
    }

    @Test
    void imap_goesOnAfterAFailure() {
        Iterator<Integer> imap = pool.imap(ProcessPoolTest::failOdd, numbers(4), 2);
        assertEquals(0, imap.next());
        Throwable thrown = assertThrows(CompletionException.class, imap::next).getCause();
        assertEquals("odd=1", thrown.getMessage());
        assertEquals(2, imap.next());
        assertThrows(CompletionException.class, imap::next);
        assertFalse(imap.hasNext());
    }

    /** 17.8 */
    @Test
    void get_hasATimeout() throws Exception {
        go.clear();
        try {
            Future<Integer> slow = pool.submit(ProcessPoolTest::waitToGo);
            assertThrows(TimeoutException.class, () -> slow.get(1, TimeUnit.MILLISECONDS));
            assertFalse(slow.isDone());
            assertTrue(slow.cancel(true));
            assertThrows(CancellationException.class, slow::get);
        } finally {
            go.set();
        }
        assertEquals(1, pool.apply(() -> 1));
    }

    /** Until the test says so. */
    private static int waitToGo() throws InterruptedException {
        SharedEvent.open(SharedProcess.current().region(), "go").await();
        return 1;
    }

    @Test
    void itIsAnExecutorService() throws Exception {
        assertEquals(7, pool.submit((Runnable & Serializable) () -> {}, 7).get());
        PoolTask<Integer> one = () -> 1;
        PoolTask<Integer> two = () -> 2;
        List<Future<Integer>> all = pool.invokeAll(List.of(one, two));
        assertEquals(1, all.get(0).get());
        assertEquals(2, all.get(1).get());
        PoolTask<Integer> failing = ProcessPoolTest::fail;
        assertEquals(2, pool.invokeAny(List.of(failing, two)));
        assertInstanceOf(IOException.class, causeOf(() -> pool.invokeAny(List.of(failing))));
        assertThrows(IllegalArgumentException.class, () -> pool.invokeAny(List.of()));
        PoolTask<Integer> slow = ProcessPoolTest::waitToGo;
        go.clear();
        try {
            assertThrows(
                    TimeoutException.class,
                    () -> pool.invokeAny(List.of(slow), 1, TimeUnit.MILLISECONDS));
            List<Future<Integer>> late =
                    pool.invokeAll(List.of(slow, slow, slow), 1, TimeUnit.MILLISECONDS);
            assertTrue(late.stream().allMatch(Future::isCancelled));
        } finally {
            go.set();
        }
        assertFalse(pool.isShutdown());
        assertFalse(pool.isTerminated());
        assertThrows(IllegalStateException.class, pool::join);
        assertTrue(pool.toString().contains("running"), pool::toString);
    }

    /** 17.12, 17.24 */
    @Test
    void badNumbers_areRefused() {
        PoolBuilder builder = ProcessPool.builder();
        for (int bad : new int[] {0, -1, 1001}) {
            assertThrows(IllegalArgumentException.class, () -> ProcessPool.of(bad));
        }
        assertThrows(IllegalArgumentException.class, () -> builder.maxTasksPerChild(0));
        assertThrows(IllegalArgumentException.class, () -> builder.retries(-1));
        Object captured = new Object();
        assertThrows(
                IllegalArgumentException.class, () -> builder.initializer(captured::notifyAll));
        assertThrows(IllegalArgumentException.class, () -> pool.map(x -> x, List.of(1), 0));
        assertThrows(IllegalArgumentException.class, () -> pool.imap(x -> x, List.of(1), 0));
    }

    @Test
    void aNestedPool_works() throws Exception {
        assertEquals(
                List.of(1, 4, 9),
                pool.apply(
                        () -> {
                            try (ProcessPool inner = ProcessPool.of(1)) {
                                return new ArrayList<>(inner.map(x -> x * x, List.of(1, 2, 3)));
                            }
                        }));
    }

    @Test
    void rejected_afterShutdown() throws Exception {
        ProcessPool other = Quick.pool(1).start();
        Future<Integer> last = other.submit(() -> 5);
        other.shutdown();
        assertThrows(RejectedExecutionException.class, () -> other.submit(() -> 6));
        other.close();
        other.close();
        assertEquals(5, last.get());
        assertTrue(other.awaitTermination(0, TimeUnit.SECONDS));
        other.join();
        other.terminate();
        assertSame(5, last.get());
    }
}
