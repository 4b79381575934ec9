package dev.shm.chaos;

/** What is done with which object. */
enum Act {
    LOCK,
    CONDITION,
    READ,
    WRITE,
    SEMAPHORE,
    COUNTING,
    EVENT(true),
    GATE(true),
    LATCH(true),
    ROLL_CALL(true),
    BARRIER(true),
    VALUE,
    ARRAY,
    QUEUE,
    JOINABLE,
    LONGS,
    STACK,
    PRIORITY,
    RING,
    BROADCAST,
    PIPE(true),
    MAP,
    LIST,
    SET,
    NAMESPACE,
    STRUCT,
    ADDER,
    OBJECT,
    ATTACHMENT(true);

    /** Done seldom, or nearly all kills would hit somebody who sleeps. */
    final boolean isLong;

    Act() {
        this(false);
    }

    Act(boolean isLong) {
        this.isLong = isLong;
    }
}
