package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;

/** What proves that a process is running: all of it, or nothing (ALGORITHMS 9.2, T11). */
class ProcessIdentityTest {
    private final ProcessIdentity self = ProcessIdentity.self();

    @Test
    void isProvablyRunning_isTrueOfOurselvesWhereThePlatformTells() {
        assertEquals(self.startTicks() != 0, self.isProvablyRunning());
    }

    @Test
    void isProvablyRunning_isFalseAfterAReboot() {
        assertFalse(
                new ProcessIdentity(
                                self.pid(), self.startTicks(), self.pidNamespace(), self.boot() + 1)
                        .isProvablyRunning());
    }

    @Test
    void isProvablyRunning_isFalseInAnotherPidNamespace() {
        assertFalse(
                new ProcessIdentity(
                                self.pid(), self.startTicks(), self.pidNamespace() + 1, self.boot())
                        .isProvablyRunning());
    }

    @Test
    void isProvablyRunning_isFalseOfAnotherProcessWithThePid() {
        assertFalse(
                new ProcessIdentity(
                                self.pid(), self.startTicks() + 1, self.pidNamespace(), self.boot())
                        .isProvablyRunning());
    }
}
