package dev.shm.sync;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands.Commands;

/** What a peer can do with the counting semaphore "it". */
final class CountingCommands implements Commands {
    private final CountingSemaphore semaphore;

    CountingCommands(SharedRegion region) {
        semaphore = CountingSemaphore.open(region, "it");
    }

    @Override
    public String run(String... words) throws Exception {
        int number = words.length > 1 ? Integer.parseInt(words[1]) : 1;
        return switch (words[0]) {
            case "acquire" -> {
                semaphore.acquire(number);
                yield "acquired";
            }
            case "race" -> {
                while (!semaphore.tryAcquire(number)) {
                    Thread.onSpinWait();
                }
                yield "acquired";
            }
            case "try" -> String.valueOf(semaphore.tryAcquire(number));
            case "tryFor" -> String.valueOf(semaphore.tryAcquire(number, MILLISECONDS));
            case "release" -> {
                semaphore.release(number);
                yield "released";
            }
            case "value" -> String.valueOf(semaphore.availablePermits());
            case "show" -> semaphore.toString();
            default -> throw new IllegalArgumentException(words[0]);
        };
    }
}
