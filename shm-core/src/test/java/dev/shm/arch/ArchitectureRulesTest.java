package dev.shm.arch;

import static dev.shm.arch.ArchitectureRules.ALL;
import static dev.shm.arch.ArchitectureRules.ARROWS;
import static dev.shm.arch.ArchitectureRules.CHRONICLE;
import static dev.shm.arch.ArchitectureRules.CLOCK;
import static dev.shm.arch.ArchitectureRules.CORE_STANDS_ALONE;
import static dev.shm.arch.ArchitectureRules.NAMES;
import static dev.shm.arch.ArchitectureRules.NATIVE_CALLS;
import static dev.shm.arch.ArchitectureRules.NO_PROTECTED;
import static dev.shm.arch.ArchitectureRules.NO_UNSAFE;
import static dev.shm.arch.ArchitectureRules.OPEN_FILES;
import static dev.shm.arch.ArchitectureRules.PROGRESS_BAR;
import static dev.shm.arch.ArchitectureRules.PUBLIC_TYPES;
import static dev.shm.arch.ArchitectureRules.TIME_OF_DAY;
import static dev.shm.arch.ArchitectureRules.VAR_HANDLES;
import static dev.shm.arch.ArchitectureRules.WRITE_FILES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules can fail: each finds the class that breaks it, and lets its gate pass. */
class ArchitectureRulesTest {
    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();
    private static final JavaFileManager FILES = COMPILER.getStandardFileManager(null, null, null);

    @TempDir Path folder;

    @ParameterizedTest
    @MethodSource("cases")
    void rules_findWhoBreaksThem(Case tried) {
        JavaClasses classes = compile(tried.sources);
        Set<ArchRule> broken = new HashSet<>(ALL);
        broken.removeIf(rule -> !rule.evaluate(classes).hasViolation());
        assertEquals(tried.broken, broken);
    }

    @Test
    void everyRule_hasACase() {
        Set<ArchRule> rules = new HashSet<>(ALL);
        cases().forEach(tried -> rules.removeAll(tried.broken));
        assertEquals(Set.of(), rules);
    }

    private static Stream<Case> cases() {
        return Stream.of(
                        arrows(),
                        gates(
                                VAR_HANDLES,
                                "java.lang.invoke.VarHandle handle;",
                                List.of("memory.MappedBuffer"),
                                List.of("memory.A", "value.A")),
                        gates(
                                NATIVE_CALLS,
                                "interface Libc extends com.sun.jna.Library {}",
                                List.of("wait.Futex"),
                                List.of("wait.A", "region.A")),
                        gates(
                                CHRONICLE,
                                "Object bytes = net.openhft.chronicle.bytes.Bytes.from(\"\");",
                                List.of("codec.ChronicleCodec"),
                                List.of("codec.A", "ring.A")),
                        progressBar(),
                        gates(
                                OPEN_FILES,
                                "java.nio.channels.FileChannel channel;",
                                List.of("region.RegionFile", "region.LockFile"),
                                List.of("region.A", "value.RegionFile")),
                        gates(
                                WRITE_FILES,
                                """
                                void touch(java.nio.file.Path path) throws java.io.IOException {
                                    java.nio.file.Files.newByteChannel(path);
                                }
                                """,
                                List.of("region.RegionFile", "region.LockFile"),
                                List.of("region.A", "value.RegionFile")),
                        gates(
                                CLOCK,
                                "long now = System.nanoTime();",
                                List.of("wait.Deadline"),
                                List.of("wait.A", "region.A")),
                        gates(
                                CLOCK,
                                "java.util.function.LongSupplier now = System::currentTimeMillis;",
                                List.of("wait.Deadline"),
                                List.of("wait.A", "region.A")),
                        gates(
                                CLOCK,
                                "Object now = java.time.Instant.now();",
                                List.of("wait.Deadline"),
                                List.of("wait.A", "region.A")),
                        gates(
                                TIME_OF_DAY,
                                "long now(java.time.Clock clock) { return clock.millis(); }",
                                List.of("region.A"),
                                List.of("wait.Deadline", "value.A")),
                        gates(
                                NO_UNSAFE,
                                "org.agrona.concurrent.UnsafeBuffer buffer;",
                                List.of(),
                                List.of("memory.MappedBuffer", "codec.A")),
                        surface())
                .flatMap(Function.identity());
    }

    private static Stream<Case> arrows() {
        return Stream.of(
                arrow("memory", "wait", ARROWS),
                arrow("wait", "memory"),
                arrow("wait", "region", ARROWS),
                arrow("region", "wait"),
                arrow("region", "value", ARROWS),
                arrow("region", "sync", ARROWS, CORE_STANDS_ALONE),
                arrow("value", "region"),
                arrow("value", "codec", ARROWS),
                arrow("value", "examples", ARROWS, CORE_STANDS_ALONE),
                arrow("codec", "memory"),
                arrow("codec", "region", ARROWS),
                arrow("ring", "region"),
                arrow("ring", "value", ARROWS),
                arrow("ring", "process", ARROWS, CORE_STANDS_ALONE),
                arrow("sync", "value"),
                arrow("sync", "queue", ARROWS),
                arrow("queue", "sync"),
                arrow("queue", "process", ARROWS),
                arrow("process", "queue"),
                arrow("process", "examples", ARROWS),
                arrow("examples", "process"),
                arrow("newcomer", "memory", ARROWS));
    }

    /** The library is not on this module's class path. */
    private static Stream<Case> progressBar() {
        Source library =
                new Source(
                        "me.tongfei.progressbar.ProgressBar",
                        "package me.tongfei.progressbar; public final class ProgressBar {}");
        String body = "me.tongfei.progressbar.ProgressBar bar;";
        return Stream.of(
                new Case(Set.of(), library, type("process.PoolProgress", body)),
                new Case(Set.of(PROGRESS_BAR), library, type("process.A", body)));
    }

    private static Stream<Case> surface() {
        return Stream.of(
                new Case(Set.of(), source("value.A", "class A { protected int a; }")),
                new Case(Set.of(), source("value.A", "public enum A { B { } }")),
                new Case(Set.of(), source("value.A", "public class A extends Exception {}")),
                new Case(Set.of(PUBLIC_TYPES), source("value.A", "public class A {}")),
                new Case(Set.of(PUBLIC_TYPES), source("value.A", "public abstract class A {}")),
                new Case(Set.of(NO_PROTECTED), type("value.A", "protected int a;")),
                new Case(Set.of(NO_PROTECTED), type("value.A", "protected void a() {}")),
                new Case(Set.of(NAMES), type("value.ValueImpl", "")),
                new Case(Set.of(NAMES), type("value.Utils", "")));
    }

    private static Case arrow(String user, String used, ArchRule... broken) {
        return new Case(
                Set.of(broken),
                type(user + ".User", "dev.shm." + used + ".Used[] used;"),
                type(used + ".Used", ""));
    }

    private static Stream<Case> gates(
            ArchRule rule, String body, List<String> gates, List<String> others) {
        return Stream.concat(
                gates.stream().map(name -> new Case(Set.of(), type(name, body))),
                others.stream().map(name -> new Case(Set.of(rule), type(name, body))));
    }

    private static Source type(String name, String body) {
        return source(
                name, "public final class " + name.replaceFirst(".*\\.", "") + "{" + body + "}");
    }

    private static Source source(String name, String declaration) {
        String packageName = "dev.shm." + name.replaceFirst("\\..*", "");
        return new Source("dev.shm." + name, "package " + packageName + ";" + declaration);
    }

    private JavaClasses compile(List<Source> sources) {
        List<String> options = List.of("-proc:none", "-d", folder.toString());
        assertTrue(COMPILER.getTask(null, FILES, null, options, null, sources).call());
        return new ClassFileImporter().importPath(folder);
    }

    /** Which rules these classes break. */
    private record Case(Set<ArchRule> broken, List<Source> sources) {
        Case(Set<ArchRule> broken, Source... sources) {
            this(broken, List.of(sources));
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("source:///" + name.replace('.', '/') + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
