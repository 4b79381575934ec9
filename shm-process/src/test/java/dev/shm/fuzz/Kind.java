package dev.shm.fuzz;

import dev.shm.region.RegionFormatException;
import dev.shm.region.SharedRegion;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * One kind of object: the two ways to it, and what can be done with it at once.
 *
 * @param name of the one object of this kind
 * @param maker opens it, or makes it, with what it is made with
 * @param opener opens it, whatever it is made with
 * @param use ends soon, whatever the object is like
 * @param thrown what the javadoc of what is used names
 */
record Kind<T>(
        String name,
        Way<T> maker,
        Way<T> opener,
        Use<T> use,
        Set<Class<? extends Exception>> thrown) {
    /** What {@code of} may throw. */
    static final Set<Class<? extends Exception>> MAKING =
            Set.of(
                    IllegalArgumentException.class,
                    IllegalStateException.class,
                    RegionFormatException.class);

    /** What {@code open} may throw. */
    static final Set<Class<? extends Exception>> OPENING =
            Set.of(
                    NoSuchElementException.class,
                    IllegalArgumentException.class,
                    IllegalStateException.class,
                    RegionFormatException.class);

    /** Gives a handle. */
    interface Way<T> {
        T open(SharedRegion region, String name) throws Exception;
    }

    /** Something to be done. */
    interface Use<T> {
        void of(T object) throws Exception;
    }
}
