package dev.shm.examples.queue;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.process.SharedProcess;
import dev.shm.queue.SharedStack;
import dev.shm.region.SharedRegion;
import java.util.List;

/**
 * One process notes what it did on a stack and ends; another one takes the notes, the last one
 * first. Prints
 *
 * <pre>
 * undo: drew a line
 * undo: chose a colour
 * undo: opened a picture
 * nothing is left to undo
 * </pre>
 */
public final class UndoStack {
    private static final Codec<String> TEXT = Codecs.utf8(64);

    private UndoStack() {}

    /**
     * Takes the notes.
     *
     * @param args none.
     */
    public static void main(String[] args) throws InterruptedException {
        String name = "undo-" + ProcessHandle.current().pid();
        try (SharedRegion region = SharedRegion.create(name, 1 << 17)) {
            SharedStack<String> notes = SharedStack.create(region, "notes", 8, TEXT);
            SharedProcess.start(region, UndoStack::draw).join();
            for (String note = notes.poll(); note != null; note = notes.poll()) {
                System.out.println("undo: " + note);
            }
            System.out.println("nothing is left to undo");
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static void draw(SharedRegion region) throws InterruptedException {
        SharedStack<String> notes = SharedStack.open(region, "notes", TEXT);
        for (String note : List.of("opened a picture", "chose a colour", "drew a line")) {
            notes.put(note);
        }
    }
}
