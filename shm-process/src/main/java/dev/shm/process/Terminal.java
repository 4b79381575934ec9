package dev.shm.process;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Tells whether somebody looks. */
final class Terminal {
    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");
    private static final List<String> DEVICES = List.of("/dev/pts/", "/dev/tty", "/dev/console");

    private Terminal() {}

    /** Whether the standard error is a terminal; where nobody tells, whether there is a console. */
    @SuppressWarnings("SystemConsoleNull") // up to JDK 21 it may be
    static boolean isStandardError() {
        try {
            String device = Files.readSymbolicLink(STANDARD_ERROR).toString();
            return DEVICES.stream().anyMatch(device::startsWith);
        } catch (IOException | UnsupportedOperationException notLinux) {
            Console console = System.console();
            return console != null && isTerminal(console);
        }
    }

    /** From JDK 22 on there is a console also where there is no terminal, and it tells. */
    private static boolean isTerminal(Console console) {
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException olderJdk) {
            return true;
        }
    }
}
