package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.explore.Interception;
import dev.shm.memory.MappedBuffer;
import dev.shm.process.MapStripe.Result;
import dev.shm.testing.Survivor;
import dev.shm.wait.TickPolicy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Test;

/** The protocol of a map where no process dies. */
class MapCoreTest {
    private static final MapLayout LAYOUT = new MapLayout(1, 8, 12);
    private static final byte[] KEY = bytes("key");
    private static final String LONG = "-".repeat(100);

    private final MappedBuffer memory = new MappedBuffer(ByteBuffer.allocateDirect(LAYOUT.bytes()));
    private int accessesLeft = Integer.MAX_VALUE;

    /** A memory that fails once, at some access to the slots or to what lies behind them. */
    private final AtomicBuffer failing =
            Interception.of(
                    memory,
                    (target, method, arguments) -> {
                        boolean counts =
                                arguments.length > 0
                                        && arguments[0] instanceof Integer index
                                        && index >= LAYOUT.slot(0, 0);
                        if (counts && --accessesLeft == 0) {
                            throw new StackOverflowError("at this access");
                        }
                        return Interception.proceed(target, method, arguments);
                    });

    private final Survivor alone = new Survivor(1);
    private final MapCore core =
            new MapCore(failing, LAYOUT, "it", alone, alone, TickPolicy.STANDARD);

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private Result change(String value) {
        return core.change(KEY, before -> true, bytes(value)).result();
    }

    /** What fails in the middle leaves the map whole: as it was, or changed. */
    @Test
    void whatFailsHalfway_isRepairedAtOnce() {
        for (String[] step : new String[][] {{null, LONG}, {LONG, "short"}, {LONG, null}}) {
            int failures = 0;
            while (fails(step[0], step[1], failures + 1)) {
                failures++;
                String left = MapAudit.entries(memory, LAYOUT).get("key");
                assertTrue(Arrays.asList(step).contains(left), "left=" + left);
            }
            assertTrue(failures > 5, "failures=" + failures);
            assertEquals(
                    step[1] == null ? Map.of() : Map.of("key", step[1]),
                    MapAudit.entries(memory, LAYOUT));
        }
    }

    private boolean fails(String from, String to, int access) {
        assertEquals(Result.DONE, change(from));
        accessesLeft = access;
        try {
            assertEquals(Result.DONE, change(to));
            return false;
        } catch (StackOverflowError thrown) {
            return true;
        } finally {
            accessesLeft = Integer.MAX_VALUE;
        }
    }

    /** What does not fit changes nothing, and takes nothing. */
    @Test
    void whatDoesNotFit_isRefused() {
        assertEquals(Result.DONE, change(LONG));
        assertEquals(Result.NO_CELLS, change("-".repeat(12 * CellLayout.ROOM)));
        assertEquals(Map.of("key", LONG), MapAudit.entries(memory, LAYOUT));
        for (int i = 0; i < 6; i++) {
            assertEquals(
                    Result.DONE, core.change(bytes("k" + i), before -> true, bytes("v")).result());
        }
        assertEquals(
                Result.NO_SLOTS, core.change(bytes("k6"), before -> true, bytes("v")).result());
        assertEquals(7, MapAudit.entries(memory, LAYOUT).size());
        core.clear();
        assertEquals(Map.of(), MapAudit.entries(memory, LAYOUT));
    }
}
