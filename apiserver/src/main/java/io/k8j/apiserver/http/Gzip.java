package io.k8j.apiserver.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Compresses answers, speed before size: the reader is mostly on the same machine or network. */
final class Gzip {
    private static final int PIECE_BYTES = 64 * 1024;

    private Gzip() {}

    static byte[] of(Body body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream((int) Math.min(body.length() / 8, 1 << 20));
        byte[] piece = new byte[PIECE_BYTES];
        ByteBuf view = Unpooled.wrappedBuffer(piece);
        try (GZIPOutputStream gzip = new Fast(out)) {
            boolean more = true;
            while (more) {
                more = body.fill(view.clear());
                gzip.write(piece, 0, view.readableBytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory streams do not fail
        }
        return out.toByteArray();
    }

    private static final class Fast extends GZIPOutputStream {
        Fast(ByteArrayOutputStream out) throws IOException {
            super(out, PIECE_BYTES);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
