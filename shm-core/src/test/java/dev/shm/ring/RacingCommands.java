package dev.shm.ring;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands;
import dev.shm.testing.ChildJvm;
import dev.shm.testing.StopAtKillPoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * What a JVM does with the ring "it" among others who race for it. None of its commands leaves
 * anything in its hands. It answers whether it has put its message in, or what it has taken out.
 */
final class RacingCommands implements ChildCommands.Commands {
    private final MpmcRing ring;

    private RacingCommands(SharedRegion region) {
        this.ring = MpmcRing.open(region, "it");
    }

    public static void main(String[] arguments) throws IOException {
        ChildCommands.serve(new RacingCommands(MpmcCommands.open(Path.of(arguments[0]))));
    }

    static ChildJvm jvm(Path file) {
        return ChildJvm.of(RacingCommands.class).stoppable().start(file);
    }

    @Override
    public String run(String... words) {
        return switch (words[0]) {
            case "arm" -> {
                StopAtKillPoint.arm(words[1], 0);
                yield "armed";
            }
            case "offer" -> String.valueOf(MpmcCommands.offer(ring, words[1]));
            case "commit" -> String.valueOf(claim(words[1], true));
            case "abort" -> String.valueOf(claim(words[1], false));
            case "offerOnTop" -> String.valueOf(offerOnTop(words[1]));
            case "poll" -> MpmcCommands.poll(ring, true);
            case "ack" -> acknowledged(ring.relaxedTake());
            case "requeue" -> {
                requeue();
                yield MpmcCommands.EMPTY;
            }
            case "takeAgain" -> {
                requeue();
                yield acknowledged(ring.relaxedTake());
            }
            case "pollOnTop" -> pollOnTop();
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private boolean claim(String text, boolean commit) {
        MpmcClaim claim = ring.claim(text.length());
        if (claim == null) {
            return false;
        }
        claim.buffer().putBytes(claim.index(), text.getBytes(StandardCharsets.US_ASCII));
        if (commit) {
            claim.commit(1);
        } else {
            claim.abort();
        }
        return commit;
    }

    /** Puts a message in while it has a claim before it. */
    private boolean offerOnTop(String text) {
        MpmcClaim below = ring.claim(1);
        boolean offered = below != null && MpmcCommands.offer(ring, text);
        if (below != null) {
            below.abort();
        }
        return offered;
    }

    private static String acknowledged(MpmcDelivery delivery) {
        if (delivery == null) {
            return MpmcCommands.EMPTY;
        }
        String text = MpmcCommands.text(delivery);
        delivery.ack();
        return text;
    }

    private void requeue() {
        MpmcDelivery delivery = ring.relaxedTake();
        if (delivery != null) {
            delivery.requeue();
        }
    }

    /** Takes a message while it has another one in its hands. */
    private String pollOnTop() {
        MpmcDelivery below = ring.relaxedTake();
        if (below == null) {
            return MpmcCommands.EMPTY;
        }
        String polled = MpmcCommands.poll(ring, true);
        return acknowledged(below) + " " + polled;
    }
}
