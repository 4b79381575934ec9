package dev.shm.process;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Many values in one object that is cheaper to serialise: an array of numbers, where all are of one
 * kind.
 */
final class Packing {
    private Packing() {}

    /** Values as one serialisable object; nulls among them are fine. */
    static Serializable pack(@Nullable Object[] values) {
        Class<?> type = commonType(values);
        if (type == Integer.class) {
            return Arrays.stream(values).mapToInt(value -> (Integer) value).toArray();
        }
        if (type == Long.class) {
            return Arrays.stream(values).mapToLong(value -> (Long) value).toArray();
        }
        if (type == Double.class) {
            return Arrays.stream(values).mapToDouble(value -> (Double) value).toArray();
        }
        return values;
    }

    /** The values again, of the same types. */
    static @Nullable Object[] unpack(Object packed) {
        if (packed instanceof int[] ints) {
            return Arrays.stream(ints).boxed().toArray();
        }
        if (packed instanceof long[] longs) {
            return Arrays.stream(longs).boxed().toArray();
        }
        if (packed instanceof double[] doubles) {
            return Arrays.stream(doubles).boxed().toArray();
        }
        return (Object[]) packed;
    }

    /** The class of all of them, or null. */
    private static @Nullable Class<?> commonType(@Nullable Object[] values) {
        Class<?> type = null;
        for (Object value : values) {
            if (value == null || type != null && value.getClass() != type) {
                return null;
            }
            type = value.getClass();
        }
        return type;
    }

    static Serializable pack(List<?> values) {
        return pack(values.toArray());
    }
}
