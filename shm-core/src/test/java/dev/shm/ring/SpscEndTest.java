package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.shm.explore.Interception;
import dev.shm.memory.MappedBuffer;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Test;

/** How much is in a ring, while others use it. */
class SpscEndTest {
    private static final int CAPACITY = 64;

    private final MappedBuffer memory =
            new MappedBuffer(ByteBuffer.allocateDirect(SpscLayout.bytes(CAPACITY)));

    /** Somebody commits a record whenever we look. */
    @Test
    void size_ofARingThatNeverRests_isFound() {
        AtomicBuffer restless =
                Interception.of(
                        memory,
                        (target, method, arguments) -> {
                            if (arguments.length == 1 && arguments[0].equals(SpscLayout.COMMIT)) {
                                memory.getAndAddLong(SpscLayout.COMMIT, 8);
                            }
                            return Interception.proceed(target, method, arguments);
                        });
        SpscEnd end = new SpscEnd(restless, CAPACITY);
        assertTimeoutPreemptively(Duration.ofMinutes(1), () -> assertEquals(0, end.size()));
    }
}
