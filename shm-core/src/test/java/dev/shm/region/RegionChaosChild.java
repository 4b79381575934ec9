package dev.shm.region;

import dev.shm.wait.Deadline;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * One of many processes that use the same region at once. Whatever is not as it must be ends it
 * with exit code 1 and a stack trace.
 */
final class RegionChaosChild {
    private static final int NAMES = 100;
    private static final int FEW_NAMES = 20;
    private static final int HANDLES = 8;

    private final RegionOptions options;
    private final Random random = new Random();
    private final List<Block> held = new ArrayList<>();
    private int created;
    private int opened;
    private int removed;
    private int verified;

    private RegionChaosChild(RegionOptions options) {
        this.options = options;
    }

    /** What all of them open. */
    static RegionOptions options(Path path) {
        return RegionOptions.at(path)
                .bytes(1 << 20)
                .maxParticipants(32)
                .maxObjects(512)
                .maxWait(1, TimeUnit.MINUTES);
    }

    public static void main(String... arguments) throws IOException {
        RegionChaosChild child = new RegionChaosChild(options(Path.of(arguments[1])));
        long number = Long.parseLong(arguments[2]);
        endWithTheTest();
        switch (arguments[0]) {
            case "churn" -> child.churn(number);
            case "names" -> child.useNames(number);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.exit(0);
    }

    /** No child outlives the test that started it. */
    private static void endWithTheTest() {
        Thread watch =
                new Thread(
                        () -> {
                            try {
                                System.in.transferTo(OutputStream.nullOutputStream());
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            } finally {
                                Runtime.getRuntime().halt(2);
                            }
                        });
        watch.setDaemon(true);
        watch.start();
    }

    /** Creates, opens, uses, closes and deletes the region, until it is killed. */
    private void churn(long seed) {
        random.setSeed(seed);
        for (int round = 0; ; round++) {
            try (SharedRegion region = SharedRegion.openOrCreate(options)) {
                int steps = random.nextInt(20);
                for (int i = 0; i < steps; i++) {
                    step(region, FEW_NAMES);
                }
                held.clear();
            }
            if (random.nextInt(4) == 0) {
                delete();
            }
            if (round == 0) {
                System.out.println("ready");
            }
        }
    }

    private void delete() {
        try {
            SharedRegion.delete(options);
        } catch (UncheckedIOException e) {
            if (!(e.getCause() instanceof NoSuchFileException)) {
                throw e;
            }
        }
    }

    /** Uses the same names as everybody else, for some seconds. */
    private void useNames(long seconds) {
        try (SharedRegion region = SharedRegion.open(options)) {
            System.out.println("ready");
            Deadline end = Deadline.after(seconds, TimeUnit.SECONDS);
            while (!end.isExpired()) {
                step(region, NAMES);
            }
            held.forEach(this::verify);
        }
        System.out.println(
                "created="
                        + created
                        + " opened="
                        + opened
                        + " removed="
                        + removed
                        + " verified="
                        + verified);
    }

    private void step(SharedRegion region, int names) {
        String name = "n" + random.nextInt(names);
        switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> hold(attach(region, name, AttachMode.OPEN_OR_CREATE));
            case 4, 5, 6 -> removed += region.remove(name) ? 1 : 0;
            case 7 -> {
                try {
                    hold(attach(region, name, AttachMode.CREATE));
                } catch (IllegalStateException e) {
                    if (!String.valueOf(e.getMessage()).contains("exists already")) {
                        throw e;
                    }
                }
            }
            case 8 -> {
                try {
                    hold(region.attach(name, RawBufferType.INSTANCE));
                } catch (NoSuchElementException e) {
                    return; // just removed
                }
            }
            default -> {
                for (ObjectEntry entry : region.entries()) {
                    if (entry.bytes() != Patterns.bytes(entry.name())) {
                        throw new IllegalStateException(entry.toString());
                    }
                }
            }
        }
    }

    private Block attach(SharedRegion region, String name, AttachMode mode) {
        ObjectSpec spec = Patterns.spec(name);
        boolean[] made = new boolean[1];
        ObjectSpec noting =
                new ObjectSpec(
                        spec.type(),
                        spec.configA(),
                        spec.configB(),
                        spec.bytes(),
                        spec.config(),
                        memory -> {
                            spec.initializer().accept(memory);
                            made[0] = true;
                        });
        Block block = region.attach(name, noting, mode);
        if (made[0]) {
            created++;
        } else {
            opened++;
        }
        return block;
    }

    /** Keeps a handle for a while; what it is on stays whole even when it is removed. */
    private void hold(Block block) {
        verify(block);
        held.add(block);
        if (held.size() > HANDLES) {
            Block gone = held.remove(random.nextInt(held.size()));
            verify(gone);
            gone.close();
        }
    }

    private void verify(Block block) {
        Patterns.verify(block.name(), block.buffer());
        verified++;
    }
}
