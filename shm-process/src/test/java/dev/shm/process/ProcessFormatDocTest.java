package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.shm.memory.MappedBuffer;
import dev.shm.testing.FormatDoc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Holds what {@code docs/format.md} says of processes to the layouts. */
class ProcessFormatDocTest {

    @Test
    void kinds_areThoseOfTheTypes() throws IOException {
        List<String> row = FormatDoc.table("process kinds").get(0);
        assertEquals(String.valueOf(SharedProcessType.INSTANCE.code()), row.get(0));
        assertEquals(SharedProcessType.INSTANCE.name(), row.get(1));
        assertEquals(String.valueOf(ProcessLayout.BYTES), row.get(4));
    }

    @Test
    void layout_isThatOfTheClass() throws IOException {
        List<List<String>> rows = FormatDoc.table("process layout: SharedProcess");
        assertEquals(
                List.of(
                        List.of("" + ProcessLayout.STAGE, "4", "stage"),
                        List.of("" + ProcessLayout.PID, "4", "pid"),
                        List.of("8", "" + (ProcessLayout.BYTES - 8), "reserved")),
                rows.stream().map(row -> row.subList(0, 3)).toList());
        assertEquals(
                ProcessLayout.STARTING
                        + " starting, "
                        + ProcessLayout.RUNNING
                        + " running, "
                        + ProcessLayout.EXITING
                        + " its exit hooks began to run",
                rows.get(0).get(4));
    }

    @Test
    void descriptions_surviveAnything() {
        MappedBuffer block = new MappedBuffer(ByteBuffer.allocateDirect(ProcessLayout.BYTES));
        block.putInt(ProcessLayout.PID, -1);
        assertEquals("pid 4294967295", SharedProcessType.INSTANCE.describe(0, 0, block));
        assertEquals("bytes 8", SharedProcessType.INSTANCE.describe(0, 0, block.slice(0, 8)));
    }
}
