package dev.shm.codec;

import java.io.ObjectInputFilter;
import java.io.Serializable;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A deserialization filter that knows a fixed set of classes. */
final class AllowList implements ObjectInputFilter {

    private final Set<Class<?>> allowed;

    private AllowList(Set<Class<?>> allowed) {
        this.allowed = allowed;
    }

    static AllowList of(Class<?>... classes) {
        Set<Class<?>> allowed = new HashSet<>();
        // Collections ask the filter about the arrays that they are going to allocate.
        allowed.add(Object.class);
        allowed.add(Map.Entry.class);
        for (Class<?> named : classes) {
            Class<?> element = elementOf(named);
            if (!element.isPrimitive() && !Serializable.class.isAssignableFrom(element)) {
                throw new IllegalArgumentException(
                        "class=" + named.getName() + ", allowed: Serializable classes");
            }
            for (Class<?> c = element; c != null; c = c.getSuperclass()) {
                allowed.add(c);
            }
        }
        return new AllowList(Set.copyOf(allowed));
    }

    @Override
    public Status checkInput(FilterInfo info) {
        @Nullable Class<?> type = info.serialClass();
        if (type == null) {
            return Status.UNDECIDED;
        }
        Class<?> element = elementOf(type);
        return element.isPrimitive() || allowed.contains(element)
                ? Status.ALLOWED
                : Status.REJECTED;
    }

    private static Class<?> elementOf(Class<?> type) {
        Class<?> element = type;
        while (element.isArray()) {
            element = element.getComponentType();
        }
        return element;
    }

    @Override
    public String toString() {
        return "allow" + allowed;
    }
}
