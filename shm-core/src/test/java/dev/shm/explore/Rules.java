package dev.shm.explore;

/**
 * What may happen in a world besides the interleaving of its threads.
 *
 * @param deaths how many participants may be killed
 * @param interrupts how many times a thread may be interrupted
 * @param earlyTicks how many times a sleeper's tick may come while others can go on, or a wake for
 *     no reason
 * @param janitor whether a death may be certified at any time, not only by a probe
 * @param delays whether others may see a store later than it was made, as on real processors: in
 *     the order of the stores, and at the latest when the thread makes a volatile store, an atomic
 *     change or a system call
 * @param expiries how many times the deadline of a wait may expire
 * @param steps after how many accesses an execution is taken to go round in circles
 */
public record Rules(
        int deaths,
        int interrupts,
        int earlyTicks,
        boolean janitor,
        boolean delays,
        int expiries,
        int steps) {

    /** Threads interleave, and that is all. */
    public static final Rules PLAIN = new Rules(0, 0, 0, false, false, 0, 5_000);

    /**
     * The same with deaths.
     *
     * @param most how many participants may be killed
     * @return new rules
     */
    public Rules withDeaths(int most) {
        return new Rules(most, interrupts, earlyTicks, janitor, delays, expiries, steps);
    }

    /**
     * The same with interrupts.
     *
     * @param most how many times a thread may be interrupted
     * @return new rules
     */
    public Rules withInterrupts(int most) {
        return new Rules(deaths, most, earlyTicks, janitor, delays, expiries, steps);
    }

    /**
     * The same with ticks that do not wait until nobody else can go on, nor for a death, and with
     * wakes for no reason.
     *
     * @param most how many of them
     * @return new rules
     */
    public Rules withEarlyTicks(int most) {
        return new Rules(deaths, interrupts, most, janitor, delays, expiries, steps);
    }

    /**
     * The same with certificates that come by themselves.
     *
     * @return new rules
     */
    public Rules withJanitor() {
        return new Rules(deaths, interrupts, earlyTicks, true, delays, expiries, steps);
    }

    /**
     * The same with stores that others see later.
     *
     * @return new rules
     */
    public Rules withDelayedStores() {
        return new Rules(deaths, interrupts, earlyTicks, janitor, true, expiries, steps);
    }

    /**
     * The same with deadlines that expire: those that {@link World#deadline} has given.
     *
     * @param most how many of them
     * @return new rules
     */
    public Rules withExpiries(int most) {
        return new Rules(deaths, interrupts, earlyTicks, janitor, delays, most, steps);
    }
}
