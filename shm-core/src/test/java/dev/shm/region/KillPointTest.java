package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process is stopped at each step of each protocol of a region, and then killed there (ALGORITHMS
 * 1.6, 8.1 and 8.2; BEHAVIOURS 20.2, 20.5, 20.13, 20.14).
 *
 * <p>While it is stopped, and alive, nobody takes anything over: whoever needs what it holds is
 * told so once his patience ends, and nobody else notices. When it goes on all is well. When it is
 * killed instead, everybody who waits goes on and so does everybody who races, whoever comes later
 * finds nothing amiss, and no space is lost.
 */
class KillPointTest {
    private static final Path SOURCES = Path.of("src", "main", "java", "dev", "shm", "region");
    private static final Pattern KILL_POINT = Pattern.compile("KillPoint\\.at\\(\\s*\"([^\"]+)\"");

    private static final String CONTESTED = "contested";
    private static final String OTHER = "other";
    private static final String CLAIMED = "claimed";
    private static final int HEAP_BYTES = 1 << 16;
    private static final int PARTICIPANTS = 8;

    /** A slot that nobody else comes to. */
    private static final int DEAD_SLOT = 7;

    private static final int DEAD_INCARNATION = 5;

    @TempDir Path directory;

    /** What others do meanwhile. */
    enum Peer {
        /** Opens the region, or creates it. */
        OPENER,
        /** Opens the object that the stopped process is at, or creates it. */
        ATTACHER,
        /** Removes that object. */
        REMOVER,
        /** Creates and removes another object. */
        BYSTANDER
    }

    /** What the process is doing that is stopped. */
    enum Scenario {
        CREATE_REGION,
        DELETE_REGION,
        OPEN_REGION,
        /** Opens a region whose only slot has a dead tenant. */
        OPEN_REGION_OF_THE_DEAD,
        /** Notices a death. */
        CERTIFY,
        CLOSE_REGION,
        CREATE_OBJECT,
        OPEN_OBJECT,
        REMOVE_OBJECT,
        /** Takes over an object whose creator was killed. */
        INHERIT_OBJECT,
        /** Takes over the directory mutex of a process that was killed. */
        INHERIT_MUTEX;

        /** Whether there is a region before that others have open, and are not held up in. */
        boolean hasPeers() {
            return this != CREATE_REGION && this != OPEN_REGION_OF_THE_DEAD;
        }
    }

    /** One point in one scenario, after so many passes, and who has to wait while it is stopped. */
    record Row(String point, int passes, Scenario scenario, EnumSet<Peer> waiting) {
        static Row of(String point, Scenario scenario, Peer... waiting) {
            return after(0, point, scenario, waiting);
        }

        static Row after(int passes, String point, Scenario scenario, Peer... waiting) {
            EnumSet<Peer> set = EnumSet.noneOf(Peer.class);
            set.addAll(List.of(waiting));
            return new Row(point, passes, scenario, set);
        }

        @Override
        public String toString() {
            return point + (passes == 0 ? "" : " again") + " in " + scenario;
        }
    }

    static List<Row> rows() {
        return List.of(
                Row.of("file.create.made", Scenario.CREATE_REGION), // the lock file, not yet locked
                Row.of("region.create.locked", Scenario.CREATE_REGION, Peer.OPENER),
                Row.after(1, "file.create.made", Scenario.CREATE_REGION, Peer.OPENER),
                Row.of("region.create.file", Scenario.CREATE_REGION, Peer.OPENER),
                Row.of("region.create.empty", Scenario.CREATE_REGION, Peer.OPENER),
                Row.of("region.create.header", Scenario.CREATE_REGION, Peer.OPENER),
                Row.of("region.create.reserved", Scenario.CREATE_REGION, Peer.OPENER),
                Row.of("region.create.nonce", Scenario.CREATE_REGION, Peer.OPENER),
                Row.of("region.create.ready", Scenario.CREATE_REGION, Peer.OPENER),
                Row.of("region.delete.locked", Scenario.DELETE_REGION, Peer.OPENER),
                Row.of("region.delete.file", Scenario.DELETE_REGION, Peer.OPENER),
                Row.of("region.delete.lock", Scenario.DELETE_REGION),
                Row.of("join.locked", Scenario.OPEN_REGION, Peer.OPENER),
                Row.of("join.described", Scenario.OPEN_REGION, Peer.OPENER),
                Row.of("join.active", Scenario.OPEN_REGION, Peer.OPENER),
                Row.of("join.locked", Scenario.OPEN_REGION_OF_THE_DEAD, Peer.OPENER),
                Row.of("bury.certified", Scenario.OPEN_REGION_OF_THE_DEAD, Peer.OPENER),
                Row.of("sweep.object", Scenario.OPEN_REGION_OF_THE_DEAD, Peer.OPENER),
                Row.of("bury.swept", Scenario.OPEN_REGION_OF_THE_DEAD, Peer.OPENER),
                Row.of("join.described", Scenario.OPEN_REGION_OF_THE_DEAD, Peer.OPENER),
                Row.of("probe.locked", Scenario.CERTIFY),
                Row.of("bury.certified", Scenario.CERTIFY),
                Row.of("sweep.object", Scenario.CERTIFY),
                Row.of("bury.swept", Scenario.CERTIFY),
                Row.of("sweep.object", Scenario.CLOSE_REGION),
                Row.of("leave.swept", Scenario.CLOSE_REGION),
                mutexHeld("directory.create.locked", Scenario.CREATE_OBJECT),
                mutexHeld("directory.create.described", Scenario.CREATE_OBJECT),
                mutexHeld("directory.create.claimed", Scenario.CREATE_OBJECT),
                creating("directory.create.cleared", Scenario.CREATE_OBJECT),
                creating("directory.create.initialised", Scenario.CREATE_OBJECT),
                Row.of("directory.create.ready", Scenario.CREATE_OBJECT),
                mutexHeld("directory.open.retained", Scenario.OPEN_OBJECT),
                mutexHeld("directory.remove.deleted", Scenario.REMOVE_OBJECT),
                mutexHeld("directory.reap", Scenario.REMOVE_OBJECT),
                creating("directory.create.inherited", Scenario.INHERIT_OBJECT),
                mutexHeld("directory.mutex.inherited", Scenario.INHERIT_MUTEX));
    }

    private static Row mutexHeld(String point, Scenario scenario) {
        return Row.of(point, scenario, Peer.ATTACHER, Peer.REMOVER, Peer.BYSTANDER);
    }

    private static Row creating(String point, Scenario scenario) {
        return Row.of(point, scenario, Peer.ATTACHER, Peer.REMOVER);
    }

    @Test
    void everyKillPoint_hasARow() throws IOException {
        Set<String> inSources = new TreeSet<>();
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.toList()) {
                Matcher matcher = KILL_POINT.matcher(Files.readString(file));
                while (matcher.find()) {
                    inSources.add(matcher.group(1));
                }
            }
        }
        Set<String> inRows = new TreeSet<>(rows().stream().map(Row::point).toList());
        assertEquals(inSources, inRows);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void stoppedOrKilled_othersNeitherHangNorLose(Row row) throws Exception {
        try (Stage stage = new Stage(row)) {
            stage.bringToStop();
            stage.checkThatNobodyTakesOver();
            stage.letGoOn();
            stage.checkThatEverybodySucceeds();
            stage.checkThatNothingIsLost();

            stage.bringToStop();
            Map<Peer, Future<?>> blocked = stage.startPeers(stage.patient);
            Map<Peer, Future<?>> racing = stage.startRacing();
            stage.kill();
            await(blocked);
            stage.checkThatEverybodySucceeds();
            stage.racing = false;
            await(racing);
            stage.checkThatNothingIsLost();
        }
    }

    /** BEHAVIOURS 20.14: who clears up meets one that is alive and just starting. */
    @ParameterizedTest
    @ValueSource(strings = {"region.create.file", "region.create.header", "join.active"})
    void reclaim_leavesAStartingCreatorAloneAndTakesADeadOnes(String point) {
        RegionOptions options = TestRegions.small(directory.resolve("q.shm"));
        RegionOptions impatient = options.maxWait(100, TimeUnit.MILLISECONDS);
        try (ChildJvm creator = RegionChild.stoppable().start()) {
            creator.say("arm " + point).expect("ok");
            creator.say("make " + options.path() + " 4096 4").expect("stopped at " + point);
            for (Runnable taker :
                    List.<Runnable>of(
                            () -> SharedRegion.reclaim(impatient),
                            () -> SharedRegion.delete(impatient))) {
                IllegalStateException e = assertThrows(IllegalStateException.class, taker::run);
                assertTrue(e.getMessage().contains("lives"), e.getMessage());
            }
            RegionInfo living = RegionListing.list(directory).get(0);
            assertFalse(living.reclaimable(), living::toString);
            boolean whole = point.startsWith("join");
            assertEquals(
                    whole ? null : "a process is just creating or deleting it", living.problem());
            creator.kill();
        }
        assertTrue(RegionListing.list(directory).get(0).reclaimable());
        SharedRegion.reclaim(options);
        assertFalse(Files.exists(options.path()));
        assertFalse(Files.exists(options.lockPath()));
    }

    /** The lock file of one that has not even locked it may be taken away: it makes another one. */
    @Test
    void reclaim_ofALockFileThatIsNotYetLocked_doesNotStopItsMaker() {
        RegionOptions options = TestRegions.small(directory.resolve("q.shm"));
        try (ChildJvm creator = RegionChild.stoppable().start()) {
            creator.say("arm file.create.made").expect("ok");
            creator.say("make " + options.path() + " 4096 4").expect("stopped at file.create.made");
            SharedRegion.reclaim(options);
            assertFalse(Files.exists(options.lockPath()));
            creator.say("go on").expect("ok");
            try (SharedRegion region = SharedRegion.open(options)) {
                assertEquals(2, region.participants().size());
            }
        }
    }

    /** What nobody has joined is no region that a caller of create() could want to exist. */
    @Test
    void joiningFails_whatWasCreatedForItIsTakenAway() throws IOException {
        RegionOptions options = TestRegions.small(directory.resolve("q.shm"));
        ChildJvm.Builder failing =
                RegionChild.plain()
                        .property("shm.killpoint.hook", ThrowAtKillPoint.class.getName())
                        .property("shm.test.throw.at", "join.described");
        try (ChildJvm creator = failing.start()) {
            String answer = creator.ask("make " + options.path() + " 4096 4");
            assertTrue(answer.contains("OutOfMemoryError"), answer);
            assertEquals(Set.of(), TestRegions.files(directory));
            SharedRegion.create(options).close();
            answer = creator.ask("open " + options.path());
            assertTrue(answer.contains("OutOfMemoryError"), answer);
        }
        try (SharedRegion region = SharedRegion.open(options)) {
            assertEquals(List.of(region.self()), region.participants(), "what others made stays");
        }
    }

    /** One that gave up in the middle lives, and is not creating it any more. */
    @Test
    void creatingFails_anotherCreatesIt() {
        RegionOptions options = TestRegions.small(directory.resolve("q.shm"));
        ChildJvm.Builder failing =
                RegionChild.plain()
                        .property("shm.killpoint.hook", ThrowAtKillPoint.class.getName())
                        .property("shm.test.throw.at", "region.create.reserved");
        try (ChildJvm creator = failing.start()) {
            String answer = creator.ask("make " + options.path() + " 4096 4");
            assertTrue(answer.contains("OutOfMemoryError"), answer);
            SharedRegion.create(options).close();
        }
    }

    /** Half of what somebody else wanted is no part of what is made now. */
    @Test
    void killedCreatorOfALargerRegion_leavesNothingOfIt() throws IOException {
        RegionOptions options = TestRegions.small(directory.resolve("q.shm"));
        try (ChildJvm creator = RegionChild.stoppable().start()) {
            creator.say("arm region.create.reserved").expect("ok");
            creator.say("make " + options.path() + " 100000 4");
            creator.expect("stopped at region.create.reserved");
            creator.kill();
        }
        SharedRegion.openOrCreate(options).close();
        try (SharedRegion region = SharedRegion.open(options)) {
            assertEquals(TestRegions.HEAP_BYTES, region.bytes());
        }
    }

    /** The umask of a creator that is killed too early must not shut others out for ever. */
    @Test
    void killedBeforePermissionsAreComplete_theNextCreatorCompletesThem() throws IOException {
        RegionOptions shared =
                TestRegions.small(directory.resolve("p.shm")).permissions("rw-rw-r--");
        for (int passes = 0; passes <= 1; passes++) {
            ChildJvm.Builder secretive =
                    RegionChild.stoppable().prefix("sh", "-c", "umask 077; exec \"$@\"", "sh");
            try (ChildJvm child = secretive.start()) {
                child.say("arm file.create.made " + passes).expect("ok");
                child.say("make " + shared.path() + " 4096 4 rw-rw-r--");
                child.expect("stopped at file.create.made");
                child.kill();
                child.awaitExit();
            }
            SharedRegion.openOrCreate(shared).close();
            for (Path file : List.of(shared.path(), shared.lockPath())) {
                Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
                assertEquals("rw-rw-r--", PosixFilePermissions.toString(permissions));
            }
            SharedRegion.delete(shared);
        }
    }

    private static void await(Map<Peer, Future<?>> peers) throws Exception {
        for (Future<?> peer : peers.values()) {
            peer.get(1, TimeUnit.MINUTES);
        }
    }

    /** A region, or the place for one, with its peers in this JVM and the victim in another. */
    private final class Stage implements AutoCloseable {
        private final Row row;
        private final Path path = directory.resolve("stage.shm");
        private final ChildJvm victim = RegionChild.stoppable().start();
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final List<SharedRegion> peers = new ArrayList<>();
        private final Attachment impatient;
        private final Attachment patient;
        private volatile boolean racing;

        Stage(Row row) {
            this.row = row;
            this.impatient = new Attachment(100);
            this.patient = new Attachment(60_000);
        }

        /** How the peers of one kind of patience come to the region. */
        private final class Attachment {
            final RegionOptions options;
            SharedRegion region;

            Attachment(long maxWaitMillis) {
                options =
                        RegionOptions.at(path)
                                .bytes(HEAP_BYTES)
                                .maxParticipants(slots())
                                .maxWait(maxWaitMillis, TimeUnit.MILLISECONDS);
            }

            private int slots() {
                return row.scenario() == Scenario.OPEN_REGION_OF_THE_DEAD ? 1 : PARTICIPANTS;
            }

            void open() {
                region = SharedRegion.openOrCreate(options);
                peers.add(region);
            }

            boolean canAct(Peer peer) {
                return peer == Peer.OPENER || region != null;
            }

            void act(Peer peer) {
                switch (peer) {
                    case OPENER -> SharedRegion.openOrCreate(options).close();
                    case ATTACHER -> attach(CONTESTED);
                    case REMOVER -> region.remove(CONTESTED);
                    case BYSTANDER -> {
                        attach(OTHER);
                        region.entries();
                        region.remove(OTHER);
                    }
                }
            }

            private void attach(String name) {
                try (Block block =
                        region.attach(name, Patterns.spec(name), AttachMode.OPEN_OR_CREATE)) {
                    Patterns.verify(name, block.buffer());
                }
            }
        }

        /** Sets the scene, has the victim do its part, and waits until it stops. */
        void bringToStop() {
            switch (row.scenario()) {
                case CREATE_REGION -> armAndSay(make(PARTICIPANTS));
                case DELETE_REGION -> {
                    openPeers();
                    armAndSay("delete " + path);
                }
                case OPEN_REGION -> {
                    openPeers();
                    armAndSay("open " + path);
                }
                case OPEN_REGION_OF_THE_DEAD -> {
                    killSomebody(0);
                    armAndSay("open " + path);
                }
                case CERTIFY -> {
                    say(make(PARTICIPANTS));
                    arm();
                    killSomebody(DEAD_SLOT);
                    victim.expect("stopped at " + row.point());
                    openPeers();
                    return;
                }
                case CLOSE_REGION -> {
                    openPeers();
                    say("open " + path);
                    say("claim " + CLAIMED);
                    armAndSay("close");
                }
                case CREATE_OBJECT -> {
                    openPeers();
                    say("open " + path);
                    armAndSay("attach " + CONTESTED);
                }
                case OPEN_OBJECT, REMOVE_OBJECT -> {
                    openPeers();
                    patient.attach(CONTESTED);
                    say("open " + path);
                    boolean opens = row.scenario() == Scenario.OPEN_OBJECT;
                    armAndSay((opens ? "attach " : "remove ") + CONTESTED);
                }
                case INHERIT_OBJECT -> {
                    openPeers();
                    say("open " + path);
                    int slot = victimSlot();
                    RawRegion raw = new RawRegion(path);
                    try (ChildJvm first = stoppedAt("directory.create.cleared", CONTESTED)) {
                        armAndSay("attach " + CONTESTED);
                        ChildJvm.awaitThat("the heir waits", () -> raw.isOpen(CONTESTED, slot));
                        first.kill();
                    }
                }
                case INHERIT_MUTEX -> {
                    openPeers();
                    say("open " + path);
                    try (ChildJvm first = stoppedAt("directory.create.locked", OTHER)) {
                        first.kill();
                    }
                    armAndSay("attach " + CONTESTED);
                }
            }
            victim.expect("stopped at " + row.point());
        }

        private String make(int participants) {
            return "make " + path + " " + HEAP_BYTES + " " + participants;
        }

        private void openPeers() {
            impatient.open();
            patient.open();
        }

        /** Leaves a claim, and a slot, of somebody who is dead; nobody here notices. */
        private void killSomebody(int slot) {
            patient.open();
            int tag = ParticipantLayout.tag(DEAD_INCARNATION, slot);
            try (Block block =
                    patient.region.attach(CLAIMED, ClaimType.spec(), AttachMode.OPEN_OR_CREATE)) {
                ClaimType.claim(block.buffer(), tag);
            }
            closePeers();
            RawRegion raw = new RawRegion(path);
            raw.directory.setOpen(raw.directory.find(CLAIMED), slot);
            raw.pretendDead(slot, DEAD_INCARNATION);
        }

        private int victimSlot() {
            return ParticipantLayout.slot(Integer.parseInt(victim.ask("tag")));
        }

        private ChildJvm stoppedAt(String point, String object) {
            ChildJvm child = RegionChild.stoppable().start();
            child.say("open " + path).expect("ok");
            child.say("arm " + point).expect("ok");
            child.say("attach " + object).expect("stopped at " + point);
            return child;
        }

        private void say(String command) {
            victim.say(command).expect("ok");
        }

        private void arm() {
            say("arm " + row.point() + " " + row.passes());
        }

        private void armAndSay(String command) {
            arm();
            victim.say(command);
        }

        void checkThatNobodyTakesOver() throws Exception {
            Map<Peer, Future<?>> waiting = startPeers(impatient, row.waiting());
            await(startPeers(patient, EnumSet.complementOf(row.waiting())));
            for (Map.Entry<Peer, Future<?>> peer : waiting.entrySet()) {
                ExecutionException refused =
                        assertThrows(
                                ExecutionException.class,
                                () -> peer.getValue().get(1, TimeUnit.MINUTES),
                                () -> peer.getKey() + " does not wait");
                assertEquals(IllegalStateException.class, refused.getCause().getClass());
                assertTrue(
                        refused.getCause().getMessage().contains("lives"),
                        refused.getCause().getMessage());
            }
        }

        Map<Peer, Future<?>> startPeers(Attachment attachment) {
            return startPeers(attachment, EnumSet.allOf(Peer.class));
        }

        private Map<Peer, Future<?>> startPeers(Attachment attachment, Set<Peer> which) {
            Map<Peer, Future<?>> started = new EnumMap<>(Peer.class);
            for (Peer peer : which) {
                if (attachment.canAct(peer)) {
                    started.put(peer, threads.submit(() -> attachment.act(peer)));
                }
            }
            return started;
        }

        /** Everybody, again and again, unless there is one slot for all. */
        Map<Peer, Future<?>> startRacing() {
            Map<Peer, Future<?>> started = new EnumMap<>(Peer.class);
            racing = row.scenario() != Scenario.OPEN_REGION_OF_THE_DEAD;
            for (Peer peer : Peer.values()) {
                if (racing && patient.canAct(peer)) {
                    started.put(peer, threads.submit(() -> race(peer)));
                }
            }
            return started;
        }

        private void race(Peer peer) {
            while (racing) {
                patient.act(peer);
            }
        }

        /** The victim ends its part, and leaves. */
        void letGoOn() {
            victim.say("go on");
            if (row.scenario() == Scenario.CERTIFY) {
                RawRegion raw = new RawRegion(path);
                ChildJvm.awaitThat(
                        "the slot is free", () -> raw.status(DEAD_SLOT) == ParticipantLayout.FREE);
            } else {
                victim.expect("ok");
            }
            if (row.scenario() != Scenario.DELETE_REGION) {
                say("close");
            }
        }

        void kill() {
            victim.kill();
        }

        void checkThatEverybodySucceeds() throws Exception {
            await(startPeers(patient));
        }

        /** All space can be had again, and no claim is left; then removes the region. */
        void checkThatNothingIsLost() throws IOException {
            boolean deleted = peers.stream().anyMatch(SharedRegion::isDeleted);
            if (deleted) { // those who have the old one have no slots of the new one
                try (SharedRegion fresh = SharedRegion.openOrCreate(patient.options)) {
                    assertEquals(0, ParticipantLayout.slot(fresh.self().id()));
                }
            }
            closePeers();
            try (SharedRegion region = SharedRegion.openOrCreate(patient.options)) {
                assertEquals(1, region.participants().size());
                if (region.names().contains(CLAIMED)) {
                    try (Block block = region.attach(CLAIMED, new ClaimType())) {
                        for (int at = ClaimType.CLAIMS; at < ClaimType.BYTES; at += 4) {
                            assertEquals(0, block.buffer().getIntVolatile(at));
                        }
                    }
                }
                region.names().forEach(region::remove);
                int bytes = Math.toIntExact(region.bytes());
                assertEquals(bytes, region.buffer("everything", bytes).capacity());
            }
            SharedRegion.delete(patient.options);
            assertFalse(Files.exists(path));
            assertFalse(Files.exists(patient.options.lockPath()));
        }

        private void closePeers() {
            peers.forEach(SharedRegion::close);
            peers.clear();
            impatient.region = null;
            patient.region = null;
        }

        @Override
        public void close() {
            victim.close();
            threads.shutdownNow();
            closePeers();
        }
    }
}
