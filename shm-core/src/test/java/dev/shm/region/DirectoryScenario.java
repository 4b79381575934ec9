package dev.shm.region;

import static dev.shm.region.ExploredRegion.check;

import dev.shm.explore.Interception;
import dev.shm.explore.Participant;
import dev.shm.explore.PausingStrategy;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.memory.MappedBuffer;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.lang.reflect.Method;
import java.util.NoSuchElementException;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Participants that open or create, use, close and remove two objects, each as large as half of the
 * heap. Checked: what is opened is whole, and stays so as long as it is open; in the end all names
 * can be removed and all space be had.
 */
final class DirectoryScenario implements Scenario {
    private static final int OBJECTS = 3;
    private static final int OBJECT_BYTES = ExploredRegion.HEAP_BYTES / 2;

    /** One line of the protocol, as if it had been forgotten. */
    enum Fault {
        /** Nothing is wrong. */
        NONE,
        /** Who opens an object does not say so. */
        NO_OPEN_BIT,
        /** Who claims or frees an entry does not say so. */
        NO_ANNOUNCEMENT
    }

    private final int participants;
    private final int rounds;
    private final Fault fault;

    DirectoryScenario(int participants, int rounds, Fault fault) {
        this.participants = participants;
        this.rounds = rounds;
        this.fault = fault;
    }

    @Override
    public void build(World world) {
        ExploredRegion region = new ExploredRegion(world, participants + 1, OBJECTS, true);
        for (int i = 0; i < participants; i++) {
            Participant participant = world.join();
            AtomicBuffer words = faulty(region, region.words());
            DirectoryTable table =
                    new DirectoryTable("explored", words, world.memory(), region.geometry);
            Participants joined = region.join(participant, words, table::sweep);
            RobustMutex mutex =
                    new RobustMutex(
                            words,
                            RegionLayout.DIRECTORY_MUTEX,
                            joined,
                            world.waiter(),
                            TickPolicy.STANDARD,
                            0);
            Directory directory =
                    new Directory(
                            "explored",
                            table,
                            mutex,
                            joined,
                            Long.MAX_VALUE,
                            () -> new PausingStrategy(world));
            int first = i;
            participant.thread(() -> play(world, directory, first));
        }
        world.onDeath(region::dropLocksOf);
        world.atEnd(() -> checkEnd(world, region));
    }

    private AtomicBuffer faulty(ExploredRegion region, AtomicBuffer words) {
        if (fault == Fault.NONE) {
            return words;
        }
        return Interception.of(
                words,
                (target, method, arguments) ->
                        isForgotten(region, method, arguments)
                                ? forgotten(method)
                                : Interception.proceed(target, method, arguments));
    }

    private boolean isForgotten(ExploredRegion region, Method method, Object[] arguments) {
        if (fault == Fault.NO_ANNOUNCEMENT) {
            return method.getName().equals("getAndAddLong");
        }
        return method.getName().equals("compareAndSetLong")
                && (int) arguments[0] >= region.geometry.openMasks()
                && Long.bitCount((long) arguments[2]) > Long.bitCount((long) arguments[1]);
    }

    /** What the caller of an access that is not made gets: that it worked, or some number. */
    private static Object forgotten(Method method) {
        if (method.getReturnType() == boolean.class) {
            return true;
        }
        return -1L;
    }

    private void play(World world, Directory directory, int first) {
        for (int round = 0; round < rounds; round++) {
            String name = (first + round) % 2 == 0 ? "a" : "b";
            try {
                Directory.Opened opened =
                        directory.attach(name, RawBufferType.INSTANCE, spec(world, name), true);
                verify(name, opened);
                world.point("use", name);
                verify(name, opened);
                directory.release(opened.entry());
            } catch (IllegalStateException full) {
                // What was removed may still be open, and the other half of the heap in use.
                check(full.getMessage().contains("no room"), full.getMessage());
            }
            if (round % 2 == 0) {
                directory.remove(name);
            }
        }
    }

    private static ObjectSpec spec(World world, String name) {
        return new ObjectSpec(
                RawBufferType.INSTANCE,
                name.charAt(0),
                0,
                OBJECT_BYTES,
                name,
                memory -> {
                    world.point("initialize", name); // its own stores are not kept back from it
                    check(memory.getLong(0) == 0, "not zero: " + memory.getLong(0));
                    memory.setMemory(0, OBJECT_BYTES, (byte) name.charAt(0));
                });
    }

    private static void verify(String name, Directory.Opened opened) {
        MappedBuffer memory = opened.memory();
        for (int i = 0; i < OBJECT_BYTES; i += Long.BYTES) {
            check(
                    memory.getByte(i) == name.charAt(0),
                    "name=" + name + " at=" + i + " found=" + (char) memory.getByte(i));
        }
    }

    private static void checkEnd(World world, ExploredRegion region) {
        MappedBuffer memory = world.memory();
        DirectoryTable table = new DirectoryTable("explored", memory, region.geometry);
        Participants last = region.joinAfterwards(table::sweep);
        last.probeAll();
        RobustMutex mutex =
                new RobustMutex(memory, RegionLayout.DIRECTORY_MUTEX, last, Waiter.system());
        Directory directory = new Directory("explored", table, mutex, last, Long.MAX_VALUE);
        for (String name : new String[] {"a", "b"}) {
            try {
                verify(name, directory.attach(name, RawBufferType.INSTANCE, null, true));
            } catch (NoSuchElementException removed) {
                check(table.find(name) < 0, "name=" + name);
            }
            directory.remove(name);
        }
        ExploredRegion.leave(last);
        Participants next = region.joinAfterwards(table::sweep);
        Directory fresh =
                new Directory(
                        "explored",
                        new DirectoryTable("explored", memory, region.geometry),
                        new RobustMutex(
                                memory, RegionLayout.DIRECTORY_MUTEX, next, Waiter.system()),
                        next,
                        Long.MAX_VALUE);
        ObjectSpec all =
                new ObjectSpec(
                        RawBufferType.INSTANCE, 0, 0, ExploredRegion.HEAP_BYTES, "", unused -> {});
        fresh.attach("all", RawBufferType.INSTANCE, all, false);
    }
}
