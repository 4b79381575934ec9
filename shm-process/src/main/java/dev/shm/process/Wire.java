package dev.shm.process;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;

/** Java serialization, with the classes that the current thread sees. */
final class Wire {
    private Wire() {}

    /** Serialised bytes, in an array that may be longer than they are. */
    static final class Bytes extends ByteArrayOutputStream {
        Bytes() {}

        /** These, and no copy. */
        Bytes(byte[] whole) {
            super(0);
            buf = whole;
            count = whole.length;
        }

        byte[] array() {
            return buf;
        }
    }

    static Bytes write(Object value) throws IOException {
        Bytes bytes = new Bytes();
        write(value, bytes);
        return bytes;
    }

    /** The same behind other bytes. */
    static void write(Object value, Bytes to) throws IOException {
        try (ObjectOutputStream out = new ObjectOutputStream(to)) {
            out.writeObject(value);
        }
    }

    /**
     * The same for what a user has given us.
     *
     * @throws IllegalArgumentException if it cannot be serialised.
     */
    static Bytes writeTask(Object task) {
        try {
            return write(task);
        } catch (IOException e) {
            throw refused(e);
        }
    }

    /** What is thrown where something that a user has given us cannot be serialised. */
    static IllegalArgumentException refused(IOException why) {
        return new IllegalArgumentException(
                "task: it, or something that it captures or is given, cannot be serialised: " + why,
                why);
    }

    static Object read(byte[] bytes) throws IOException, ClassNotFoundException {
        return read(bytes, 0, bytes.length);
    }

    static Object read(byte[] bytes, int offset, int length)
            throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new Input(new ByteArrayInputStream(bytes, offset, length))) {
            return in.readObject();
        }
    }

    private static final class Input extends ObjectInputStream {
        private final ClassLoader loader = Thread.currentThread().getContextClassLoader();

        Input(InputStream in) throws IOException {
            super(in);
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass type)
                throws IOException, ClassNotFoundException {
            try {
                return Class.forName(type.getName(), false, loader);
            } catch (ClassNotFoundException notAClass) {
                return super.resolveClass(type); // a primitive type
            }
        }
    }
}
