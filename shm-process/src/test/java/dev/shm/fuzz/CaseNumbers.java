package dev.shm.fuzz;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Which case each thread is at, in a file that is there when the JVM is not any more: a word of 8
 * bytes for each, of this machine's order.
 */
final class CaseNumbers {
    static final String FILE = "cases";

    private final LongBuffer numbers;

    CaseNumbers(Path folder, int threads) throws IOException {
        try (FileChannel file =
                FileChannel.open(
                        folder.resolve(FILE),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            long bytes = (long) threads * Long.BYTES;
            numbers =
                    file.map(FileChannel.MapMode.READ_WRITE, 0, bytes)
                            .order(ByteOrder.nativeOrder())
                            .asLongBuffer();
        }
    }

    /** A thread begins a case. */
    void begin(int thread, long number) {
        numbers.put(thread, number);
    }

    @Override
    public String toString() {
        return "CaseNumbers[threads=" + numbers.capacity() + "]";
    }
}
