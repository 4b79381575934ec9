package dev.shm.bench.child;

import dev.shm.bench.harness.Answer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.HdrHistogram.Histogram;

/** How a child talks: it says that it is ready, and answers each number that it reads. */
final class Lines {
    /** What is done for a number. */
    @FunctionalInterface
    interface Work {
        Answer run(long number) throws Exception;
    }

    private Lines() {}

    /** Until the input ends. What fails ends the process, whatever threads it has. */
    static void serve(Work work) {
        try {
            answer(work);
        } catch (Exception e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private static void answer(Work work) throws Exception {
        System.out.println("ready");
        InputStreamReader bytes = new InputStreamReader(System.in, StandardCharsets.US_ASCII);
        try (BufferedReader in = new BufferedReader(bytes)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                System.out.println(work.run(Long.parseLong(line)));
            }
        }
    }

    /** A histogram as one word. */
    static String encode(Histogram histogram) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
    }
}
