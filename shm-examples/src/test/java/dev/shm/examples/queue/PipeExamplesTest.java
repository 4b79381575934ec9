package dev.shm.examples.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.shm.examples.Run;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each program prints what its documentation says, nothing else, and leaves no region behind. */
class PipeExamplesTest {
    @TempDir Path regions;

    @Test
    void helloPipe() throws Exception {
        assertEquals(
                List.of(
                        "the child received: hello, child",
                        "the parent received: hello, parent",
                        "the child has left"),
                Run.example(HelloPipe.class, regions));
    }
}
