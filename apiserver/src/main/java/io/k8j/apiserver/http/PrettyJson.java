package io.k8j.apiserver.http;

import java.io.ByteArrayOutputStream;

/** JSON in lines for people: upstream sends it to browsers, to curl, and to who asks with {@code ?pretty=true}. */
final class PrettyJson {
    private final ByteArrayOutputStream out;
    private int depth;

    private PrettyJson(int expected) {
        out = new ByteArrayOutputStream(expected);
    }

    /** Whether a client wants lines. */
    static boolean wanted(Exchange exchange) {
        String asked = exchange.query("pretty");
        if (asked != null && !asked.isEmpty()) {
            return switch (asked) {
                case "1", "t", "T", "true", "TRUE", "True" -> true;
                default -> false;
            };
        }
        String agent = exchange.header("User-Agent");
        return agent != null
                && (agent.startsWith("curl") || agent.startsWith("Wget") || agent.startsWith("Mozilla/5.0"));
    }

    /** Indents a valid document by two spaces a level. */
    static byte[] of(byte[] json) {
        PrettyJson pretty = new PrettyJson(json.length + json.length / 2);
        pretty.indent(json);
        return pretty.out.toByteArray();
    }

    private void indent(byte[] json) {
        boolean inText = false;
        for (int i = 0; i < json.length; i++) {
            byte b = json[i];
            if (inText) {
                out.write(b);
                if (b == '\\') out.write(json[++i]);
                else inText = b != '"';
                continue;
            }
            switch (b) {
                case ' ', '\t', '\n', '\r' -> {}
                case '{', '[' -> i = open(json, i);
                case '}', ']' -> {
                    line(--depth);
                    out.write(b);
                }
                case ',' -> {
                    out.write(b);
                    line(depth);
                }
                case ':' -> {
                    out.write(b);
                    out.write(' ');
                }
                default -> {
                    inText = b == '"';
                    out.write(b);
                }
            }
        }
    }

    /** Begins an object or array; an empty one stays on its line. */
    private int open(byte[] json, int at) {
        out.write(json[at]);
        int next = at + 1;
        while (Character.isWhitespace(json[next])) next++;
        if (json[next] == '}' || json[next] == ']') {
            out.write(json[next]);
            return next;
        }
        line(++depth);
        return at;
    }

    private void line(int levels) {
        out.write('\n');
        for (int i = 0; i < levels; i++) {
            out.write(' ');
            out.write(' ');
        }
    }
}
