package dev.shm.bench;

import dev.shm.bench.harness.Contest;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All that is compared. */
final class Suites {
    private Suites() {}

    static List<Contest> all() {
        return Stream.of(
                        LocalSuite.contests(),
                        FlowSuite.contests(),
                        TripSuite.contests(),
                        TogetherSuite.contests())
                .flatMap(List::stream)
                .toList();
    }

    /** Their names. */
    static Set<String> names() {
        return all().stream().map(Contest::suite).collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Those of some suites.
     *
     * @param wanted names of suites; none for all.
     * @param isQuick only what is promised.
     */
    static List<Contest> of(Set<String> wanted, boolean isQuick) {
        return all().stream()
                .filter(contest -> wanted.isEmpty() || wanted.contains(contest.suite()))
                .map(contest -> isQuick ? contest.quick() : contest)
                .filter(contest -> !contest.peers().isEmpty())
                .toList();
    }
}
