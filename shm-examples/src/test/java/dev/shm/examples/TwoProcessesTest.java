package dev.shm.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TwoProcessesTest {
    @TempDir Path regions;

    @Test
    void main_printsWhatItSays() throws Exception {
        Run run = Run.of(Run.jvm(regions, TwoProcesses.class));
        assertEquals(new Run(0, "orders: 1000000" + System.lineSeparator(), ""), run);
        assertEquals(List.of(), Run.namesIn(regions));
    }
}
