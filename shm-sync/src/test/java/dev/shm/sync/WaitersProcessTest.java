package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands.Commands;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything that waits, between JVMs that poll, and between such that idle first, as the user may
 * have it. What they do then is what they do with the futex.
 */
class WaitersProcessTest {
    private static final Map<String, String> POLLING = Map.of("shm.wait", "poll");
    private static final Map<String, String> IDLING =
            Map.of("shm.wait.idle", BackoffIdleStrategy.class.getName());

    @TempDir private Path directory;

    /** One makes another wait, and ends its wait. */
    private record Story(
            Class<? extends Commands> commands,
            Consumer<SharedRegion> create,
            List<String> before,
            String waiting,
            List<String> after,
            String outcome,
            Map<String, String> properties) {

        static Story of(Class<? extends Commands> commands, Consumer<SharedRegion> create) {
            return new Story(commands, create, List.of(), "", List.of(), "", POLLING);
        }

        Story before(String... words) {
            return new Story(commands, create, List.of(words), waiting, after, outcome, properties);
        }

        Story waits(String command, String answer) {
            return new Story(commands, create, before, command, after, answer, properties);
        }

        Story after(String... words) {
            return new Story(
                    commands, create, before, waiting, List.of(words), outcome, properties);
        }

        Story with(Map<String, String> others) {
            return new Story(commands, create, before, waiting, after, outcome, others);
        }

        @Override
        public String toString() {
            return commands.getSimpleName() + " " + properties;
        }
    }

    static Stream<Story> stories() {
        Stream<Story> stories =
                Stream.of(
                        Story.of(LockCommands.class, region -> SharedLock.create(region, "it"))
                                .before("lock")
                                .waits("lock", "locked")
                                .after("unlock"),
                        Story.of(ConditionCommands.class, WaitersProcessTest::createCondition)
                                .waits("wait", "woken")
                                .after("lock", "signal", "unlock"),
                        Story.of(
                                        ReadWriteCommands.class,
                                        region -> SharedReadWriteLock.create(region, "it"))
                                .before("read")
                                .waits("write", "locked")
                                .after("unread"),
                        Story.of(
                                        SemaphoreCommands.class,
                                        region -> SharedSemaphore.create(region, "it", 1))
                                .before("acquire")
                                .waits("acquire", "acquired")
                                .after("release"),
                        Story.of(
                                        CountingCommands.class,
                                        region -> CountingSemaphore.create(region, "it", 0))
                                .waits("acquire", "acquired")
                                .after("release"),
                        Story.of(EventCommands.class, region -> SharedEvent.create(region, "it"))
                                .waits("await", "passed")
                                .after("set"),
                        Story.of(
                                        BarrierCommands.class,
                                        region -> SharedBarrier.create(region, "it", 2))
                                .waits("await", "1")
                                .after("await"),
                        Story.of(LatchCommands.class, region -> SharedLatch.create(region, "it", 1))
                                .waits("await", "done")
                                .after("countDown"));
        return stories.flatMap(story -> Stream.of(story, story.with(IDLING)));
    }

    private static void createCondition(SharedRegion region) {
        SharedLock lock = SharedLock.create(region, ConditionCommands.LOCK);
        lock.condition(ConditionCommands.CONDITION);
    }

    @ParameterizedTest
    @MethodSource("stories")
    void aWait_endsWhenItsTimeHasCome(Story story) {
        Path file = directory.resolve("peers.shm");
        try (SharedRegion region = Peers.open(file)) {
            story.create.accept(region);
            try (Victim first = new Victim(file, story.commands, story.properties);
                    Victim second = new Victim(file, story.commands, story.properties)) {
                story.before.forEach(first::ask);
                second.say(story.waiting).awaitAsleep();
                story.after.forEach(first::ask);
                second.expect(story.outcome);
            }
        }
    }

    /** Who polls probes as who sleeps does. */
    @Test
    void aDeath_isNoticed() {
        Path file = directory.resolve("peers.shm");
        try (SharedRegion region = Peers.open(file)) {
            SharedSemaphore.create(region, "it", 1);
            try (Victim first = new Victim(file, SemaphoreCommands.class, POLLING);
                    Victim second = new Victim(file, SemaphoreCommands.class, POLLING)) {
                assertEquals("acquired", first.ask("acquire"));
                second.say("acquire").awaitAsleep();
                first.kill();
                second.expect("acquired");
            }
        }
    }
}
