package dev.shm.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** {@code docs/format.md}, for tests that hold it to the code. */
public final class FormatDoc {
    private static final Path FILE =
            Path.of(System.getProperty("basedir", "."), "..", "docs", "format.md");

    private FormatDoc() {}

    /** All of it. */
    public static String text() throws IOException {
        return Files.readString(FILE);
    }

    /** The rows of the table that follows a comment, each a list of its cells; at least one. */
    public static List<List<String>> table(String mark) throws IOException {
        List<String> lines = text().lines().toList();
        int at = lines.indexOf("<!-- " + mark + " -->");
        if (at < 0) {
            throw new AssertionError("no table of " + mark);
        }
        List<List<String>> rows =
                lines.subList(at + 3, lines.size()).stream()
                        .takeWhile(line -> line.startsWith("|"))
                        .map(line -> Arrays.stream(line.substring(1).split("\\|", -1)))
                        .map(cells -> cells.map(String::trim).toList())
                        .toList();
        if (rows.isEmpty()) {
            throw new AssertionError("no rows of " + mark);
        }
        return rows;
    }
}
