package dev.shm.sync;

/** Where the peers of a test are. The same test runs with each. */
public enum Where {
    /** Threads of this JVM that use the test's own region object. */
    THREADS,
    /** Threads of this JVM, each with a region object of its own: another participant. */
    REGIONS,
    /** Threads of other JVMs. */
    JVMS
}
