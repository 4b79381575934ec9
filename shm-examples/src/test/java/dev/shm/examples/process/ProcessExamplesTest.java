package dev.shm.examples.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.shm.examples.Run;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each program prints what its documentation says, nothing else, and leaves no region behind. */
class ProcessExamplesTest {
    @TempDir Path regions;

    @Test
    void startAndJoin() throws Exception {
        assertEquals(
                List.of(
                        "helper is the child of main",
                        "hits=3, exit code 0",
                        "both saw the same process id: true"),
                Run.example(StartAndJoin.class, regions));
    }

    @Test
    void exitCodes() throws Exception {
        assertEquals(
                List.of(
                        "returned: 0",
                        "called System.exit(3): 3",
                        "threw an exception: 1",
                        "was terminated: -15",
                        "was killed: -9"),
                Run.example(ExitCodes.class, regions));
    }

    @Test
    void terminateThenJoin() throws Exception {
        assertEquals(
                List.of(
                        "ended by itself: false",
                        "the exit hook says goodbye",
                        "alive: false, exit code -15"),
                Run.example(TerminateThenJoin.class, regions));
    }

    @Test
    void daemonOrNot() throws Exception {
        assertEquals(
                List.of(
                        "the daemon has ended",
                        "the other one goes on: true",
                        "the other one has ended"),
                Run.example(DaemonOrNot.class, regions));
    }

    @Test
    void squares() throws Exception {
        assertEquals(
                List.of(
                        "map: [0, 1, 4, 9, 16, 25]",
                        "imap: 0 1 4 9 16 25",
                        "applyAsync: called back with 36",
                        "applyAsync: called back with java.lang.ArithmeticException: / by zero"),
                Run.example(Squares.class, regions));
    }

    @Test
    void dictionaryAndList() throws Exception {
        assertEquals(
                List.of(
                        "squares: {0=0, 1=1, 2=4, 3=9, 4=16}",
                        "words: 500, of each process: 100",
                        "counted together: 500"),
                Run.example(DictionaryAndList.class, regions));
    }

    @Test
    void logsOfChildren() throws Exception {
        assertEquals(
                List.of(
                        "INFO of baker: 12 rolls are in the oven",
                        "WARNING of baker: the oven is hot",
                        "INFO of taster: they are good"),
                Run.example(LogsOfChildren.class, regions));
    }
}
