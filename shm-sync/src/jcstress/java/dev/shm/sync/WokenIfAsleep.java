package dev.shm.sync;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Outcome;

/** What may come of one who waits, and of one who ends the wait. */
@Outcome(
        id = {"1, 0", "1, 1"},
        expect = ACCEPTABLE,
        desc = "it saw that it need not sleep")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "it is woken")
@Outcome(expect = FORBIDDEN, desc = "it sleeps, and nobody wakes it")
public final class WokenIfAsleep {
    private WokenIfAsleep() {}
}
