package io.k8j.e2e.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.k8j.e2e.cluster.Kubeconfig;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLSocket;

/**
 * Sends bytes to the API server over HTTP/1.1 and TLS exactly as given, which no decent HTTP client would. A connection is
 * used again as long as the server keeps it. One thread at a time.
 */
final class Wire implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 60_000;

    /** An answer; status 0 means that the server closed the connection without one. */
    record Answer(int status, Map<String, String> headers, byte[] bytes) {
        static final Answer CLOSED = new Answer(0, Map.of(), new byte[0]);

        String body() {
            return new String(bytes, UTF_8);
        }

        String contentType() {
            return headers.getOrDefault("content-type", "");
        }
    }

    private final Kubeconfig kubeconfig;
    private SSLSocket socket;
    private InputStream in;

    Wire(Kubeconfig kubeconfig) {
        this.kubeconfig = kubeconfig;
    }

    /** The header line that names the user; empty if the connection's certificate does. */
    String authorization() {
        return kubeconfig
                .token()
                .map(token -> "Authorization: Bearer " + token + "\r\n")
                .orElse("");
    }

    /** Sends a well framed request. */
    Answer send(String method, String path, Map<String, String> headers, byte[] body) throws IOException {
        var head = new StringBuilder(method)
                .append(' ')
                .append(path)
                .append(" HTTP/1.1\r\nHost: localhost\r\n")
                .append(authorization());
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (body.length > 0 || !method.equals("GET"))
            head.append("Content-Length: ").append(body.length).append("\r\n");
        var all = new ByteArrayOutputStream();
        all.writeBytes(head.append("\r\n").toString().getBytes(UTF_8));
        all.writeBytes(body);
        return raw(all.toByteArray(), method.equals("HEAD"), false, false);
    }

    /** Sends bytes that need not be a request and then no more, on a connection of its own; reads the first answer. */
    Answer alone(byte[] bytes) throws IOException {
        close();
        try {
            return raw(bytes, false, false, true);
        } finally {
            close();
        }
    }

    /** Sends like {@link #alone}, and reads only the answer's head: what follows may be frames, or cut off. */
    Answer headAlone(byte[] bytes) throws IOException {
        close();
        try {
            return raw(bytes, false, true, true);
        } finally {
            close();
        }
    }

    /** Sends a request whose answer may never end, and reads only its head. */
    Answer head(String path) throws IOException {
        close();
        try {
            return raw(
                    ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + authorization() + "\r\n").getBytes(UTF_8),
                    false,
                    true,
                    false);
        } finally {
            close();
        }
    }

    private Answer raw(byte[] bytes, boolean withoutBody, boolean headOnly, boolean last) throws IOException {
        for (boolean fresh = socket == null; ; fresh = true) {
            try {
                connect();
                socket.getOutputStream().write(bytes);
                socket.getOutputStream().flush();
                if (last) socket.shutdownOutput();
                Answer answer = read(withoutBody, headOnly);
                if (answer.status() == 0) close();
                if (answer.status() != 0 || fresh) return answer;
            } catch (java.net.SocketTimeoutException silent) {
                throw silent;
            } catch (IOException closed) {
                close();
                if (fresh) return Answer.CLOSED; // the server refused what came by closing
            }
        }
    }

    private void connect() throws IOException {
        if (socket != null) return;
        socket = (SSLSocket) kubeconfig
                .tls()
                .getSocketFactory()
                .createSocket(kubeconfig.server().getHost(), kubeconfig.server().getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    private Answer read(boolean withoutBody, boolean headOnly) throws IOException {
        String first = line();
        if (first == null) return Answer.CLOSED;
        int status = Integer.parseInt(first.split(" ")[1]);
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); line != null && !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        if (status == 100) return read(withoutBody, headOnly);
        if (withoutBody || headOnly || status == 204 || status == 304) return new Answer(status, headers, new byte[0]);
        var body = new ByteArrayOutputStream();
        if ("chunked".equals(headers.get("transfer-encoding"))) readChunks(body);
        else body.writeBytes(in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0"))));
        if ("close".equals(headers.get("connection"))) close();
        return new Answer(status, headers, body.toByteArray());
    }

    private void readChunks(ByteArrayOutputStream body) throws IOException {
        for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
            body.writeBytes(in.readNBytes(size));
            line();
        }
        line();
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) return null;
            if (b != '\r') line.write(b);
        }
        return line.toString(ISO_8859_1);
    }

    @Override
    public void close() {
        if (socket == null) return;
        try {
            socket.close();
        } catch (IOException gone) {
            // the server was faster
        }
        socket = null;
    }
}
