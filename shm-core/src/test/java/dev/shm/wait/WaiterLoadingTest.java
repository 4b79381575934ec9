package dev.shm.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.testing.ChildJvm;
import java.io.File;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When native code is loaded, and what happens where it cannot be. */
class WaiterLoadingTest {
    private static final String CLASS_PATH = System.getProperty("java.class.path");
    private static final String SLEEPS = "now it sleeps";
    private static final String JNA = "com.sun.jna.Native";
    private static final List<String> VERBOSE = List.of("-Xlog:class+load");

    @Test
    void nothingNative_isLoadedBeforeTheFirstSleep() throws Exception {
        assumeTrue(FutexTest.isHere(), "no futex on this platform");
        String log = run(VERBOSE, CLASS_PATH);
        int sleeps = log.indexOf(SLEEPS);
        assertFalse(log.substring(0, sleeps).contains("com.sun.jna"));
        assertTrue(log.substring(sleeps).contains(JNA));
        assertFalse(log.contains(PollingWaiter.class.getName()));
    }

    @Test
    void polling_loadsNothingNative() throws Exception {
        String log = run(List.of("-Dshm.wait=poll", VERBOSE.get(0)), CLASS_PATH);
        assertTrue(log.contains(PollingWaiter.class.getName()));
        assertFalse(log.contains("com.sun.jna"));
    }

    /** No flag is needed for a strategy of Agrona's either. */
    @ParameterizedTest
    @ValueSource(strings = {"BusySpinIdleStrategy", "YieldingIdleStrategy", "BackoffIdleStrategy"})
    void aStrategyOfTheUsers_idlesBeforeEverySleep(String strategy) throws Exception {
        String name = "org.agrona.concurrent." + strategy;
        String log = run(List.of("-Dshm.wait.idle=" + name, VERBOSE.get(0)), CLASS_PATH);
        assertTrue(log.contains(name));
    }

    @Test
    void withoutJna_waitingPolls() throws Exception {
        String withoutJna =
                Pattern.compile(Pattern.quote(File.pathSeparator))
                        .splitAsStream(CLASS_PATH)
                        .filter(entry -> !entry.contains("jna"))
                        .collect(Collectors.joining(File.pathSeparator));
        String log = run(VERBOSE, withoutJna);
        assertFalse(log.contains(JNA));
    }

    @Test
    void whereJnaCannotUnpackItsLibrary_waitingPolls() throws Exception {
        List<String> flags = List.of("-Djna.nounpack=true", "-Djna.nosys=true", VERBOSE.get(0));
        String log = run(flags, CLASS_PATH);
        assertTrue(log.contains(PollingWaiter.class.getName()));
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_24)
    void whereNativeAccessIsDenied_waitingPolls() throws Exception {
        List<String> flags = List.of("--illegal-native-access=deny", VERBOSE.get(0));
        String log = run(flags, CLASS_PATH);
        assertTrue(log.contains(PollingWaiter.class.getName()));
    }

    @Test
    void system_refusesUnknownWaiters() {
        String before = System.setProperty("shm.wait", "dream");
        try {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, Waiter::system);
            assertEquals("shm.wait=dream: allowed are auto and poll", e.getMessage());
        } finally {
            if (before == null) {
                System.clearProperty("shm.wait");
            } else {
                System.setProperty("shm.wait", before);
            }
        }
    }

    private static String run(List<String> flags, String classPath) throws Exception {
        ChildJvm.Builder sleeper = ChildJvm.of(Sleeper.class).classPath(classPath);
        flags.forEach(sleeper::flag);
        try (ChildJvm child = sleeper.withoutNativeAccess().start()) {
            String log = child.join();
            assertEquals(
                    List.of(),
                    child.errorLines().stream().filter(line -> !isOfTheJvm(line)).toList());
            return log;
        }
    }

    private static boolean isOfTheJvm(String line) {
        return line.isBlank() || line.startsWith("WARNING") || line.startsWith("Picked up");
    }

    /** Locks without contention, sleeps, and wakes. */
    static final class Sleeper {
        private Sleeper() {}

        public static void main(String[] arguments) {
            AtomicBuffer buffer = new MappedBuffer(ByteBuffer.allocateDirect(128));
            Waiter waiter = Waiter.system();
            RobustMutex mutex = new RobustMutex(buffer, 0, new FakeLiveness(1), waiter);
            mutex.lock();
            mutex.unlock();
            System.out.println(SLEEPS);
            if (waiter.await(buffer, 64, 0, 1_000)) {
                throw new AssertionError("nobody has woken it");
            }
            waiter.wakeAll(buffer, 64);
        }
    }
}
