package dev.shm.chaos;

import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The processes of a round: two that live through it, and four that are killed and replaced. */
final class Crew implements AutoCloseable {
    static final int SURVIVORS = 2;
    static final int VICTIMS = 4;
    static final int SIZE = SURVIVORS + VICTIMS;

    private final Path file;
    private final Random random;
    private final Ledger ledger;
    private final Spares spares;
    private final ChildJvm[] children = new ChildJvm[SIZE];
    private final long[] actsAtStart = new long[SIZE];
    private final long[] ends = new long[SIZE]; // when one was stopped or killed; 0: it goes on
    private final Diary diary = new Diary();

    Crew(Path file, Random random, Ledger ledger, Spares spares) {
        this.file = file;
        this.random = random;
        this.ledger = ledger;
        this.spares = spares;
    }

    void start() {
        for (int seat = 0; seat < SIZE; seat++) {
            start(seat);
        }
    }

    /** Fills a seat; those who are to survive have all that a JVM can do. */
    private void start(int seat) {
        actsAtStart[seat] = ledger.acts(seat);
        ledger.begins(Act.ATTACHMENT, seat); // until it has joined
        String order = ChaosChild.order(seat, random.nextLong(), file);
        children[seat] =
                seat < SURVIVORS
                        ? ChildJvm.of(ChaosChild.class).start().say(order)
                        : spares.take(order);
        ends[seat] = 0;
        note("starts", seat);
    }

    private void note(String what, int seat) {
        diary.note(what, seat, children[seat].pid());
    }

    /** Victims that have done something. */
    List<Integer> ready() {
        List<Integer> ready = new ArrayList<>();
        for (int seat = SURVIVORS; seat < SIZE; seat++) {
            if (ledger.acts(seat) > actsAtStart[seat]) {
                ready.add(seat);
            }
        }
        return ready;
    }

    /** Holds it up until it goes on or is killed. */
    void stop(int seat) {
        ends[seat] = System.nanoTime();
        children[seat].stop();
        note("stopped", seat);
    }

    void goOn(int seat) {
        children[seat].goOn();
        ends[seat] = 0;
        note("goes on", seat);
    }

    /** Sends the signal and does not wait. */
    void beginKill(int seat) {
        if (ends[seat] == 0) {
            ends[seat] = System.nanoTime();
        }
        ledger.isToBeKilled(seat);
        children[seat].beginKill();
    }

    /** Waits until it is gone. */
    void awaitDeath(int seat) {
        children[seat].kill();
        checkErrors(children[seat]);
        note("killed at " + ledger.killed(seat, ends[seat]), seat);
    }

    /** The seat is filled again. */
    void replace(int seat) {
        start(seat);
    }

    void end(int seat) {
        children[seat].endInput();
        int exit = children[seat].awaitExit();
        if (exit != 0) {
            throw new AssertionError("exit=" + exit + children[seat].errors());
        }
        checkErrors(children[seat]);
        note("ended", seat);
    }

    void end() {
        for (int seat = 0; seat < SIZE; seat++) {
            end(seat);
        }
    }

    /** Nobody has ended by itself, or complains. */
    void check() {
        for (ChildJvm child : children) {
            if (!child.isAlive()) {
                throw new AssertionError("a child has ended: " + child.errors());
            }
            checkErrors(child);
        }
    }

    private static void checkErrors(ChildJvm child) {
        if (!child.errors().isEmpty()) {
            throw new AssertionError(child.errors());
        }
    }

    /** What everybody is doing, and what was done to them. */
    String threads() {
        List<CompletableFuture<String>> told =
                IntStream.range(0, SIZE)
                        .filter(seat -> children[seat] != null)
                        .mapToObj(this::askForThreads)
                        .toList();
        StringBuilder text = new StringBuilder(diary.toString());
        told.forEach(one -> text.append(one.join()));
        return text.toString();
    }

    /** All are asked at once: that takes its time. */
    private CompletableFuture<String> askForThreads(int seat) {
        return CompletableFuture.supplyAsync(() -> threads(seat), ask -> new Thread(ask).start());
    }

    private String threads(int seat) {
        ChildJvm child = children[seat];
        String who = "\nseat=" + seat + " pid=" + child.pid();
        if (!child.isAlive()) {
            return who + " is dead";
        }
        child.goOn(); // or it could not tell
        return who + "\n" + child.threads();
    }

    /** Also for whoever is already ended: one that is stopped would not be. */
    @Override
    public void close() {
        Stream.of(children).filter(child -> child != null).forEach(ChildJvm::close);
    }
}
