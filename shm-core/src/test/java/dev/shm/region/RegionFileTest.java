package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What opening a file may do to it. */
class RegionFileTest {
    @TempDir Path directory;

    /** It may have been deleted, and be another one by now, since its header was read. */
    @Test
    void map_neverMakesAFileLonger() throws IOException {
        Path file = Files.write(directory.resolve("f"), new byte[4096]);
        assertEquals(4096, RegionFile.map(file, 4096).capacity());
        assertThrows(RegionFormatException.class, () -> RegionFile.map(file, 8192));
        assertEquals(4096, Files.size(file));
    }
}
