package dev.shm.bench.harness;

import java.io.IOException;

/**
 * What a process did in one round, in one line: {@code COUNT NANOS [NOTE]}.
 *
 * @param count operations.
 * @param nanos what they took together.
 * @param note what else was seen; empty if nothing.
 */
public record Answer(long count, long nanos, String note) {
    private static final int WORDS = 3;

    /** Without a note. */
    public Answer(long count, long nanos) {
        this(count, nanos, "");
    }

    static Answer parse(String line) throws IOException {
        String[] words = line.split(" ", WORDS);
        try {
            return new Answer(
                    Long.parseLong(words[0]),
                    Long.parseLong(words[1]),
                    words.length == WORDS ? words[2] : "");
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IOException("heard: " + line + ", expected: COUNT NANOS [NOTE]", e);
        }
    }

    @Override
    public String toString() {
        return (count + " " + nanos + " " + note).strip();
    }
}
