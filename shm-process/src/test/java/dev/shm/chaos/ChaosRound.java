package dev.shm.chaos;

import dev.shm.chaos.Ledger.Entry;
import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Processes use one object of each kind in one region, and are killed, stopped and replaced at any
 * instruction, while others hog the processors; in the end everything is audited. ALGORITHMS 9.1,
 * L6.
 */
final class ChaosRound implements AutoCloseable {
    private static final int SURVIVORS = 2;
    private static final int VICTIMS = 4;
    private static final int RELIEF_SEAT = SURVIVORS + VICTIMS;
    private static final int OUR_SEAT = RELIEF_SEAT + 1;
    private static final int LATEST_NANOS = 20_000_000;
    private static final int LONGEST_STOP_NANOS = 30_000_000;
    private static final long RELIEF_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long HOG_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** What guards something: whoever is told nothing must find it whole. */
    private static final List<Act> OWNED = List.of(Act.LOCK, Act.WRITE, Act.VALUE, Act.ARRAY);

    private final Path file;
    private final Random random;
    private final long maxWaitNanos;
    private final Figures figures;
    private final SharedRegion region;
    private final Stage stage;
    private final Stage reliefStage;
    private final Ledger ledger;
    private final ChildJvm[] children = new ChildJvm[SURVIVORS + VICTIMS];
    private final long[] actsAtStart = new long[SURVIVORS + VICTIMS];
    private int deaths;
    private volatile boolean stopping;
    private volatile Throwable reliefFailure;

    ChaosRound(Path file, Random random, long maxWaitNanos, Figures figures) {
        this.file = file;
        this.random = random;
        this.maxWaitNanos = maxWaitNanos;
        this.figures = figures;
        this.region = SharedRegion.create(Stage.options(file));
        this.stage = new Stage(region, OUR_SEAT, random.nextLong());
        this.reliefStage = new Stage(region, RELIEF_SEAT, random.nextLong());
        this.ledger = stage.ledger();
    }

    /** Goes on until that is no longer wanted, and audits. */
    void run(BooleanSupplier goesOn) throws InterruptedException {
        stage.begin();
        for (int seat = 0; seat < children.length; seat++) {
            start(seat);
        }
        Thread relief = thread("relief", this::relieve);
        Thread hog = thread("hog", this::hog);
        try {
            while (goesOn.getAsBoolean()) {
                disturb(readyVictim());
                checkSurvivors();
            }
            for (int seat = 0; seat < children.length; seat++) {
                endInGoodOrder(seat);
            }
        } finally {
            stopping = true;
            relief.join();
            hog.join();
            figures.add(ledger);
        }
        check(reliefFailure == null, "relief: " + reliefFailure);
        audit();
    }

    private static Thread thread(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Also for whoever is already ended: one that is stopped would not be. */
    @Override
    public void close() {
        Stream.of(children).filter(child -> child != null).forEach(ChildJvm::close);
        region.close();
    }

    private void relieve() {
        try {
            while (!stopping) {
                reliefStage.relieve();
                LockSupport.parkNanos(RELIEF_NANOS);
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            reliefFailure = e;
        }
    }

    /** Takes a processor, on and off. */
    private void hog() {
        Random lengths = new Random(deaths);
        while (!stopping) {
            long end = System.nanoTime() + lengths.nextInt((int) HOG_NANOS);
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            LockSupport.parkNanos(4 * HOG_NANOS);
        }
    }

    private void start(int seat) {
        actsAtStart[seat] = ledger.acts(seat);
        ChildJvm.Builder child = ChildJvm.of(ChaosChild.class);
        if (seat >= SURVIVORS) { // to be there, and gone, quickly
            child.flag("-XX:TieredStopAtLevel=1").flag("-XX:+UseSerialGC").flag("-Xmx32m");
        }
        children[seat] = child.start(file, seat, random.nextLong());
    }

    private boolean isReady(int seat) {
        return ledger.acts(seat) > actsAtStart[seat];
    }

    /** One that has done something. */
    private int readyVictim() {
        int first = random.nextInt(VICTIMS);
        int[] found = {-1};
        await(
                "a victim does something",
                () -> {
                    for (int i = 0; i < VICTIMS && found[0] < 0; i++) {
                        int seat = SURVIVORS + (first + i) % VICTIMS;
                        found[0] = isReady(seat) ? seat : -1;
                    }
                    return found[0] >= 0;
                });
        return found[0];
    }

    private void disturb(int victim) throws InterruptedException {
        LockSupport.parkNanos(random.nextInt(LATEST_NANOS));
        switch (random.nextInt(10)) {
            case 0 -> pause(random.nextInt(SURVIVORS + VICTIMS));
            case 1 -> {
                children[victim].stop();
                figures.stopped();
                LockSupport.parkNanos(random.nextInt(LONGEST_STOP_NANOS));
                kill(victim);
            }
            case 2 -> {
                endInGoodOrder(victim);
                figures.departed();
                start(victim);
            }
            default -> kill(victim);
        }
    }

    /** Stops one for a moment: whoever needs what it holds waits. */
    private void pause(int seat) {
        children[seat].stop();
        figures.stopped();
        LockSupport.parkNanos(random.nextInt(LONGEST_STOP_NANOS));
        children[seat].goOn();
    }

    private void kill(int seat) throws InterruptedException {
        long killed = System.nanoTime();
        children[seat].kill();
        deaths++;
        figures.killed();
        check(children[seat].errors().isEmpty(), children[seat].errors());
        for (Act act : Act.values()) {
            ledger.set(act, Entry.SINCE, seat, 0);
        }
        for (Act act : OWNED) {
            if (wasHeldBy(act, seat)) {
                ledger.increment(act, Entry.OWNERS_KILLED, OUR_SEAT);
                stage.doIt(act);
                figures.recovered(System.nanoTime() - killed);
            }
        }
        wasHeldBy(Act.READ, seat);
        if (wasHeldBy(Act.COUNTING, seat)) {
            ledger.increment(Act.COUNTING, Entry.OWNERS_KILLED, OUR_SEAT);
        }
        start(seat);
    }

    private boolean wasHeldBy(Act act, int seat) {
        boolean held = ledger.get(act, Entry.HOLDS, seat) != 0;
        ledger.set(act, Entry.HOLDS, seat, 0);
        return held;
    }

    private void checkSurvivors() {
        for (ChildJvm child : children) {
            check(child.isAlive() && child.errors().isEmpty(), "a child ended: " + child.errors());
        }
        check(reliefFailure == null, "relief: " + reliefFailure);
    }

    private void endInGoodOrder(int seat) {
        children[seat].endInput();
        check(children[seat].awaitExit() == 0, children[seat].errors());
        check(children[seat].errors().isEmpty(), children[seat].errors());
    }

    /** Waits, while nobody else may wait for too long. */
    private void await(String what, BooleanSupplier state) {
        ChildJvm.awaitThat(
                what,
                () -> {
                    checkSurvivors();
                    for (Act act : Act.values()) {
                        long nanos = ledger.longestWaitInProgress(act);
                        check(nanos <= maxWaitNanos, act + ": somebody waits for ns=" + nanos);
                    }
                    return state.getAsBoolean();
                });
    }

    private void audit() throws InterruptedException {
        ChildJvm.awaitThat(
                "we are alone", () -> region.participants().equals(List.of(region.self())));
        List<String> wrong = stage.audit(deaths);
        check(wrong.isEmpty(), String.join(System.lineSeparator(), wrong));
        for (Act act : Act.values()) {
            long nanos = ledger.max(act, Entry.LONGEST);
            check(nanos <= maxWaitNanos, act + ": a wait took ns=" + nanos);
        }
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
