package dev.shm.examples.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.shm.examples.Run;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each program prints what its documentation says, nothing else, and leaves no region behind. */
class QueueExamplesTest {
    @TempDir Path regions;

    @Test
    void strings() throws Exception {
        assertEquals(
                List.of("took: one", "took: two", "took: three", "left in the queue: 0"),
                Run.example(Strings.class, regions));
    }

    @Test
    void tenAndTen() throws Exception {
        List<String> lines = Run.example(TenAndTen.class, regions);
        assertEquals(21, lines.size());
        assertEquals("consumed 1000 numbers, their sum: 499500", lines.get(20));
        Set<String> spoke = new HashSet<>();
        for (int i = 0; i < 20; i += 2) {
            String who = lines.get(i).replace(" begins to speak", "");
            assertEquals(who + " begins to speak", lines.get(i));
            assertEquals(who + " has spoken", lines.get(i + 1));
            spoke.add(who);
        }
        assertEquals(10, spoke.size());
    }

    @Test
    void poisonPills() throws Exception {
        assertEquals(
                List.of(
                        "all is done",
                        "the squares of 1 to 10: [1, 4, 9, 16, 25, 36, 49, 64, 81, 100]"),
                Run.example(PoisonPills.class, regions));
    }

    @Test
    void undoStack() throws Exception {
        assertEquals(
                List.of(
                        "undo: drew a line",
                        "undo: chose a colour",
                        "undo: opened a picture",
                        "nothing is left to undo"),
                Run.example(UndoStack.class, regions));
    }

    @Test
    void triage() throws Exception {
        assertEquals(
                List.of(
                        "did: 1 put out the fire",
                        "did: 1 call the brigade",
                        "did: 2 open the door",
                        "did: 3 tidy up"),
                Run.example(Triage.class, regions));
    }

    @Test
    void ticker() throws Exception {
        assertEquals(
                List.of(
                        "the listener heard: [101, 102, 103]",
                        "who came late heard: [103]",
                        "who did not listen missed some: true"),
                Run.example(Ticker.class, regions));
    }
}
