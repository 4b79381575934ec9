package dev.shm.bench.harness;

import dev.shm.bench.harness.Contest.Peer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets the sides of a contest take turns, so that whatever drifts drifts for all of them. A side
 * that fails, or is stuck, is out, and its row says why; the others go on.
 */
public final class Referee {
    private static final long SIDE_SECONDS = 90;
    private static final double CHANGED = 1.5;

    private final Settings settings;
    private final Scratch scratch;
    private final Side.Opener distance;
    private final long limitSeconds;

    /**
     * One that gives each side a minute and a half for a round.
     *
     * @param scratch has a new folder for each launch.
     * @param distance measures how far the processors are apart, before and after each round.
     */
    public Referee(Settings settings, Scratch scratch, Side.Opener distance) {
        this(settings, scratch, distance, SIDE_SECONDS);
    }

    Referee(Settings settings, Scratch scratch, Side.Opener distance, long limitSeconds) {
        this.settings = settings;
        this.scratch = scratch;
        this.distance = distance;
        this.limitSeconds = limitSeconds;
    }

    /**
     * Measures, and hands out how long single operations took where that is asked for.
     *
     * @throws IOException if there is no room for what sides leave.
     */
    public List<Row> run(Contest contest, Consumer<Latencies> latencies) throws IOException {
        int rounds =
                contest.statistic() == Contest.Statistic.P99 ? settings.kills() : settings.pairs();
        int launches = contest.isLaunchedOnce() ? 1 : settings.launches();
        List<Double> distances = new ArrayList<>();
        List<Entrant> peers = new ArrayList<>();
        Entrant ours = new Entrant("shm", contest.ours(), contest.unit());
        for (Peer peer : contest.peers()) {
            peers.add(new Entrant(peer.label(), peer.opener(), contest.unit()));
        }
        List<Entrant> all = new ArrayList<>(peers);
        all.add(0, ours);
        Entrant apart = new Entrant("distance", distance, Unit.NANOS);
        for (int i = 0; i < launches && ours.failure.isEmpty(); i++) {
            Path folder = scratch.fresh();
            try {
                apart.open(folder);
                all.forEach(one -> one.open(folder));
                warmUp(all);
                apart.round();
                int last = rounds * (i + 1) / launches;
                for (int j = rounds * i / launches; j < last && ours.failure.isEmpty(); j++) {
                    all.forEach(Entrant::round);
                    apart.round();
                    distances.add(apart.ofLastTwo());
                    Collections.reverse(all); // nobody always comes after the same one
                }
                if (settings.latencies() && i == launches - 1) {
                    all.forEach(one -> one.latencies(contest, latencies));
                }
            } finally {
                all.forEach(Entrant::close);
                apart.close();
            }
        }
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < contest.peers().size(); i++) {
            rows.add(
                    row(contest, contest.peers().get(i), ours, peers.get(i), Sample.of(distances)));
        }
        return rows;
    }

    private void warmUp(List<Entrant> all) {
        for (int i = 0; i < settings.mostWarmUps() && !areWarm(all, i); i++) {
            all.forEach(Entrant::warmUp);
            Collections.reverse(all);
        }
    }

    private boolean areWarm(List<Entrant> all, int rounds) {
        return rounds >= settings.warmUps() && all.stream().allMatch(Entrant::isWarm);
    }

    private static Row row(
            Contest contest, Peer peer, Entrant ours, Entrant theirs, Sample distances) {
        boolean ourFailure = !ours.failure.isEmpty();
        List<String> notes = new ArrayList<>();
        ours.notes(notes);
        theirs.notes(notes);
        Row row =
                new Row(
                        contest.id() + "." + peer.name(),
                        contest.what(),
                        peer.label(),
                        contest.unit(),
                        contest.statistic(),
                        peer.target(),
                        ours.sample(),
                        theirs.sample(),
                        distances,
                        ourFailure ? "shm: " + ours.failure : theirs.failure,
                        ourFailure,
                        notes);
        row.modes().ifPresent(modes -> notes.add("ratio to " + theirs.label + ": " + modes));
        row.byDistance().ifPresent(parts -> notes.add("ratio to " + theirs.label + ": " + parts));
        return row;
    }

    private <T extends @Nullable Object> T within(Callable<T> work)
            throws IOException, InterruptedException {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(task, "side");
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(limitSeconds, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            task.cancel(true);
            throw new IOException("not done after " + limitSeconds + " s", e);
        } catch (ExecutionException e) {
            throw new IOException(words(e.getCause()), e);
        }
    }

    private static String words(@Nullable Throwable failure) {
        if (failure == null) {
            return "failed";
        }
        String message = failure.getMessage();
        return failure instanceof IOException && message != null ? message : failure.toString();
    }

    /** A side, for as long as it is in. */
    private final class Entrant {
        private final String label;
        private final Side.Opener opener;
        private final Unit unit;
        private final List<Double> values = new ArrayList<>();
        private Warmth warmth;
        private @Nullable Side side;
        private String failure = "";
        private String note = "";
        private String lost = "";

        Entrant(String label, Side.Opener opener, Unit unit) {
            this.label = label;
            this.opener = opener;
            this.unit = unit;
            this.warmth = new Warmth(unit);
        }

        void open(Path folder) {
            if (failure.isEmpty()) {
                warmth = new Warmth(unit);
                attempt(() -> side = within(() -> opener.open(settings, folder)));
            }
        }

        void warmUp() {
            Side open = side;
            if (open != null && open.warmsUp()) {
                attempt(() -> warmth.add(measure(open)));
            }
        }

        boolean isWarm() {
            return side == null || warmth.isSteady();
        }

        void round() {
            Side open = side;
            if (open != null) {
                attempt(() -> values.add(measure(open)));
            }
        }

        private double measure(Side open) throws IOException, InterruptedException {
            double value = within(open::round);
            if (!(value > 0) || Double.isInfinite(value)) {
                throw new IOException("measured " + value);
            }
            return value;
        }

        void latencies(Contest contest, Consumer<Latencies> to) {
            Side open = side;
            if (open == null) {
                return;
            }
            try {
                var histogram = within(open::latencies);
                if (histogram != null) {
                    to.accept(new Latencies(contest.id(), contest.what(), label, histogram));
                }
            } catch (IOException e) {
                lost = "no latencies: " + e.getMessage(); // the rounds are good all the same
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void attempt(Step step) {
            try {
                step.run();
            } catch (IOException e) {
                failure = String.valueOf(e.getMessage());
                close();
            } catch (InterruptedException e) {
                failure = "interrupted";
                close();
                Thread.currentThread().interrupt();
            }
        }

        /** Their mean, if they agree; else it changed meanwhile. */
        double ofLastTwo() {
            int count = values.size();
            if (!failure.isEmpty() || count < 2) {
                return Double.NaN;
            }
            Sample two = Sample.of(values.subList(count - 2, count));
            return two.max() < CHANGED * two.min() ? two.median() : Double.NaN;
        }

        Sample sample() {
            return Sample.of(values);
        }

        void notes(List<String> to) {
            for (String one : List.of(note, lost)) {
                if (!one.isEmpty()) {
                    to.add(label + ": " + one);
                }
            }
            if (failure.isEmpty()) {
                Modes.of(sample()).ifPresent(modes -> to.add(label + ": " + modes));
            }
        }

        void close() {
            Side open = side;
            side = null;
            if (open == null) {
                return;
            }
            note = open.note();
            try {
                open.close();
            } catch (IOException e) {
                failure = failure.isEmpty() ? String.valueOf(e.getMessage()) : failure;
            }
        }
    }

    private interface Step {
        void run() throws IOException, InterruptedException;
    }
}
