package dev.shm.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.shm.explore.Interception;
import dev.shm.memory.MappedBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the futex does beyond what every waiter does. */
class FutexTest {
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final int WORD = 64;
    private static final int SLEEPERS = 3;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(128);
    private final AtomicBuffer buffer = new MappedBuffer(memory);

    static boolean isHere() {
        return System.getProperty("os.name").equals("Linux")
                && List.of("amd64", "aarch64").contains(System.getProperty("os.arch"));
    }

    @BeforeEach
    void onLinuxOnly() {
        assumeTrue(isHere(), "no futex on this platform");
    }

    @Test
    void system_sleepsOnTheFutex() throws Exception {
        assumeTrue(canSeeSleepers(), "the kernel does not show what threads sleep on");
        Background<Boolean> sleeper =
                Background.start(
                        () -> SystemWaiter.INSTANCE.await(buffer, WORD, 0, Long.MAX_VALUE));
        awaitSleepers(count -> count == 1);
        SystemWaiter.INSTANCE.wake(buffer, WORD, 1);
        assertTrue(sleeper.join());
    }

    @Test
    void wake_wakesAsManyAsItSays() throws Exception {
        assumeTrue(canSeeSleepers(), "the kernel does not show what threads sleep on");
        List<Background<Boolean>> sleepers = new ArrayList<>();
        for (int i = 0; i < SLEEPERS; i++) {
            sleepers.add(
                    Background.start(() -> Futex.INSTANCE.await(buffer, WORD, 0, Long.MAX_VALUE)));
        }
        for (int asleep = SLEEPERS; asleep > 0; asleep--) {
            int expected = asleep;
            awaitSleepers(count -> count == expected);
            assertEquals(SLEEPERS - asleep, sleepers.stream().filter(Background::isDone).count());
            Futex.INSTANCE.wake(buffer, WORD, 1);
            awaitSleepers(count -> count == expected - 1);
            Background.start(() -> awaitDone(sleepers, SLEEPERS - expected + 1)).join();
        }
    }

    @Test
    void aBufferWithoutDirectMemory_isRefused() {
        AtomicBuffer heap =
                Interception.of(
                        buffer,
                        (target, method, arguments) ->
                                method.getName().equals("byteBuffer")
                                        ? ByteBuffer.allocate(128)
                                        : Interception.proceed(target, method, arguments));
        assertThrows(IllegalArgumentException.class, () -> Futex.INSTANCE.await(heap, WORD, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> Futex.INSTANCE.wake(heap, WORD, 1));
    }

    private static Void awaitDone(List<Background<Boolean>> sleepers, int count) {
        while (sleepers.stream().filter(Background::isDone).count() < count) {
            Thread.onSpinWait();
        }
        return null;
    }

    private static boolean canSeeSleepers() {
        try {
            return Files.readString(TASKS.resolve("..").resolve("syscall")).length() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    private void awaitSleepers(IntPredicate condition) throws Exception {
        long address = Pointer.nativeValue(Native.getDirectBufferPointer(memory)) + WORD;
        // FUTEX_WAIT without the PRIVATE flag, on our word
        Pattern waiting = Pattern.compile("(202|98) 0x" + Long.toHexString(address) + " 0x0 ");
        Background.start(
                        () -> {
                            while (!condition.test(sleepers(waiting))) {
                                Thread.onSpinWait();
                            }
                            return true;
                        })
                .join();
    }

    /** How many threads of this JVM are inside such a system call. */
    private static int sleepers(Pattern call) throws IOException {
        int count = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (Path task : tasks) {
                count += isInside(task, call) ? 1 : 0;
            }
        }
        return count;
    }

    private static boolean isInside(Path task, Pattern call) {
        try {
            return call.matcher(Files.readString(task.resolve("syscall"))).lookingAt();
        } catch (IOException ended) {
            return false;
        }
    }
}
