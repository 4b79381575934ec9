package dev.shm.memory;

import java.lang.reflect.Constructor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Named points between two steps of a protocol, where a test stops a process so that it can be
 * killed just there.
 *
 * <p>Nothing happens at a point unless {@code -Dshm.killpoint.hook} names a class that implements
 * {@code Consumer<String>} and has a constructor without arguments: that class is then called with
 * the name of every point reached. Without it the JIT compiler removes the calls.
 *
 * <p>Internal: public for the other modules of shm only.
 */
public final class KillPoint {
    private static final @Nullable Consumer<String> HOOK =
            load(System.getProperty("shm.killpoint.hook"));

    private KillPoint() {}

    /**
     * Marks a point.
     *
     * @param point its name, such as {@code region.create.file}; another place has it too only
     *     where that is the same step, as {@code docs/crash-safety.md} says.
     */
    public static void at(String point) {
        if (HOOK != null) {
            HOOK.accept(point);
        }
    }

    @SuppressWarnings("unchecked") // the class is a test's, and says what it consumes
    private static @Nullable Consumer<String> load(@Nullable String className) {
        if (className == null) {
            return null;
        }
        try {
            Constructor<?> constructor = Class.forName(className).getDeclaredConstructor();
            return (Consumer<String>) constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("shm.killpoint.hook=" + className, e);
        }
    }
}
