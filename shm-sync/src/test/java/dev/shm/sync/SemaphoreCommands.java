package dev.shm.sync;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands.Commands;
import dev.shm.value.SharedValue;
import java.util.Random;

/** What a peer can do with the semaphore "it". */
final class SemaphoreCommands implements Commands {
    private final SharedSemaphore semaphore;
    private final SharedValue progress;

    SemaphoreCommands(SharedRegion region) {
        progress = SharedValue.of(region, "progress", 'q');
        semaphore = SharedSemaphore.open(region, "it");
    }

    @Override
    public String run(String... words) throws Exception {
        int number = words.length > 1 ? Integer.parseInt(words[1]) : 1;
        return switch (words[0]) {
            case "acquire" -> {
                if (number == 1) {
                    semaphore.acquire();
                } else {
                    semaphore.acquire(number);
                }
                yield "acquired";
            }
            case "try" -> String.valueOf(semaphore.tryAcquire(number));
            case "tryFor" -> String.valueOf(semaphore.tryAcquire(number, MILLISECONDS));
            case "release" -> {
                if (number == 1) {
                    semaphore.release();
                } else {
                    semaphore.release(number);
                }
                yield "released";
            }
            case "count" -> semaphore.availablePermits() + " " + semaphore.heldPermits();
            case "show" -> semaphore.toString();
            case "race" -> {
                while (!semaphore.tryAcquire(number)) {
                    Thread.onSpinWait();
                }
                yield "acquired";
            }
            case "storm" -> {
                storm(new Random(number));
                yield "never";
            }
            case "cycle" -> {
                for (int i = 0; i < number; i++) {
                    semaphore.acquire();
                    semaphore.release();
                }
                yield "cycled";
            }
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    /** Acquires and releases in all ways, for ever, and counts how often. */
    private void storm(Random random) throws InterruptedException {
        while (true) {
            int wanted = 1 + random.nextInt(3);
            boolean acquired =
                    switch (random.nextInt(4)) {
                        case 0 -> semaphore.tryAcquire(wanted);
                        case 1 -> semaphore.tryAcquire(wanted, 1, MILLISECONDS);
                        default -> {
                            semaphore.acquire(wanted);
                            yield true;
                        }
                    };
            if (acquired) {
                for (int i = random.nextInt(200); i > 0; i--) {
                    Thread.onSpinWait();
                }
                semaphore.release(wanted);
                progress.getAndAdd(1);
            }
        }
    }
}
