package dev.shm.explore;

import java.lang.reflect.Method;
import java.util.List;

/** Which methods of a buffer reach its memory, and how. */
final class Accesses {
    private static final List<String> PREFIXES =
            List.of("get", "put", "compareAnd", "add", "setMemory");

    private Accesses() {}

    static boolean isAccess(Method method) {
        return PREFIXES.stream().anyMatch(method.getName()::startsWith);
    }

    static boolean isLoad(Method method) {
        return method.getName().startsWith("get") && !method.getName().startsWith("getAnd");
    }

    /** Whether others may see it late: a store that is not volatile, whose result nobody needs. */
    static boolean isDelayable(Method method) {
        String name = method.getName();
        return (name.startsWith("put") || name.equals("setMemory"))
                && !name.endsWith("Volatile")
                && method.getReturnType() == void.class;
    }
}
