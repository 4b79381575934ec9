package dev.shm.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.explore.Explorer.Exploration;
import dev.shm.explore.Explorer.Known;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The explorer visits what it says, and finds what can be found. */
class ExplorerTest {

    @Test
    void depthFirst_visitsEveryInterleaving() {
        Set<Long> orders = new HashSet<>();
        Exploration exploration =
                new Explorer(() -> writersOfTwoDigits(orders), Rules.PLAIN).depthFirst(10);
        exploration.assertClean();
        assertEquals(Set.of(1122L, 1212L, 1221L, 2211L, 2121L, 2112L), orders);
    }

    @Test
    void depthFirst_withoutDeviations_runsOneThreadAfterTheOther() {
        Set<Long> orders = new HashSet<>();
        new Explorer(() -> writersOfTwoDigits(orders), Rules.PLAIN).depthFirst(0).assertClean();
        assertEquals(Set.of(1122L), orders);
    }

    @Test
    void sample_visitsManyInterleavings() {
        Set<Long> orders = new HashSet<>();
        new Explorer(() -> writersOfTwoDigits(orders), Rules.PLAIN).sample(1, 500).assertClean();
        assertEquals(6, orders.size());
    }

    @Test
    void aLostUpdate_isFound_andItsScheduleShowsItAgain() {
        Explorer explorer = new Explorer(ExplorerTest::unguardedCounters, Rules.PLAIN);
        Exploration found = explorer.depthFirst(2);
        AssertionError e = assertThrows(AssertionError.class, found::assertClean);
        assertTrue(e.getMessage().contains(found.failure().schedule()));
        assertNotNull(explorer.replay(found.failure().schedule()).failure());
        assertNull(explorer.replay("").failure());
    }

    @Test
    void aDeath_mayComeBeforeEveryAccess() {
        Set<Long> left = new TreeSet<>();
        Scenario scenario =
                world -> {
                    Participant writer = world.join();
                    writer.thread(
                            () -> {
                                for (int i = 1; i <= 3; i++) {
                                    world.buffer().putLong(0, i);
                                }
                            });
                    world.atEnd(() -> left.add(world.memory().getLong(0)));
                };
        new Explorer(() -> scenario, Rules.PLAIN.withDeaths(1)).depthFirst(1).assertClean();
        assertEquals(Set.of(0L, 1L, 2L, 3L), left);
    }

    @Test
    void aDeadThread_doesNothingMore() {
        Scenario scenario =
                world -> {
                    world.join()
                            .thread(
                                    () -> {
                                        try {
                                            world.buffer().putLong(0, 1);
                                        } finally {
                                            world.buffer().putLong(8, 1);
                                        }
                                    });
                    world.atEnd(() -> assertEquals(memory(world, 0), memory(world, 8), "torn"));
                };
        Explorer explorer = new Explorer(() -> scenario, Rules.PLAIN.withDeaths(1));
        assertNotNull(explorer.depthFirst(1).failure(), "killed between the two");
        assertNull(explorer.replay("1:1").failure(), "killed before the first");
    }

    @Test
    void aSleepThatNobodyEnds_isFound() {
        Scenario scenario =
                world ->
                        world.join()
                                .thread(() -> world.waiter().await(world.buffer(), 0, 0, 1_000));
        Exploration found = new Explorer(() -> scenario, Rules.PLAIN).depthFirst(1);
        assertTrue(found.failure().cause().getMessage().startsWith("asleep for ever"));
    }

    @Test
    void anEndlessLoop_isFound() {
        Scenario scenario =
                world ->
                        world.join()
                                .thread(
                                        () -> {
                                            while (world.buffer().getLongVolatile(0) == 0) {
                                                Thread.onSpinWait();
                                            }
                                        });
        Exploration found = new Explorer(() -> scenario, Rules.PLAIN).depthFirst(1);
        assertTrue(found.failure().cause().getMessage().startsWith("no end"));
    }

    /** What happens elsewhere than in the memory is over, or the execution would never end. */
    @Test
    void aLoopWithoutAnAccess_isFound() {
        AtomicBoolean over = new AtomicBoolean();
        Scenario scenario =
                world ->
                        world.join()
                                .thread(
                                        () -> {
                                            world.buffer().getLongVolatile(0);
                                            while (!over.get()) {
                                                Thread.onSpinWait();
                                            }
                                        });
        try {
            Explorer explorer =
                    new Explorer(() -> scenario, Rules.PLAIN)
                            .withWatchdog(500, TimeUnit.MILLISECONDS);
            Exploration found = explorer.depthFirst(0);
            assertTrue(found.failure().cause().getMessage().startsWith("stuck: P1.1"));
            assertEquals(1, found.failure().trace().size());
        } finally {
            over.set(true);
        }
    }

    @Test
    void aScheduleThatCannotHappen_isRefused() {
        Explorer explorer = new Explorer(ExplorerTest::unguardedCounters, Rules.PLAIN);
        assertNull(explorer.replay("1:0").failure());
        for (String other : List.of("1:2", "1:-1", "99:1", "0:0 99:1")) {
            assertThrows(IllegalArgumentException.class, () -> explorer.replay(other), other);
        }
    }

    @Test
    void differentSchedules_areCounted() {
        Explorer explorer = new Explorer(() -> writersOfTwoDigits(new HashSet<>()), Rules.PLAIN);
        int all = explorer.depthFirst(10).schedules();
        Exploration some = explorer.sample(1, 500);
        assertEquals(500, some.schedules());
        assertTrue(some.different() > all / 2 && some.different() <= all, some::toString);
        assertEquals(some.different() - 1, explorer.sample(1, 500, new Known(0, -1)).different());
        assertEquals(some.different() - 2, explorer.sample(1, 500, new Known(-1, 0)).different());
        assertEquals(0, explorer.sample(1, 500, new Known(10, -1)).different());
        assertEquals(0, explorer.inAnyTurn(10, 500, new Known(10, -1)).different());
    }

    /** Who begins, and who goes on at an end, is free; to go on elsewhere than an end is not. */
    @Test
    void inAnyTurn_onlyPreemptionsCount() {
        Map<Integer, Set<Long>> found =
                Map.of(
                        0,
                        Set.of(1122L, 2211L),
                        1,
                        Set.of(1122L, 2211L, 1221L, 2112L),
                        2,
                        Set.of(1122L, 2211L, 1221L, 2112L, 1212L, 2121L));
        found.forEach(
                (preemptions, expected) -> {
                    Set<Long> orders = new HashSet<>();
                    Exploration all =
                            new Explorer(() -> writersOfTwoDigits(orders), Rules.PLAIN)
                                    .inAnyTurn(preemptions, 500, Known.NOTHING);
                    all.assertClean();
                    assertTrue(all.whole(), all::toString);
                    assertEquals(expected, orders, "preemptions=" + preemptions);
                });
        Exploration some =
                new Explorer(() -> writersOfTwoDigits(new HashSet<>()), Rules.PLAIN)
                        .inAnyTurn(1, 3, Known.NOTHING);
        assertEquals(new Exploration(3, 3, false, null), some);
    }

    /** Two that wait in turns for a third must not go on for ever. */
    @Test
    void inAnyTurn_whoPausesGoesOnInItsTurn() {
        Scenario scenario =
                world -> {
                    for (int i = 0; i < 2; i++) {
                        world.join()
                                .thread(
                                        () -> {
                                            while (world.buffer().getLongVolatile(0) == 0) {
                                                world.pause();
                                            }
                                        });
                    }
                    world.join().thread(() -> world.buffer().putLongVolatile(0, 1));
                };
        Exploration all =
                new Explorer(() -> scenario, Rules.PLAIN).inAnyTurn(1, 1_000, Known.NOTHING);
        all.assertClean();
        assertTrue(all.whole(), all::toString);
    }

    /** By chance deaths come late as well as early: two in the last of many accesses. */
    @Test
    void sample_deathsComeAnywhere() {
        int accesses = 500;
        Set<Integer> lived = new TreeSet<>();
        Scenario scenario =
                world -> {
                    int[] made = new int[2];
                    for (int p = 0; p < 2; p++) {
                        int mine = p;
                        world.join()
                                .thread(
                                        () -> {
                                            for (int i = 0; i < accesses; i++) {
                                                world.buffer().getLongVolatile(0);
                                                made[mine]++;
                                            }
                                        });
                    }
                    world.atEnd(
                            () -> {
                                if (world.deaths() == 2) {
                                    lived.add(Math.min(made[0], made[1]) / (accesses / 4));
                                }
                            });
                };
        Rules rules = Rules.PLAIN.withDeaths(2);
        new Explorer(() -> scenario, rules).sample(1, 400).assertClean();
        assertEquals(Set.of(0, 1, 2, 3), lived);
    }

    /** A tick may come while others go on, and where nobody has died; so may a wake. */
    @Test
    void aTick_mayComeAtAnyTime() {
        Set<Long> found = new TreeSet<>();
        Set<Boolean> news = new HashSet<>();
        Scenario scenario =
                world -> {
                    world.join()
                            .thread(
                                    () -> {
                                        boolean woken =
                                                world.waiter().await(world.buffer(), 0, 0, 1_000);
                                        long seen = world.buffer().getLongVolatile(8);
                                        found.add(seen);
                                        if (seen < 2) {
                                            news.add(woken);
                                        }
                                    });
                    Participant writer = world.join();
                    writer.thread(
                            () -> {
                                world.buffer().putLongVolatile(8, 1);
                                world.buffer().putLongVolatile(8, 2);
                                world.buffer().putIntVolatile(0, 1);
                                world.waiter().wake(world.buffer(), 0, 1);
                            });
                    writer.staysAlive();
                };
        new Explorer(() -> scenario, Rules.PLAIN.withDeaths(1)).depthFirst(3).assertClean();
        assertEquals(Set.of(2L), found);
        new Explorer(() -> scenario, Rules.PLAIN.withEarlyTicks(1)).depthFirst(3).assertClean();
        assertEquals(Set.of(0L, 1L, 2L), found);
        assertEquals(Set.of(false, true), news);
    }

    /** Who has been found alive may die before anything else happens, and asleep. */
    @Test
    void aDeath_mayComeWhereverItIs() {
        Set<String> found = new TreeSet<>();
        Scenario scenario =
                world -> {
                    Participant sleeper = world.join();
                    sleeper.thread(() -> world.waiter().await(world.buffer(), 0, 0, 1_000));
                    Participant other = world.join();
                    other.thread(
                            () -> {
                                StringBuilder seen = new StringBuilder();
                                for (int i = 0; i < 2; i++) {
                                    other.liveness().probe(1);
                                    seen.append(other.liveness().isDead(1) ? "dead" : "alive");
                                }
                                found.add(seen.toString());
                                world.buffer().putIntVolatile(0, 1);
                                world.waiter().wake(world.buffer(), 0, 1);
                            });
                    other.staysAlive();
                };
        new Explorer(() -> scenario, Rules.PLAIN.withDeaths(1)).depthFirst(1).assertClean();
        assertEquals(Set.of("alivealive", "alivedead", "deaddead"), found);
    }

    /** Two threads that each say that they come, and look whether the other one does. */
    private static Scenario dekker(boolean isVolatile) {
        return world -> {
            long[] seen = {-1, -1};
            for (int p = 0; p < 2; p++) {
                int mine = p;
                world.join()
                        .thread(
                                () -> {
                                    if (isVolatile) {
                                        world.buffer().putLongVolatile(8 * mine, 1);
                                    } else {
                                        world.buffer().putLongRelease(8 * mine, 1);
                                    }
                                    assertEquals(1, world.buffer().getLongVolatile(8 * mine));
                                    seen[mine] = world.buffer().getLongVolatile(8 * (1 - mine));
                                });
            }
            world.atEnd(() -> assertTrue(seen[0] + seen[1] > 0, "neither has seen the other"));
        };
    }

    @Test
    void aStore_thatOthersSeeLate_isFound_whereItMustNotBeLate() {
        new Explorer(() -> dekker(false), Rules.PLAIN).depthFirst(4).assertClean();
        new Explorer(() -> dekker(true), Rules.PLAIN)
                .withDelayedStores()
                .depthFirst(4)
                .assertClean();
        Explorer late = new Explorer(() -> dekker(false), Rules.PLAIN).withDelayedStores();
        late.assertFinds(1, 2_000);
        Exploration found = late.depthFirst(2);
        assertNotNull(found.failure(), "a delay, and another thread then");
    }

    @Test
    void lateStores_keepTheirOrder_andOutliveTheirThread() {
        Set<Long> found = new TreeSet<>();
        Scenario scenario =
                world -> {
                    Participant writer = world.join();
                    writer.thread(
                            () -> {
                                world.buffer().putLong(0, 1);
                                world.buffer().putIntRelease(8, 1);
                                world.buffer().setMemory(8, 2, (byte) 2);
                            });
                    world.join()
                            .thread(
                                    () -> {
                                        int second = world.buffer().getIntVolatile(8);
                                        long first = world.buffer().getLongVolatile(0);
                                        found.add(10L * second + first);
                                    });
                    world.atEnd(
                            () -> {
                                if (world.deaths() == 0) {
                                    assertEquals(0x0202, world.memory().getInt(8));
                                }
                            });
                };
        new Explorer(() -> scenario, Rules.PLAIN.withDeaths(1))
                .withDelayedStores()
                .depthFirst(4)
                .assertClean();
        assertEquals(Set.of(0L, 1L, 11L, 10L * 0x0202 + 1), found);
    }

    @Test
    void lateStores_areLookedAtOneByOne() {
        Scenario scenario =
                world -> {
                    List<Long> seen = new ArrayList<>();
                    world.onStore(() -> seen.add(memory(world, 0)));
                    Participant writer = world.join();
                    writer.thread(
                            () -> {
                                world.buffer().putLong(0, 1);
                                world.buffer().putLongRelease(0, 2);
                                world.buffer().compareAndSetLong(8, 0, 1);
                            });
                    world.atEnd(() -> assertEquals(List.of(1L, 2L, 2L), seen));
                };
        new Explorer(() -> scenario, Rules.PLAIN).withDelayedStores().depthFirst(4).assertClean();
    }

    /** Two threads that each append their digit twice, indivisibly. */
    private static Scenario writersOfTwoDigits(Set<Long> orders) {
        return world -> {
            long[] order = {0};
            for (int p = 0; p < 2; p++) {
                Participant participant = world.join();
                participant.thread(
                        () -> {
                            for (int i = 0; i < 2; i++) {
                                world.buffer().getLongVolatile(0);
                                order[0] = order[0] * 10 + participant.tag();
                            }
                        });
            }
            world.atEnd(() -> orders.add(order[0]));
        };
    }

    /** Two threads that each add one in two steps. */
    private static Scenario unguardedCounters() {
        return world -> {
            for (int p = 0; p < 2; p++) {
                world.join()
                        .thread(
                                () -> {
                                    long seen = world.buffer().getLongVolatile(0);
                                    world.buffer().putLongVolatile(0, seen + 1);
                                });
            }
            world.atEnd(() -> assertEquals(2, memory(world, 0)));
        };
    }

    private static long memory(World world, int index) {
        return world.memory().getLong(index);
    }
}
