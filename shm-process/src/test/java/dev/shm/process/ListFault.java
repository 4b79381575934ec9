package dev.shm.process;

import dev.shm.explore.Interception;
import dev.shm.explore.Interception.Interceptor;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

/** One line of a list's protocol, as if it had been forgotten or were another. */
enum ListFault {
    /** Nothing is wrong. */
    NONE {
        @Override
        Interceptor interceptor(ListLayout layout) {
            return Interception::proceed;
        }
    },

    /** The size is stored before the index. */
    COMMITS_FIRST {
        @Override
        Interceptor interceptor(ListLayout layout) {
            List<Object[]> late = new ArrayList<>();
            return (target, method, arguments) -> {
                if (isEntry(layout, method, arguments)) {
                    late.add(arguments);
                    return null;
                }
                Object result = Interception.proceed(target, method, arguments);
                if (isCommit(method)) {
                    late.forEach(put -> target.putIntRelease((int) put[0], (int) put[1]));
                    late.clear();
                }
                return result;
            };
        }
    },

    /** The index that counts is written over. */
    WRITES_IN_PLACE {
        @Override
        Interceptor interceptor(ListLayout layout) {
            int apart = layout.entry(1, 0) - layout.entry(0, 0);
            return (target, method, arguments) -> {
                if (isEntry(layout, method, arguments)) {
                    int index = (int) arguments[0];
                    arguments[0] = index < layout.entry(1, 0) ? index + apart : index - apart;
                } else if (isCommit(method)) {
                    arguments[1] = (long) arguments[1] ^ 1;
                }
                return Interception.proceed(target, method, arguments);
            };
        }
    },

    /** The version stays as it is. */
    NO_VERSION {
        @Override
        Interceptor interceptor(ListLayout layout) {
            return (target, method, arguments) ->
                    method.getName().equals("putLong") && (int) arguments[0] == ListLayout.VERSION
                            ? null
                            : Interception.proceed(target, method, arguments);
        }
    };

    /** Stands between one participant and the memory. */
    abstract Interceptor interceptor(ListLayout layout);

    private static boolean isEntry(ListLayout layout, Method method, Object... arguments) {
        return method.getName().equals("putIntRelease") && (int) arguments[0] < layout.ownersAt();
    }

    private static boolean isCommit(Method method) {
        return method.getName().equals("putLongRelease");
    }
}
