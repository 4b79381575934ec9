package dev.shm.process;

import java.io.Serializable;
import java.util.List;

/** What a child runs: a task, or a class with arguments. */
sealed interface Job extends Serializable {

    /** A task. */
    record Lambda(RegionTask task) implements Job {}

    /** The main method of a class. */
    record Main(String className, List<String> arguments) implements Job {}
}
