package io.k8j.apiserver.validation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Reads PEM as Go does: text around blocks is skipped, as are blocks that cannot be read. Pure functions. */
final class PemBlocks {
    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";

    /** @param headers whether there are lines such as {@code Proc-Type: 4} */
    record Block(String type, boolean headers, byte[] bytes) {}

    private PemBlocks() {}

    static List<Block> read(byte[] data) {
        String text = new String(data, StandardCharsets.ISO_8859_1);
        List<Block> blocks = new ArrayList<>();
        int from = 0;
        while (true) {
            int begin = text.indexOf(BEGIN, from);
            if (begin < 0) return blocks;
            int lineEnd = text.indexOf('\n', begin);
            if (lineEnd < 0) return blocks;
            from = lineEnd;
            String line = text.substring(begin + BEGIN.length(), lineEnd).stripTrailing();
            boolean atStart = begin == 0 || text.charAt(begin - 1) == '\n';
            if (!atStart || !line.endsWith(DASHES)) continue;
            String type = line.substring(0, line.length() - DASHES.length());
            String end = "\n-----END " + type + DASHES;
            int to = text.indexOf(end, lineEnd);
            if (to < 0) continue;
            Block block = block(type, text.substring(Math.min(lineEnd + 1, to), to));
            if (block == null) continue;
            blocks.add(block);
            from = to + end.length();
        }
    }

    /** Null if the content is no base64. */
    private static Block block(String type, String body) {
        StringBuilder content = new StringBuilder();
        boolean headers = false;
        for (String line : body.split("\n")) {
            if (content.isEmpty() && line.contains(":")) headers = true;
            else content.append(line.replaceAll("\\s", ""));
        }
        try {
            return new Block(type, headers, Base64.getDecoder().decode(content.toString()));
        } catch (IllegalArgumentException e) {
            return null; // Go goes on behind such a block, too
        }
    }
}
