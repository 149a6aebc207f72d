package io.k8j.kubelet.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Lists and sends what lies in the node's log directory, as upstream's file server does. Thread-safe. */
record NodeLogs(Path directory) {
    static final Path SYSTEM = Path.of("/var/log");

    private static final String PAGE =
            "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n%s</pre>\n";

    /** @param below the part of the request's path behind {@code /logs} */
    void serve(Exchange exchange, String below) throws IOException {
        if (!exchange.method().equals("GET")) {
            exchange.text(405, "Method Not Allowed\n");
            return;
        }
        Path wanted = find(below);
        if (wanted == null) {
            exchange.text(404, "404 page not found\n");
        } else if (Files.isDirectory(wanted)) {
            exchange.answer(200, "text/html; charset=utf-8", page(wanted).getBytes(StandardCharsets.UTF_8));
        } else {
            try (InputStream in = Files.newInputStream(wanted);
                    OutputStream out = exchange.stream("text/plain; charset=utf-8")) {
                in.transferTo(out);
            }
        }
    }

    /**
     * The readable file or directory, or null. Links that lead out of the log directory are not followed, other than
     * upstream: a Pod that may write there could have the node agent read any file of the node.
     */
    private Path find(String below) {
        try {
            Path root = directory.toRealPath();
            Path wanted = root.resolve(below.replaceAll("^/+", "")).toRealPath();
            boolean there = wanted.startsWith(root) && (Files.isRegularFile(wanted) || Files.isDirectory(wanted));
            return there && Files.isReadable(wanted) ? wanted : null;
        } catch (InvalidPathException | IOException notThere) {
            return null;
        }
    }

    private static String page(Path listed) throws IOException {
        try (Stream<Path> entries = Files.list(listed)) {
            return PAGE.formatted(entries.sorted().map(NodeLogs::link).collect(Collectors.joining()));
        }
    }

    private static String link(Path entry) {
        String name = entry.getFileName().toString();
        String slash = Files.isDirectory(entry) ? "/" : "";
        String address = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
        return "<a href=\"%s\">%s</a>\n".formatted(address + slash, escape(name) + slash);
    }

    private static String escape(String name) {
        return name.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&#34;")
                .replace("'", "&#39;");
    }
}
