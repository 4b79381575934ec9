package dev.shm.region;

import dev.shm.testing.ChildCommands;
import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One process in which the library is loaded several times, each with commands of its own. */
final class TwoLoadersChild {
    private final Map<String, Object> children = new HashMap<>();

    private TwoLoadersChild() {}

    public static void main(String... arguments) throws IOException {
        ChildCommands.serve(new TwoLoadersChild()::run);
    }

    /** {@code LOADER COMMAND...}, {@code drop LOADER} or {@code gc}. */
    private String run(String... words) throws Exception {
        switch (words[0]) {
            case "drop" -> children.remove(words[1]);
            case "gc" -> collectGarbage();
            default -> {
                Object child = children.get(words[0]);
                if (child == null) {
                    child = load();
                    children.put(words[0], child);
                }
                Method run = child.getClass().getDeclaredMethod("run", String[].class);
                run.setAccessible(true);
                String[] command = Arrays.copyOfRange(words, 1, words.length);
                return (String) run.invoke(child, (Object) command);
            }
        }
        return "ok";
    }

    private static Object load() throws ReflectiveOperationException, MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        URLClassLoader loader =
                new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        Constructor<?> constructor =
                loader.loadClass(RegionChild.class.getName()).getDeclaredConstructor();
        constructor.setAccessible(true);
        return constructor.newInstance();
    }

    private static void collectGarbage() {
        for (int i = 0; i < 3; i++) {
            WeakReference<Object> gone = new WeakReference<>(new Object());
            while (gone.get() != null) {
                System.gc();
            }
        }
    }
}
