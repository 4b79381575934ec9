package dev.shm.process;

import dev.shm.memory.CacheLine;

/**
 * Layout of what a {@link SharedProcess} leaves in its region while it lives.
 *
 * <pre>
 *  offset  size  field     written by  access
 *  ------  ----  --------  ----------  -----------------
 *       0     4  stage     the child   release / acquire
 *       4     4  pid       the child   release / acquire
 *       8   120  reserved  nobody      zero
 *
 *  stage 0 starting, 1 running, 2 its exit hooks began to run
 *
 *  directory: configA = 0, configB = 0; bytes = 128
 * </pre>
 */
final class ProcessLayout {
    static final int STAGE = 0;
    static final int PID = 4;
    static final int BYTES = CacheLine.BYTES;

    static final int STARTING = 0;
    static final int RUNNING = 1;
    static final int EXITING = 2;

    private ProcessLayout() {}
}
