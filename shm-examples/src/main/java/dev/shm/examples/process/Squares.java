package dev.shm.examples.process;

import dev.shm.process.ProcessPool;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * A pool of two processes squares numbers: all at once, one after the other, and with callbacks.
 * Prints
 *
 * <pre>
 * map: [0, 1, 4, 9, 16, 25]
 * imap: 0 1 4 9 16 25
 * applyAsync: called back with 36
 * applyAsync: called back with java.lang.ArithmeticException: / by zero
 * </pre>
 */
public final class Squares {
    private static final List<Integer> NUMBERS = List.of(0, 1, 2, 3, 4, 5);

    private Squares() {}

    /**
     * Squares.
     *
     * @param args none.
     */
    public static void main(String[] args) throws InterruptedException, ExecutionException {
        try (ProcessPool pool = ProcessPool.of(2)) {
            System.out.println("map: " + pool.map(x -> x * x, NUMBERS));

            Iterator<Integer> squares = pool.imap(x -> x * x, NUMBERS, 1);
            List<String> words = new ArrayList<>();
            squares.forEachRemaining(square -> words.add(square.toString()));
            System.out.println("imap: " + String.join(" ", words));

            int six = 6;
            pool.applyAsync(() -> six * six, Squares::calledBack, Squares::calledBack).get();
            int zero = 0;
            pool.applyAsync(() -> six / zero, Squares::calledBack, Squares::calledBack)
                    .exceptionally(thrown -> zero)
                    .get();
        }
    }

    private static void calledBack(Object with) {
        System.out.println("applyAsync: called back with " + with);
    }
}
