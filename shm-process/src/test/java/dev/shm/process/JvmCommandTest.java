package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What children inherit of their parent's command line. BEHAVIOURS 16.28. */
class JvmCommandTest {
    @ParameterizedTest
    @CsvSource({
        "-Xmx64m, true",
        "-Dany=thing, true",
        "-XX:SharedArchiveFile=app.jsa, true",
        "-XX:ArchiveClassesAtExit=app.jsa, false",
        "-XX:+AutoCreateSharedArchive, false",
        "-XX:DumpLoadedClassList=app.list, false",
        "-agentlib:jdwp=transport=dt_socket, false",
        "-Dcom.sun.management.jmxremote.port=9010, false",
        "-Dcom.sun.management.config.file=management.properties, false",
        "-XX:StartFlightRecording=filename=a.jfr, false",
        "-Xlog:gc, true",
        "-Xlog:gc*:stdout:time, true",
        "-Xlog:gc::time, true",
        "-Xlog:gc*:file=gc.log:time:filecount=5, false",
        "-Xlog::gc.log, false",
        "-Xlog:gc:gc-%p.log, true",
        "-Xloggc:gc.log, false",
        "-Xloggc:gc-%p.log, true",
        "-XX:+LogVMOutput, true",
        "-XX:LogFile=vm.log, false",
        "-XX:ErrorFile=/var/log/hs_err_pid%p.log, true",
        "-XX:ErrorFile=/var/log/crash.log, false",
        "-XX:HeapDumpPath=/var/dumps, true",
        "-XX:AOTCache=app.aot, true",
        "-XX:AOTCacheOutput=app.aot, false",
        "-XX:AOTMode=auto, true",
        "-XX:AOTMode=record, false",
        "-agentpath:/opt/libjdwp.so=address=5005, false",
        "-agentpath:/opt/libasyncProfiler.so=start;file=all.jfr, false",
        "-agentpath:/opt/libasyncProfiler.so=start;file=%p.jfr, true",
        "-javaagent:coverage.jar=destfile=coverage.exec, true"
    })
    void isInherited_unlessOneProcessOnlyCanHaveIt(String option, boolean inherited) {
        assertEquals(inherited, JvmCommand.isInherited(option));
    }

    /** The JVM would take the others from there; what is inherited is on the command line too. */
    @Test
    void variables_thatHaveOthersAreLeftOut() {
        Map<String, String> environment =
                new HashMap<>(
                        Map.of(
                                "JAVA_TOOL_OPTIONS", "-Xmx1g '-Xlog:gc:gc.log'",
                                "JDK_JAVA_OPTIONS", "-Xmx1g",
                                "OTHER", "-agentlib:jdwp"));
        JvmCommand.inheriting(true).clean(environment);
        assertEquals(Set.of("JDK_JAVA_OPTIONS", "OTHER"), environment.keySet());
        JvmCommand.inheriting(false).clean(environment);
        assertEquals(Set.of("OTHER"), environment.keySet());
    }
}
