package dev.shm.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.testing.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every waiter does. Threads that are woken sleep without ticks here: a wake that is not made,
 * or does not arrive, leaves them asleep, and the watchdog finds them.
 */
class WaiterTest {
    private static final int WORD = 64;
    private static final AtomicInteger SLEEPERS = new AtomicInteger();
    private static final long FOREVER = Long.MAX_VALUE;
    private static final int ROUNDS = 2_000;
    private static final int PRIVATE = 128; // FUTEX_PRIVATE_FLAG

    @TempDir Path dir;

    private final AtomicBuffer buffer = new MappedBuffer(ByteBuffer.allocateDirect(128));

    private static final List<Waiter> WAITERS = makeWaiters();

    /** Those that every platform has, the futex where there is one, and idling before each. */
    private static List<Waiter> makeWaiters() {
        List<Waiter> waiters =
                new ArrayList<>(List.of(PollingWaiter.INSTANCE, SystemWaiter.INSTANCE));
        if (FutexTest.isHere()) {
            waiters.add(Futex.INSTANCE);
        }
        for (Waiter waiter : List.copyOf(waiters)) {
            waiters.add(Waiter.idling(BackoffIdleStrategy::new, 20_000, waiter));
        }
        waiters.add(Waiter.idling(BackoffIdleStrategy::new, FOREVER, SystemWaiter.INSTANCE));
        return waiters;
    }

    static Stream<Waiter> waiters() {
        return WAITERS.stream();
    }

    @ParameterizedTest
    @MethodSource("waiters")
    void await_returnsTrueAtOnce_whenTheIntDiffers(Waiter waiter) throws Exception {
        buffer.putInt(WORD, 5);
        assertTrue(Background.start(() -> waiter.await(buffer, WORD, 4, FOREVER)).join());
    }

    @ParameterizedTest
    @MethodSource("waiters")
    void await_returnsFalseAfterItsTime(Waiter waiter) {
        long nanos = TimeUnit.MILLISECONDS.toNanos(20);
        long start = System.nanoTime();
        while (waiter.await(buffer, WORD, 0, nanos)) {
            start = System.nanoTime(); // woken for no reason, which is allowed
        }
        long lasted = System.nanoTime() - start;
        assertTrue(lasted >= nanos, "lasted=" + lasted);
    }

    @ParameterizedTest
    @MethodSource("waiters")
    void await_withoutTime_returnsFalse(Waiter waiter) {
        assertFalse(waiter.await(buffer, WORD, 0, 0));
        assertFalse(waiter.await(buffer, WORD, 0, -1));
        assertFalse(waiter.await(buffer, WORD, 0, Long.MIN_VALUE));
    }

    @ParameterizedTest
    @MethodSource("waiters")
    void await_withoutTime_returnsTrue_whenTheIntDiffers(Waiter waiter) {
        assertTrue(waiter.await(buffer, WORD, 1, 0));
    }

    @ParameterizedTest
    @MethodSource("waiters")
    void wake_endsASleep(Waiter waiter) throws Exception {
        exchange(waiter, buffer, buffer);
    }

    @ParameterizedTest
    @MethodSource("waiters")
    void wake_reachesAnotherMapping(Waiter waiter) throws Exception {
        Path file = dir.resolve("words");
        exchange(waiter, SharedFile.map(file), SharedFile.map(file));
    }

    @ParameterizedTest
    @MethodSource("waiters")
    void wake_reachesAnotherProcess(Waiter waiter) throws Exception {
        Path file = dir.resolve("words");
        AtomicBuffer mapped = SharedFile.map(file);
        try (ChildJvm child = ChildJvm.of(Child.class).start(file, WAITERS.indexOf(waiter))) {
            Background<Void> ours = Background.start(() -> play(waiter, mapped, 0));
            ours.join();
            child.join();
        }
        assertEquals(2 * ROUNDS, mapped.getIntVolatile(WORD));
    }

    /**
     * The fault that the test above is there to find: with PRIVATE operations both players are
     * asleep in the end, and one of them on an int that has changed.
     */
    @Test
    void wake_ofAPrivateFutex_doesNotReachAnotherProcess() throws Exception {
        assumeTrue(FutexTest.isHere() && KernelSleeps.canBeSeen());
        Waiter waiter = new Futex(PRIVATE);
        Path file = dir.resolve("words");
        MappedBuffer mapped = SharedFile.map(file);
        MappedBuffer same = mapped.slice(0, SharedFile.BYTES);
        try (ChildJvm child = ChildJvm.of(Child.class).start(file, WAITERS.size())) {
            Background<Void> ours = Background.start(() -> play(waiter, mapped, 0));
            long self = ProcessHandle.current().pid();
            ChildJvm.awaitThat("one is stranded", () -> isStranded(self, child.pid(), same));
            mapped.invalidate("enough");
            waiter.wakeAll(same, WORD); // in one process it does reach
            assertThrows(IllegalStateException.class, ours::join);
        }
        assertTrue(same.getIntVolatile(WORD) < 2 * ROUNDS);
    }

    /**
     * Whether both players sleep, though each changes the int and wakes the other before it does,
     * and the int is another than one of them sleeps on. Who has slept on one value never does so
     * again after it was awake.
     */
    private static boolean isStranded(long one, long other, AtomicBuffer buffer) {
        List<Integer> before = sleptOn(one);
        List<Integer> meanwhile = sleptOn(other);
        int value = buffer.getIntVolatile(WORD);
        return before.size() == 1
                && meanwhile.size() == 1
                && before.equals(sleptOn(one))
                && (before.get(0) != value || meanwhile.get(0) != value);
    }

    /** The values of our int that threads sleep on, with PRIVATE operations. */
    private static List<Integer> sleptOn(long pid) {
        String word = Integer.toHexString(WORD);
        Pattern call = Pattern.compile("0x\\S+0" + word + " 0x80 0x(\\S+)"); // of a mapped page
        try {
            return KernelSleeps.of(pid).stream()
                    .map(call::matcher)
                    .filter(Matcher::matches)
                    .map(match -> Integer.parseInt(match.group(1), 16))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("waiters")
    void wakeAll_endsEverySleep(Waiter waiter) throws Exception {
        List<Background<Void>> sleepers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            sleepers.add(Background.start(() -> awaitWhile(waiter, buffer, 0)));
        }
        buffer.putIntVolatile(WORD, 1);
        waiter.wakeAll(buffer, WORD);
        for (Background<Void> sleeper : sleepers) {
            sleeper.join();
        }
    }

    @ParameterizedTest
    @MethodSource("waiters")
    void await_doesNotSleep_whenInterruptedBefore(Waiter waiter) throws Exception {
        Background<Boolean> interrupted =
                Background.start(
                        () -> {
                            Thread.currentThread().interrupt();
                            boolean news = waiter.await(buffer, WORD, 0, FOREVER);
                            return news && Thread.currentThread().isInterrupted();
                        });
        assertTrue(interrupted.join());
    }

    @ParameterizedTest
    @MethodSource("waiters")
    void await_endsWithItsTick_whenInterruptedMeanwhile(Waiter waiter) throws Exception {
        Background<Boolean> interrupted =
                Background.start(
                        () -> {
                            while (!Thread.currentThread().isInterrupted()) {
                                waiter.await(buffer, WORD, 0, TimeUnit.MILLISECONDS.toNanos(10));
                            }
                            return true;
                        });
        interrupted.thread().interrupt();
        assertTrue(interrupted.join());
    }

    /** Also inside the kernel, where the JVM does not see to it. */
    @ParameterizedTest
    @MethodSource("waiters")
    void await_endsAtOnce_whenInterruptedMeanwhile(Waiter waiter) throws Exception {
        String name = "sleeper-" + SLEEPERS.incrementAndGet();
        Background<Boolean> sleeper =
                Background.start(
                        () -> {
                            Thread.currentThread().setName(name); // the kernel's name too
                            boolean news = waiter.await(buffer, WORD, 0, FOREVER);
                            return news && Thread.currentThread().isInterrupted();
                        });
        while (!isAsleep(sleeper.thread(), name)) {
            Thread.onSpinWait();
        }
        sleeper.thread().interrupt();
        assertTrue(sleeper.join());
    }

    private static boolean isAsleep(Thread thread, String name) throws IOException {
        StackTraceElement[] stack = thread.getStackTrace();
        return stack.length > 0 && stack[0].getMethodName().equals("syscall")
                ? isAsleepInTheKernel(name)
                : thread.getState() == Thread.State.TIMED_WAITING;
    }

    private static boolean isAsleepInTheKernel(String name) throws IOException {
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                if (stat(task).contains("(" + name + ") S")) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String stat(Path task) {
        try {
            return Files.readString(task.resolve("stat"));
        } catch (IOException ended) {
            return ""; // meanwhile
        }
    }

    @ParameterizedTest
    @MethodSource("waiters")
    void anIntOutsideTheBufferOrUnaligned_isRefused(Waiter waiter) {
        for (int outside : new int[] {-4, 125, 128}) {
            assertThrows(
                    IndexOutOfBoundsException.class, () -> waiter.await(buffer, outside, 0, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> waiter.wake(buffer, outside, 1));
        }
        assertThrows(IllegalArgumentException.class, () -> waiter.await(buffer, 6, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> waiter.wake(buffer, 6, 1));
    }

    @ParameterizedTest
    @MethodSource("waiters")
    void aClosedBuffer_endsTheWaitAtItsTick(Waiter waiter) {
        MappedBuffer closed = new MappedBuffer(ByteBuffer.allocateDirect(128));
        Background<Void> sleeper =
                Background.start(
                        () -> {
                            while (true) {
                                waiter.await(closed, WORD, 0, TimeUnit.MILLISECONDS.toNanos(1));
                            }
                        });
        closed.invalidate("the region is closed");
        assertThrows(IllegalStateException.class, sleeper::join);
        assertThrows(IllegalStateException.class, () -> waiter.wake(closed, WORD, 1));
    }

    /**
     * More virtual threads sleep than there are carriers: if they pinned them, nobody could wake.
     */
    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreads_doNotPinTheirCarriers() throws Exception {
        int sleepers = 4 * Runtime.getRuntime().availableProcessors();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < sleepers; i++) {
            threads.add(startVirtual(() -> awaitWhile(SystemWaiter.INSTANCE, buffer, 0)));
        }
        threads.add(
                startVirtual(
                        () -> {
                            buffer.putIntVolatile(WORD, 1);
                            SystemWaiter.INSTANCE.wakeAll(buffer, WORD);
                        }));
        for (Thread thread : threads) {
            Background.start(
                            () -> {
                                thread.join();
                                return true;
                            })
                    .join();
        }
    }

    /** {@code Thread.startVirtualThread}, which is younger than the sources may be. */
    static Thread startVirtual(Runnable body) throws ReflectiveOperationException {
        return (Thread)
                Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, body);
    }

    private static void exchange(Waiter waiter, AtomicBuffer ours, AtomicBuffer theirs)
            throws Exception {
        Background<Void> even = Background.start(() -> play(waiter, ours, 0));
        Background<Void> odd = Background.start(() -> play(waiter, theirs, 1));
        even.join();
        odd.join();
        assertEquals(2 * ROUNDS, ours.getIntVolatile(WORD));
    }

    /** Two players raise the int by turns; each sleeps until it is its turn. */
    private static Void play(Waiter waiter, AtomicBuffer buffer, int turn) {
        for (int next = turn; next < 2 * ROUNDS; next += 2) {
            int seen = buffer.getIntVolatile(WORD);
            while (seen != next) {
                waiter.await(buffer, WORD, seen, FOREVER);
                seen = buffer.getIntVolatile(WORD);
            }
            buffer.putIntVolatile(WORD, next + 1);
            waiter.wake(buffer, WORD, 1);
        }
        return null;
    }

    private static Void awaitWhile(Waiter waiter, AtomicBuffer buffer, int value) {
        while (buffer.getIntVolatile(WORD) == value) {
            waiter.await(buffer, WORD, value, FOREVER);
        }
        return null;
    }

    /** Plays the odd turns in another JVM. */
    static final class Child {
        private Child() {}

        /** File, and the number of the waiter; behind all others there is the private futex. */
        public static void main(String[] arguments) throws IOException {
            int number = Integer.parseInt(arguments[1]);
            Waiter waiter = number < WAITERS.size() ? WAITERS.get(number) : new Futex(PRIVATE);
            play(waiter, SharedFile.map(Path.of(arguments[0])), 1);
        }
    }
}
