package dev.shm.fuzz;

import dev.shm.region.RegionFormatException;
import dev.shm.region.RegionInfo;
import dev.shm.region.RegionOptions;
import dev.shm.region.RegionTables;
import dev.shm.region.SharedRegion;
import dev.shm.sync.OwnerDiedException;
import dev.shm.sync.PartyDiedException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;
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
    private static final byte[] NEIGHBOUR = {1, 2, 3, 4, 5};
    private static final int OTHERS = 3; // which are used beside what was damaged

    private final List<Kind<?>> kinds;
    private final Path folder;
    private final Path file;
    private final Path lock;
    private final RegionOptions options;
    private final Tally tally;

    /** Something to be done. */
    interface Attempt {
        void make() throws Exception;
    }

    FuzzedFile(Path folder, List<Kind<?>> kinds, Tally tally) throws IOException {
        this.folder = folder;
        this.kinds = kinds;
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
            if (lockBytes != null) {
                check(Arrays.equals(lockBytes, lockAsItWas(lockBytes)), "its lock was written to");
            }
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
        for (int i = TURNS; i < Math.min(after.length, before.length); i++) {
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

    private boolean open(Damage damage) {
        SharedRegion region;
        try {
            region = SharedRegion.open(options);
        } catch (IllegalStateException | RegionFormatException | UncheckedIOException refused) {
            return false;
        }
        try {
            inspect(region);
            use(region, damage);
            inspect(region);
            change(region, damage.random());
        } finally {
            attempt(region::close);
        }
        return true;
    }

    private static void inspect(SharedRegion region) {
        attempt(region::self);
        attempt(region::participants);
        attempt(region::entries);
        attempt(region::names);
        attempt(() -> check(!region.toString().isEmpty(), "no words"));
        attempt(region::isDeleted);
    }

    /** Opens all objects, and uses those that were damaged and some others. */
    private void use(SharedRegion region, Damage damage) {
        int others = damage.damaged().contains(".directory") ? kinds.size() : OTHERS;
        for (Kind<?> kind : kinds) {
            boolean isUsed =
                    damage.damaged().contains(kind.name())
                            || damage.random().nextInt(kinds.size()) < others;
            use(kind, region, isUsed && !damage.isInhabited(), damage);
        }
    }

    private <T> void use(Kind<T> kind, SharedRegion region, boolean isUsed, Damage damage) {
        Random random = damage.random();
        Kind.Way<T> way = random.nextBoolean() ? kind.maker() : kind.opener();
        Handle<T> handle = new Handle<>();
        Throwable refused = attempt(() -> handle.object = way.open(region, kind.name()));
        T object = handle.object;
        if (object == null) {
            tally.refused(kind.name());
            check(refused != null, "no handle");
            return;
        }
        if (!damage.isInhabited()) { // collections lock, which may wait for whoever lives there
            attempt(() -> check(!object.toString().isEmpty(), "no words"));
        }
        boolean isBad = isUsed && attempt(() -> kind.use().of(object)) != null;
        tally.opened(kind.name(), isUsed, isBad);
        if (object instanceof AutoCloseable closeable && random.nextBoolean()) {
            attempt(closeable::close);
        }
    }

    private static final class Handle<T> {
        private @Nullable T object;
    }

    /** Removes and makes objects, in space and entries that may be anybody's. */
    private void change(SharedRegion region, Random random) {
        if (random.nextInt(4) == 0) {
            String name = kinds.get(random.nextInt(kinds.size())).name();
            attempt(() -> region.remove(name));
            attempt(() -> region.buffer("fresh", 300).putLong(0, 1));
            attempt(() -> region.buffer("large", 2000).putLong(0, 1));
            attempt(region::entries);
        }
    }

    /** Lets pass, and returns, what damaged memory may lead to; anything else ends the run. */
    static @Nullable Throwable attempt(Attempt attempt) {
        try {
            attempt.make();
            return null;
        } catch (IllegalStateException
                | IllegalArgumentException
                | NoSuchElementException
                | ArithmeticException
                | RegionFormatException
                | IllegalMonitorStateException
                | UnsupportedOperationException
                | OwnerDiedException
                | PartyDiedException
                | UncheckedIOException
                | EOFException
                | BrokenBarrierException
                | TimeoutException allowed) {
            return allowed;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public String toString() {
        return "FuzzedFile[file=" + file + "]";
    }
}
