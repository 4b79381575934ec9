package dev.shm.bench;

import dev.shm.queue.SharedLongQueue;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent;
import dev.shm.sync.SharedEvent.Mode;
import java.util.concurrent.TimeUnit;

/**
 * What does it cost to hand a token to another process and to wait until it comes back, by events
 * and through queues, compared with two processes that sleep on a bare futex? The time is that of
 * one round trip.
 *
 * <p>With the default idle phase the token is back before anybody falls asleep, while each process
 * has a processor to itself: this measures two that look at a word in turn. What sleeping and
 * waking cost, as the bare futex always does, is measured without the phase, by {@code
 * -Dshm.wait.idle.micros=0}, which is passed on to the other process.
 *
 * <pre>
 * java [-Dshm.wait.idle.micros=0] -cp bench/target/benchmarks.jar dev.shm.bench.Handoff [ROUNDS [MILLIS]]
 * </pre>
 */
public final class Handoff {
    private static final int REGION_BYTES = 1 << 16;
    private static final int CHECK_EVERY = 100;
    private static final int CAPACITY = 2;
    private static final long TOKEN = 1;

    private Handoff() {}

    /** Gives a token away, or waits for it. */
    @FunctionalInterface
    private interface Step {
        void run() throws InterruptedException;
    }

    /** Runs the rounds and prints a row, or serves as the other process. */
    public static void main(String... arguments) throws Exception {
        if (arguments.length == 2 && arguments[0].equals("child")) {
            serve(arguments[1]);
            return;
        }
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10;
        long millis = arguments.length > 1 ? Long.parseLong(arguments[1]) : 500;
        CProgram peer = CProgram.compile("futex-ping-pong");
        String name = "bench-" + ProcessHandle.current().pid();
        SharedRegion region = SharedRegion.create(RegionOptions.named(name).bytes(REGION_BYTES));
        try (region;
                SharedEvent ping = SharedEvent.create(region, "ping", Mode.AUTO_RESET);
                SharedEvent pong = SharedEvent.create(region, "pong", Mode.AUTO_RESET);
                SharedLongQueue there = SharedLongQueue.create(region, "there", CAPACITY);
                SharedLongQueue back = SharedLongQueue.create(region, "back", CAPACITY);
                ChildProcess child = new ChildProcess(Handoff.class, "child", name)) {
            child.hear();
            long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
            Rounds.compare(
                    "a token goes to another process and back, by events",
                    rounds,
                    () -> handOff(ping::set, pong::await, nanos),
                    "bare futex",
                    () -> peer.run(millis));
            Rounds.compare(
                    "the same through queues",
                    rounds,
                    () -> handOff(() -> there.put(TOKEN), back::take, nanos),
                    "bare futex",
                    () -> peer.run(millis));
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static double handOff(Step give, Step take, long nanos) throws InterruptedException {
        long start = System.nanoTime();
        long end = start;
        long trips = 0;
        while (end - start < nanos) {
            for (int i = 0; i < CHECK_EVERY; i++) {
                give.run();
                take.run();
            }
            trips += CHECK_EVERY;
            end = System.nanoTime();
        }
        return (double) (end - start) / trips;
    }

    private static void serve(String name) throws Exception {
        try (SharedRegion region = SharedRegion.open(name)) {
            SharedEvent ping = SharedEvent.open(region, "ping");
            SharedEvent pong = SharedEvent.open(region, "pong");
            SharedLongQueue there = SharedLongQueue.open(region, "there");
            SharedLongQueue back = SharedLongQueue.open(region, "back");
            answerAlways(ping::await, pong::set);
            answerAlways(there::take, () -> back.put(TOKEN));
            System.out.println("ready");
            while (System.in.read() >= 0) {
                // until the other process ends
            }
            Runtime.getRuntime().halt(0);
        }
    }

    private static void answerAlways(Step take, Step give) {
        Thread server = new Thread(() -> answer(take, give), "answer");
        server.setDaemon(true);
        server.start();
    }

    private static void answer(Step take, Step give) {
        try {
            while (true) {
                take.run();
                give.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
