package dev.shm.codec;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputFilter.FilterInfo;
import java.io.ObjectInputFilter.Status;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.StreamCorruptedException;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/** Java serialization behind a filter. */
final class SerializedCodec<E> implements Codec<E> {

    /**
     * Hash sets nested n deep take 2^n steps to rebuild, so the depth decides how long a hostile
     * message can keep a reader busy.
     */
    static final int MAX_DEPTH = 20;

    private final Class<E> type;
    private final int maxBytes;
    private final ObjectInputFilter filter;

    SerializedCodec(Class<E> type, int maxBytes, ObjectInputFilter filter) {
        this.type = Objects.requireNonNull(type, "type");
        this.maxBytes = maxBytes;
        ObjectInputFilter strict =
                ObjectInputFilter.rejectUndecidedClass(Objects.requireNonNull(filter, "filter"));
        this.filter = ObjectInputFilter.merge(this::checkLimits, strict);
    }

    @Override
    public int maxBytes() {
        return maxBytes;
    }

    @Override
    public int encode(E value, MutableDirectBuffer target, int index) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(type.cast(Objects.requireNonNull(value, "value")));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "type=" + value.getClass().getName() + ": cannot be serialized: " + e, e);
        }
        byte[] encoded = bytes.toByteArray();
        Checks.requireFits(encoded.length, maxBytes);
        target.putBytes(index, encoded);
        return encoded.length;
    }

    @Override
    public E decode(DirectBuffer source, int index, int length) {
        byte[] bytes = Checks.copy(source, index, length, maxBytes);
        Object value;
        try (ByteArrayInputStream remaining = new ByteArrayInputStream(bytes);
                ObjectInputStream in = new ObjectInputStream(remaining)) {
            in.setObjectInputFilter(filter);
            value = in.readObject();
            if (in.read() >= 0 || remaining.available() > 0) {
                throw new StreamCorruptedException("more bytes than one object");
            }
        } catch (IOException | ClassNotFoundException | RuntimeException | LinkageError e) {
            // readObject methods and record constructors throw what they like on field values they
            // do not like.
            throw new IllegalArgumentException(
                    "length=" + length + ": not an allowed serialized object: " + e, e);
        }
        return requireType(value);
    }

    private E requireType(@Nullable Object value) {
        if (value == null || !type.isInstance(value)) {
            throw new IllegalArgumentException(
                    "decoded type="
                            + (value == null ? null : value.getClass().getName())
                            + ", expected: "
                            + type.getName());
        }
        return type.cast(value);
    }

    private Status checkLimits(FilterInfo info) {
        boolean small =
                info.depth() <= MAX_DEPTH
                        && info.references() <= maxBytes
                        && info.arrayLength() <= maxBytes;
        return small ? Status.UNDECIDED : Status.REJECTED;
    }

    @Override
    public String toString() {
        return "serialized(" + type.getName() + ", " + maxBytes + ")";
    }
}
