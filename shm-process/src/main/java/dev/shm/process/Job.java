package dev.shm.process;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.util.List;

/** What a child runs: a task, or a class with arguments. */
sealed interface Job extends Serializable {

    /** A task. */
    record Lambda(RegionTask task) implements Job {}

    /** The main method of a class. */
    record Main(String className, List<String> arguments) implements Job {}

    /**
     * Turns a job into bytes.
     *
     * @throws IllegalArgumentException if it cannot be serialised.
     */
    static byte[] serialized(Job job) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(job);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "task: it, or something that it captures, cannot be serialised: " + e, e);
        }
        return bytes.toByteArray();
    }

    /** Turns the bytes into the job again, with the classes of this process. */
    static Job deserialized(byte[] bytes) throws IOException, ClassNotFoundException {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        try (ObjectInputStream in =
                new ObjectInputStream(new ByteArrayInputStream(bytes)) {
                    @Override
                    protected Class<?> resolveClass(ObjectStreamClass type)
                            throws IOException, ClassNotFoundException {
                        try {
                            return Class.forName(type.getName(), false, loader);
                        } catch (ClassNotFoundException notAClass) {
                            return super.resolveClass(type); // a primitive type
                        }
                    }
                }) {
            Object read = in.readObject();
            if (read instanceof Job job) {
                return job;
            }
            throw new InvalidClassException("read=" + read + ", expected: a job");
        }
    }
}
