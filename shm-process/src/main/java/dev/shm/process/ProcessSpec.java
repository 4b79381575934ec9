package dev.shm.process;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/**
 * All that a child has to know, as its parent sends it.
 *
 * @param name of the child.
 * @param daemon whether it ends with its parent.
 * @param parentPid the parent's process id.
 * @param parentName the parent's name.
 * @param regions the paths of the regions that are opened for it, the task's first.
 * @param recordRegion which of them has the {@link ExitRecord}, from 0 on.
 * @param record its name.
 * @param log how it logs.
 */
record ProcessSpec(
        String name,
        boolean daemon,
        long parentPid,
        String parentName,
        List<String> regions,
        int recordRegion,
        String record,
        LogSetup log) {

    /** Writes it to a child, and then what it is to run. */
    void send(OutputStream toChild, byte[] job) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        text(out, name);
        out.writeBoolean(daemon);
        out.writeLong(parentPid);
        text(out, parentName);
        out.writeInt(regions.size());
        for (String region : regions) {
            text(out, region);
        }
        out.writeInt(recordRegion);
        text(out, record);
        log.write(out);
        DataOutputStream frames = new DataOutputStream(toChild);
        frames.writeInt(bytes.size());
        bytes.writeTo(frames);
        frames.writeInt(job.length);
        frames.write(job);
        frames.flush();
    }

    /**
     * Reads what a parent has sent, and no more. A {@link #receiveJob job} follows.
     *
     * @throws EOFException if the parent ended before it had sent all.
     */
    static ProcessSpec receive(InputStream fromParent) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(frame(fromParent)));
        String name = text(in);
        boolean daemon = in.readBoolean();
        long parentPid = in.readLong();
        String parentName = text(in);
        String[] regions = new String[in.readInt()];
        for (int i = 0; i < regions.length; i++) {
            regions[i] = text(in);
        }
        int recordRegion = in.readInt();
        String record = text(in);
        return new ProcessSpec(
                name,
                daemon,
                parentPid,
                parentName,
                List.of(regions),
                recordRegion,
                record,
                LogSetup.read(in));
    }

    /**
     * Reads what is to be run.
     *
     * @throws EOFException if the parent ended before it had sent all.
     */
    static byte[] receiveJob(InputStream fromParent) throws IOException {
        return frame(fromParent);
    }

    private static byte[] frame(InputStream from) throws IOException {
        int size = new DataInputStream(from).readInt();
        byte[] bytes = from.readNBytes(size);
        if (bytes.length < size) {
            throw new EOFException("bytes=" + bytes.length + ", expected: " + size);
        }
        return bytes;
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        out.writeUTF(text);
    }

    private static String text(DataInputStream in) throws IOException {
        return in.readUTF();
    }
}
