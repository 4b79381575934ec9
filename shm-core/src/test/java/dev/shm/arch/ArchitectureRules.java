package dev.shm.arch;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMembers;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.RandomAccessFile;
import java.lang.invoke.VarHandle;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the classes of every module keep to: the arrows between the packages, one gate for each
 * dangerous thing, a small public surface.
 *
 * <p>A rule that finds nothing to look at holds: packages may come later. A constant of another
 * package leaves no trace in a class file, so the use of one is not seen here.
 */
public final class ArchitectureRules {
    private static final String OURS = "dev.shm.";

    private static final Map<String, Set<String>> MAY_USE =
            Map.ofEntries(
                    Map.entry("memory", Set.of()),
                    Map.entry("wait", Set.of("memory")),
                    Map.entry("region", Set.of("memory", "wait")),
                    Map.entry("value", Set.of("memory", "wait", "region")),
                    Map.entry("codec", Set.of("memory")),
                    Map.entry("ring", Set.of("memory", "wait", "region")),
                    Map.entry("sync", Set.of("memory", "wait", "region", "value")),
                    Map.entry("queue", Set.of("memory", "wait", "region", "codec", "ring", "sync")),
                    Map.entry(
                            "process",
                            Set.of(
                                    "memory", "wait", "region", "value", "codec", "ring", "sync",
                                    "queue")));

    public static final ArchRule ARROWS =
            classes()
                    .that()
                    .resideInAPackage("dev.shm..")
                    .and()
                    .resideOutsideOfPackages("dev.shm.examples..", "dev.shm.bench..")
                    .should(useWhatTheirPackageMayUse())
                    .allowEmptyShould(true);

    public static final ArchRule CORE_STANDS_ALONE =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "dev.shm.memory..",
                            "dev.shm.wait..",
                            "dev.shm.region..",
                            "dev.shm.value..",
                            "dev.shm.codec..",
                            "dev.shm.ring..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.shm.sync..",
                            "dev.shm.queue..",
                            "dev.shm.process..",
                            "dev.shm.examples..",
                            "dev.shm.bench..")
                    .because("its module comes first")
                    .allowEmptyShould(true);

    public static final ArchRule VAR_HANDLES =
            nobody(dependOnClassesThat(belongToAnyOf(VarHandle.class)))
                    .but("dev.shm.memory.MappedBuffer")
                    .because("access modes are the buffer's methods");

    public static final ArchRule NATIVE_CALLS =
            nobody(dependOnClassesThat(resideInAPackage("com.sun.jna..")))
                    .but("dev.shm.wait.Futex")
                    .because("a platform without native code loses wake-up speed, nothing else");

    public static final ArchRule CHRONICLE =
            nobody(dependOnClassesThat(resideInAPackage("net.openhft..")))
                    .but("dev.shm.codec.ChronicleCodec")
                    .because("who does not use Chronicle does not load it");

    public static final ArchRule PROGRESS_BAR =
            nobody(dependOnClassesThat(resideInAPackage("me.tongfei..")))
                    .but("dev.shm.process.PoolProgress")
                    .because("it is optional, and a pool works without it");

    public static final ArchRule OPEN_FILES =
            nobody(
                            dependOnClassesThat(
                                    belongToAnyOf(
                                            FileChannel.class,
                                            AsynchronousFileChannel.class,
                                            RandomAccessFile.class,
                                            FileInputStream.class,
                                            FileOutputStream.class,
                                            FileReader.class,
                                            FileWriter.class)))
                    .but(
                            "dev.shm.region.RegionFile",
                            "dev.shm.region.LockFile",
                            "dev.shm.region.ProcessIdentity") // reads /proc, and no region
                    .because("permissions, links and owners are checked there");

    public static final ArchRule WRITE_FILES =
            nobody(
                            accessTargetWhere(
                                    calls(
                                            "java.nio.file.Files",
                                            "new(?!DirectoryStream).*|write.*|copy|move"
                                                    + "|create(File|Temp.*)")))
                    .but("dev.shm.region.RegionFile", "dev.shm.region.LockFile")
                    .because("permissions, links and owners are checked there");

    public static final ArchRule CLOCK =
            nobody(
                            accessTargetWhere(
                                    calls("java.lang.System", "nanoTime|currentTimeMillis")
                                            .or(calls("java.time.*", "now"))))
                    .but("dev.shm.wait.Deadline")
                    .because("time outs are counted in one place");

    public static final ArchRule TIME_OF_DAY =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.shm.region..")
                    .should(dependOnClassesThat(belongToAnyOf(Clock.class)))
                    .because("only participants have a time of day")
                    .allowEmptyShould(true);

    public static final ArchRule NO_UNSAFE =
            nobody(
                            dependOnClassesThat(
                                    nameMatching(
                                            "jdk.internal..*|sun.misc.Unsafe|org.agrona.UnsafeApi"
                                                    + "|org.agrona.concurrent.UnsafeBuffer")))
                    .but()
                    .because("it needs a JVM flag");

    public static final ArchRule PUBLIC_TYPES =
            classes()
                    .that()
                    .arePublic()
                    .and()
                    .areNotInterfaces()
                    .and()
                    .areNotEnums()
                    .and()
                    .areNotAssignableTo(Exception.class)
                    .should()
                    .haveModifier(JavaModifier.FINAL)
                    .because("nobody extends our classes")
                    .allowEmptyShould(true);

    public static final ArchRule NO_PROTECTED =
            noMembers()
                    .that()
                    .areDeclaredInClassesThat()
                    .arePublic()
                    .should()
                    .beProtected()
                    .because("nobody extends our classes")
                    .allowEmptyShould(true);

    public static final ArchRule NAMES =
            noClasses()
                    .should()
                    .haveNameMatching(".*(Impl|Utils?|Helper)")
                    .because("a class is named for what it is")
                    .allowEmptyShould(true);

    /** Every rule. */
    public static final List<ArchRule> ALL =
            List.of(
                    ARROWS,
                    CORE_STANDS_ALONE,
                    VAR_HANDLES,
                    NATIVE_CALLS,
                    CHRONICLE,
                    PROGRESS_BAR,
                    OPEN_FILES,
                    WRITE_FILES,
                    CLOCK,
                    TIME_OF_DAY,
                    NO_UNSAFE,
                    PUBLIC_TYPES,
                    NO_PROTECTED,
                    NAMES);

    private ArchitectureRules() {}

    /** The classes that this module delivers; its tests run in its folder. */
    public static JavaClasses deliveredClasses() {
        Path classes = Path.of("target", "classes");
        if (!Files.isDirectory(classes)) {
            throw new IllegalStateException("missing=" + classes.toAbsolutePath());
        }
        return new ClassFileImporter().importPath(classes);
    }

    private static Gate nobody(ArchCondition<JavaClass> does) {
        return gates ->
                noClasses()
                        .that(describe("are not " + List.of(gates), type -> !isIn(type, gates)))
                        .should(does)
                        .allowEmptyShould(true);
    }

    /** Ends a rule with the classes, and what is nested in them, that it is not for. */
    private interface Gate {
        ArchRule but(String... gates);
    }

    private static boolean isIn(JavaClass type, String... gates) {
        return List.of(gates).contains(type.getName().replaceFirst("\\$.*", ""));
    }

    private static DescribedPredicate<JavaAccess<?>> calls(String owner, String method) {
        return target(owner(nameMatching(owner))).and(target(nameMatching(method)));
    }

    private static ArchCondition<JavaClass> useWhatTheirPackageMayUse() {
        return new ArchCondition<>("use what their package may use") {
            @Override
            public void check(JavaClass user, ConditionEvents events) {
                for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
                    JavaClass used = dependency.getTargetClass().getBaseComponentType();
                    if (used.getPackageName().startsWith(OURS) && !mayUse(user, used)) {
                        events.add(
                                SimpleConditionEvent.violated(user, dependency.getDescription()));
                    }
                }
            }
        };
    }

    private static boolean mayUse(JavaClass user, JavaClass used) {
        Set<String> allowed = MAY_USE.getOrDefault(part(user), Set.of());
        return part(user).equals(part(used)) || allowed.contains(part(used));
    }

    /** The {@code region} of {@code dev.shm.region.SharedRegion}. */
    private static String part(JavaClass type) {
        return type.getPackageName().substring(OURS.length()).replaceFirst("\\..*", "");
    }
}
