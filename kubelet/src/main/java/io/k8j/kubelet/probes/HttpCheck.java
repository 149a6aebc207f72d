package io.k8j.kubelet.probes;

import io.k8j.client.https.TlsContexts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/**
 * Asks an HTTP server for one page, as probes and hooks do: any certificate will do, any header may be set, and the
 * answer's body counts only for its beginning.
 */
final class HttpCheck {
    private static final int MAX_BODY = 10 * 1024;
    private static final int MAX_REDIRECTS = 10;
    private static final String LATE = " (Client.Timeout exceeded while awaiting headers)";
    private static final int MAX_LINE = 64 * 1024;

    /** An answer; {@code redirectedAway} if it points at another host, which is not followed. */
    record Answer(int status, String body, boolean redirectedAway) {}

    private HttpCheck() {}

    /**
     * Sends GET and follows redirects on the same host.
     *
     * @throws IOException worded as Go's HTTP client words it
     */
    static Answer get(URI uri, Map<String, String> headers, Duration timeout) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        URI current = uri;
        for (int i = 0; i <= MAX_REDIRECTS; i++) {
            Map<String, String> found = new LinkedHashMap<>();
            Answer answer;
            try {
                answer = once(current, headers, deadline, found);
            } catch (SocketTimeoutException e) {
                throw new IOException("Get \"%s\": context deadline exceeded%s".formatted(current, LATE), e);
            } catch (IOException e) {
                boolean late = String.valueOf(e.getMessage()).endsWith(TcpCheck.TIMEOUT);
                throw new IOException("Get \"%s\": %s%s".formatted(current, e.getMessage(), late ? LATE : ""), e);
            }
            String location = found.get("location");
            if (answer.status() < 300 || answer.status() > 399 || location == null) return answer;
            URI next = current.resolve(location);
            if (next.getHost() == null || !next.getHost().equals(uri.getHost())) {
                return new Answer(answer.status(), answer.body(), true);
            }
            current = next;
        }
        throw new IOException("Get \"%s\": stopped after 10 redirects".formatted(current));
    }

    /** Whether a server was asked in TLS and answered without. */
    static boolean spokeHttp(IOException e) {
        return e.getCause() instanceof SSLException tls
                && String.valueOf(tls.getMessage()).contains("Unsupported or unrecognized SSL message");
    }

    private static Answer once(URI uri, Map<String, String> headers, long deadline, Map<String, String> found)
            throws IOException {
        boolean tls = "https".equals(uri.getScheme());
        int port = uri.getPort() > 0 ? uri.getPort() : tls ? 443 : 80;
        String host = uri.getHost().replaceAll("^\\[|\\]$", "");
        try (Socket plain = TcpCheck.connect(host, port, left(deadline))) {
            Socket socket = plain;
            if (tls) {
                SSLSocket secure = (SSLSocket)
                        TlsContexts.trustingAll(null).getSocketFactory().createSocket(plain, host, port, true);
                secure.setSoTimeout(left(deadline));
                secure.startHandshake();
                socket = secure;
            }
            socket.setSoTimeout(left(deadline));
            socket.getOutputStream()
                    .write(request(uri, host, port, tls, headers).getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return read(socket, deadline, found);
        }
    }

    private static String request(URI uri, String host, int port, boolean tls, Map<String, String> headers) {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        if (uri.getRawQuery() != null) path += "?" + uri.getRawQuery();
        Map<String, String> all = new LinkedHashMap<>();
        String authority = host.contains(":") ? "[" + host + "]" : host;
        all.put("Host", port == (tls ? 443 : 80) ? authority : authority + ":" + port);
        headers.forEach((name, value) -> {
            all.keySet().removeIf(known -> known.equalsIgnoreCase(name));
            all.put(name, value);
        });
        StringBuilder text = new StringBuilder("GET " + path + " HTTP/1.1\r\n");
        all.forEach((name, value) -> {
            if (!value.isEmpty()) text.append(name).append(": ").append(value).append("\r\n");
        });
        return text.append("Connection: close\r\n\r\n").toString();
    }

    private static Answer read(Socket socket, long deadline, Map<String, String> found) throws IOException {
        InputStream in = socket.getInputStream();
        String[] status = line(in, socket, deadline).split(" ", 3);
        if (status.length < 2 || !status[0].startsWith("HTTP/1")) {
            throw new IOException("malformed HTTP response \"%s\"".formatted(String.join(" ", status)));
        }
        for (String line = line(in, socket, deadline); !line.isEmpty(); line = line(in, socket, deadline)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                found.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        int length = MAX_BODY;
        try {
            if (found.containsKey("content-length")) {
                length = (int) Math.min(MAX_BODY, Long.parseLong(found.get("content-length")));
            }
            socket.setSoTimeout(left(deadline));
            byte[] body = in.readNBytes(length);
            return new Answer(Integer.parseInt(status[1]), new String(body, StandardCharsets.UTF_8), false);
        } catch (NumberFormatException e) {
            throw new IOException("malformed HTTP response: " + e.getMessage(), e);
        }
    }

    private static String line(InputStream in, Socket socket, long deadline) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (line.size() < MAX_LINE) {
            socket.setSoTimeout(left(deadline));
            int c = in.read();
            if (c < 0) throw new IOException("EOF");
            if (c == '\n') return line.toString(StandardCharsets.UTF_8).stripTrailing();
            line.write(c);
        }
        throw new IOException("line of the answer is too long");
    }

    static int left(long deadline) throws SocketTimeoutException {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0) throw new SocketTimeoutException("deadline");
        return (int) millis;
    }
}
