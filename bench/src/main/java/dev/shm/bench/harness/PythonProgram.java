package dev.shm.bench.harness;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A peer of Python's {@code multiprocessing}, which needs {@code python3} on the path. */
public final class PythonProgram {
    private static final String NAME = "multiprocessing_peers.py";

    private PythonProgram() {}

    /** Runs one of the peers that the program in this package has. */
    public static Side.Opener of(String peer, Unit unit, long first) {
        return of(peer, unit, first, Long.MAX_VALUE);
    }

    /**
     * The same with a bound.
     *
     * @param first how many operations its first round has.
     * @param most how many a round has at most.
     * @param more arguments of the peer.
     */
    public static Side.Opener of(String peer, Unit unit, long first, long most, String... more) {
        return (settings, folder) -> {
            Path program = folder.resolve(NAME);
            try (InputStream text = PythonProgram.class.getResourceAsStream(NAME)) {
                Files.copy(
                        Objects.requireNonNull(text, NAME),
                        program,
                        StandardCopyOption.REPLACE_EXISTING);
            }
            List<String> command =
                    Stream.concat(Stream.of("python3", program.toString(), peer), Stream.of(more))
                            .toList();
            LineProcess process = LineProcess.of(command);
            return ProcessSide.counting(settings, unit, first, most, process);
        };
    }
}
