package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the parts lie is part of the file format. */
class RegionGeometryTest {
    @ParameterizedTest
    @CsvSource({
        // participants, objects, heap -> directory, openMasks, heap, file
        "1, 1, 128, 384, 512, 640, 768",
        "4, 8, 1024, 768, 1792, 1920, 2944",
        "64, 16, 128, 8448, 10496, 10624, 10752",
        "65, 16, 128, 8576, 10624, 10880, 11008",
        "128, 256, 1048576, 16640, 49408, 53504, 1102080",
        "4095, 65536, 128, 524416, 8913024, 42467456, 42467584"
    })
    void parts_followEachOther(
            int participants,
            int objects,
            long heapBytes,
            int directory,
            int openMasks,
            int heap,
            long fileBytes) {
        RegionGeometry geometry = new RegionGeometry(participants, objects, heapBytes);
        assertEquals(256, geometry.participants());
        assertEquals(directory, geometry.directory());
        assertEquals(openMasks, geometry.openMasks());
        assertEquals(heap, geometry.heap());
        assertEquals(fileBytes, geometry.fileBytes());
    }

    @ParameterizedTest
    @CsvSource({"1, 8", "63, 8", "64, 8", "65, 16", "128, 16", "129, 24", "4095, 512"})
    void openMask_isABitPerParticipantInWholeLongs(int participants, int bytes) {
        RegionGeometry geometry = new RegionGeometry(participants, 10, 128);
        assertEquals(bytes, geometry.openMaskBytes());
        assertEquals(geometry.openMasks() + 9 * bytes, geometry.openMask(9));
        assertTrue(geometry.openMask(10) <= geometry.heap());
    }

    @Test
    void largestFile_isWholeLinesWithinTheIntOffsetsOfABuffer() {
        assertEquals(2_147_483_520L, RegionGeometry.MAX_FILE_BYTES);
        assertEquals(65_536, RegionGeometry.MAX_OBJECTS);
        RegionGeometry tables = new RegionGeometry(128, 256, 0);
        RegionGeometry largest =
                RegionOptions.checkedGeometry(
                        128, 256, RegionGeometry.MAX_FILE_BYTES - tables.heap());
        assertEquals(RegionGeometry.MAX_FILE_BYTES, largest.fileBytes());
    }
}
