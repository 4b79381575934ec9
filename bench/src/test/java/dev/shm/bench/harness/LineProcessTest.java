package dev.shm.bench.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Other processes, and what is heard of them when they fail. */
class LineProcessTest {
    private static final Settings SETTINGS = new Settings(1, 1, 0, 0, 10, 1, false);

    private static LineProcess shell(String script) throws IOException {
        return LineProcess.of(List.of("sh", "-c", script));
    }

    private static ProcessSide side(LineProcess... processes) {
        return ProcessSide.counting(SETTINGS, Unit.NANOS, 1, 1, processes);
    }

    @Test
    void answers_ofTheFirst_count() throws IOException {
        try (ProcessSide side =
                side(
                        shell("while read n; do echo $n 7 first; done"),
                        shell("while read n; do echo 1 1 second; done"))) {
            assertEquals(7, side.round());
            assertEquals("first, second", side.note());
        }
    }

    /** The first would wait for ever for what the second was to send. */
    @Test
    void secondThatDies_takesTheFirstAlong_andItsWordsAreTold() throws IOException {
        LineProcess first = shell("exec sleep 1000");
        try (ProcessSide side = side(first, shell("read n; echo 'Error: no room' >&2; exit 3"))) {
            IOException e = assertThrows(IOException.class, side::round);
            assertTrue(e.getMessage().contains("Error: no room"), e.getMessage());
        }
    }

    /** Though it said something on its standard error, as programs that log do. */
    @Test
    void answerThatIsNone_isAFailure() throws IOException {
        try (ProcessSide side = side(shell("echo hello >&2; read n; echo what; read n"))) {
            IOException e = assertThrows(IOException.class, side::round);
            assertEquals("heard: what, expected: COUNT NANOS [NOTE]", e.getMessage());
        }
    }

    @Test
    void programThatIsNotThere_isNamed() {
        IOException e =
                assertThrows(IOException.class, () -> LineProcess.of(List.of("no-such-program")));
        assertEquals("no-such-program cannot be run here", e.getMessage());
    }

    /** Its class cannot be loaded, so that it never is ready. */
    @Test
    void jvmThatNeverIsReady_isToldWithItsWords() {
        List<String> flags = List.of("-Djava.class.path.of.nobody", "-version");
        IOException e =
                assertThrows(
                        IOException.class, () -> LineProcess.java(flags, LineProcessTest.class));
        assertTrue(e.getMessage().contains("LineProcessTest has ended"), e.getMessage());
    }
}
