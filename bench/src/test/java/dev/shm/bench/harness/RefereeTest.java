package dev.shm.bench.harness;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The referee, with sides that only say when it is their turn. */
class RefereeTest {
    private static final Settings TWO = settings(2, 1, 1);

    private final List<String> log = new ArrayList<>();
    private Scratch scratch;

    private static Settings settings(int pairs, int warmUps, int mostWarmUps) {
        return new Settings(pairs, 1, warmUps, mostWarmUps, 1, 3, false);
    }

    @BeforeEach
    void makeScratch() throws IOException {
        scratch = new Scratch();
    }

    @AfterEach
    void deleteScratch() {
        scratch.close();
    }

    /** Its rounds take these values. */
    private Side.Opener side(String name, double... values) {
        return (settings, folder) ->
                new Side() {
                    private int rounds;

                    @Override
                    public double round() throws IOException {
                        log.add(name);
                        if (rounds == values.length) {
                            throw new IOException(name + " broke");
                        }
                        return values[rounds++];
                    }

                    @Override
                    public void close() {
                        log.add("close " + name);
                    }
                };
    }

    /** A distance that is measured so, again and again. */
    private static Side.Opener apart(double... nanos) {
        return (settings, folder) ->
                new Side() {
                    private int rounds;

                    @Override
                    public double round() {
                        return nanos[rounds++ % nanos.length];
                    }

                    @Override
                    public boolean warmsUp() {
                        return false;
                    }

                    @Override
                    public void close() {
                        // there is nothing to close
                    }
                };
    }

    private List<Row> run(Contest contest) throws IOException {
        return new Referee(TWO, scratch, apart(80)).run(contest, latencies -> {});
    }

    private static Contest contest(Side.Opener ours) {
        return Contest.of("a.b", "what", Unit.NANOS, ours);
    }

    @Test
    void sides_takeTurns_andWarmUpsDoNotCount() throws IOException {
        Row row =
                run(contest(side("A", 9, 2, 4))
                                .against("p", "P", Target.atMost(1), side("B", 9, 4, 4)))
                        .get(0);
        assertEquals(List.of("A", "B", "B", "A", "A", "B", "close B", "close A"), log);
        assertArrayEquals(new double[] {2, 4}, row.ours().values().toArray());
        assertEquals(0.75, row.ratio());
        assertEquals(Optional.of(true), row.ok());
        assertEquals("a.b.p", row.id());
    }

    /** As a JVM that compiles what it does again and again. */
    @Test
    void warmUps_goOn_asLongAsASideGetsFaster() throws IOException {
        Settings patient = settings(1, 1, 9);
        Side.Opener ours = side("A", 100, 50, 30, 29, 28, 7);
        Row row =
                new Referee(patient, scratch, apart(80))
                        .run(
                                contest(ours).beside("b", "B", side("B", 5, 5, 5, 5, 5, 4)),
                                latencies -> {})
                        .get(0);
        assertArrayEquals(new double[] {7}, row.ours().values().toArray());
        assertArrayEquals(new double[] {4}, row.theirs().values().toArray());
    }

    /** Faster and faster, for ever: it has to end some time. */
    @Test
    void warmUps_haveAnEnd() throws IOException {
        Settings hasty = settings(1, 1, 3);
        Contest contest = contest(side("A", 64, 32, 16, 8)).beside("b", "B", side("B", 1, 1, 1, 1));
        Row row = new Referee(hasty, scratch, apart(80)).run(contest, latencies -> {}).get(0);
        assertArrayEquals(new double[] {8}, row.ours().values().toArray());
    }

    /** So that what a JVM's compiler happened to do does not stay for all rounds. */
    @Test
    void eachLaunch_beginsAnew_forItsPartOfTheRounds() throws IOException {
        Settings twice = new Settings(3, 2, 1, 1, 1, 3, false);
        List<Path> folders = new ArrayList<>();
        Side.Opener ours =
                (settings, folder) -> {
                    folders.add(Files.createFile(folder.resolve("ours")));
                    return side("A", 9, folders.size(), 7).open(settings, folder);
                };
        Row row =
                new Referee(twice, scratch, apart(80, 81))
                        .run(contest(ours).beside("b", "B", side("B", 1, 1, 1)), latencies -> {})
                        .get(0);
        assertArrayEquals(new double[] {1, 2, 7}, row.ours().values().toArray());
        assertArrayEquals(new double[] {80.5, 80.5, 80.5}, row.distances().values().toArray());
        assertEquals(
                List.of("A", "B", "B", "A", "close A", "close B", "A", "B", "B", "A", "A", "B"),
                log.subList(0, 12));
        assertFalse(Files.exists(folders.get(0)), "it would fill the memory");
    }

    @Test
    void peerThatCannotBeginAnew_isOut() throws IOException {
        Settings twice = new Settings(3, 3, 0, 0, 1, 3, false);
        AtomicInteger opened = new AtomicInteger();
        Side.Opener once =
                (settings, folder) -> {
                    if (opened.incrementAndGet() == 2) {
                        throw new IOException("only once");
                    }
                    return side("B", 1, 1).open(settings, folder);
                };
        Contest contest =
                contest(side("A", 1)).beside("b", "B", once).beside("c", "C", side("C", 2));
        List<Row> rows = new Referee(twice, scratch, apart(80)).run(contest, latencies -> {});
        assertEquals("only once", rows.get(0).failure());
        assertEquals(2, opened.get(), "it is not tried again");
        assertArrayEquals(new double[] {2, 2, 2}, rows.get(1).theirs().values().toArray());
    }

    @Test
    void targetMissed_isNotOk() throws IOException {
        Row row =
                run(contest(side("A", 9, 2, 4))
                                .against("p", "P", Target.atMost(0.7), side("B", 9, 4, 4)))
                        .get(0);
        assertEquals(Optional.of(false), row.ok());
    }

    @Test
    void peerThatCannotBegin_hasARowThatSaysSo_andTheOthersGoOn() throws IOException {
        Side.Opener missing =
                (settings, folder) -> {
                    throw new IOException("cc cannot be run here");
                };
        List<Row> rows =
                run(
                        contest(side("A", 1, 1, 1))
                                .against("c", "C", Target.atMost(1), missing)
                                .beside("b", "B", side("B", 1, 2, 2)));
        assertEquals("cc cannot be run here", rows.get(0).failure());
        assertFalse(rows.get(0).isOurFailure());
        assertEquals(Optional.empty(), rows.get(0).ok());
        assertEquals(0.5, rows.get(1).ratio());
        assertEquals(Optional.empty(), rows.get(1).ok(), "no target");
    }

    @Test
    void peerThatFailsInARound_isOut() throws IOException {
        Row row = run(contest(side("A", 1, 1, 1)).beside("b", "B", side("B", 1, 1))).get(0);
        assertEquals("B broke", row.failure());
        assertFalse(row.isMeasured());
        assertEquals(List.of("A", "B", "B", "A", "A", "B", "close B", "close A"), log);
    }

    @Test
    void ourFailure_endsTheContest() throws IOException {
        Row row = run(contest(side("A", 1)).beside("b", "B", side("B", 1, 1, 1))).get(0);
        assertTrue(row.isOurFailure());
        assertEquals("shm: A broke", row.failure());
    }

    @Test
    void sideThatIsStuck_isOut() throws IOException {
        CountDownLatch never = new CountDownLatch(1);
        Side.Opener stuck =
                (settings, folder) ->
                        new Side() {
                            @Override
                            public double round() throws InterruptedException {
                                never.await();
                                return 0;
                            }

                            @Override
                            public void close() {
                                log.add("close stuck");
                            }
                        };
        Contest contest = contest(side("A", 1, 1, 1)).beside("b", "B", stuck);
        Row row = new Referee(TWO, scratch, apart(80), 1).run(contest, latencies -> {}).get(0);
        assertEquals("not done after 1 s", row.failure());
        assertEquals(List.of("A", "close stuck", "A", "A", "close A"), log);
    }

    @Test
    void p99_isThatOfOursToTheMedianOfThePeer() throws IOException {
        Contest contest =
                contest(side("A", 1, 7, 1, 2))
                        .byP99()
                        .against("p", "P", Target.atMost(1), side("B", 1, 10, 10, 10));
        Row row = run(contest).get(0);
        assertEquals(3, row.ours().size(), "as many as are killed");
        assertEquals(0.7, row.ratio());
    }

    @Test
    void distanceOfTheProcessors_isToldApart_whereItChanges() throws IOException {
        Settings ten = settings(10, 0, 0);
        Contest contest =
                contest(side("A", 2, 2, 2, 2, 6, 6, 6, 6, 6, 6))
                        .beside("b", "B", side("B", 1, 1, 1, 1, 1, 1, 1, 1, 1, 1));
        Side.Opener changing = apart(80, 80, 80, 80, 80, 480, 490, 470, 480, 490, 470);
        Row row = new Referee(ten, scratch, changing).run(contest, latencies -> {}).get(0);
        assertEquals(10, row.distances().size());
        assertTrue(Double.isNaN(row.distances().values().toArray()[4]), "it changed meanwhile");
        assertEquals(
                List.of(
                        "shm: two values: 2.00 in 40 % of the rounds, 6.00 in 60 %",
                        "ratio to B: two values: 2.00 in 40 % of the rounds, 6.00 in 60 %",
                        "ratio to B: 2.00 where the processors are 80 ns apart, 6.00 where they are"
                                + " 480"),
                row.notes());
        Row near =
                new Referee(ten, scratch, apart(80, 82, 79))
                        .run(
                                contest(side("A", 2, 2, 2, 2, 6, 6, 6, 6, 6, 6))
                                        .beside("b", "B", side("B", 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)),
                                latencies -> {})
                        .get(0);
        assertEquals(Optional.empty(), near.byDistance());
    }

    @Test
    void distanceThatCannotBeMeasured_costsNoRow() throws IOException {
        Side.Opener missing =
                (settings, folder) -> {
                    throw new IOException("cc cannot be run here");
                };
        Contest contest = contest(side("A", 1, 1, 1)).beside("b", "B", side("B", 1, 2, 2));
        Row row = new Referee(TWO, scratch, missing).run(contest, latencies -> {}).get(0);
        assertEquals(0.5, row.ratio());
        assertTrue(row.distances().values().allMatch(Double::isNaN));
    }

    @Test
    void valueThatIsNoSpeed_isAFailure() throws IOException {
        for (double value : new double[] {0, Double.NaN, Double.POSITIVE_INFINITY}) {
            Side.Opener bad = side("B", 1, value, value);
            Row row = run(contest(side("A", 1, 1, 1)).beside("b", "B", bad)).get(0);
            assertEquals("measured " + value, row.failure());
        }
    }

    @Test
    void latenciesThatFail_costNoRow() throws IOException {
        Side.Opener mute =
                (settings, folder) ->
                        new Side() {
                            @Override
                            public double round() {
                                return 1;
                            }

                            @Override
                            public Histogram latencies() throws IOException {
                                throw new IOException("mute");
                            }

                            @Override
                            public void close() {
                                log.add("close mute");
                            }
                        };
        Settings all = new Settings(2, 2, 1, 1, 1, 3, true);
        Contest contest = contest(side("A", 1, 1, 1)).beside("b", "B", mute);
        Row row = new Referee(all, scratch, apart(80)).run(contest, latencies -> {}).get(0);
        assertTrue(row.isMeasured(), row.failure());
        assertEquals(List.of("B: no latencies: mute"), row.notes());
    }
}
