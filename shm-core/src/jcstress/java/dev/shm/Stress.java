package dev.shm;

import java.util.Arrays;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Options;

/**
 * Runs the stress tests by jcstress: those that must pass, and then, one by one, those with a
 * fault, each of which must be found. Arguments are which of them, by a beginning of their names as
 * a regular expression, and those of jcstress.
 */
public final class Stress {
    private static final String SOUND = ".*(?<!Fault)$";
    private static final String FAULTS = ".*(?<=Fault)$";

    private Stress() {}

    public static void main(String[] arguments) throws Exception {
        String names = arguments[0];
        String[] args = Arrays.copyOfRange(arguments, 1, arguments.length);
        of(names + SOUND, args).run();
        int found = 0;
        for (String fault : of(names + FAULTS, args).getTests()) {
            expectFailure(fault, args);
            found++;
        }
        System.out.println("all sound tests pass, and the faults are found: " + found);
    }

    private static void expectFailure(String fault, String[] args) throws Exception {
        try {
            of(fault, args).run();
        } catch (AssertionError expected) {
            System.out.println(fault + " is found, as it must be");
            return;
        }
        throw new AssertionError(fault + " was not found");
    }

    private static JCStress of(String tests, String[] args) throws Exception {
        String[] all = new String[args.length + 2];
        System.arraycopy(args, 0, all, 0, args.length);
        all[args.length] = "-t";
        all[args.length + 1] = tests;
        Options options = new Options(all);
        if (!options.parse()) {
            throw new IllegalArgumentException(String.join(" ", args));
        }
        return new JCStress(options);
    }
}
