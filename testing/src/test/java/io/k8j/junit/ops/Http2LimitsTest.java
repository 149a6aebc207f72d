package io.k8j.junit.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.junit.K8jCluster;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the server does with HTTP/2 clients that nobody knows or that misbehave, frame by frame. */
class Http2LimitsTest {
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RESET = 3;
    private static final int SETTINGS = 4;
    private static final int GOAWAY = 7;
    private static final int CONTINUATION = 9;

    private static K8jCluster cluster;

    @BeforeAll
    static void start() {
        cluster = K8jCluster.builder().withNodes(0).start();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static SSLSocket connect() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustAll()}, null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory()
                .createSocket("127.0.0.1", URI.create(cluster.url()).getPort());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
        socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frame(socket, SETTINGS, 0, 0, new byte[0]);
        return socket;
    }

    private static void frame(SSLSocket socket, int type, int flags, int stream, byte[] payload) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        for (int shift = 16; shift >= 0; shift -= 8) frame.write(payload.length >> shift);
        frame.write(type);
        frame.write(flags);
        for (int shift = 24; shift >= 0; shift -= 8) frame.write(stream >> shift);
        frame.writeBytes(payload);
        socket.getOutputStream().write(frame.toByteArray());
        socket.getOutputStream().flush();
    }

    /** Headers as literals without an index and without Huffman's coding. */
    private static byte[] headers(String path) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        literal(block, ":method", "GET");
        literal(block, ":scheme", "https");
        literal(block, ":authority", "x");
        literal(block, ":path", path);
        return block.toByteArray();
    }

    private static void literal(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        block.write(name.length());
        block.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        block.write(value.length());
        block.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    }

    /** Types of all frames until the server closes the connection. */
    private static List<Integer> framesUntilEnd(SSLSocket socket) throws IOException {
        List<Integer> types = new ArrayList<>();
        DataInputStream in = new DataInputStream(socket.getInputStream());
        try {
            while (true) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                types.add(in.readUnsignedByte());
                in.skipNBytes(5L + length);
            }
        } catch (EOFException | java.net.SocketException | javax.net.ssl.SSLException e) {
            return types; // closed
        }
    }

    @Test
    void aConnectionOfNobodyInParticularEndsWithItsRequest() throws Exception {
        try (SSLSocket socket = connect()) {
            frame(socket, HEADERS, 0x4 | 0x1, 1, headers("/livez"));

            List<Integer> types = framesUntilEnd(socket);

            assertThat(types).contains(HEADERS, DATA, GOAWAY);
            assertThat(types.indexOf(HEADERS)).isLessThan(types.lastIndexOf(GOAWAY));
        }
    }

    @Test
    void whoBeginsAndDropsManyRequestsIsSentAway() throws Exception {
        try (SSLSocket socket = connect()) {
            try {
                for (int i = 0; i < 2000; i++) {
                    frame(socket, HEADERS, 0x4 | 0x1, 2 * i + 1, headers("/api/v1/pods"));
                    frame(socket, RESET, 0, 2 * i + 1, new byte[] {0, 0, 0, 8});
                }
            } catch (IOException e) {
                return; // cut off in the midst of it, as it should be
            }
            assertThat(framesUntilEnd(socket)).contains(GOAWAY);
        }
    }

    @Test
    void aFloodOfContinuationsIsCutOff() throws Exception {
        try (SSLSocket socket = connect()) {
            try {
                frame(socket, HEADERS, 0x1, 1, headers("/livez"));
                for (int i = 0; i < 20_000; i++) frame(socket, CONTINUATION, 0, 1, new byte[0]);
            } catch (IOException e) {
                return;
            }
            assertThat(framesUntilEnd(socket)).contains(GOAWAY);
        }
    }

    /** The certificate is not what this is about. */
    private static final class TrustAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
