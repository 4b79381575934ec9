package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.queue.SharedQueue;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent;
import dev.shm.sync.SharedLatch;
import dev.shm.testing.ChildCommands;
import dev.shm.testing.ChildJvm;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What children log comes to their parent. */
class ProcessLogTest {
    private static final String NAME = "shm.test.log";
    private static final Logger LOGGER = Logger.getLogger(NAME);

    @TempDir Path directory;
    private final Received received = new Received();
    private SharedRegion region;

    /** Keeps what is published. */
    private static final class Received extends Handler {
        private final BlockingQueue<ChildLogRecord> records = new LinkedBlockingQueue<>();

        @Override
        public void publish(LogRecord record) {
            records.add((ChildLogRecord) record);
        }

        ChildLogRecord next() throws InterruptedException {
            return records.take();
        }

        List<String> texts() {
            return records.stream().map(ChildLogRecord::text).toList();
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @BeforeEach
    void open() {
        region =
                SharedRegion.create(
                        RegionOptions.at(directory.resolve("log.shm"))
                                .bytes(1 << 19)
                                .maxParticipants(32)
                                .maxObjects(64));
        LOGGER.addHandler(received);
        LOGGER.setUseParentHandlers(false);
        LOGGER.setLevel(Level.FINE);
    }

    @AfterEach
    void close() {
        LOGGER.removeHandler(received);
        LOGGER.setUseParentHandlers(true);
        LOGGER.setLevel(null);
        SharedProcess.activeChildren().forEach(SharedProcess::kill);
        region.close();
    }

    private SharedProcess.Builder child(String name) {
        return Quick.process(region).name(name).redirectError(errors());
    }

    private Redirect errors() {
        return Redirect.appendTo(directory.resolve("errors").toFile());
    }

    private String printed() throws IOException {
        return Files.readString(directory.resolve("errors"));
    }

    private static Logger logger() {
        return Logger.getLogger(NAME);
    }

    /** The same in every JVM of a release. */
    private static long idOfMain() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("main"))
                .findFirst()
                .orElseThrow()
                .getId();
    }

    @Test
    void aRecord_arrivesWithAllThatItHas() throws Exception {
        long pid;
        try (ProcessLog log = ProcessLog.collect(region)) {
            SharedProcess child = child("talker").start(r -> talk());
            assertEquals(0, child.join());
            pid = child.pid();
            assertTrue(log.toString().contains("process-log-"), log::toString);
        }
        assertEquals("", printed());
        ChildLogRecord record = received.next();
        assertEquals("1 and two", record.text());
        assertEquals("[talker " + pid + "] 1 and two", record.getMessage());
        assertEquals("talker", record.processName());
        assertEquals(pid, record.pid());
        assertEquals(0, record.lost());
        assertEquals(Level.WARNING, record.getLevel());
        assertEquals(NAME, record.getLoggerName());
        assertEquals(ProcessLogTest.class.getName(), record.getSourceClassName());
        assertEquals("talk", record.getSourceMethodName());
        assertEquals(idOfMain(), record.getLongThreadID());
        assertTrue(record.getMillis() > 0);
        assertNull(record.getThrown());

        record = received.next();
        assertEquals(Level.FINE, record.getLevel(), "of System.Logger");
        assertEquals("a {0} as it is", record.text());

        record = received.next();
        IOException thrown = assertInstanceOf(IOException.class, record.getThrown());
        assertEquals("as if", thrown.getMessage());
        assertInstanceOf(RemoteTraceException.class, thrown.getCause());
        assertTrue(received.records.isEmpty(), "finer ones are not logged");
    }

    private static void talk() {
        logger().log(Level.WARNING, "{0} and {1}", new Object[] {1, "two"});
        System.getLogger(NAME).log(System.Logger.Level.DEBUG, "a {0} as it is");
        logger().log(Level.SEVERE, "failed", new IOException("as if"));
        logger().finer("too fine");
    }

    /** Some are longer than the ring, one is empty. */
    @Test
    void recordsOfAnyLength_areWholeAndInOrderForEachProcess() throws Exception {
        int records = 60;
        Map<Long, Integer> next = new HashMap<>();
        try (ProcessLog log = ProcessLog.collect(region)) {
            List<SharedProcess> children = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                children.add(child("talker-" + i).start(r -> talkAtLength(records)));
            }
            for (int i = 0; i < records * children.size(); i++) {
                ChildLogRecord record = received.next();
                int number = next.merge(record.pid(), 1, Integer::sum) - 1;
                assertTrue(text(number).equals(record.text()), () -> log + " " + number);
                assertEquals(0, record.lost());
            }
            for (SharedProcess child : children) {
                assertEquals(0, child.join());
            }
        }
        assertEquals(3, next.size());
        assertEquals("", printed());
        assertTrue(region.names().stream().noneMatch(name -> name.startsWith("process-log")));
    }

    private static void talkAtLength(int records) {
        for (int i = 0; i < records; i++) {
            logger().info(text(i));
        }
    }

    private static String text(int number) {
        return (number + " ä ").repeat((number * number * 37) % 20_000);
    }

    /** Stops its process between two parts of its second record. */
    public static final class InTheMiddle implements Consumer<String> {
        private final AtomicInteger parts = new AtomicInteger();

        @Override
        public void accept(String point) {
            if (point.equals("log.part") && parts.incrementAndGet() == 2) {
                SharedRegion r = SharedProcess.current().region();
                SharedLatch.open(r, "begun").countDown();
                try {
                    SharedEvent.open(r, "go").await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    /** Its record is lost, if it does not go on; those of others are not held up. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aProcessThatDiesInTheMiddleOfARecord_losesThatOneOnly(boolean dies) throws Exception {
        SharedLatch begun = SharedLatch.create(region, "begun", 1);
        SharedEvent go = SharedEvent.create(region, "go");
        try (ProcessLog log = ProcessLog.collect(region)) {
            SharedProcess victim =
                    child("victim")
                            .jvmOption("-Dshm.killpoint.hook=" + InTheMiddle.class.getName())
                            .start(
                                    r -> {
                                        logger().info("whole");
                                        logger().info(text(5));
                                    });
            begun.await();
            SharedProcess other = child("other").start(r -> logger().info(text(6)));
            assertEquals(0, other.join());
            if (dies) {
                victim.kill();
            } else {
                go.set();
            }
            assertEquals(dies ? -9 : 0, victim.join(), log::toString);
        }
        List<String> whole = List.of("whole", text(6), text(5));
        assertEquals(whole.subList(0, dies ? 2 : 3), received.texts());
    }

    /** Nobody takes records out; the child goes on, and tells later what it could not tell. */
    @Test
    void aFullRing_holdsNobodyUpAndIsTold() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        LOGGER.setFilter(record -> awaited(stuck));
        SharedLatch logged = SharedLatch.create(region, "logged", 1);
        SharedEvent go = SharedEvent.create(region, "go");
        int records = 300;
        try (ProcessLog log = ProcessLog.collect(region, 1 << 12)) {
            SharedProcess child = child("talker").start(r -> talkTwice(r, records));
            logged.await();
            stuck.countDown();
            awaitEmpty(log);
            go.set();
            assertEquals(0, child.join());
        } finally {
            LOGGER.setFilter(null);
        }
        int sent = received.records.size() - 1;
        assertTrue(sent > 0 && sent < records, "sent=" + sent);
        for (int i = 0; i < sent; i++) {
            ChildLogRecord record = received.next();
            assertEquals("record " + i, record.text());
            assertEquals(0, record.lost());
        }
        ChildLogRecord last = received.next();
        assertEquals("last", last.text());
        assertEquals(records - sent, last.lost());
        assertTrue(last.getMessage().endsWith(", " + last.lost() + " lost] last"));
    }

    private static void talkTwice(SharedRegion r, int records) throws InterruptedException {
        for (int i = 0; i < records; i++) {
            logger().info("record " + i);
        }
        SharedLatch.open(r, "logged").countDown();
        SharedEvent.open(r, "go").await();
        logger().info("last");
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitEmpty(ProcessLog log) {
        String name = ProcessLog.ring().name();
        try (SharedQueue<byte[]> ring = SharedQueue.open(region, name, ProcessLog.PARTS)) {
            ChildJvm.awaitThat("all is taken from " + log, ring::isEmpty);
        }
    }

    /** It ends, and still says that something is missing, once there is room. */
    @Test
    void aChildThatEndsAfterALoss_saysSo() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        LOGGER.setFilter(record -> awaited(stuck));
        SharedLatch logged = SharedLatch.create(region, "logged", 1);
        SharedEvent go = SharedEvent.create(region, "go");
        Received atLast = new Received();
        Logger ours = Logger.getLogger(ProcessLog.class.getName());
        ours.addHandler(atLast);
        ours.setUseParentHandlers(false);
        try (ProcessLog log = ProcessLog.collect(region, 1 << 12)) {
            SharedProcess child = child("talker").start(r -> talkAndWait(r, 300));
            logged.await();
            stuck.countDown();
            awaitEmpty(log);
            go.set();
            assertEquals(0, child.join());
        } finally {
            LOGGER.setFilter(null);
            ours.removeHandler(atLast);
            ours.setUseParentHandlers(true);
        }
        ChildLogRecord last = atLast.next();
        assertEquals(Level.WARNING, last.getLevel());
        assertEquals(300 - received.records.size(), last.lost());
    }

    private static void talkAndWait(SharedRegion r, int records) throws InterruptedException {
        for (int i = 0; i < records; i++) {
            logger().info("record " + i);
        }
        SharedLatch.open(r, "logged").countDown();
        SharedEvent.open(r, "go").await();
    }

    @Test
    void anInterruptedThread_logsToo() throws Exception {
        try (ProcessLog log = ProcessLog.collect(region)) {
            SharedProcess child =
                    child("interrupted")
                            .start(
                                    r -> {
                                        Thread.currentThread().interrupt();
                                        logger().info("a");
                                        logger().info("interrupted: " + Thread.interrupted());
                                    });
            assertEquals(0, child.join(), log::toString);
        }
        assertEquals(List.of("a", "interrupted: true"), received.texts());
    }

    /** The task's region is its own affair. */
    @Test
    void aChildThatClosesItsRegion_logsOn() throws Exception {
        try (ProcessLog log = ProcessLog.collect(region)) {
            SharedProcess child =
                    child("closer")
                            .start(
                                    r -> {
                                        r.close();
                                        logger().info("closed");
                                    });
            assertEquals(0, child.join(), log::toString);
        }
        assertEquals(List.of("closed"), received.texts());
    }

    @Test
    void grandchildrenAndWorkers_logToo() throws Exception {
        try (ProcessLog log = ProcessLog.collect(region);
                ProcessPool pool = Quick.pool(2).start()) {
            SharedProcess child =
                    child("child")
                            .start(
                                    r ->
                                            Quick.process(r)
                                                    .name("grandchild")
                                                    .start(s -> logger().info("from below"))
                                                    .join());
            assertEquals(0, child.join(), log::toString);
            assertEquals("grandchild", received.next().processName());
            List<Long> pids = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                int number = i;
                pids.add(
                        pool.apply(
                                () -> {
                                    logger().info("task " + number);
                                    return SharedProcess.current().pid();
                                }));
            }
            for (int i = 0; i < 10; i++) {
                ChildLogRecord record = received.next();
                assertEquals("task " + i, record.text());
                assertEquals(pids.get(i), record.pid());
                assertTrue(record.processName().contains("-worker-"), record::getMessage);
            }
        }
    }

    @Test
    void aChildOfNobodyWhoCollects_prints() throws Exception {
        assertEquals(0, child("alone").start(r -> logger().info("printed")).join());
        assertTrue(printed().contains("INFO: printed"), printed());
        assertTrue(received.records.isEmpty());
    }

    @Test
    void aChildThatLivesOn_printsAgain() throws Exception {
        SharedEvent go = SharedEvent.create(region, "go");
        SharedProcess child;
        try (ProcessLog log = ProcessLog.collect(region)) {
            child =
                    child("survivor")
                            .start(
                                    r -> {
                                        logger().info("collected");
                                        SharedEvent.open(r, "go").await();
                                        logger().info("printed");
                                        logger().info("printed, too");
                                    });
            assertEquals("collected", received.next().text(), log::toString);
        }
        go.set();
        assertEquals(0, child.join());
        assertFalse(printed().contains("collected"), printed());
        assertEquals(1, printed().split("INFO: printed\n", -1).length - 1, printed());
        assertTrue(printed().contains("INFO: printed, too"), printed());
        assertTrue(received.records.isEmpty());
    }

    /** A parent that the test can kill. */
    static final class Parent implements ChildCommands.Commands {
        private final SharedRegion region;
        private final Path errors;
        private final ProcessLog log;

        private Parent(SharedRegion region, Path errors) {
            this.region = region;
            this.errors = errors;
            log = ProcessLog.collect(region, 1 << 12);
        }

        public static void main(String[] arguments) throws IOException {
            SharedRegion region = SharedRegion.open(RegionOptions.at(Path.of(arguments[0])));
            ChildCommands.serve(new Parent(region, Path.of(arguments[1])));
        }

        @Override
        public String run(String... words) {
            if (words[0].equals("close")) {
                log.close();
                return "closed";
            }
            SharedProcess child =
                    Quick.process(region)
                            .redirectError(Redirect.appendTo(errors.toFile()))
                            .start(
                                    r -> {
                                        SharedLatch.open(r, "begun").countDown();
                                        SharedProcess.parent().orElseThrow().join();
                                        for (int i = 0; i < 100; i++) {
                                            logger().info("orphan " + i);
                                        }
                                        SharedLatch.open(r, "logged").countDown();
                                    });
            return child.name();
        }
    }

    /** It waits for the dead once at most, and prints what is left; the next one cleans up. */
    @Test
    void aCollectorThatIsKilled_holdsNobodyUp() throws Exception {
        SharedLatch begun = SharedLatch.create(region, "begun", 1);
        SharedLatch logged = SharedLatch.create(region, "logged", 1);
        try (ChildJvm parent =
                ChildJvm.of(Parent.class)
                        .start(region.path(), directory.resolve("errors").toString())) {
            parent.ask("start");
            begun.await();
            parent.kill();
            logged.await();
        }
        assertTrue(printed().contains("INFO: orphan 99"), printed());
        List<String> dead = rings();
        assertEquals(1, dead.size());
        region.participants(); // looks who is dead
        try (ProcessLog log = ProcessLog.collect(region)) {
            assertFalse(region.names().contains(dead.get(0)), log::toString);
        }
    }

    private List<String> rings() {
        return region.names().stream().filter(n -> n.contains("-log-")).toList();
    }

    /** Its ring stays, until somebody collects who knows that it is dead. */
    @ParameterizedTest
    @ValueSource(strings = {"log.made", "log.ended"})
    void aCollectorThatIsKilledAtItsBeginningOrEnd_leavesNothingForGood(String point) {
        try (ChildJvm collector =
                ChildJvm.of(Parent.class)
                        .stoppable()
                        .property("shm.test.stop.at", point)
                        .start(region.path(), directory.resolve("errors").toString())) {
            if (point.equals("log.ended")) {
                collector.say("close");
            }
            collector.expect("stopped at " + point);
            assertRings(2); // it is alive
            collector.kill();
            region.participants(); // looks who is dead
            assertRings(1);
        }
        assertEquals(List.of(), rings());
    }

    /** So many are there while one of them is ours. */
    private void assertRings(int count) {
        try (ProcessLog log = ProcessLog.collect(region)) {
            assertEquals(count, rings().size(), log::toString);
        }
    }

    @Test
    void aHandlerThatThrows_endsNothing() throws Exception {
        LOGGER.setFilter(
                record -> {
                    if (record.getMessage().endsWith("bad")) {
                        throw new IllegalStateException("as if");
                    }
                    if (record.getMessage().endsWith("worse")) {
                        throw new AssertionError("as if");
                    }
                    return true;
                });
        try (ProcessLog log = ProcessLog.collect(region)) {
            SharedProcess child =
                    child("talker")
                            .start(
                                    r -> {
                                        logger().info("bad");
                                        logger().info("worse");
                                        logger().log(new Unreadable());
                                        logger().info("good");
                                    });
            assertEquals(0, child.join(), log::toString);
        } finally {
            LOGGER.setFilter(null);
        }
        assertEquals(List.of("good"), received.texts());
    }

    /** A record whose text cannot be had. */
    private static final class Unreadable extends LogRecord {
        private static final long serialVersionUID = 1;

        Unreadable() {
            super(Level.INFO, "");
        }

        @Override
        public String getMessage() {
            throw new IllegalStateException("as if");
        }
    }

    /** As where something else has the ring's name now. */
    @Test
    void aChildThatFindsNoRing_keepsNothingOpen() {
        SharedEvent.create(region, "other");
        int before = region.participants().size();
        LogSetup.sendTo(new LogRing(region.path().toString(), "other", region.self().id()));
        assertEquals(before, region.participants().size());
    }

    @Test
    void oneAtATime() {
        assertNull(ProcessLog.ring());
        ProcessLog log = ProcessLog.collect(region);
        assertThrows(IllegalStateException.class, () -> ProcessLog.collect(region));
        log.close();
        log.close();
        assertNull(ProcessLog.ring());
        assertThrows(IllegalArgumentException.class, () -> ProcessLog.collect(region, 4095));
        assertThrows(
                IllegalArgumentException.class, () -> ProcessLog.collect(region, (1 << 26) + 1));
        ProcessLog again = ProcessLog.collect(region);
        region.close();
        again.close();
        assertNull(ProcessLog.ring());
        assertThrows(IllegalStateException.class, () -> ProcessLog.collect(region));
    }
}
