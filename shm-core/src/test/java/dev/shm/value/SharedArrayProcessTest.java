package dev.shm.value;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Arrays between JVMs. */
class SharedArrayProcessTest {
    @TempDir private Path directory;

    static final class Summing {
        public static void main(String[] args) {
            try (SharedRegion region = TestRegions.open(Path.of(args[0]))) {
                SharedArray array = SharedArray.open(region, "a");
                for (int i = 1; i < array.length(); i++) {
                    array.setInt(i, array.getInt(i) + array.getInt(i - 1));
                }
            }
        }
    }

    /** BEHAVIOURS 8.1, 8.3. */
    @Test
    void child_sumsInPlace() throws Exception {
        int[] numbers = {680, 626, 934, 821, 150, 233, 548, 982, 714, 831};
        try (SharedRegion region = TestRegions.open(directory)) {
            SharedArray array = SharedArray.create(region, "a", 'i', numbers);
            assertEquals(numbers.length, array.length());
            assertEquals(numbers[3], array.getInt(3));
            assertArrayEquals(
                    new int[] {934, 821, 150, 233, 548}, array.slice(2, 7).intStream().toArray());
            array.slice(4, 8).copyFrom(0, new int[] {1, 2, 3, 4}, 0, 4);
            System.arraycopy(new int[] {1, 2, 3, 4}, 0, numbers, 4, 4);
            int[] copy = new int[numbers.length];
            array.copyTo(0, copy, 0, copy.length);
            assertArrayEquals(numbers, copy);

            try (ChildJvm child = ChildJvm.of(Summing.class).start(directory)) {
                child.join();
            }
            for (int i = 1; i < numbers.length; i++) {
                numbers[i] += numbers[i - 1];
            }
            assertArrayEquals(numbers, array.intStream().toArray());
        }
    }

    static final class Dirtying {
        public static void main(String[] args) throws IOException {
            try (SharedRegion region = TestRegions.open(Path.of(args[0]))) {
                while (System.in.read() >= 0) {
                    try (SharedArray array = SharedArray.open(region, "a")) {
                        long sum = array.longStream().map(Math::abs).sum();
                        array.fill(-1);
                        System.out.println(sum);
                    }
                }
            }
        }
    }

    /** BEHAVIOURS 8.2: memory that another process wrote to is zero when it is used again. */
    @Test
    void memoryUsedAgain_isZero() throws Exception {
        try (SharedRegion region = TestRegions.open(directory);
                ChildJvm child = ChildJvm.of(Dirtying.class).start(directory)) {
            for (int round = 0; round < 3; round++) {
                SharedArray array = SharedArray.create(region, "a", 'i', 10_000);
                assertEquals(0, array.longStream().map(Math::abs).sum());
                child.say("");
                child.expect("0");
                assertEquals(-10_000, array.longStream().sum());
                array.close();
                assertTrue(region.remove("a"));
            }
        }
    }

    static final class Hammering {
        public static void main(String[] args) throws IOException {
            try (SharedRegion region = TestRegions.open(Path.of(args[0]))) {
                SharedArray array = SharedArray.open(region, "a");
                int index = Integer.parseInt(args[1]);
                System.out.println("ready");
                System.in.read();
                for (int i = 0; i < 500_000; i++) {
                    array.getAndAdd(index, 1);
                }
            }
        }
    }

    /** Two JVMs add to neighbouring bytes of one word; neither disturbs the other. */
    @Test
    void neighbours_areLeftAlone() throws Exception {
        try (SharedRegion region = TestRegions.open(directory)) {
            SharedArray array = SharedArray.create(region, "a", 'B', 4);
            try (ChildJvm one = ChildJvm.of(Hammering.class).start(directory, 1);
                    ChildJvm two = ChildJvm.of(Hammering.class).start(directory, 2)) {
                one.expect("ready");
                two.expect("ready");
                one.say("go");
                two.say("go");
                one.join();
                two.join();
            }
            int each = 500_000 & 0xFF;
            assertArrayEquals(new int[] {0, each, each, 0}, array.intStream().toArray());
        }
    }
}
