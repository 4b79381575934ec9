package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.testing.ChildJvm;
import dev.shm.testing.Root;
import dev.shm.wait.Deadline;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who counts as dead, and who as alive, in whatever state the platform can bring a process.
 * ALGORITHMS 9.2; BEHAVIOURS 20.16, 20.17, 20.19.
 *
 * <p>{@code -Dshm.test.stopped.seconds=60} keeps processes stopped for longer than the 3 seconds of
 * every build.
 */
class ParticipantsProcessTest {
    private static final int STOPPED_SECONDS = Integer.getInteger("shm.test.stopped.seconds", 3);

    @TempDir Path directory;

    private Path path() {
        return directory.resolve("r.shm");
    }

    private RegionOptions options() {
        return TestRegions.small(path());
    }

    private static ChildJvm opened(ChildJvm child, Path path) {
        child.say("open " + path).expect("ok");
        return child;
    }

    /** Nobody has the byte for good: a janitor that looks holds it for a moment. */
    private static void awaitUnlocked(RawRegion raw, int slot) {
        ChildJvm.awaitThat("slot " + slot + " is unlocked", () -> !raw.isLocked(slot));
    }

    private static int tag(ChildJvm child) {
        return Integer.parseInt(child.ask("tag"));
    }

    private static int slot(ChildJvm child) {
        return ParticipantLayout.slot(tag(child));
    }

    /** Nobody waits for it and nobody asks: the janitor alone notices. */
    @Test
    void killedWhileIdle_isNoticed() {
        try (SharedRegion region = SharedRegion.create(options());
                ChildJvm child = opened(RegionChild.plain().start(), path())) {
            RawRegion raw = new RawRegion(path());
            child.say("claim c").expect("ok");
            int slot = slot(child);
            assertEquals(2, region.participants().size());
            child.kill();
            ChildJvm.awaitThat(
                    "the janitor comes", () -> raw.status(slot) == ParticipantLayout.FREE);
            assertFalse(raw.isOpen("c", slot));
            assertEquals(1, region.participants().size());
        }
    }

    /** T1: killed, and never waited for by its parent. */
    @Test
    void zombie_isDead() {
        // The JVM's parent becomes a program that waits for nobody.
        String script = "exec 3<&0; \"$@\" <&3 & exec 3<&-; exec sleep 1000";
        try (SharedRegion region = SharedRegion.create(options());
                ChildJvm child =
                        opened(
                                RegionChild.plain().prefix("sh", "-c", script, "sh").start(),
                                path())) {
            long pid = child.pid();
            int tag = tag(child);
            assertFalse(region.isDead(tag));
            child.kill();
            ChildJvm.awaitThat("it is a zombie", () -> ChildJvm.stat(pid).startsWith("Z"));
            ChildJvm.awaitThat("it is found dead", () -> region.isDead(tag));
            assertEquals(List.of(region.self()), region.participants());
            assertTrue(ChildJvm.stat(pid).startsWith("Z"), "it is still one");
        }
    }

    /** T3: foreign code in a JVM opens and closes the lock file, and the locks are gone. */
    @Test
    void foreignCodeDropsTheLocks_theProcessStaysAlive() {
        try (SharedRegion region = SharedRegion.create(options());
                ChildJvm child = opened(RegionChild.plain().start(), path())) {
            RawRegion raw = new RawRegion(path());
            int tag = tag(child);
            int slot = ParticipantLayout.slot(tag);
            assertTrue(raw.isLocked(slot));
            child.say("touch " + options().lockPath()).expect("ok");
            awaitUnlocked(raw, slot);
            for (int i = 0; i < 100; i++) {
                assertEquals(2, region.participants().size());
            }
            assertFalse(region.isDead(tag));
            child.say("attach a").expect("ok");

            // Where nobody can see that it runs, it is taken for dead, and told so.
            int boot = raw.geometry.participant(slot) + ParticipantLayout.BOOT;
            raw.memory.putLong(boot, raw.memory.getLong(boot) + 1);
            ChildJvm.awaitThat(
                    "it is taken for dead and swept",
                    () -> raw.status(slot) == ParticipantLayout.FREE);
            assertTrue(region.isDead(tag));
            String answer = child.ask("names");
            assertTrue(answer.contains("declared dead"), answer);
            assertFalse(raw.isOpen("a", slot));
            child.say("close").expect("ok");
            opened(child, path());
            assertNotEquals(tag, tag(child));
        }
    }

    /** T3, of one that is just creating: nobody cuts the file short that it is about to map. */
    @ParameterizedTest
    @ValueSource(strings = {"region.create.file", "region.create.reserved", "region.create.nonce"})
    void foreignCodeDropsTheLockOfACreator_itsFileIsLeftAlone(String point) throws IOException {
        RegionOptions unborn = TestRegions.small(directory.resolve("unborn.shm"));
        RegionOptions impatient = unborn.maxWait(100, TimeUnit.MILLISECONDS);
        ChildJvm.Builder careless =
                RegionChild.plain()
                        .property("shm.killpoint.hook", DropLocksAtKillPoint.class.getName())
                        .property("shm.test.stop.at", point)
                        .property("shm.test.touch", unborn.lockPath());
        try (ChildJvm creator = careless.start()) {
            creator.say("make " + unborn.path() + " 4096 4").expect("stopped at " + point);
            long bytes = Files.size(unborn.path());
            assertRefused(() -> SharedRegion.openOrCreate(impatient));
            assertRefused(() -> SharedRegion.delete(impatient));
            assertEquals(bytes, Files.size(unborn.path()));
            assertFalse(RegionListing.list(directory).get(0).reclaimable());
            creator.say("go on").expect("ok");
            try (SharedRegion region = SharedRegion.openOrCreate(unborn)) {
                assertEquals(2, region.participants().size(), "both are in the same region");
            }
        }
    }

    /** T4: threads that are interrupted all the time open, probe and close. */
    @Test
    void interrupts_costNoLocks() {
        try (SharedRegion region = SharedRegion.create(options().maxParticipants(8));
                ChildJvm child = opened(RegionChild.plain().start(), path())) {
            RawRegion raw = new RawRegion(path());
            int tag = tag(child);
            child.say("storm " + path() + " 10").expect("ok");
            assertTrue(raw.isLocked(ParticipantLayout.slot(tag)), "the lock is lost");
            assertFalse(region.isDead(tag));
            assertEquals(2, region.participants().size());
            assertEquals("[]", child.ask("names"));
        }
    }

    /** T5: the library is loaded twice in one JVM, and one of the two leaves. */
    @Test
    void oneOfTwoClassLoadersLeaves_theOtherStaysAlive() {
        SharedRegion.create(options()).close();
        try (ChildJvm child = ChildJvm.of(TwoLoadersChild.class).start()) {
            RawRegion raw = new RawRegion(path());
            child.say("a open " + path()).expect("ok");
            child.say("b open " + path()).expect("ok");
            int slotOfA = ParticipantLayout.slot(Integer.parseInt(child.ask("a tag")));
            int slotOfB = ParticipantLayout.slot(Integer.parseInt(child.ask("b tag")));
            assertEquals("2", child.ask("a participants"));
            assertTrue(raw.isLocked(slotOfA));

            child.say("a close").expect("ok");
            awaitUnlocked(raw, slotOfA);
            assertTrue(raw.isLocked(slotOfB), "closing the one cost the other its lock");
            child.say("drop a").expect("ok");
            child.say("gc").expect("ok");
            assertTrue(raw.isLocked(slotOfB), "unloading the one cost the other its lock");

            child.say("c open " + path()).expect("ok");
            assertEquals("2", child.ask("b participants"));
            child.say("b close").expect("ok");
            awaitUnlocked(raw, slotOfB);
            int slotOfC = ParticipantLayout.slot(Integer.parseInt(child.ask("c tag")));
            child.say("gc").expect("ok");
            assertTrue(raw.isLocked(slotOfC));
            child.say("c close").expect("ok");
            awaitUnlocked(raw, slotOfC);
        }
    }

    /** The same loader again, while the other one keeps the lock file in use. */
    @Test
    void oneOfTwoClassLoaders_comesAndGoes() {
        SharedRegion.create(options()).close();
        try (ChildJvm child = ChildJvm.of(TwoLoadersChild.class).start()) {
            RawRegion raw = new RawRegion(path());
            child.say("b open " + path()).expect("ok");
            int slotOfB = ParticipantLayout.slot(Integer.parseInt(child.ask("b tag")));
            for (int i = 0; i < 3; i++) {
                child.say("a open " + path()).expect("ok");
                assertEquals("2", child.ask("b participants"));
                child.say("a close").expect("ok");
                assertTrue(raw.isLocked(slotOfB));
                child.say("gc").expect("ok");
            }
            child.say("a open " + path()).expect("ok");
            child.say("b close").expect("ok");
            int slotOfA = ParticipantLayout.slot(Integer.parseInt(child.ask("a tag")));
            assertTrue(raw.isLocked(slotOfA));
            if (slotOfA != slotOfB) {
                awaitUnlocked(raw, slotOfB);
            }
        }
    }

    /** T6: each is process 1 of a PID namespace of its own. */
    @Test
    void pidsOfDifferentNamespaces_areNotMixedUp() throws Exception {
        String[] unshare = {"unshare", "--pid", "--fork", "--mount-proc", "--kill-child"};
        Root.assume(works(unshare), "unshare --pid is not allowed here");
        // Both would use the file of process 1 in the one directory for performance data.
        ChildJvm.Builder namespaced = RegionChild.plain().prefix(unshare).flag("-XX:-UsePerfData");
        try (ChildJvm one = namespaced.start();
                ChildJvm other = namespaced.start()) {
            one.say("make " + path() + " 4096 4").expect("ok");
            opened(other, path());
            assertEquals("1", one.ask("pid"));
            assertEquals("1", other.ask("pid"));
            assertEquals("2", one.ask("participants"));
            assertEquals("2", other.ask("participants"));
            try (SharedRegion region = SharedRegion.open(options())) {
                int tag = tag(one);
                assertEquals(3, region.participants().size());
                one.say("attach a").expect("ok");
                one.kill();
                ChildJvm.awaitThat(
                        "the other finds it dead", () -> other.ask("isDead " + tag).equals("true"));
                assertEquals("2", other.ask("participants"));
                assertEquals(2, region.participants().size());
                assertFalse(region.isDead(tag(other)));
                other.say("remove a").expect("ok");
                other.say("attach a").expect("ok");
            }
        }
    }

    private static boolean works(String... command) throws InterruptedException {
        try {
            String[] withTrue = Arrays.copyOf(command, command.length + 1);
            withTrue[command.length] = "true";
            return new ProcessBuilder(withTrue).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** T7: a process that is stopped keeps what it has, however long it takes. */
    @Test
    void stopped_isAlive() {
        Path unborn = directory.resolve("unborn.shm");
        RegionOptions impatient = options().maxWait(200, TimeUnit.MILLISECONDS);
        RegionOptions elsewhere = TestRegions.small(unborn).maxWait(200, TimeUnit.MILLISECONDS);
        try (SharedRegion region = SharedRegion.create(impatient);
                ChildJvm creator = RegionChild.stoppable().start();
                ChildJvm owner = opened(RegionChild.stoppable().start(), path());
                ChildJvm idle = opened(RegionChild.plain().start(), path())) {
            int ownerTag = tag(owner);
            int idleTag = tag(idle);
            creator.say("arm region.create.reserved").expect("ok");
            creator.say("make " + unborn + " 4096 4");
            owner.say("arm directory.create.claimed").expect("ok");
            owner.say("attach a");
            creator.expect("stopped at region.create.reserved");
            owner.expect("stopped at directory.create.claimed");
            List.of(creator, owner, idle).forEach(ChildJvm::stop);

            Deadline end = Deadline.after(STOPPED_SECONDS, TimeUnit.SECONDS);
            while (!end.isExpired()) {
                assertRefused(() -> SharedRegion.openOrCreate(elsewhere));
                assertRefused(
                        () -> region.attach("a", Patterns.spec("a"), AttachMode.OPEN_OR_CREATE));
                assertRefused(() -> region.remove("a"));
                assertEquals(3, region.participants().size());
                assertFalse(region.isDead(ownerTag));
                assertFalse(region.isDead(idleTag));
            }

            List.of(creator, owner, idle).forEach(ChildJvm::goOn);
            creator.say("go on").expect("ok");
            owner.say("go on").expect("ok");
            assertEquals("[a]", idle.ask("names"));
            try (Block block = region.attach("a", Patterns.spec("a"), AttachMode.OPEN_OR_CREATE)) {
                Patterns.verify("a", block.buffer());
            }
            try (SharedRegion born = SharedRegion.open(elsewhere)) {
                assertEquals(2, born.participants().size());
            }
        }
    }

    private static void assertRefused(Runnable action) {
        IllegalStateException e = assertThrows(IllegalStateException.class, action::run);
        assertTrue(e.getMessage().contains("lives"), e.getMessage());
    }

    /** T8: whoever came now would not see the locks of those who are there. */
    @Test
    void replacedLockFile_isRefused() throws IOException {
        RegionOptions other = TestRegions.small(directory.resolve("other.shm"));
        SharedRegion.create(other).close();
        SharedRegion.create(options()).close();
        try (ChildJvm child = opened(RegionChild.plain().start(), path())) {
            Path aside = directory.resolve("aside");
            Files.move(options().lockPath(), aside);
            Files.copy(other.lockPath(), options().lockPath());
            assertNonceRefused();
            Files.delete(options().lockPath());
            Files.createFile(options().lockPath());
            assertNonceRefused();
            child.say("attach a").expect("ok");
            Files.move(aside, options().lockPath(), StandardCopyOption.REPLACE_EXISTING);
            try (SharedRegion region = SharedRegion.open(options())) {
                assertEquals(2, region.participants().size());
                assertEquals(List.of("a"), region.names());
            }
        }
    }

    private void assertNonceRefused() {
        for (Runnable open :
                List.<Runnable>of(
                        () -> SharedRegion.open(options()),
                        () -> SharedRegion.openOrCreate(options()))) {
            RegionFormatException e = assertThrows(RegionFormatException.class, open::run);
            assertTrue(e.getMessage().contains("nonce"), e.getMessage());
        }
    }

    /** Whoever lacks the code of a type certifies the death, and leaves the rest to another. */
    @Test
    void sweep_isCompletedByWhoeverHasTheCode() throws IOException {
        SharedRegion.create(options().maxParticipants(2)).close();
        RawRegion raw = new RawRegion(path());
        try (ChildJvm victim = opened(RegionChild.plain().start(), path());
                ChildJvm ignorant = opened(withoutServices().start(), path())) {
            victim.say("claim c").expect("ok");
            int tag = tag(victim);
            int slot = ParticipantLayout.slot(tag);
            victim.kill();
            ChildJvm.awaitThat(
                    "the death is certified", () -> raw.status(slot) != ParticipantLayout.ACTIVE);
            for (int i = 0; i < 50; i++) {
                assertEquals("1", ignorant.ask("participants"));
                assertEquals(ParticipantLayout.DEAD, raw.status(slot));
            }
            String refused = ignorant.ask("open " + path());
            assertTrue(refused.contains("slots are taken"), refused);
            assertTrue(raw.isOpen("c", slot));

            try (SharedRegion region = SharedRegion.open(options())) {
                assertEquals(slot, ParticipantLayout.slot(region.self().id()));
                assertNotEquals(tag, region.self().id());
                try (Block block = region.attach("c", new ClaimType())) {
                    assertFalse(ClaimType.hasClaim(block.buffer(), tag));
                    assertEquals(1, block.buffer().getLong(ClaimType.EFFECTIVE_SWEEPS));
                }
            }
        }
    }

    /** A child whose class path lists none of the tests' object types. */
    private ChildJvm.Builder withoutServices() throws IOException {
        String[] entries = System.getProperty("java.class.path").split(File.pathSeparator, -1);
        for (int i = 0; i < entries.length; i++) {
            Path services = Path.of(entries[i], "META-INF", "services");
            Path listed = services.resolve(ObjectType.class.getName());
            if (Files.exists(listed) && Files.readString(listed).contains("ClaimType")) {
                entries[i] = copyClasses(Path.of(entries[i])).toString();
            }
        }
        return RegionChild.plain()
                .classPath(Arrays.stream(entries).collect(Collectors.joining(File.pathSeparator)));
    }

    private Path copyClasses(Path classes) throws IOException {
        Path copy = directory.resolve("classes");
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(name -> name.toString().endsWith(".class")).toList()) {
                Path target = copy.resolve(classes.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
        return copy;
    }
}
