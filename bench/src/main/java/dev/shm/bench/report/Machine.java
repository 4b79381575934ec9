package dev.shm.bench.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Where something was measured.
 *
 * @param processor its model.
 * @param processors how many the JVM may use.
 * @param system the operating system.
 * @param jdk the JVM and its version.
 * @param load how many threads ran, or wished to, in the minute before; negative if unknown.
 */
public record Machine(String processor, int processors, String system, String jdk, double load) {
    private static final double BUSY = 0.5;
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");

    /** This one. */
    public static Machine here() {
        return new Machine(
                processorName(),
                Runtime.getRuntime().availableProcessors(),
                String.join(
                        " ",
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        System.getProperty("os.arch")),
                System.getProperty("java.vm.name")
                        + " "
                        + System.getProperty("java.runtime.version"),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    /** Whether something else ran that is likely to show in what is measured. */
    public boolean isBusy() {
        return load > processors * BUSY;
    }

    private static String processorName() {
        try (Stream<String> lines = Files.lines(CPUINFO)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown"; // not a Linux
        }
    }

    @Override
    public String toString() {
        return processor + ", " + processors + " processors, " + system + ", " + jdk;
    }
}
