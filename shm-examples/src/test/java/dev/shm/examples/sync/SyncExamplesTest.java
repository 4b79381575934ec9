package dev.shm.examples.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.examples.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each program prints what its documentation says, nothing else, and leaves no region behind. */
class SyncExamplesTest {
    @TempDir Path regions;

    @Test
    void twoAdders() throws Exception {
        List<String> lines = run(TwoAdders.class);
        assertEquals(2, lines.size());
        assertTrue(lines.get(0).matches("without the lock: \\d+ of 400000"), lines.get(0));
        assertEquals("with the lock: 400000 of 400000", lines.get(1));
    }

    @Test
    void trafficLight() throws Exception {
        List<String> lines = run(TrafficLight.class);
        assertEquals(List.of("red: 3 cars have come", "green"), lines.subList(0, 2));
        assertEquals(
                List.of("car 1 drives", "car 2 drives", "car 3 drives"),
                lines.subList(2, lines.size()).stream().sorted().toList());
    }

    @Test
    void eventTimeout() throws Exception {
        assertEquals(
                List.of("after 100 ms: false", "another process set it: true"),
                run(EventTimeout.class));
    }

    @Test
    void producerConsumer() throws Exception {
        assertEquals(List.of("1000 numbers, their sum: 499500"), run(ProducerConsumer.class));
    }

    @Test
    void threeOfTen() throws Exception {
        assertEquals(List.of("10 were inside, at most 3 at a time: true"), run(ThreeOfTen.class));
    }

    @Test
    void barrierOfFive() throws Exception {
        assertEquals(
                List.of("all are here: 15", "all are here: 30", "all are here: 45"),
                run(BarrierOfFive.class));
    }

    @Test
    void ownerDies() throws Exception {
        assertEquals(
                List.of(
                        "acquired: OWNER_DIED",
                        "found 70 + 0, put right: 100 + 0",
                        "acquired: ACQUIRED"),
                run(OwnerDies.class));
    }

    private List<String> run(Class<?> program) throws IOException, InterruptedException {
        return Run.example(program, regions);
    }
}
