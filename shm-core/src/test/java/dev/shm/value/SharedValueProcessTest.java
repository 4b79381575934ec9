package dev.shm.value;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values between JVMs. */
class SharedValueProcessTest {
    /** Additions of each of two JVMs; how many millions can be given. */
    private static final int ADDITIONS = 1_000_000 * Integer.getInteger("shm.test.millions", 10);

    @TempDir private Path directory;

    /** What the parent stores, and what the child makes of it. */
    private record RoundTrip(char code, Number fromParent, Number fromChild) {}

    private static final List<RoundTrip> ROUND_TRIPS =
            List.of(
                    new RoundTrip('i', 4343, 24234),
                    new RoundTrip('d', 3.625, -4.25),
                    new RoundTrip('h', (short) -232, (short) 234),
                    new RoundTrip('q', 1L << 33, 1L << 34),
                    new RoundTrip('c', (int) 'x', (int) 'y'));

    static final class Changing {
        public static void main(String[] args) {
            try (SharedRegion region = TestRegions.open(Path.of(args[0]))) {
                for (RoundTrip trip : ROUND_TRIPS) {
                    SharedValue value = SharedValue.open(region, "v" + trip.code());
                    System.out.println(value.get());
                    value.set(trip.fromChild());
                }
            }
        }
    }

    /** BEHAVIOURS 7.1, 7.2: parent to child and back. Opened by name, as 19.2 has it. */
    @Test
    void values_goToAChildAndBack() throws Exception {
        try (SharedRegion region = TestRegions.open(directory)) {
            for (RoundTrip trip : ROUND_TRIPS) {
                SharedValue.create(region, "v" + trip.code(), trip.code(), trip.fromParent());
            }
            try (ChildJvm child = ChildJvm.of(Changing.class).start(directory)) {
                for (RoundTrip trip : ROUND_TRIPS) {
                    child.expect(trip.fromParent().toString());
                }
                child.join();
            }
            for (RoundTrip trip : ROUND_TRIPS) {
                assertEquals(trip.fromChild(), SharedValue.open(region, "v" + trip.code()).get());
            }
        }
    }

    static final class Adding {
        public static void main(String[] args) throws IOException {
            try (SharedRegion region = TestRegions.open(Path.of(args[0]))) {
                char code = args[1].charAt(0);
                SharedValue value = SharedValue.of(region, "sum", code);
                int times = Integer.parseInt(args[2]);
                System.out.println("ready");
                System.in.read();
                for (int i = 0; i < times; i++) {
                    if (code == 'd') {
                        value.getAndAdd(1.0);
                    } else {
                        value.getAndAdd(1);
                    }
                }
            }
        }
    }

    /** BEHAVIOURS 7.4: two JVMs add to one value at once. */
    @ParameterizedTest
    @CsvSource({"q, 1", "i, 4", "B, 20", "h, 20", "d, 20"})
    void getAndAdd_losesNothing(char code, int lessBy) throws Exception {
        int times = ADDITIONS / lessBy;
        try (SharedRegion region = TestRegions.open(directory);
                ChildJvm one = ChildJvm.of(Adding.class).start(directory, code, times);
                ChildJvm two = ChildJvm.of(Adding.class).start(directory, code, times)) {
            one.expect("ready");
            two.expect("ready");
            one.say("go");
            two.say("go");
            one.join();
            two.join();
            long sum = 2L * times;
            double expected = code == 'd' ? sum : TypeCode.of(code).wrap(sum);
            assertEquals(expected, SharedValue.open(region, "sum").getDouble());
        }
    }
}
