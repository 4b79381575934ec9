package dev.shm.wait;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What threads sleep on inside the kernel, as Linux shows it. */
final class KernelSleeps {
    private static final Pattern CALL = Pattern.compile("(202|98) (0x\\S+ 0x\\S+ 0x\\S+) .*");

    private KernelSleeps() {}

    /** Whether the kernel shows it. */
    static boolean canBeSeen() {
        try {
            return !Files.readString(Path.of("/proc/self/syscall")).isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The calls of {@code futex(2)} that threads of a process are inside of: address, operation and
     * value, such as {@code 0x7f52c7fe1040 0x0 0x1}.
     */
    static List<String> of(long pid) throws IOException {
        List<String> calls = new ArrayList<>();
        Path tasks = Path.of("/proc/" + pid + "/task");
        try (DirectoryStream<Path> each = Files.newDirectoryStream(tasks)) {
            for (Path task : each) {
                Matcher call = CALL.matcher(callOf(task));
                if (call.matches()) {
                    calls.add(call.group(2));
                }
            }
        }
        return calls;
    }

    private static String callOf(Path task) {
        try {
            return Files.readString(task.resolve("syscall")).strip();
        } catch (IOException ended) {
            return ""; // meanwhile
        }
    }
}
