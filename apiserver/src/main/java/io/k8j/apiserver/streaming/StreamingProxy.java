package io.k8j.apiserver.streaming;

import io.k8j.apiserver.http.Exchange;
import io.k8j.model.api.ApiException;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Joins a client's upgraded request to a backend, translating where the two speak different protocols. */
public final class StreamingProxy {
    private static final String TUNNEL = "SPDY/3.1+portforward.k8s.io";
    private static final String V5 = "v5.channel.k8s.io";
    private static final List<String> COMMAND_PROTOCOLS =
            List.of(V5, "v4.channel.k8s.io", "v4.base64.channel.k8s.io", "channel.k8s.io", "base64.channel.k8s.io");
    private static final List<String> SPDY_COMMAND_PROTOCOLS =
            List.of("v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io");
    /** These say nothing at the end of a command that succeeded, and else a sentence instead of a Status. */
    private static final List<String> SPDY_BEFORE_V4 = List.of("v3.channel.k8s.io", "v2.channel.k8s.io");

    private static final List<String> FORWARD_PROTOCOLS =
            List.of("v4.channel.k8s.io", "v4.base64.channel.k8s.io", "portforward.k8s.io", "base64.channel.k8s.io");
    private static final int MAX_MESSAGE_BYTES = 32 * 1024 * 1024;
    private static final long ANSWER_SECONDS = 30;

    private StreamingProxy() {}

    /** What the stream is for. */
    public enum Purpose {
        COMMAND,
        PORT_FORWARD
    }

    public static boolean isUpgrade(Exchange exchange) {
        String connection = exchange.header("Connection");
        return connection != null
                && connection.toLowerCase(Locale.ROOT).contains("upgrade")
                && exchange.header("Upgrade") != null;
    }

    /**
     * Serves exec, attach or port-forward; returns once both ends are joined or the client has its answer.
     *
     * @throws ApiException 400 if the request is no upgrade, 500 if the backend cannot be reached
     */
    public static void stream(Exchange exchange, Backend backend, Purpose purpose) throws InterruptedException {
        if (!isUpgrade(exchange)) {
            throw ApiException.badRequest("Upgrade request required");
        }
        if (!"websocket".equalsIgnoreCase(exchange.header("Upgrade"))) {
            splice(exchange, backend);
            return;
        }
        List<String> offered = offered(exchange);
        if (purpose == Purpose.PORT_FORWARD && offered.contains(TUNNEL)) {
            tunnel(exchange, backend);
        } else {
            translate(exchange, backend, purpose, offered);
        }
    }

    /** Passes any upgrade through unchanged, for proxied Services, Pods and nodes, and for SPDY. */
    public static void splice(Exchange exchange, Backend backend) throws InterruptedException {
        splice(exchange, backend, List.of());
    }

    /** Passes any upgrade through, with headers of ours that the client may not send itself. */
    public static void splice(Exchange exchange, Backend backend, List<Map.Entry<String, String>> identity)
            throws InterruptedException {
        HttpRequest request = exchange.rawRequest();
        HttpHeaders headers = request.headers().copy();
        headers.remove(HttpHeaderNames.AUTHORIZATION);
        if (!identity.isEmpty()) HttpProxy.identify(headers, identity);
        BackendConnection.Answer answer = open(exchange, backend, request.method(), headers, (context, upgraded) -> {
            HttpResponse switched =
                    new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
            switched.headers().set(upgraded.headers());
            context.writeAndFlush(switched);
            join(context, upgraded.channel(), new Splice(upgraded.channel()), new Splice(context.channel()));
        });
        relayRefusal(exchange, answer);
    }

    private static void tunnel(Exchange exchange, Backend backend) throws InterruptedException {
        HttpHeaders headers = spdyUpgrade("portforward.k8s.io");
        BackendConnection.Answer answer = open(exchange, backend, HttpMethod.POST, headers, (context, upgraded) -> {
            if (handshake(exchange, context, TUNNEL)) {
                Channel spdy = upgraded.channel();
                spdy.pipeline().addLast(new WebSocketTunnel.ToWebSocket(context.channel()));
                context.pipeline().addLast(new WebSocketTunnel.FromWebSocket(spdy));
            } else {
                upgraded.channel().close();
            }
        });
        relayRefusal(exchange, answer);
    }

    private static void translate(Exchange exchange, Backend backend, Purpose purpose, List<String> offered)
            throws InterruptedException {
        List<String> known = purpose == Purpose.COMMAND ? COMMAND_PROTOCOLS : FORWARD_PROTOCOLS;
        String protocol = offered.stream().filter(known::contains).findFirst().orElse(offered.isEmpty() ? "" : null);
        if (protocol == null) {
            throw ApiException.badRequest(
                    "unable to upgrade: unable to negotiate protocol: client supports %s, server accepts %s"
                            .formatted(offered, known));
        }
        boolean beforeV4 = !protocol.startsWith("v");
        List<String> commandProtocols = beforeV4 ? SPDY_BEFORE_V4 : SPDY_COMMAND_PROTOCOLS;
        String[] spdyProtocols = purpose == Purpose.COMMAND
                ? commandProtocols.toArray(new String[0])
                : new String[] {"portforward.k8s.io"};
        boolean base64 = protocol.contains("base64");
        BackendConnection.Answer answer =
                open(exchange, backend, HttpMethod.POST, spdyUpgrade(spdyProtocols), (context, upgraded) -> {
                    if (!handshake(exchange, context, protocol)) {
                        upgraded.channel().close();
                        return;
                    }
                    ChannelTranslator translator = purpose == Purpose.COMMAND
                            ? new RemoteCommandTranslator(
                                    context.channel(), upgraded.channel(), base64, wanted(exchange))
                            : new PortForwardTranslator(context.channel(), upgraded.channel(), base64, ports(exchange));
                    upgraded.channel()
                            .pipeline()
                            .addLast(new SpdyFrameCodec(SpdyVersion.SPDY_3_1), translator.backendSide());
                    context.pipeline().addLast(translator.clientSide());
                    // The backend's HTTP codec leaves its pipeline right after this; before, it would refuse our
                    // frames.
                    context.executor().execute(translator::start);
                });
        relayRefusal(exchange, answer);
    }

    /** Builds the joined pipelines; runs on the event loop of both. */
    private interface Joiner {
        void join(ChannelHandlerContext client, BackendConnection.Answer.Upgraded backend);
    }

    private static BackendConnection.Answer open(
            Exchange exchange, Backend backend, HttpMethod method, HttpHeaders headers, Joiner joiner)
            throws InterruptedException {
        if (exchange.isHttp2()) {
            throw ApiException.badRequest("unable to upgrade: HTTP/2 streams cannot be upgraded, use HTTP/1.1");
        }
        var opened = BackendConnection.open(exchange.eventLoop(), backend, method, headers)
                .thenApply(answer -> {
                    if (answer instanceof BackendConnection.Answer.Upgraded upgraded) {
                        exchange.detach(context -> joiner.join(context, upgraded));
                    }
                    return answer;
                });
        try {
            return opened.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw ApiException.internal("error dialing backend: " + e.getCause().getMessage());
        } catch (TimeoutException e) {
            throw ApiException.internal("error dialing backend: no answer within " + ANSWER_SECONDS + " s");
        }
    }

    private static void relayRefusal(Exchange exchange, BackendConnection.Answer answer) {
        if (answer instanceof BackendConnection.Answer.Refused refused) {
            exchange.respond(refused.status(), refused.headers().get(HttpHeaderNames.CONTENT_TYPE), refused.body());
        }
    }

    private static void join(ChannelHandlerContext client, Channel backend, Splice fromClient, Splice fromBackend) {
        ChannelPipeline pipeline = client.pipeline();
        backend.pipeline().addLast(fromBackend);
        pipeline.addLast(fromClient);
        // The codec hands bytes that it had read ahead to the handler behind it.
        pipeline.remove("requests");
        pipeline.remove("http");
    }

    private static boolean handshake(Exchange exchange, ChannelHandlerContext context, String protocol) {
        String location = "wss://" + exchange.header("Host") + exchange.uri();
        FullHttpRequest request =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, exchange.uri(), Unpooled.EMPTY_BUFFER);
        request.headers().set(exchange.rawRequest().headers());
        WebSocketServerHandshaker handshaker = new WebSocketServerHandshakerFactory(
                        location, protocol.isEmpty() ? null : protocol, false, MAX_MESSAGE_BYTES)
                .newHandshaker(request);
        if (handshaker == null) {
            WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(context.channel());
            return false;
        }
        context.pipeline().remove("requests");
        handshaker.handshake(context.channel(), request);
        return true;
    }

    private static HttpHeaders spdyUpgrade(String... protocols) {
        HttpHeaders headers = new DefaultHttpHeaders();
        headers.set(HttpHeaderNames.CONNECTION, "Upgrade").set(HttpHeaderNames.UPGRADE, "SPDY/3.1");
        headers.set("X-Stream-Protocol-Version", List.of(protocols));
        headers.set(HttpHeaderNames.CONTENT_LENGTH, 0);
        return headers;
    }

    private static List<String> offered(Exchange exchange) {
        List<String> offered = new ArrayList<>();
        for (String header : exchange.headers("Sec-WebSocket-Protocol")) {
            Arrays.stream(header.split(",")).map(String::strip).forEach(offered::add);
        }
        return offered;
    }

    private static RemoteCommandTranslator.Wanted wanted(Exchange exchange) {
        return new RemoteCommandTranslator.Wanted(
                flag(exchange, "stdin"), flag(exchange, "stdout"), flag(exchange, "stderr"), flag(exchange, "tty"));
    }

    private static boolean flag(Exchange exchange, String name) {
        String value = exchange.query(name);
        return "true".equals(value) || "1".equals(value);
    }

    private static List<Integer> ports(Exchange exchange) {
        List<Integer> ports = new ArrayList<>();
        for (String value : exchange.query().getOrDefault("ports", List.of())) {
            for (String port : value.split(",")) {
                try {
                    ports.add(Integer.parseInt(port.strip()));
                } catch (NumberFormatException e) {
                    throw ApiException.badRequest("unable to parse %s as a port".formatted(port));
                }
            }
        }
        if (ports.isEmpty()) {
            throw ApiException.badRequest("query parameter \"ports\" is required");
        }
        return ports;
    }
}
