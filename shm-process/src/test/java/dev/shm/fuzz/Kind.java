package dev.shm.fuzz;

import dev.shm.region.SharedRegion;

/**
 * One kind of object: the two ways to it, and what can be done with it at once.
 *
 * @param name of the one object of this kind
 * @param maker opens it, or makes it, with what it is made with
 * @param opener opens it, whatever it is made with
 * @param use ends soon, whatever the object is like
 */
record Kind<T>(String name, Way<T> maker, Way<T> opener, Use<T> use) {
    /** Gives a handle. */
    interface Way<T> {
        T open(SharedRegion region, String name) throws Exception;
    }

    /** Something to be done. */
    interface Use<T> {
        void of(T object) throws Exception;
    }
}
