package dev.shm.examples.sync;

import dev.shm.region.SharedRegion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** More JVMs that run the same program, each with a region to open and a role to play. */
final class Processes {
    private static final int NATIVE_ACCESS_SINCE = 24;

    private Processes() {}

    /** Starts one; what it prints appears where we print. */
    static Process start(Class<?> program, SharedRegion region, Object... role) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= NATIVE_ACCESS_SINCE) {
            command.add("--enable-native-access=ALL-UNNAMED"); // or the JVM warns
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        command.add(region.name());
        for (Object word : role) {
            command.add(word.toString());
        }
        return new ProcessBuilder(command).inheritIO().start();
    }

    /** A name that no other run of the program uses. */
    static String newRegionName(String what) {
        return what + "-" + ProcessHandle.current().pid();
    }

    /**
     * Waits until all have ended.
     *
     * @throws IllegalStateException when one fails.
     */
    static void join(List<Process> processes) throws InterruptedException {
        for (Process process : processes) {
            int exit = process.waitFor();
            if (exit != 0) {
                throw new IllegalStateException("pid=" + process.pid() + " exit=" + exit);
            }
        }
    }
}
