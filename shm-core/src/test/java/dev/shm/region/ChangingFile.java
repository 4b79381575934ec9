package dev.shm.region;

import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;

/** A file that another process changes between two pieces that are read of it. */
final class ChangingFile implements SeekableByteChannel {
    private static final int PIECE = 64;

    private final byte[] before;
    private final byte[] after;
    private final int piecesBefore;
    private int pieces;
    private int position;

    ChangingFile(byte[] before, byte[] after, int piecesBefore) {
        this.before = before;
        this.after = after;
        this.piecesBefore = piecesBefore;
    }

    @Override
    public int read(ByteBuffer target) {
        byte[] now = pieces++ < piecesBefore ? before : after;
        int length = Math.min(Math.min(target.remaining(), PIECE), now.length - position);
        target.put(now, position, length);
        position += length;
        return length;
    }

    @Override
    public SeekableByteChannel position(long newPosition) {
        position = (int) newPosition;
        return this;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public long size() {
        return after.length;
    }

    @Override
    public int write(ByteBuffer source) {
        throw new UnsupportedOperationException();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {
        // nothing is open
    }
}
