package dev.shm.sync;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands.Commands;
import java.util.concurrent.TimeUnit;

/** What a peer can do with the latch "it". */
final class LatchCommands implements Commands {
    private final SharedLatch latch;

    LatchCommands(SharedRegion region) {
        latch = SharedLatch.open(region, "it");
    }

    @Override
    public String run(String... words) throws Exception {
        switch (words[0]) {
            case "countDown" -> {
                if (words.length == 1) {
                    latch.countDown();
                } else {
                    latch.countDown(Integer.parseInt(words[1]));
                }
            }
            case "join" -> latch.join(Integer.parseInt(words[1]));
            case "await" -> latch.await();
            case "race" -> {
                while (!latch.await(0, TimeUnit.MILLISECONDS)) {
                    Thread.onSpinWait();
                }
            }
            case "awaitFor" -> {
                return String.valueOf(latch.await(Long.parseLong(words[1]), TimeUnit.MILLISECONDS));
            }
            case "count" -> {
                return String.valueOf(latch.getCount());
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
        return "done";
    }
}
