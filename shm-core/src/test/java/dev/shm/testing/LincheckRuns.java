package dev.shm.testing;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;

/**
 * How Lincheck looks at a class: {@code -Dshm.test.lincheck.iterations} says how many scenarios of
 * some operations it makes up, which it tries in many ways each.
 */
public final class LincheckRuns {
    private static final int ITERATIONS = Integer.getInteger("shm.test.lincheck.iterations", 6);
    private static final int SCHEDULES = 300;
    private static final int RACES = 2000;

    private LincheckRuns() {}

    /** It chooses the schedules, which takes memory that it sees into: arrays and fields. */
    public static ModelCheckingOptions ofSchedules(Class<?> specification) {
        return of(new ModelCheckingOptions(), specification).invocationsPerIteration(SCHEDULES);
    }

    /** Threads race, which any memory will do for. */
    public static StressOptions ofRaces(Class<?> specification) {
        return of(new StressOptions(), specification).invocationsPerIteration(RACES);
    }

    private static <O extends Options<O, ?>> O of(O options, Class<?> specification) {
        return options.iterations(ITERATIONS)
                .threads(3)
                .actorsPerThread(2)
                .actorsBefore(2)
                .actorsAfter(2)
                .minimizeFailedScenario(false)
                .sequentialSpecification(specification);
    }
}
