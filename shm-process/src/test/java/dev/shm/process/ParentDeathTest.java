package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent;
import dev.shm.sync.SharedLatch;
import dev.shm.testing.ChildCommands;
import dev.shm.testing.ChildJvm;
import dev.shm.testing.StopAtKillPoint;
import dev.shm.value.SharedValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What children see of their parent's end. BEHAVIOURS 16.6, 16.8, 16.28. */
class ParentDeathTest {
    @TempDir Path directory;
    private SharedRegion region;
    private SharedLatch running;
    private SharedValue pid;
    private SharedValue noticed;
    private SharedEvent end;
    private ChildJvm parent;

    @BeforeEach
    void open() {
        region = SharedProcessTest.open(directory.resolve("parent.shm"));
        running = SharedLatch.create(region, "running", 1);
        pid = SharedValue.create(region, "pid", 'q');
        noticed = SharedValue.create(region, "noticed", 'i');
        end = SharedEvent.create(region, "end");
        parent =
                ChildJvm.of(Parent.class)
                        .property("shm.killpoint.hook", StopAtKillPoint.class.getName())
                        .property("shm.test.inherited", "yes")
                        .flag("-Xmx128m")
                        .flag("--add-opens=java.base/java.lang=ALL-UNNAMED")
                        .flag("-XX:+UseSerialGC")
                        .flag("-XX:TieredStopAtLevel=1")
                        .start(region.path());
    }

    @AfterEach
    void close() {
        end.set();
        parent.close();
        region.close();
    }

    /** A parent that the test can kill. */
    static final class Parent implements ChildCommands.Commands {
        private final SharedRegion region;

        private Parent(SharedRegion region) {
            this.region = region;
        }

        public static void main(String[] arguments) throws IOException {
            ChildCommands.serve(new Parent(SharedProcessTest.open(Path.of(arguments[0]))));
        }

        @Override
        public String run(String... words) throws Exception {
            switch (words[0]) {
                case "arm" -> StopAtKillPoint.arm(words[1], 0);
                case "start" -> Quick.process(region).daemon(false).start(Parent::wait);
                case "daemon" -> Quick.process(region).daemon(true).start(Parent::wait);
                case "stubborn" -> Quick.process(region).daemon(true).start(Parent::neverExit);
                case "blocked" -> Quick.process(region).daemon(true).start(Parent::block);
                case "exit" -> new Thread(() -> System.exit(0)).start();
                case "inherit" -> {
                    SharedProcess child = SharedProcess.start(region, Parent::inherit);
                    return String.valueOf(child.join());
                }
                default -> throw new IllegalArgumentException(words[0]);
            }
            return "done";
        }

        private static void wait(SharedRegion r) throws InterruptedException {
            SharedValue.open(r, "pid").setLong(SharedProcess.current().pid());
            SharedLatch.open(r, "running").countDown();
            SharedProcess.parent().orElseThrow().join();
            if (!SharedProcess.parent().orElseThrow().isAlive()) {
                SharedValue.open(r, "noticed").setInt(1);
            }
            SharedEvent.open(r, "end").await();
        }

        private static void block(SharedRegion r) throws InterruptedException {
            var unused = SharedProcess.parent().orElseThrow().onExit().thenRun(Parent::parkForEver);
            wait(r);
        }

        private static void parkForEver() {
            while (true) {
                LockSupport.park();
            }
        }

        private static void neverExit(SharedRegion r) throws InterruptedException {
            Runtime.getRuntime().addShutdownHook(new Thread(Parent::parkForEver));
            wait(r);
        }

        private static void inherit(SharedRegion r) {
            boolean inherited =
                    System.getProperty("shm.test.inherited", "").equals("yes")
                            && Runtime.getRuntime().maxMemory() <= 128 << 20
                            && Object.class
                                    .getModule()
                                    .isOpen("java.lang", Parent.class.getModule());
            SharedValue.open(r, "noticed").setInt(inherited ? 1 : 0);
        }
    }

    private ProcessHandle child(String command) throws InterruptedException {
        assertEquals("done", parent.ask(command));
        running.await();
        return ProcessHandle.of(pid.getLong()).orElseThrow();
    }

    private static void awaitEnd(ProcessHandle child) throws Exception {
        child.onExit().get(1, TimeUnit.MINUTES); // a watchdog
    }

    @ParameterizedTest
    @ValueSource(strings = {"daemon", "stubborn", "blocked"})
    void aDaemon_endsWhenItsParentIsKilled(String command) throws Exception {
        ProcessHandle child = child(command);
        parent.kill();
        awaitEnd(child);
    }

    @Test
    void aDaemon_endsWhenItsParentExits() throws Exception {
        ProcessHandle child = child("daemon");
        parent.say("exit");
        awaitEnd(child);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void another_noticesAndGoesOn(boolean killed) throws Exception {
        ProcessHandle child = child("start");
        assertEquals(0, noticed.getInt());
        if (killed) {
            parent.kill();
        } else {
            ProcessHandle.of(parent.pid()).orElseThrow().destroy();
        }
        ChildJvm.awaitThat("the child has noticed", () -> noticed.getInt() == 1);
        assertTrue(child.isAlive());
        end.set();
        awaitEnd(child);
        assertEquals(1, records(), "nobody was there to take it away");
        region.participants(); // looks who is dead
        ExitRecord.create(region).remove();
        assertEquals(0, records());
    }

    /** What children have left in the region. */
    private long records() {
        return region.names().stream().filter(name -> name.startsWith("process-")).count();
    }

    private void startAndStopAt(String point) {
        assertEquals("done", parent.ask("arm " + point));
        parent.say("start").expect("stopped at " + point);
    }

    /** What it has started ends, and what it has noted of that is taken away by the next one. */
    @ParameterizedTest
    @ValueSource(strings = {"process.recorded", "process.started"})
    void killedAsItStartsAnother_leavesNothingForGood(String point) throws Exception {
        startAndStopAt(point);
        ExitRecord.create(region).remove();
        assertEquals(1, records(), "it is alive");
        List<ProcessHandle> children =
                ProcessHandle.of(parent.pid()).orElseThrow().children().toList();
        assertEquals(point.equals("process.started") ? 1 : 0, children.size());
        parent.kill();
        for (ProcessHandle child : children) {
            awaitEnd(child);
        }
        region.participants(); // looks who is dead
        ExitRecord.create(region).remove();
        assertEquals(0, records());
    }

    /** What a child is to note in is missing: its parent is dead, or it has another region. */
    @Test
    void aMissingRecord_isRightOnlyWhereItsParentIsDead() {
        startAndStopAt("process.started");
        String record =
                region.names().stream()
                        .filter(name -> name.startsWith("process-"))
                        .findFirst()
                        .orElseThrow();
        region.remove(record);
        assertThrows(NoSuchElementException.class, () -> ExitRecord.begin(region, record));
        parent.kill();
        ChildJvm.awaitThat("it is seen dead", () -> region.participants().size() == 1);
        ExitRecord.begin(region, record);
    }

    /** A parent that does nothing is alive. */
    @Test
    void aStoppedParent_isAlive() throws Exception {
        ProcessHandle child = child("daemon");
        parent.stop();
        assertFalse(end.await(300, TimeUnit.MILLISECONDS));
        assertTrue(child.isAlive());
        assertEquals(0, noticed.getInt());
    }

    /** 16.28 */
    @Test
    void options_areInherited() {
        assertEquals("0", parent.ask("inherit"));
        assertEquals(1, noticed.getInt());
    }
}
