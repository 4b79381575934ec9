package dev.shm.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Functions of two arguments as functions of one: an array that has both. */
final class PoolPairs {
    private PoolPairs() {}

    /** What is sent for each pair: not every entry can be serialised. */
    static <A, B> List<Object[]> arguments(Iterable<Map.Entry<A, B>> pairs) {
        List<Object[]> arguments = new ArrayList<>();
        pairs.forEach(pair -> arguments.add(new Object[] {pair.getKey(), pair.getValue()}));
        return arguments;
    }

    @SuppressWarnings("unchecked") // they come from pairs of these types
    static <A, B, R> PoolFunction<Object[], R> both(
            PoolBiFunction<? super A, ? super B, ? extends R> function) {
        return pair -> function.apply((A) pair[0], (B) pair[1]);
    }
}
