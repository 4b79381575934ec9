package dev.shm.chaos;

import dev.shm.chaos.Ledger.Entry;
import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Processes use one object of each kind in one region, and are killed, stopped and replaced at any
 * instruction, while others hog the processors; in the end everything is audited. ALGORITHMS 9.1,
 * L6.
 *
 * <p>Nobody here waits without an end, but those who are watched.
 */
final class ChaosRound implements AutoCloseable {
    private static final int RELIEF_SEAT = Crew.SIZE;
    private static final int OUR_SEAT = RELIEF_SEAT + 1;
    private static final int LATEST_NANOS = 20_000_000;
    private static final int LONGEST_STOP_NANOS = 30_000_000;
    private static final int ONE_OF_SO_MANY_STOPS_IS_LONG = 64;
    private static final long LEAST_LONG_STOP_MILLIS = 1_000;
    private static final long LONGEST_LONG_STOP_MILLIS = 3_000;
    private static final long LONGEST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long RELIEF_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** What guards something: whoever is told nothing must find it whole. */
    private static final List<Act> OWNED = List.of(Act.LOCK, Act.WRITE, Act.VALUE, Act.ARRAY);

    private static final List<Act> ALL = List.of(Act.values());

    private final Random random;
    private final Patience patience;
    private final Figures figures;
    private final PoolChaos pool;
    private final SharedRegion region;
    private final Stage stage;
    private final Stage reliefStage;
    private final Ledger ledger;
    private final Crew crew;
    private final Watched watched;
    private volatile boolean stopping;
    private volatile long relievedAt = System.nanoTime();
    private volatile Throwable reliefFailure;

    ChaosRound(
            Path file,
            Random random,
            Patience patience,
            Figures figures,
            Spares spares,
            PoolChaos pool) {
        this.random = random;
        this.patience = patience;
        this.figures = figures;
        this.pool = pool;
        this.region = SharedRegion.create(Stage.options(file));
        this.stage = new Stage(region, OUR_SEAT, random.nextLong());
        this.reliefStage = new Stage(region, RELIEF_SEAT, random.nextLong());
        this.ledger = stage.ledger();
        this.crew = new Crew(file, random, ledger, spares);
        this.watched = new Watched(patience);
    }

    /** Goes on until that is no longer wanted, and audits. */
    void run(BooleanSupplier goesOn) throws InterruptedException {
        Thread relief = new Thread(this::relieve, "relief");
        relief.setDaemon(true);
        Hogs hogs = new Hogs(random);
        try {
            stage.begin();
            crew.start();
            relief.start();
            while (goesOn.getAsBoolean() && !stage.isRunningOut()) {
                disturb();
                check();
            }
            crew.end();
            stopping = true;
            relief.join(patience.actMillis());
            checkOthers();
            watched.run("the audit", this::audit);
        } catch (AssertionError e) {
            hogs.close(); // whoever is asked what it does needs a processor
            throw new AssertionError(e.getMessage() + standstill(), e);
        } finally {
            stopping = true;
            hogs.close();
            figures.add(ledger);
        }
    }

    private String standstill() {
        return Standstill.describe(region, stage.objects(), ledger.standing(0, 0))
                + crew.threads()
                + pool.threads();
    }

    /** Whatever does not end is left behind: the process is to end soon. */
    @Override
    public void close() {
        crew.close();
        watched.close();
        Thread leaving = new Thread(region::close, "leaving");
        leaving.setDaemon(true);
        leaving.start();
        try {
            leaving.join(patience.actMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void relieve() {
        try {
            while (!stopping) {
                reliefStage.relieve();
                relievedAt = System.nanoTime();
                LockSupport.parkNanos(RELIEF_NANOS);
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            reliefFailure = e;
        }
    }

    /** Victims that have done something: so many, or as many as there are when time has passed. */
    private List<Integer> awaitReady() {
        List<List<Integer>> found = new ArrayList<>();
        ChildJvm.awaitThat(
                "a victim does something",
                () -> {
                    check();
                    found.clear();
                    found.add(crew.ready());
                    return !found.get(0).isEmpty();
                });
        return found.get(0);
    }

    private void disturb() throws InterruptedException {
        LockSupport.parkNanos(random.nextInt(LATEST_NANOS));
        List<Integer> ready = awaitReady();
        int victim = ready.get(random.nextInt(ready.size()));
        switch (random.nextInt(15)) {
            case 0 -> pause(random.nextInt(Crew.SIZE));
            case 1 -> {
                crew.stop(victim);
                figures.stopped();
                LockSupport.parkNanos(stopNanos());
                kill(List.of(victim));
            }
            case 2 -> depart(victim);
            case 3 -> kill(ready);
            case 4 -> {
                if (pool.killOne(random)) {
                    figures.killed();
                }
            }
            case 5, 6, 7 -> killAt(any(OWNED), this::ownsAnything, ready, victim);
            case 8 -> killAt(Act.ROLL_CALL, stage.parties()::hasJoined, ready, victim);
            case 9 -> killAt(Act.BARRIER, stage.parties()::isMember, ready, victim);
            case 10, 11, 12 -> {
                Act act = any(ALL);
                killAt(act, seat -> ledger.get(act, Entry.BEGUN, seat) != 0, ready, victim);
            }
            default -> kill(List.of(victim));
        }
    }

    private Act any(List<Act> acts) {
        return acts.get(random.nextInt(acts.size()));
    }

    /** All do that until one is killed: when it is as it is wanted, or else soon another. */
    private void killAt(Act act, IntPredicate wanted, List<Integer> ready, int other)
            throws InterruptedException {
        ready.forEach(seat -> ledger.ask(seat, act));
        kill(List.of(sought(ready, wanted, other)));
    }

    private static int sought(List<Integer> ready, IntPredicate wanted, int other) {
        long end = System.nanoTime() + LONGEST_LOOK_NANOS;
        do {
            for (int seat : ready) {
                if (wanted.test(seat)) {
                    return seat;
                }
            }
            LockSupport.parkNanos(LOOK_NANOS);
        } while (System.nanoTime() < end);
        return other;
    }

    private boolean ownsAnything(int seat) {
        return OWNED.stream().anyMatch(act -> ledger.get(act, Entry.HOLDS, seat) != 0);
    }

    /** Stops one for a moment: whoever needs what it holds waits. */
    private void pause(int seat) {
        crew.stop(seat);
        figures.stopped();
        LockSupport.parkNanos(stopNanos());
        crew.goOn(seat);
    }

    /** Shorter than a late tick, but now and then much longer, if all have that much patience. */
    private long stopNanos() {
        long tooMuch = TimeUnit.MILLISECONDS.toNanos(2 * LONGEST_LONG_STOP_MILLIS);
        boolean isLong = random.nextInt(ONE_OF_SO_MANY_STOPS_IS_LONG) == 0;
        if (isLong && patience.waitNanos() > tooMuch) {
            long millis = random.nextLong(LEAST_LONG_STOP_MILLIS, LONGEST_LONG_STOP_MILLIS);
            return TimeUnit.MILLISECONDS.toNanos(millis);
        }
        return random.nextInt(LONGEST_STOP_NANOS);
    }

    /** One ends in order, and another one comes. */
    private void depart(int seat) throws InterruptedException {
        stage.parties().mendBarrier();
        crew.end(seat);
        figures.departed();
        boolean breaks = wasHeldBy(Act.BARRIER, seat);
        crew.replace(seat);
        if (breaks) {
            expectABreak(List.of(seat));
        }
    }

    /** All at once. */
    private void kill(List<Integer> seats) throws InterruptedException {
        stage.parties().mendBarrier(); // from now on it is broken by those who die
        List<Integer> members = seats.stream().filter(stage.parties()::isMember).toList();
        long killed = System.nanoTime();
        seats.forEach(crew::beginKill);
        for (int seat : seats) {
            crew.awaitDeath(seat);
            figures.killed();
        }
        IntStream.range(0, Crew.SIZE).forEach(seat -> ledger.ask(seat, null));
        for (int seat : seats) {
            for (Act act : OWNED) {
                if (wasHeldBy(act, seat)) {
                    ledger.increment(act, Entry.OWNERS_KILLED, OUR_SEAT);
                    watched.run("the next owner of " + act, () -> stage.doIt(act));
                    figures.recovered(System.nanoTime() - killed);
                }
            }
            if (stage.parties().hasJoined(seat)) {
                watched.run("news of party=" + seat, () -> stage.parties().hearOfAParty(seat));
            }
            wasHeldBy(Act.READ, seat);
            wasHeldBy(Act.ROLL_CALL, seat);
            wasHeldBy(Act.BARRIER, seat);
            if (wasHeldBy(Act.COUNTING, seat)) {
                ledger.increment(Act.COUNTING, Entry.OWNERS_KILLED, OUR_SEAT);
            }
        }
        seats.forEach(crew::replace);
        if (!members.isEmpty()) {
            expectABreak(members);
        }
    }

    private void expectABreak(List<Integer> seats) throws InterruptedException {
        watched.run("news at the barrier of seats=" + seats, () -> stage.parties().hearOfABreak());
    }

    private boolean wasHeldBy(Act act, int seat) {
        boolean held = ledger.get(act, Entry.HOLDS, seat) != 0;
        ledger.set(act, Entry.HOLDS, seat, 0);
        return held;
    }

    /** Nobody has failed, and nobody has been waiting, or been at anything, for too long. */
    private void check() {
        crew.check();
        checkOthers();
    }

    private void checkOthers() {
        pool.check();
        if (reliefFailure != null) {
            throw new AssertionError("relief: " + reliefFailure, reliefFailure);
        }
        long unrelieved = System.nanoTime() - relievedAt;
        if (unrelieved > patience.actNanos()) {
            throw new AssertionError("relief stands still for ns=" + unrelieved);
        }
        List<String> standing = ledger.standing(patience.waitNanos(), patience.actNanos());
        if (!standing.isEmpty()) {
            throw new AssertionError("stands still: " + String.join("; ", standing));
        }
        List<String> tooLong = ledger.tooLong(patience.waitNanos());
        if (!tooLong.isEmpty()) {
            throw new AssertionError(String.join("; ", tooLong));
        }
    }

    private void audit() throws InterruptedException {
        ChildJvm.awaitThat(
                "we are alone", () -> region.participants().equals(List.of(region.self())));
        List<String> wrong = stage.audit();
        if (!wrong.isEmpty()) {
            throw new AssertionError(String.join(System.lineSeparator(), wrong));
        }
        figures.audited();
    }
}
