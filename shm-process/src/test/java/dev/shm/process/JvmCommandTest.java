package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
        "-XX:StartFlightRecording=filename=a.jfr, false"
    })
    void isInherited_unlessOneProcessOnlyCanHaveIt(String option, boolean inherited) {
        assertEquals(inherited, JvmCommand.isInherited(option));
    }
}
