package dev.shm.region;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/**
 * A kind of named object, as the directory of a region knows it.
 *
 * <p>Implementations are stateless, have a public constructor without arguments and are listed in
 * {@code META-INF/services/dev.shm.region.ObjectType}, so that a process that has the code on its
 * class path can describe and sweep objects that it never opened.
 */
public interface ObjectType {
    /**
     * Returns the number that stands for this kind in the file.
     *
     * @return a positive number, never reused for another kind.
     */
    int code();

    /**
     * Returns the name of the public class, as it appears in messages and listings.
     *
     * @return such as {@code SharedValue}.
     */
    String name();

    /**
     * Says in words what an object of this kind was made with.
     *
     * @param configA the first word of its configuration.
     * @param configB the second word of its configuration.
     * @param block the object's memory; hostile until checked.
     * @return such as {@code 'i' x 1024}; empty when there is nothing to say.
     */
    String describe(long configA, long configB, DirectBuffer block);

    /**
     * Tells whether a participant that dies may leave claims in objects of this kind.
     *
     * @return true when {@link #sweep} must run before the dead participant's slot is used again.
     */
    default boolean needsSweep() {
        return false;
    }

    /**
     * Gives back what a dead participant held in one object. Several processes may run this in
     * turn, and each may itself be killed anywhere in it: every step must be a CAS and do no harm
     * when done twice.
     *
     * @param block the object's memory.
     * @param configA the first word of its configuration.
     * @param configB the second word of its configuration.
     * @param deadTag the tag of the dead participant.
     */
    default void sweep(AtomicBuffer block, long configA, long configB, int deadTag) {
        throw new IllegalStateException("type=" + name() + " needs no sweep");
    }
}
