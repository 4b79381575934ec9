package dev.shm.region;

import dev.shm.testing.ChildCommands;
import dev.shm.testing.ChildJvm;
import dev.shm.testing.StopAtKillPoint;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A process that does with one region what it is told. */
final class RegionChild {
    private SharedRegion region;
    private final Map<String, Block> blocks = new HashMap<>();

    private RegionChild() {}

    public static void main(String... arguments) throws IOException {
        ChildCommands.serve(new RegionChild()::run);
    }

    /** A child whose threads can be stopped at kill points. */
    static ChildJvm.Builder stoppable() {
        return ChildJvm.of(RegionChild.class).stoppable();
    }

    static ChildJvm.Builder plain() {
        return ChildJvm.of(RegionChild.class).shortLived();
    }

    String run(String... words) throws Exception {
        String argument = words.length > 1 ? words[1] : "";
        switch (words[0]) {
            case "make" -> {
                RegionOptions options = RegionOptions.at(Path.of(argument));
                region =
                        SharedRegion.openOrCreate(
                                options.bytes(Long.parseLong(words[2]))
                                        .maxParticipants(Integer.parseInt(words[3]))
                                        .permissions(words.length > 4 ? words[4] : "rw-------"));
            }
            case "open" -> {
                RegionOptions options = RegionOptions.at(Path.of(argument));
                region = SharedRegion.open(options.maxWait(1, TimeUnit.MINUTES));
            }
            case "close" -> region.close();
            case "delete" -> SharedRegion.delete(RegionOptions.at(Path.of(argument)));
            case "attach" -> {
                ObjectSpec spec = Patterns.spec(argument);
                Block block = region.attach(argument, spec, AttachMode.OPEN_OR_CREATE);
                Patterns.verify(argument, block.buffer());
                blocks.put(argument, block);
            }
            case "claim" -> {
                Block block = region.attach(argument, ClaimType.spec(), AttachMode.OPEN_OR_CREATE);
                ClaimType.claim(block.buffer(), region.self().id());
                blocks.put(argument, block);
            }
            case "release" -> blocks.remove(argument).close();
            case "remove" -> region.remove(argument);
            case "names" -> {
                return region.names().toString();
            }
            case "participants" -> {
                return Integer.toString(region.participants().size());
            }
            case "tag" -> {
                return Integer.toString(region.self().id());
            }
            case "isDead" -> {
                return Boolean.toString(region.isDead(Integer.parseInt(argument)));
            }
            case "problem" -> {
                return String.valueOf(RegionListing.list(Path.of(argument)).get(0).problem());
            }
            case "pid" -> {
                return Long.toString(region.self().pid());
            }
            case "arm" ->
                    StopAtKillPoint.arm(
                            argument, words.length > 2 ? Integer.parseInt(words[2]) : 0);
            case "storm" -> storm(Path.of(argument), Integer.parseInt(words[2]));
            case "touch" -> // as foreign code may do with any file
                    FileChannel.open(Path.of(argument), StandardOpenOption.READ).close();
            default -> throw new IllegalArgumentException("command=" + words[0]);
        }
        return "ok";
    }

    /** Opens, looks, changes and closes in several threads that are interrupted all the time. */
    private void storm(Path path, int rounds) throws Exception {
        List<Thread> threads = new CopyOnWriteArrayList<>();
        List<Future<?>> futures = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            String name = "storm-" + i;
            futures.add(
                    Race.start(
                            number -> {
                                threads.add(Thread.currentThread());
                                for (int round = 0; round < rounds; round++) {
                                    openAndClose(path, name);
                                }
                                return null;
                            }));
        }
        while (!futures.stream().allMatch(Future::isDone)) {
            threads.forEach(Thread::interrupt);
        }
        for (Future<?> future : futures) {
            Race.result(future);
        }
    }

    private void openAndClose(Path path, String name) {
        try (SharedRegion opened = SharedRegion.open(RegionOptions.at(path))) {
            opened.participants();
            opened.membership().probeAll();
            try (Block block = opened.attach(name, Patterns.spec(name), AttachMode.CREATE)) {
                Patterns.verify(name, block.buffer());
            }
            opened.remove(name);
        }
        SharedRegion.list();
    }
}
