package io.k8j.kubelet.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reads the end of a container's log. */
public final class LogTail {
    private static final int BLOCK = 64 * 1024;

    private LogTail() {}

    /** The last lines, without time and stream, at most {@code maxBytes} of them; empty if there is no log. */
    public static String last(Path log, int maxLines, int maxBytes) throws IOException {
        if (!Files.exists(log)) return "";
        StringBuilder text = new StringBuilder();
        try (FileChannel file = FileChannel.open(log, StandardOpenOption.READ)) {
            long start = offsetOfLast(file, maxLines);
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(file.size() - start, 16L << 20));
            while (bytes.hasRemaining() && file.read(bytes, start + bytes.position()) >= 0) {}
            for (String line : new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).split("\n")) {
                LogLine.parse(line).ifPresent(parsed -> {
                    text.append(parsed.content());
                    if (!parsed.partial()) text.append('\n');
                });
            }
        }
        String all = text.toString();
        byte[] encoded = all.getBytes(StandardCharsets.UTF_8);
        if (encoded.length <= maxBytes) return all;
        return new String(encoded, encoded.length - maxBytes, maxBytes, StandardCharsets.UTF_8);
    }

    /** Where the last {@code lines} lines begin. */
    static long offsetOfLast(FileChannel file, long lines) throws IOException {
        long end = file.size();
        if (lines <= 0) return end;
        long seen = 0;
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        for (long at = end; at > 0; ) {
            int size = (int) Math.min(BLOCK, at);
            at -= size;
            block.clear().limit(size);
            while (block.hasRemaining() && file.read(block, at + block.position()) >= 0) {}
            for (int i = size - 1; i >= 0; i--) {
                boolean lastByte = at + i == end - 1;
                if (block.get(i) == '\n' && !lastByte && ++seen == lines) return at + i + 1;
            }
        }
        return 0;
    }
}
