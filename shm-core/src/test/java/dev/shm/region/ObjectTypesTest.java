package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceConfigurationError;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The object types on the class path, and what may be wrong with them. */
class ObjectTypesTest {
    private static final int RAW_BUFFER = 1;

    @TempDir Path classes;

    /** Claims a number that another type has. */
    public static final class Impostor implements ObjectType {
        @Override
        public int code() {
            return RAW_BUFFER;
        }

        @Override
        public String name() {
            return "impostor";
        }

        @Override
        public String describe(long configA, long configB, DirectBuffer block) {
            return "";
        }
    }

    private Map<Integer, ObjectType> loadWith(String provider) throws IOException {
        Path services = Files.createDirectories(classes.resolve("META-INF/services"));
        Files.writeString(services.resolve(ObjectType.class.getName()), provider + "\n");
        URL[] urls = {classes.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(urls, getClass().getClassLoader())) {
            return ObjectTypes.load(loader);
        }
    }

    @Test
    void load_findsThoseOfTheClassPath() throws IOException {
        Map<Integer, ObjectType> types = loadWith("");
        assertEquals("buffer", types.get(RAW_BUFFER).name());
        assertEquals("claims", types.get(new ClaimType().code()).name());
        assertNull(types.get(31_999));
    }

    @Test
    void load_ofTwoWithOneNumber_namesBoth() {
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> loadWith(Impostor.class.getName()));
        assertTrue(e.getMessage().contains("code=1 "), e.getMessage());
        assertTrue(e.getMessage().contains(RawBufferType.class.getName()), e.getMessage());
        assertTrue(e.getMessage().contains(Impostor.class.getName()), e.getMessage());
    }

    @Test
    void load_ofABrokenProvider_saysWhich() {
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> loadWith("no.such.Type"));
        assertTrue(e.getMessage().contains("no.such.Type"), e.getMessage());
        assertInstanceOf(ServiceConfigurationError.class, e.getCause());
    }
}
