package dev.shm.ring;

/**
 * How long a consumer that has emptied its ring stays away from it, or a producer that has filled
 * it.
 *
 * <p>Looking at the place where the next record will be takes the line that the producer is writing
 * away from it. A consumer that is as fast as its producer does that on every record, and both run
 * at a fraction of their speed. So while records keep coming it pauses after a look in vain, the
 * longer the more it finds after a pause; and it does not pause at all when it finds few, as one
 * that waits for answers does.
 *
 * <p>Two that have fallen into step pass one record for each look, too, and look just like those
 * that wait for answers. In a many-to-many ring between distant processors that is ten times slower
 * than a stream. So there a pause is tried now and then: a stream shows by what it brings.
 *
 * <p><b>Threads and processes.</b> Whoever shares one makes the other's guesses worse; nothing else
 * happens.
 */
final class Pace {
    /** Fewer records than that, with more for each pause, are no stream. */
    private static final int STREAM = 2;

    private static final int TRIAL = 15;

    private final int longest;
    private final int pausesPerRecord; // at most, of a stream
    private final int tryAfter; // so many records that came one by one; 0 for never

    private int records; // since the last look in vain
    private int pauses; // after a look in vain that came after records
    private int next; // before the next look
    private int oneByOne;
    private long reached; // the position of the last look in vain

    private Pace(int longest, int pausesPerRecord, int tryAfter) {
        this.longest = longest;
        this.pausesPerRecord = pausesPerRecord;
        this.tryAfter = tryAfter;
    }

    /** One that knows nothing yet; it stays away for a microsecond at most. */
    static Pace ofOneToOne() {
        return new Pace(32, 2, 0);
    }

    /**
     * The same where a record takes longer, since it is claimed and released; four microseconds.
     */
    static Pace ofManyToMany() {
        return new Pace(128, 8, 128);
    }

    /** Stays away, if that is of use. */
    void await() {
        for (int i = next; i > 0; i--) {
            Thread.onSpinWait();
        }
    }

    /** Hears what a poll has found. */
    void found(int read, boolean dry) {
        records += read;
        if (!dry) {
            next = 0;
        } else if (records == 0) {
            next /= 2; // the stream may have ended: look sooner and sooner
        } else {
            adapt();
            next = pauses;
            records = 0;
        }
    }

    /**
     * Hears that who had come so far has looked in vain, and stays away if that is of use.
     *
     * @return whether it was; then it is time to look again.
     */
    boolean stayAway(long position) {
        found((int) Math.min(position - reached, Integer.MAX_VALUE), true);
        reached = position;
        await();
        return next > 0;
    }

    private void adapt() {
        if (records >= STREAM + pauses / pausesPerRecord) {
            pauses = Math.min(longest, 2 * pauses + 1);
        } else {
            pauses /= 2;
            if (pauses == 0 && tryAfter > 0 && ++oneByOne >= tryAfter) {
                oneByOne = 0;
                pauses = TRIAL;
            }
        }
    }

    /** How many pauses come before the next look. */
    int next() {
        return next;
    }
}
