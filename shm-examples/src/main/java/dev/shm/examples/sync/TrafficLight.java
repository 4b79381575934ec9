package dev.shm.examples.sync;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent;
import dev.shm.sync.SharedLatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Three cars, each a process, wait at a red light, which is an event that is not set. Prints, the
 * cars in any order,
 *
 * <pre>
 * red: 3 cars have come
 * green
 * car 2 drives
 * car 1 drives
 * car 3 drives
 * </pre>
 */
public final class TrafficLight {
    private static final int CARS = 3;

    private TrafficLight() {}

    /**
     * Is the light.
     *
     * @param args none; the name of the region and a number in a car.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length > 0) {
            try (SharedRegion region = SharedRegion.open(args[0])) {
                drive(region, args[1]);
            }
            return;
        }
        String name = Processes.newRegionName("crossing");
        try (SharedRegion region = SharedRegion.openOrCreate(name, 1 << 16)) {
            SharedEvent green = SharedEvent.of(region, "green");
            SharedLatch arrived = SharedLatch.of(region, "arrived", CARS);
            List<Process> cars = new ArrayList<>();
            for (int car = 1; car <= CARS; car++) {
                cars.add(Processes.start(TrafficLight.class, region, car));
            }
            arrived.await();
            System.out.println("red: " + CARS + " cars have come");
            System.out.println("green");
            green.set();
            Processes.join(cars);
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static void drive(SharedRegion region, String car) throws InterruptedException {
        SharedEvent green = SharedEvent.of(region, "green");
        SharedLatch.of(region, "arrived", CARS).countDown();
        green.await();
        System.out.println("car " + car + " drives");
    }
}
