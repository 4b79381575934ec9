package dev.shm.fuzz;

import dev.shm.codec.Codecs;
import dev.shm.memory.MappedBuffer;
import dev.shm.process.SharedList;
import dev.shm.process.SharedMap;
import dev.shm.queue.SharedPipe;
import dev.shm.queue.SharedQueue;
import dev.shm.region.RegionOptions;
import dev.shm.region.RegionTables;
import dev.shm.region.RegionTables.Extent;
import dev.shm.region.SharedRegion;
import dev.shm.ring.MpmcRing;
import dev.shm.ring.SpscRing;
import dev.shm.sync.CountingSemaphore;
import dev.shm.sync.SharedLatch;
import dev.shm.sync.SharedLock;
import dev.shm.sync.SharedReadWriteLock;
import dev.shm.sync.SharedSemaphore;
import dev.shm.sync.SynchronizedValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * What the file of one region was like at several moments of its life, with an object of each kind:
 * just made, used, in use by a process that died, and left. Damage begins with one of them. Their
 * differences tell which words are used at all.
 */
final class RegionImages {
    static final int MAX_PARTICIPANTS = 4;
    static final int MAX_OBJECTS = 40;

    private static final int HEAP_BYTES = 3 << 14;

    private final List<byte[]> images = new ArrayList<>();
    private final List<byte[]> inhabited = new ArrayList<>();
    private final byte[] lockFile;
    private final Map<String, Extent> parts;
    private final Map<String, int[]> words = new LinkedHashMap<>();

    /** Makes such a region, and takes it away. */
    RegionImages(Path folder, List<Kind<?>> kinds) throws Exception {
        RegionOptions options = options(folder.resolve("made.shm"));
        Path lock = folder.resolve("made.shm.lock");
        try (SharedRegion living = SharedRegion.create(options);
                SharedRegion dying = SharedRegion.open(options)) {
            for (Kind<?> kind : kinds) {
                kind.maker().open(living, kind.name());
                kind.maker().open(dying, kind.name());
            }
            take(options);
            for (Kind<?> kind : kinds) {
                use(kind, living);
                use(kind, dying);
                take(options);
            }
            hold(dying);
            take(options);
            lockFile = Files.readAllBytes(lock);
        }
        take(options);
        SharedRegion.delete(options);
        parts = RegionTables.parts(images.get(0));
        parts.forEach((name, extent) -> words.put(name, usedWords(extent)));
    }

    /** A region of this shape; waiting for somebody who seems to live ends soon. */
    static RegionOptions options(Path path) {
        return RegionOptions.at(path)
                .bytes(HEAP_BYTES)
                .maxParticipants(MAX_PARTICIPANTS)
                .maxObjects(MAX_OBJECTS)
                .maxWait(2, TimeUnit.MILLISECONDS);
    }

    private static <T> void use(Kind<T> kind, SharedRegion region) {
        if (!kind.name().equals("pipe")) { // whose ends can be had once
            FuzzedFile.attempt(
                    kind.thrown(), () -> kind.use().of(kind.maker().open(region, kind.name())));
        }
    }

    /** Somebody is in the middle of many things at once, and does not come back. */
    private static void hold(SharedRegion region) throws Exception {
        SharedLock.open(region, "lock").lock();
        SharedReadWriteLock.open(region, "rw").readLock().lock();
        SynchronizedValue.open(region, "syncvalue", v -> {}).lock().lock();
        SharedSemaphore.open(region, "semaphore").tryAcquire(2);
        CountingSemaphore.open(region, "counting").tryAcquire();
        SharedLatch.open(region, "parties").join(1);
        MpmcRing mpmc = MpmcRing.open(region, "mpmc");
        mpmc.offerLong(1, 1);
        mpmc.claim(8);
        mpmc.take();
        MappedBuffer bytes = new MappedBuffer(ByteBuffer.allocateDirect(8));
        var producer = SpscRing.open(region, "ring").producer();
        producer.offer(3, bytes, 0, 5);
        producer.tryClaim(4, 8);
        SharedPipe.open(region, "pipe").left().send(new byte[] {1, 2, 3});
        SharedQueue<String> queue = SharedQueue.open(region, "queue", Codecs.utf8(8));
        queue.offer("c");
        queue.receive(0, TimeUnit.SECONDS);
        var map = SharedMap.open(region, "map", Codecs.utf8(8), Codecs.utf8(32));
        var list = SharedList.open(region, "list", Codecs.utf8(32));
        for (int i = 0; i < 4; i++) {
            map.put("k" + i, "v".repeat(i));
            list.add("e".repeat(i));
        }
    }

    /**
     * Everybody is gone in an image: whoever is named in the memory of a lock is dead, or waits
     * would be for ever, as they should. In an inhabited one the first participant lives.
     */
    private void take(RegionOptions options) throws IOException {
        byte[] image = Files.readAllBytes(options.path());
        byte[] other = image.clone();
        RegionTables.bury(image, 0);
        RegionTables.bury(other, 1);
        images.add(image);
        inhabited.add(other);
    }

    /** The words that are not always zero, by where they begin. */
    private int[] usedWords(Extent extent) {
        int from = extent.offset();
        return IntStream.range(from / Integer.BYTES, (from + extent.length()) / Integer.BYTES)
                .map(word -> word * Integer.BYTES)
                .filter(
                        at ->
                                images.stream()
                                        .anyMatch(image -> Damage.words(image).getInt(at) != 0))
                .toArray();
    }

    /** The names of the parts that there are: tables, and objects. */
    List<String> parts() {
        return List.copyOf(parts.keySet());
    }

    Extent extent(String part) {
        Extent extent = parts.get(part);
        if (extent == null) {
            throw new IllegalArgumentException("part=" + part);
        }
        return extent;
    }

    /** The words of a part that are used. */
    int[] words(String part) {
        return words.getOrDefault(part, new int[0]);
    }

    int fileBytes() {
        return images.get(0).length;
    }

    /** One of the images, not to be changed. */
    byte[] image(Random random, boolean isInhabited) {
        List<byte[]> all = isInhabited ? inhabited : images;
        // The last two are what processes leave when they die, and when they do not.
        int last = all.size() - 1;
        return all.get(random.nextBoolean() ? last - random.nextInt(2) : random.nextInt(last));
    }

    /** What belongs into the lock file beside each of them. */
    byte[] lockFile() {
        return lockFile.clone();
    }

    @Override
    public String toString() {
        return "RegionImages[images="
                + images.size()
                + ", parts="
                + Arrays.toString(parts.keySet().toArray())
                + "]";
    }
}
