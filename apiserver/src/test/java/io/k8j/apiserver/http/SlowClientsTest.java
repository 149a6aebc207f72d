package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import io.k8j.apiserver.Operations;
import io.k8j.store.MemoryStore;
import io.k8j.store.StoreConfig;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that take their time, over raw sockets. */
class SlowClientsTest {
    private HttpTestServer api;

    @BeforeEach
    void start() {
        Duration shortly = Duration.ofMillis(200);
        api = new HttpTestServer(
                MemoryStore.open(StoreConfig.DEFAULTS),
                true,
                Operations.DEFAULTS,
                new RequestSettings(1 << 20, 8192, shortly, shortly, shortly, shortly));
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private Socket connect(String sent) throws IOException {
        Socket socket = new Socket("127.0.0.1", api.server.port());
        socket.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String read(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    @Test
    void aConnectionThatSaysNothingIsClosed() throws IOException {
        try (Socket socket = connect("")) {
            assertThat(read(socket)).isEmpty();
        }
    }

    @Test
    void aHeadThatNeverEndsIsGivenUp() throws IOException {
        try (Socket socket = connect("GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: a")) {
            assertThat(read(socket)).isEmpty();
        }
    }

    @Test
    void anIdleConnectionIsClosedAfterItsAnswer() throws IOException {
        try (Socket socket = connect("GET /livez/ping HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer root\r\n\r\n")) {
            assertThat(read(socket)).startsWith("HTTP/1.1 200 OK").endsWith("ok");
        }
    }

    @Test
    void aBodyThatDoesNotComeIsATimeout() throws IOException {
        try (Socket socket =
                connect("POST /api/v1/namespaces HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{\"a\"")) {
            assertThat(read(socket))
                    .startsWith("HTTP/1.1 504")
                    .contains("\"reason\":\"Timeout\"")
                    .contains("request did not complete within the allotted timeout");
        }
    }

    @Test
    void tooLongAHeadIsRefused() throws IOException {
        try (Socket socket = connect("GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: " + "a".repeat(9000) + "\r\n\r\n")) {
            assertThat(read(socket)).startsWith("HTTP/1.1 431");
        }
        try (Socket socket = connect("GET /" + "a".repeat(9000) + " HTTP/1.1\r\nHost: x\r\n\r\n")) {
            assertThat(read(socket)).startsWith("HTTP/1.1 431");
        }
    }

    @Test
    void aWatchIsNotIdle() throws IOException {
        try (Socket socket = connect(
                "GET /api/v1/namespaces?watch=true HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer root\r\n\r\n")) {
            byte[] first = new byte[12];
            assertThat(socket.getInputStream().readNBytes(first, 0, 12)).isEqualTo(12);
            // Several periods later it still tells: each round trip of another connection takes a moment.
            for (int i = 0; i < 3; i++) anIdleConnectionIsClosedAfterItsAnswer();
            // Over a connection of its own: one that the client has kept may just be closed for idleness.
            String body = "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"later\"}}";
            try (Socket post = connect("POST /api/v1/namespaces HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer root\r\n"
                    + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)) {
                assertThat(read(post)).startsWith("HTTP/1.1 201");
            }
            StringBuilder seen = new StringBuilder();
            byte[] piece = new byte[8192];
            while (seen.indexOf("\"later\"") < 0) {
                int length = socket.getInputStream().read(piece);
                assertThat(length).isPositive();
                seen.append(new String(piece, 0, length, StandardCharsets.UTF_8));
            }
        }
    }

    /** Never takes what is written. */
    private static final class Deaf extends ChannelOutboundHandlerAdapter {
        @Override
        public void flush(ChannelHandlerContext context) {}

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            context.write(message, promise);
        }
    }

    @Test
    void aReaderThatTakesNothingIsCutOff() {
        EmbeddedChannel channel = new EmbeddedChannel(new Deaf(), new ChannelInboundHandlerAdapter());
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, 2));
        Body endless = new Body() {
            @Override
            public long length() {
                return Integer.MAX_VALUE;
            }

            @Override
            public boolean fill(ByteBuf target) {
                target.writeZero(target.writableBytes());
                return true;
            }
        };
        BodySender sender = new BodySender(
                channel.pipeline().lastContext(), endless, false, TimeUnit.SECONDS.toNanos(60), () -> {});
        channel.freezeTime();
        sender.begin(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
        channel.runPendingTasks();
        channel.advanceTimeBy(59, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isTrue();

        channel.advanceTimeBy(2, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();

        assertThat(channel.isOpen()).isFalse();
    }
}
