package dev.shm.arch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the sources of the tests say of kill points. A test says what stands in it and in those
 * members of its class that it names, or that these name; the names of points count in strings
 * only.
 */
final class KillTests {
    /** What a test does at a point. */
    enum Way {
        /** Somebody is killed there; the others come afterwards. */
        IDLE("(?!)"),
        /** The others wait. */
        BLOCKED("\\b\\w*[bB]locked\\b"),
        /** The others do not stop for it. */
        RACING("\\b\\w*([rR]acers|[rR]acing|Race)\\b"),
        /** Nobody is killed: it is stopped, and goes on. */
        STOPPED("\\b(goOn|goThrough)\\(|\"go on\"|\\bgo\\.set\\(");

        private final Pattern sign;

        Way(String sign) {
            this.sign = Pattern.compile(sign);
        }

        private boolean isIn(String code) {
            return sign.matcher(code).find();
        }
    }

    private static final Set<Way> KILLED = EnumSet.of(Way.IDLE, Way.BLOCKED, Way.RACING);
    private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/|(?-s: // .*)");
    private static final Pattern STRING = Pattern.compile("\"((?:[^\"\\\\\n]|\\\\.)*)\"");
    private static final Pattern WORD = Pattern.compile("\\w+");
    private static final Pattern TEST = Pattern.compile("@(?:Parameterized)?Test\\b");
    private static final Pattern KILL = Pattern.compile("\\b(?:kill|destroyForcibly)\\(\\)");
    private static final Pattern OTHERS = Pattern.compile("\\b(?:Bystander|Survivor)\\b");

    /** One of the others, by name, in a test that has no table of them. */
    private static final Pattern ONE_KIND =
            Pattern.compile("(?:Bystander\\.|Survivors\\(Survivor\\.)([A-Z]+)(?:\\.begin|\\))");

    private static final Pattern DECLARATION =
            Pattern.compile("(?m)^ {4}(?=[A-Za-z]).*\\b(?:class|enum|record) (\\w+)");

    private static final Pattern NAMED =
            Pattern.compile("(?m)^ {4}(?:@\\w+ )*[A-Za-z][^(=;]*?(\\w+)\\s*[(=;]");

    /** The members of each class, overloads together, by their names. */
    private final Map<String, Map<String, String>> classes = new HashMap<>();

    KillTests(List<Path> files) throws IOException {
        for (Path file : files) {
            String name = file.getFileName().toString().replace(".java", "");
            classes.put(name, members(Files.readString(file)));
        }
    }

    /** Of a file as the formatter leaves it: a member begins and ends four spaces in. */
    private static Map<String, String> members(String source) {
        Map<String, String> members = new HashMap<>();
        StringBuilder member = new StringBuilder();
        boolean hasBody = false;
        for (String line : COMMENT.matcher(source).replaceAll("").split("\n", -1)) {
            if (member.length() == 0 && !line.matches(" {4}\\S.*")) {
                continue;
            }
            member.append(line).append('\n');
            hasBody |= line.endsWith("{") && !line.endsWith("({");
            boolean ends = line.matches(" {4}(?:\\};?|\\S.*\\{\\})");
            if (ends || !hasBody && line.endsWith(";")) {
                String text = member.toString();
                members.merge(name(text), text, String::concat);
                member.setLength(0);
                hasBody = false;
            }
        }
        return members;
    }

    private static String name(String member) {
        Matcher type = DECLARATION.matcher(member);
        Matcher other = NAMED.matcher(member);
        if (type.find()) {
            return type.group(1);
        }
        return other.find() ? other.group(1) : "";
    }

    /** Whether there is such a test, which is named like {@code ThisTest#thatMethod}. */
    boolean has(String test) {
        String[] parts = test.split("#", -1);
        String own = classes.getOrDefault(parts[0], Map.of()).get(parts[parts.length - 1]);
        return parts.length == 2 && own != null && TEST.matcher(own).find();
    }

    /** Whether a test that there is stops somebody at a point. */
    boolean stopsAt(String test, String point) {
        String[] parts = test.split("#", -1);
        return isIn(point, strings(all(classes.get(parts[0]), parts[1])));
    }

    /** What the tests of a class do at a point. */
    Set<Way> ways(String className, String point) {
        Map<String, String> members = classes.get(className);
        Set<Way> ways = EnumSet.noneOf(Way.class);
        members.forEach(
                (name, own) -> {
                    String all = all(members, name);
                    if (TEST.matcher(own).find() && isIn(point, strings(all))) {
                        String head = own.substring(0, own.indexOf(" void "));
                        ways.addAll(ways(point, head, all.substring(head.length())));
                    }
                });
        return ways;
    }

    private static Set<Way> ways(String point, String head, String code) {
        Set<Way> ways = EnumSet.noneOf(Way.class);
        if (KILL.matcher(code).find()) {
            ways.addAll(others(point, head, code));
        }
        if (Way.STOPPED.isIn(code)) {
            ways.add(Way.STOPPED);
        }
        return ways;
    }

    /** What the others do: in the rows of a table with that point, or by the test's own words. */
    private static Set<Way> others(String point, String head, String code) {
        String signature = code.substring(0, code.indexOf('{'));
        Set<Way> others = named(rowsOf(point, head));
        if (others.isEmpty() && OTHERS.matcher(signature).find()) {
            others = named(head.contains("names = ") ? strings(head) : KILLED.toString());
        }
        if (others.isEmpty()) {
            others.add(Way.IDLE);
            KILLED.stream().filter(way -> way.isIn(code)).forEach(others::add);
            Matcher kind = ONE_KIND.matcher(code);
            while (kind.find()) {
                others.add(Way.valueOf(kind.group(1)));
            }
        }
        return others;
    }

    private static Set<Way> named(String text) {
        return KILLED.stream()
                .filter(way -> Pattern.compile("\\b" + way + "\\b").matcher(text).find())
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Way.class)));
    }

    /** All rows where none has the point. */
    private static String rowsOf(String point, String head) {
        int at = head.indexOf("@CsvSource");
        String rows = at < 0 ? "" : strings(head.substring(at));
        String its = rows.lines().filter(row -> isIn(point, row)).collect(Collectors.joining("\n"));
        return its.isEmpty() ? rows : its;
    }

    private static boolean isIn(String point, String text) {
        return Pattern.compile("(?<![\\w.])" + Pattern.quote(point) + "(?![\\w.])")
                .matcher(text)
                .find();
    }

    private static String strings(String code) {
        return STRING.matcher(code)
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.joining("\n"));
    }

    /** A member, and then all that it names. */
    private static String all(Map<String, String> members, String name) {
        StringBuilder all = new StringBuilder();
        Set<String> seen = new HashSet<>(Set.of(name));
        Deque<String> rest = new ArrayDeque<>(seen);
        while (!rest.isEmpty()) {
            String text = members.get(rest.remove());
            all.append(text);
            WORD.matcher(text)
                    .results()
                    .map(MatchResult::group)
                    .filter(members::containsKey)
                    .filter(seen::add)
                    .forEach(rest::add);
        }
        return all.toString();
    }
}
