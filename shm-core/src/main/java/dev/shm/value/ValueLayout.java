package dev.shm.value;

/**
 * Layout of a {@link SharedValue}.
 *
 * <pre>
 *  offset  size      field     written by  access
 *  ------  --------  --------  ----------  ------------------------------
 *       0  1, 2,     value     anybody     release, CAS / acquire
 *          4 or 8
 *   after  up to 8   reserved  nobody      zero
 *
 *  directory: configA = the code's letter (ASCII), configB = 0, bytes = 8
 * </pre>
 */
final class ValueLayout {
    static final int VALUE = 0;
    static final int BYTES = Long.BYTES;

    private ValueLayout() {}
}
