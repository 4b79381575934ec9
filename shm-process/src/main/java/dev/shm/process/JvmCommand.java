package dev.shm.process;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The command line of a JVM that is like this one, and the part of its environment that is too. */
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
                    "-Dcom.sun.management.config.file",
                    "-XX:StartFlightRecording",
                    "-XX:FlightRecorderOptions",
                    "-XX:ArchiveClassesAtExit",
                    "-XX:DumpLoadedClassList",
                    "-XX:+AutoCreateSharedArchive",
                    "-XX:AOTMode=record",
                    "-XX:AOTMode=create",
                    "-XX:AOTConfiguration",
                    "-XX:AOTCacheOutput");

    /** What is followed by the name of a file that the JVM writes. */
    private static final List<String> FILES =
            List.of(
                    "-Xloggc:",
                    "-XX:LogFile=",
                    "-XX:ErrorFile=",
                    "-XX:ReplayDataFile=",
                    "-XX:PerfDataSaveFile=");

    private static final String LOG = "-Xlog:";
    private static final String EACH_ITS_OWN = "%p"; // stands for the process id in their names

    /** From which a JVM takes options besides; it counts them among its own. */
    private static final List<String> VARIABLES =
            List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS");

    private final boolean inherits;

    private JvmCommand(boolean inherits) {
        this.inherits = inherits;
    }

    /** One that has this JVM's options, or has not. */
    static JvmCommand inheriting(boolean inherits) {
        return new JvmCommand(inherits);
    }

    /**
     * Makes the command line.
     *
     * @param options come after this JVM's own, and so win.
     * @param classPath of the new JVM.
     * @param main the class that it runs.
     */
    List<String> line(List<String> options, String classPath, Class<?> main) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (inherits) {
            ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                    .filter(JvmCommand::isInherited)
                    .forEach(command::add);
        }
        command.addAll(options);
        if (Runtime.version().feature() >= NATIVE_ACCESS_SINCE
                && command.stream().noneMatch(word -> word.startsWith(NATIVE_ACCESS))) {
            command.add(NATIVE_ACCESS + "=ALL-UNNAMED"); // or the JVM prints a warning
        }
        command.addAll(List.of("-cp", classPath, main.getName()));
        return command;
    }

    /**
     * Takes variables out that have options which are not inherited; all others that they have are
     * on the command line as well.
     */
    void clean(Map<String, String> environment) {
        for (String variable : VARIABLES) {
            String options = environment.getOrDefault(variable, "");
            if (!inherits || !words(options).allMatch(JvmCommand::isInherited)) {
                environment.remove(variable);
            }
        }
    }

    /** Cut at what is quoted too: it is how they begin that counts. */
    private static Stream<String> words(String options) {
        return Stream.of(options.split("[\\s'\"]+", -1));
    }

    static boolean isInherited(String option) {
        return OWN.stream().noneMatch(option::startsWith)
                && !isOneFile(file(option))
                && !isOneAgent(option);
    }

    /** The file that an option has the JVM write; empty if there is none. */
    private static String file(String option) {
        if (option.startsWith(LOG)) {
            String[] parts = option.split(":", -1); // -Xlog:what:output:decorators:options
            String output = parts.length > 2 ? parts[2] : "";
            return output.equals("stdout") || output.equals("stderr") ? "" : output;
        }
        return FILES.stream()
                .filter(option::startsWith)
                .map(start -> option.substring(start.length()))
                .findFirst()
                .orElse("");
    }

    private static boolean isOneFile(String name) {
        return !name.isEmpty() && !name.contains(EACH_ITS_OWN);
    }

    /** A debugger by its path, or a profiler that writes one file. */
    private static boolean isOneAgent(String option) {
        return option.startsWith("-agentpath:")
                && (option.contains("jdwp")
                        || option.contains("file=") && !option.contains(EACH_ITS_OWN));
    }
}
