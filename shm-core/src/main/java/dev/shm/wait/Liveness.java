package dev.shm.wait;

/**
 * What a wait needs to know of the participants of a region: who we are and who is dead.
 *
 * <p>A <em>tag</em> names one participant, once and for all: 30 bits, never zero, never given to
 * another. Lock words carry it.
 *
 * <p><b>Threads and processes.</b> Every method may be called by any thread at any time.
 *
 * <p><b>Memory effects.</b> What a participant did before its death is visible to whoever has seen
 * {@link #isDead} answer true for it.
 */
public interface Liveness {

    /**
     * Our own tag.
     *
     * @return 30 bits, never zero
     */
    int self();

    /**
     * Whether a participant has been certified dead. Reads memory only, about a nanosecond; a death
     * that nobody has certified yet is answered with false.
     *
     * @param tag of the participant
     * @return true also for a tag that names nobody
     */
    boolean isDead(int tag);

    /**
     * Looks whether a participant died, and certifies its death when that can be proven. May make
     * system calls, but limits how often by itself.
     *
     * @param tag of the participant
     */
    void probe(int tag);

    /** The same for one other participant, in turn. Every tick of a blocked thread calls it. */
    void probeNext();

    /**
     * Ends waits that have no future.
     *
     * @throws IllegalStateException once the region was closed, or we were declared dead
     */
    void checkOpen();
}
