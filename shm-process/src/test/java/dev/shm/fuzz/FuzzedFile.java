package dev.shm.fuzz;

import dev.shm.region.RegionFormatException;
import dev.shm.region.RegionInfo;
import dev.shm.region.RegionOptions;
import dev.shm.region.RegionTables;
import dev.shm.region.SharedRegion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The file that one thread damages and uses again and again, with files beside it that nobody may
 * touch. Whatever is done with it gives a result or an exception of those that its method names; a
 * file that is refused is as it was.
 */
final class FuzzedFile {
    private static final String NAME = "fuzzed.shm";
    private static final int TURNS = 24; // where a lock file counts who opens the region
    private static final int TURNS_END = 64; // and says who creates it
    private static final Set<Class<? extends Exception>> NOTHING = Set.of();
    private static final Set<Class<? extends Exception>> CLOSED =
            Set.of(IllegalStateException.class);
    private static final Set<Class<? extends Exception>> DAMAGED =
            Set.of(RegionFormatException.class);
    private static final Set<Class<? extends Exception>> CLOSED_OR_DAMAGED =
            Set.of(IllegalStateException.class, RegionFormatException.class);
    private static final byte[] NEIGHBOUR = {1, 2, 3, 4, 5};
    private static final int OTHERS = 3; // which are used beside what was damaged

    private final List<Kind<?>> kinds;
    private final Door door;
    private final Path folder;
    private final Path file;
    private final Path lock;
    private final RegionOptions options;
    private final Tally tally;

    /** Something to be done. */
    interface Attempt {
        void make() throws Exception;
    }

    /** How a region is opened. */
    interface Door {
        SharedRegion open(RegionOptions options);
    }

    FuzzedFile(Path folder, List<Kind<?>> kinds, Door door, Tally tally) throws IOException {
        this.folder = folder;
        this.kinds = kinds;
        this.door = door;
        this.tally = tally;
        this.file = folder.resolve(NAME);
        this.lock = folder.resolve(NAME + ".lock");
        this.options = RegionImages.options(file);
        Files.write(folder.resolve("neighbour.shm"), NEIGHBOUR);
        Files.write(folder.resolve("neighbour.shm.lock"), NEIGHBOUR);
    }

    /** One case: damages it, lists, opens, inspects and uses it, and looks what became of it. */
    void run(Damage damage) throws IOException {
        Files.write(file, damage.region());
        byte[] lockBytes = damage.lockFile();
        if (lockBytes == null) {
            Files.deleteIfExists(lock);
        } else {
            Files.write(lock, lockBytes);
        }
        Set<String> before = names();
        list(damage);
        boolean isRefused = damage.isForeign() || !RegionTables.isReadable(options);
        boolean isOpened = open(damage);
        if (isRefused) {
            check(!isOpened, "it was opened");
            check(Arrays.equals(damage.region(), Files.readAllBytes(file)), "it was written to");
        } else if (!isOpened) {
            String stray = RegionTables.strayWrite(damage.region(), Files.readAllBytes(file));
            check(stray == null, "who could not join wrote to it: " + stray);
        }
        if (!isOpened && lockBytes != null) {
            check(Arrays.equals(lockBytes, lockAsItWas(lockBytes)), "its lock was written to");
        }
        check(before.equals(names()), "there are other files");
        check(Files.size(file) == damage.region().length, "its length changed");
        for (String neighbour : List.of("neighbour.shm", "neighbour.shm.lock")) {
            byte[] bytes = Files.readAllBytes(folder.resolve(neighbour));
            check(Arrays.equals(NEIGHBOUR, bytes), "its neighbour was written to");
        }
        tally.count(isRefused, isOpened);
    }

    private static void check(boolean isRight, String what) {
        if (!isRight) {
            throw new AssertionError(what);
        }
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** The lock file, but for the turns that are counted in one that belongs to a region. */
    private byte[] lockAsItWas(byte[] before) throws IOException {
        byte[] after = Files.readAllBytes(lock);
        int end = Math.min(TURNS_END, Math.min(after.length, before.length));
        for (int i = TURNS; i < end; i++) {
            after[i] = before[i];
        }
        return before.length < after.length ? Arrays.copyOf(after, before.length) : after;
    }

    private void list(Damage damage) {
        List<RegionInfo> regions = RegionTables.list(folder);
        check(regions.size() == 2, "it is not listed"); // the neighbour is
        RegionInfo info = regions.get(0);
        check(info.bytes() == damage.region().length, "it is listed with another length");
    }

    private boolean open(Damage damage) throws IOException {
        SharedRegion region;
        try {
            region = door.open(options);
        } catch (IllegalStateException | RegionFormatException | UncheckedIOException refused) {
            return false;
        }
        try {
            inspect(region);
            use(region, damage);
            inspect(region);
            change(region, damage.random());
        } finally {
            attempt(DAMAGED, region::close);
        }
        return true;
    }

    private static void inspect(SharedRegion region) {
        attempt(CLOSED, region::self);
        attempt(CLOSED_OR_DAMAGED, region::participants);
        attempt(CLOSED_OR_DAMAGED, region::entries);
        attempt(CLOSED_OR_DAMAGED, region::names);
        attempt(NOTHING, () -> check(!region.toString().isEmpty(), "no words"));
        attempt(NOTHING, region::isDeleted);
    }

    /** Opens all objects, and uses those that were damaged and some others. */
    private void use(SharedRegion region, Damage damage) throws IOException {
        int others = damage.damaged().contains(".directory") ? kinds.size() : OTHERS;
        for (Kind<?> kind : kinds) {
            boolean isLookedAt =
                    damage.damaged().contains(kind.name())
                            || damage.random().nextInt(kinds.size()) < others;
            use(kind, region, isLookedAt, damage);
        }
    }

    private <T> void use(Kind<T> kind, SharedRegion region, boolean isLookedAt, Damage damage)
            throws IOException {
        T object = open(kind, region, isLookedAt, damage.random());
        if (object == null) {
            tally.refused(kind.name());
            return;
        }
        boolean isUsed = isLookedAt && !damage.isInhabited();
        if (!damage.isInhabited()) { // collections lock, which may wait for whoever lives there
            attempt(kind.thrown(), () -> check(!object.toString().isEmpty(), "no words"));
        }
        boolean isBad = isUsed && attempt(kind.thrown(), () -> kind.use().of(object)) != null;
        tally.opened(kind.name(), isUsed, isBad);
        if (object instanceof AutoCloseable closeable && damage.random().nextBoolean()) {
            attempt(CLOSED, closeable::close);
        }
    }

    /** Null: it was refused. */
    private <T> @Nullable T open(
            Kind<T> kind, SharedRegion region, boolean isLookedAt, Random random)
            throws IOException {
        boolean makes = random.nextBoolean();
        Kind.Way<T> way = makes ? kind.maker() : kind.opener();
        byte[] before = isLookedAt ? Files.readAllBytes(file) : new byte[0];
        Handle<T> handle = new Handle<>();
        Throwable refused =
                attempt(
                        makes ? Kind.MAKING : Kind.OPENING,
                        () -> handle.object = way.open(region, kind.name()));
        if (handle.object == null) {
            check(refused != null, "no handle");
            if (isLookedAt && RegionTables.isReady(before, kind.name())) {
                String stray = strayWrite(region, before);
                check(stray == null, kind.name() + " was refused, and written to: " + stray);
            }
        }
        return handle.object;
    }

    private @Nullable String strayWrite(SharedRegion region, byte[] before) throws IOException {
        byte[] after = Files.readAllBytes(file);
        return region.isClosed() || Arrays.equals(before, after)
                ? null // closed: others took us for dead, and may have what is ours
                : RegionTables.strayWriteOf(region.self().id(), before, after);
    }

    private static final class Handle<T> {
        private @Nullable T object;
    }

    /** Removes and makes objects, in space and entries that may be anybody's. */
    private void change(SharedRegion region, Random random) {
        if (random.nextInt(4) == 0) {
            String name = kinds.get(random.nextInt(kinds.size())).name();
            attempt(CLOSED_OR_DAMAGED, () -> region.remove(name));
            attempt(Kind.MAKING, () -> region.buffer("fresh", 300).putLong(0, 1));
            attempt(Kind.MAKING, () -> region.buffer("large", 2000).putLong(0, 1));
            attempt(CLOSED_OR_DAMAGED, region::entries);
        }
    }

    /** Lets pass, and returns, what the javadoc names; anything else ends the run. */
    static @Nullable Throwable attempt(Set<Class<? extends Exception>> named, Attempt attempt) {
        try {
            attempt.make();
            return null;
        } catch (Exception e) {
            if (named.stream().noneMatch(type -> type.isInstance(e))) {
                throw new AssertionError("its javadoc does not name this exception", e);
            }
            return e;
        }
    }

    @Override
    public String toString() {
        return "FuzzedFile[file=" + file + "]";
    }
}
