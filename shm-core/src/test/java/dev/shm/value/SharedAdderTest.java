package dev.shm.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.RegionFormatException;
import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class SharedAdderTest extends TwoAttachments {
    /** Adds, says so, and waits to be killed. */
    static final class Adding {
        public static void main(String[] args) throws IOException {
            try (SharedRegion region = TestRegions.open(Path.of(args[0]))) {
                SharedAdder.of(region, "a").add(Long.parseLong(args[1]));
                System.out.println("added");
                System.out.println(System.in.read());
            }
        }
    }

    @Test
    void sum_isWhatAllHaveAdded() {
        SharedAdder here = SharedAdder.of(region, "a");
        SharedAdder there = SharedAdder.of(sameRegion, "a");
        assertEquals(0, here.sum());
        here.increment();
        there.add(10);
        there.decrement();
        here.add(-100);
        assertEquals(-90, here.sum());
        assertEquals(-90, SharedAdder.open(region, "a").sum());
        assertEquals("a", here.name());
    }

    @Test
    void sum_wraps() {
        SharedAdder adder = SharedAdder.of(region, "a");
        SharedAdder.of(sameRegion, "a").add(Long.MAX_VALUE);
        adder.increment();
        assertEquals(Long.MIN_VALUE, adder.sum());
    }

    @Test
    void add_losesNothing() throws Exception {
        SharedAdder here = SharedAdder.of(region, "a");
        SharedAdder there = SharedAdder.of(sameRegion, "a");
        int each = 100_000;
        Runnable addHere = () -> repeat(each, here);
        SharedValueTest.together(addHere, addHere, () -> repeat(each, there));
        assertEquals(3L * each, there.sum());
    }

    private static void repeat(int times, SharedAdder adder) {
        for (int i = 0; i < times; i++) {
            adder.increment();
        }
    }

    /** A participant that leaves, or is killed, leaves what it added; its slot is used again. */
    @Test
    void add_outlivesItsParticipant() throws Exception {
        SharedAdder adder = SharedAdder.of(region, "a");
        long expected = 0;
        for (int round = 1; round <= 6; round++) {
            try (ChildJvm child = ChildJvm.of(Adding.class).start(directory, round)) {
                child.expect("added");
                expected += round;
                assertEquals(expected, adder.sum());
                if (round % 2 == 0) {
                    child.kill();
                } else {
                    child.say("bye");
                    child.join();
                }
            }
            assertEquals(expected, adder.sum());
        }
    }

    @Test
    void factories_checkTheName() {
        SharedAdder.create(region, "a");
        SharedValue.of(region, "v", 'q');
        assertThrows(IllegalStateException.class, () -> SharedAdder.create(sameRegion, "a"));
        assertThrows(NoSuchElementException.class, () -> SharedAdder.open(region, "b"));
        assertThrows(IllegalArgumentException.class, () -> SharedAdder.of(region, "v"));
    }

    @Test
    void layout_isOneLineForEachParticipant() {
        assertEquals(128, AdderLayout.CELL_BYTES);
        assertEquals(5, SharedAdderType.INSTANCE.code());
        assertEquals("SharedAdder", SharedAdderType.INSTANCE.name());
        SharedAdder.of(region, "a").add(5);
        SharedAdder.of(sameRegion, "a").add(7);
        Block block = region.attach("a", SharedAdderType.INSTANCE);
        MappedBuffer buffer = block.buffer();
        assertEquals(16, block.configA());
        assertEquals(0, block.configB());
        assertEquals(16 * 128, buffer.capacity());
        assertEquals(5, buffer.getLong(128 * ((region.self().id() & 0xFFF) - 1)));
        assertEquals(7, buffer.getLong(128 * ((sameRegion.self().id() & 0xFFF) - 1)));
        assertEquals("16 cells", SharedAdderType.INSTANCE.describe(16, 0, buffer));
    }

    @Test
    void open_refusesAForeignDirectoryEntry() {
        for (long[] wrong : new long[][] {{15, 15 * 128}, {16, 15 * 128}, {-1, 128}}) {
            String name = "x" + wrong[0] + "." + wrong[1];
            String valid = name.replace("-", "m");
            ObjectSpec spec =
                    new ObjectSpec(
                            SharedAdderType.INSTANCE, wrong[0], 0, (int) wrong[1], "", m -> {});
            region.attach(valid, spec, AttachMode.CREATE);
            RegionFormatException e =
                    assertThrows(
                            RegionFormatException.class, () -> SharedAdder.open(region, valid));
            assertTrue(e.getMessage().contains("object=" + valid), e.getMessage());
        }
    }

    @Test
    void close_andToString() {
        SharedAdder adder = SharedAdder.of(region, "a");
        adder.add(3);
        assertEquals("SharedAdder[name=a, sum=3]", adder.toString());
        adder.close();
        assertEquals("SharedAdder[name=a, closed]", adder.toString());
        assertThrows(IllegalStateException.class, adder::increment);
        assertThrows(IllegalStateException.class, adder::sum);
    }
}
