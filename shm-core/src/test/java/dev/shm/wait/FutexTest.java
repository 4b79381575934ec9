package dev.shm.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.shm.explore.Interception;
import dev.shm.memory.MappedBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntPredicate;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the futex does beyond what every waiter does. */
class FutexTest {
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
        assumeTrue(KernelSleeps.canBeSeen(), "the kernel does not show what threads sleep on");
        Background<Boolean> sleeper =
                Background.start(
                        () -> SystemWaiter.INSTANCE.await(buffer, WORD, 0, Long.MAX_VALUE));
        awaitSleepers(count -> count == 1);
        SystemWaiter.INSTANCE.wake(buffer, WORD, 1);
        assertTrue(sleeper.join());
    }

    @Test
    void wake_wakesAsManyAsItSays() throws Exception {
        assumeTrue(KernelSleeps.canBeSeen(), "the kernel does not show what threads sleep on");
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

    private void awaitSleepers(IntPredicate condition) throws Exception {
        long address = Pointer.nativeValue(Native.getDirectBufferPointer(memory)) + WORD;
        // FUTEX_WAIT without the PRIVATE flag, on our word
        String call = "0x" + Long.toHexString(address) + " 0x0 0x0";
        long self = ProcessHandle.current().pid();
        Background.start(
                        () -> {
                            while (!condition.test(
                                    Collections.frequency(KernelSleeps.of(self), call))) {
                                Thread.onSpinWait();
                            }
                            return true;
                        })
                .join();
    }
}
