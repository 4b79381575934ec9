package dev.shm.region;

import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The object types whose code this process has, by their number in the file. */
final class ObjectTypes {
    private static final Map<Integer, ObjectType> BY_CODE =
            StreamSupport.stream(
                            ServiceLoader.load(ObjectType.class, ObjectTypes.class.getClassLoader())
                                    .spliterator(),
                            false)
                    .collect(Collectors.toUnmodifiableMap(ObjectType::code, Function.identity()));

    private ObjectTypes() {}

    /** Returns the type of this number, or null when this process lacks its code. */
    static @Nullable ObjectType find(int code) {
        return BY_CODE.get(code);
    }

    static String nameOf(int code) {
        ObjectType type = find(code);
        return type == null ? "type " + code : type.name();
    }
}
