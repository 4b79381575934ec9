package dev.shm.queue;

import dev.shm.codec.Codecs;
import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands.Commands;
import java.util.concurrent.TimeUnit;

/** What a peer can do with the joinable queue "it". */
public final class JoinableCommands implements Commands {
    private final JoinableQueue<String> queue;

    public JoinableCommands(SharedRegion region) {
        queue = JoinableQueue.open(region, "it", Codecs.utf8(16));
    }

    @Override
    public String run(String... words) throws Exception {
        switch (words[0]) {
            case "put" -> queue.put(words[1]);
            case "take" -> {
                return queue.take();
            }
            case "poll" -> {
                return String.valueOf(queue.poll());
            }
            case "taskDone" -> queue.taskDone();
            case "work" -> {
                return work();
            }
            case "join" -> queue.join();
            case "race" -> {
                while (!queue.join(0, TimeUnit.MILLISECONDS)) {
                    Thread.onSpinWait();
                }
            }
            case "joinFor" -> {
                long millis = Long.parseLong(words[1]);
                return String.valueOf(queue.join(millis, TimeUnit.MILLISECONDS));
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
        return "done";
    }

    /** Works until it takes "end"; says how much it has done. */
    private String work() throws InterruptedException {
        int done = 0;
        while (!queue.take().equals("end")) {
            done++;
            queue.taskDone();
        }
        queue.taskDone();
        return String.valueOf(done);
    }
}
