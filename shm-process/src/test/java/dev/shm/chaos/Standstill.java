package dev.shm.chaos;

import dev.shm.region.SharedRegion;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What is to be seen when something is wrong: for whoever looks for the reason. */
final class Standstill {
    private static final int LONGEST = 300;

    private Standstill() {}

    static String describe(SharedRegion region, List<Object> objects, List<String> busy) {
        StringBuilder text = new StringBuilder("\nbusy:");
        busy.forEach(line -> text.append("\n  ").append(line));
        text.append("\nparticipants: ").append(told(region::participants));
        text.append("\nobjects:");
        objects.forEach(object -> text.append("\n  ").append(told(() -> object)));
        text.append("\nall: ").append(told(region::entries));
        text.append("\nours:");
        Thread.getAllStackTraces().forEach((thread, frames) -> append(text, thread, frames));
        return text.toString();
    }

    /** Whatever hangs, too, shall not keep the rest from being told. */
    private static String told(Supplier<Object> what) {
        String text =
                CompletableFuture.supplyAsync(() -> String.valueOf(what.get()))
                        .completeOnTimeout("it cannot be told", 2, TimeUnit.SECONDS)
                        .exceptionally(Throwable::toString)
                        .join();
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
    }

    private static void append(StringBuilder text, Thread thread, StackTraceElement[] frames) {
        if (frames.length > 0) {
            text.append("\n  ").append(thread.getName());
            for (StackTraceElement frame : frames) {
                text.append("\n    ").append(frame);
            }
        }
    }
}
