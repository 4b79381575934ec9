package dev.shm.process;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of a JVM that is like this one. */
final class JvmCommand {
    private static final int NATIVE_ACCESS_SINCE = 24;
    private static final String NATIVE_ACCESS = "--enable-native-access";

    /**
     * What two JVMs cannot have both: a debugger's port, a management port, a recording's file, an
     * archive of classes that is being written.
     */
    private static final List<String> OWN =
            List.of(
                    "-agentlib:jdwp",
                    "-Xrunjdwp",
                    "-Xdebug",
                    "-Dcom.sun.management.jmxremote.port",
                    "-Dcom.sun.management.jmxremote.rmi.port",
                    "-XX:StartFlightRecording",
                    "-XX:FlightRecorderOptions",
                    "-XX:ArchiveClassesAtExit",
                    "-XX:DumpLoadedClassList",
                    "-XX:+AutoCreateSharedArchive");

    private JvmCommand() {}

    /**
     * Makes the command line.
     *
     * @param options come after this JVM's own, and so win.
     * @param classPath of the new JVM.
     * @param main the class that it runs.
     */
    static List<String> of(List<String> options, String classPath, Class<?> main) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(JvmCommand::isInherited)
                .forEach(command::add);
        command.addAll(options);
        if (Runtime.version().feature() >= NATIVE_ACCESS_SINCE
                && command.stream().noneMatch(word -> word.startsWith(NATIVE_ACCESS))) {
            command.add(NATIVE_ACCESS + "=ALL-UNNAMED"); // or the JVM prints a warning
        }
        command.addAll(List.of("-cp", classPath, main.getName()));
        return command;
    }

    static boolean isInherited(String option) {
        return OWN.stream().noneMatch(option::startsWith);
    }
}
