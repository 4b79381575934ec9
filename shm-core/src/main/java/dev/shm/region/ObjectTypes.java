package dev.shm.region;

import java.util.HashMap;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** The object types whose code this process has, by their number in the file. */
final class ObjectTypes {
    /** Null until they could be loaded: what is wrong with them is said to each who asks. */
    private static volatile @Nullable Map<Integer, ObjectType> loaded;

    private ObjectTypes() {}

    /**
     * Loads them.
     *
     * @throws IllegalStateException when one cannot be loaded, or two have the same number.
     */
    static void check() {
        byCode();
    }

    /** Returns the type of this number, or null when this process lacks its code. */
    static @Nullable ObjectType find(int code) {
        return byCode().get(code);
    }

    static String nameOf(int code) {
        ObjectType type = find(code);
        return type == null ? "type " + code : type.name();
    }

    private static Map<Integer, ObjectType> byCode() {
        Map<Integer, ObjectType> types = loaded;
        if (types == null) {
            types = load(ObjectTypes.class.getClassLoader());
            loaded = types;
        }
        return types;
    }

    static Map<Integer, ObjectType> load(@Nullable ClassLoader loader) {
        Map<Integer, ObjectType> types = new HashMap<>();
        try {
            for (ObjectType type : ServiceLoader.load(ObjectType.class, loader)) {
                ObjectType other = types.putIfAbsent(type.code(), type);
                if (other != null) {
                    throw new IllegalStateException(
                            "object type code="
                                    + type.code()
                                    + " belongs to "
                                    + other.getClass().getName()
                                    + " and to "
                                    + type.getClass().getName()
                                    + ": each must have one of its own");
                }
            }
        } catch (ServiceConfigurationError e) {
            throw new IllegalStateException("object types: " + e.getMessage(), e);
        }
        return Map.copyOf(types);
    }
}
