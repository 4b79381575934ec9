package dev.shm.arch;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The classes of shm-process keep to {@link ArchitectureRules}. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = ArchitectureRules.deliveredClasses();

    @Test
    void classes_areFound() {
        assertFalse(CLASSES.isEmpty());
    }

    @ParameterizedTest
    @MethodSource("rules")
    void rule_isKept(ArchRule rule) {
        rule.check(CLASSES);
    }

    static List<ArchRule> rules() {
        return ArchitectureRules.ALL;
    }
}
