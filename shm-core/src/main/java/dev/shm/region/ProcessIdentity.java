package dev.shm.region;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who a process is, as far as the platform tells: enough to show that a process is still running,
 * never to show that it is not.
 *
 * @param pid process id in its own PID namespace.
 * @param startTicks field 22 of {@code /proc/PID/stat}, raw: two JVMs may disagree on wall-clock
 *     start times, not on this; 0 where there is no such file.
 * @param pidNamespace inode of {@code /proc/self/ns/pid}; 0 when unknown.
 * @param boot hash of the kernel's boot id; 0 when unknown.
 */
record ProcessIdentity(long pid, long startTicks, long pidNamespace, long boot) {
    // Fields of /proc/PID/stat, counted from 1 as in proc(5); 1 and 2 end with the last ')'.
    private static final int FIRST_FIELD = 3;
    private static final int STATE_FIELD = 3;
    private static final int FLAGS_FIELD = 9;
    private static final int START_FIELD = 22;

    /** The kernel's PF_EXITING: set before an exiting process lets go of its locks. */
    private static final long PF_EXITING = 4;

    private static final ProcessIdentity SELF = readSelf();

    static ProcessIdentity self() {
        return SELF;
    }

    /**
     * Tells whether this very process is certainly still running: same boot, same PID namespace, a
     * process of that id with that start time that is neither a zombie nor on its way out.
     */
    boolean isProvablyRunning() {
        if (startTicks == 0 || boot != SELF.boot || pidNamespace != SELF.pidNamespace) {
            return false;
        }
        String[] fields = readStat(Long.toString(pid));
        if (fields == null) {
            return false;
        }
        char state = field(fields, STATE_FIELD).charAt(0);
        boolean gone = state == 'Z' || state == 'X' || state == 'x';
        boolean exiting = (Long.parseLong(field(fields, FLAGS_FIELD)) & PF_EXITING) != 0;
        return !gone && !exiting && Long.parseLong(field(fields, START_FIELD)) == startTicks;
    }

    private static ProcessIdentity readSelf() {
        long pid = ProcessHandle.current().pid();
        String[] stat = readStat("self");
        long start = stat == null ? 0 : Long.parseLong(field(stat, START_FIELD));
        return new ProcessIdentity(pid, start, readPidNamespace(), readBoot());
    }

    private static String field(String[] fields, int number) {
        return fields[number - FIRST_FIELD];
    }

    /** Fields 3 and on of a stat file; null when it cannot be read. */
    private static String @Nullable [] readStat(String process) {
        String stat = read("/proc/" + process + "/stat");
        // The command is in parentheses and may itself hold spaces and parentheses.
        int end = stat == null ? -1 : stat.lastIndexOf(')');
        if (stat == null || end < 0) {
            return null;
        }
        String[] fields = stat.substring(end + 1).trim().split(" ");
        return fields.length > START_FIELD - FIRST_FIELD ? fields : null;
    }

    private static long readPidNamespace() {
        try {
            String link = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
            return Long.parseLong(link.replaceAll("[^0-9]", ""));
        } catch (IOException | NumberFormatException | UnsupportedOperationException e) {
            return 0;
        }
    }

    private static long readBoot() {
        String id = read("/proc/sys/kernel/random/boot_id");
        if (id == null) {
            return 0;
        }
        UUID uuid = UUID.fromString(id.trim());
        return uuid.getMostSignificantBits() ^ uuid.getLeastSignificantBits();
    }

    /**
     * Reads a small file. Not through a channel: an interrupted thread would fail to read it, take
     * a living process for one that cannot be seen, and lose the veto.
     */
    private static @Nullable String read(String file) {
        try (InputStream in = new FileInputStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return null;
        }
    }
}
