package dev.shm.examples;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import dev.shm.arch.ArchitectureRules;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples keep to {@link ArchitectureRules}, but for reading the files that they count. */
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
        return ArchitectureRules.ALL.stream()
                .filter(rule -> rule != ArchitectureRules.WRITE_FILES)
                .toList();
    }
}
