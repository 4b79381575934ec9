package dev.shm.bench.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Which sources ours and its peers were made from. */
public final class Sources {
    private Sources() {}

    /** The commit that is checked out there, and whether the files differ from it. */
    public static String commit(Path checkout) {
        String commit = firstLine(checkout, "git", "rev-parse", "HEAD");
        if (commit.isEmpty()) {
            return "unknown";
        }
        boolean changed = !firstLine(checkout, "git", "status", "--porcelain").isEmpty();
        return changed ? commit + " and changes" : commit;
    }

    /** Libraries by the names of their files, and programs by what they say. */
    public static List<String> versions(Path checkout, Class<?>... libraries) {
        List<String> versions = new ArrayList<>();
        Stream.of(libraries).map(Sources::library).forEach(versions::add);
        for (String program : List.of("cc", "python3")) {
            String version = firstLine(checkout, program, "--version");
            versions.add(version.isEmpty() ? "no " + program : version);
        }
        return versions;
    }

    private static String library(Class<?> type) {
        String file = type.getProtectionDomain().getCodeSource().getLocation().getPath();
        String name = file.substring(file.lastIndexOf('/') + 1);
        return name.endsWith(".jar") ? name.substring(0, name.length() - ".jar".length()) : name;
    }

    /** Empty if the program is not there or fails. */
    private static String firstLine(Path folder, String... command) {
        try {
            Process process =
                    new ProcessBuilder(command)
                            .directory(folder.toFile())
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            byte[] said = process.getInputStream().readAllBytes();
            String text = new String(said, StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? text.lines().findFirst().orElse("") : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
