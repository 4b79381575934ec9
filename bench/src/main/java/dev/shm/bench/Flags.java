package dev.shm.bench;

import java.util.List;

/** What the JVMs of peers are given, by the documentation of each. Ours need nothing. */
final class Flags {
    static final List<String> NONE = List.of();

    static final String AGRONA_1 = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED";
    static final List<String> AGRONA = List.of(AGRONA_1);

    private static final String NO_CHECKS = "-Dagrona.disable.bounds.checks=true";

    /** As whoever trusts all indices may run it. */
    static final List<String> AGRONA_UNCHECKED = List.of(AGRONA_1, NO_CHECKS);

    static final List<String> AERON =
            List.of(
                    AGRONA_1,
                    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                    NO_CHECKS,
                    "-Daeron.pre.touch.mapped.memory=true");

    /** One word for each, as JMH's annotations need constants. */
    static final String CHRONICLE_1 = "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED";

    static final String CHRONICLE_2 = "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED";
    static final String CHRONICLE_3 = "--add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED";
    static final String CHRONICLE_4 =
            "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED";
    static final String CHRONICLE_5 = "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED";
    static final String CHRONICLE_6 = "--add-opens=java.base/java.lang=ALL-UNNAMED";
    static final String CHRONICLE_7 = "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED";
    static final String CHRONICLE_8 = "--add-opens=java.base/java.io=ALL-UNNAMED";
    static final String CHRONICLE_9 = "--add-opens=java.base/java.util=ALL-UNNAMED";

    /** Else it reports to its makers that it is used. */
    static final String CHRONICLE_QUIET = "-Dchronicle.analytics.disable=true";

    static final List<String> CHRONICLE =
            List.of(
                    CHRONICLE_1,
                    CHRONICLE_2,
                    CHRONICLE_3,
                    CHRONICLE_4,
                    CHRONICLE_5,
                    CHRONICLE_6,
                    CHRONICLE_7,
                    CHRONICLE_8,
                    CHRONICLE_9,
                    CHRONICLE_QUIET);

    private Flags() {}
}
