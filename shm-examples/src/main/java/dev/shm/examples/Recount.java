package dev.shm.examples;

import dev.shm.examples.LineCounter.Count;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Counts once more, alone and from the directory on, and compares. */
final class Recount {
    private final Map<String, Count> counts = new HashMap<>();
    private final Map<String, String> unreadable = new HashMap<>();
    private final FileTree tree;

    /**
     * Counts.
     *
     * @param tree a walk of its own, done after the workers were.
     */
    Recount(FileTree tree) {
        this.tree = tree;
        LineCounter counter = new LineCounter();
        for (String file : tree.files()) {
            try {
                counts.put(file, counter.count(FileTree.path(file), bytes -> {}));
            } catch (IOException e) {
                unreadable.put(file, e.toString());
            }
        }
    }

    /**
     * Compares, file by file.
     *
     * @return a line for each file that was not counted, or is not what it was; empty when the
     *     workers' totals are right.
     */
    List<String> differences(FileResults results) {
        List<String> differences = new ArrayList<>(tree.unreadable());
        Set<String> appeared = new HashSet<>(tree.files());
        for (int file = 0; file < results.files(); file++) {
            String name = results.name(file);
            appeared.remove(name);
            String difference =
                    results.isDone(file)
                            ? ofCounted(name, results.count(file))
                            : ofUncounted(name, results.isUnreadable(file));
            if (!difference.isEmpty()) {
                differences.add(FileTree.shown(FileTree.path(name)) + ": " + difference);
            }
        }
        for (String name : appeared) {
            differences.add(
                    FileTree.shown(FileTree.path(name)) + ": appeared after the files were listed");
        }
        return differences;
    }

    private String ofCounted(String name, Count workers) {
        Count now = counts.get(name);
        if (workers.equals(now)) {
            return "";
        }
        return "the workers counted "
                + shown(workers)
                + "; "
                + (now == null
                        ? unreadable.getOrDefault(name, "it has vanished since")
                        : "now there are " + shown(now));
    }

    private String ofUncounted(String name, boolean isUnreadable) {
        if (!isUnreadable) {
            return "no worker finished it";
        }
        // One that vanished before its turn is in neither count.
        return counts.containsKey(name)
                ? "a worker could not read it; now there are " + shown(counts.get(name))
                : unreadable.getOrDefault(name, "");
    }

    private static String shown(Count count) {
        return count.lines() + " lines and " + count.bytes() + " bytes";
    }
}
