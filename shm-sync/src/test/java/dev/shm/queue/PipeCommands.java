package dev.shm.queue;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands.Commands;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a peer can do with the pipe "it". It has the right end, unless it takes the left one; and
 * another one's, once it was told of it.
 */
public final class PipeCommands implements Commands {
    private final SharedRegion region;
    private final SharedPipe pipe;
    private @Nullable PipeEnd end;

    public PipeCommands(SharedRegion region) {
        this.region = region;
        pipe = SharedPipe.open(region, "it");
    }

    private PipeEnd end() {
        if (end == null) {
            end = pipe.right();
        }
        return end;
    }

    @Override
    public String run(String... words) throws Exception {
        return switch (words[0]) {
            case "left" -> {
                end = pipe.left();
                yield "taken";
            }
            case "right" -> {
                end = pipe.right();
                yield "taken";
            }
            case "send" -> {
                end().send(words[1].getBytes(US_ASCII));
                yield "sent";
            }
            case "sendLong" -> {
                end().send(pattern(Integer.parseInt(words[1])));
                yield "sent";
            }
            case "recv" -> text(end().recv());
            case "awaitThree" -> {
                List<PipeEnd> ends = new ArrayList<>(List.of(end()));
                for (String name : List.of("second", "third")) {
                    ends.add(SharedPipe.create(region, name, pipe.capacity()).right());
                }
                yield "" + Pipes.await(ends, List.of(), 1, MINUTES).ends().size();
            }
            case "adopt" -> {
                end = passed(region, end().recv());
                yield "adopted";
            }
            case "race" -> {
                while (!end().poll()) {
                    Thread.onSpinWait();
                }
                yield text(end().recv());
            }
            case "recvLong" -> describe(end().recv());
            case "poll" -> "" + end().poll(Long.parseLong(words[1]), MILLISECONDS);
            case "echo" -> {
                for (int i = Integer.parseInt(words[1]); i > 0; i--) {
                    end().send(end().recv());
                }
                yield "echoed";
            }
            case "count" -> count(Integer.parseInt(words[1]));
            case "show" -> pipe.toString();
            case "stream" -> {
                for (int i = 0; ; i++) {
                    end().send(numbered(i));
                }
            }
            case "end" -> {
                end().close();
                yield "ended";
            }
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    /** Sends the numbers from 0 on, each as text. */
    private String count(int to) throws Exception {
        for (int i = 0; i < to; i++) {
            end().send(String.valueOf(i).getBytes(US_ASCII));
        }
        return "sent";
    }

    /** Takes the end that a message such as {@code pipe:left} tells of. */
    static PipeEnd passed(SharedRegion region, byte[] message) {
        String[] words = new String(message, US_ASCII).split(":", -1);
        SharedPipe other = SharedPipe.open(region, words[0]);
        return words[1].equals("left") ? other.left() : other.right();
    }

    /** As a command answers with it. */
    static String text(byte[] message) {
        return "'" + new String(message, US_ASCII) + "'";
    }

    /** A message that says its number by its length, up to twice a ring, and its contents. */
    static byte[] numbered(int number) {
        byte[] bytes = new byte[(int) (number * 7919L % 2048)];
        Arrays.fill(bytes, (byte) number);
        return bytes;
    }

    /** So many bytes, each of which says where it is. */
    static byte[] pattern(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (31 * i ^ i >> 8);
        }
        return bytes;
    }

    /** Whether it is a pattern, and how long. */
    static String describe(byte[] message) {
        return message.length
                + (Arrays.equals(message, pattern(message.length)) ? " whole" : " torn");
    }
}
