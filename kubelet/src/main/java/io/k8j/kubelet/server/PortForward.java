package io.k8j.kubelet.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdyRstStreamFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdyStreamStatus;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code portforward.k8s.io} over SPDY/3.1: for each connection that its client takes, the client opens an error
 * and a data stream, and this connects to the port within the Pod's network. Either side may end its half and go on
 * reading, which runtimes' own forwarding does not pass on.
 *
 * <p>The peers of this protocol do no flow control, so a side that takes nothing stops reading on the other one, for all
 * streams of the connection. All state belongs to the connection's event loop, on which the Pod's sockets live, too.
 */
final class PortForward extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(PortForward.class);

    private final String sandbox;
    private final String uid;
    private final long process;
    private final Map<String, Integer> errorStreams = new HashMap<>();
    private final Map<Integer, Forwarded> forwarded = new HashMap<>();
    private ChannelHandlerContext client;

    /** @param process whose network is the Pod's */
    PortForward(String sandbox, String uid, long process) {
        this.sandbox = sandbox;
        this.uid = uid;
        this.process = process;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        client = ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        switch (message) {
            case SpdySynStreamFrame opened -> open(opened);
            case SpdyDataFrame data -> {
                Forwarded target = forwarded.get(data.streamId());
                if (target == null) {
                    data.release();
                    return;
                }
                target.fromClient(data.content(), data.isLast());
                throttle();
            }
            case SpdyRstStreamFrame reset -> {
                Forwarded target = forwarded.remove(reset.streamId());
                if (target != null) target.close();
                throttle();
            }
            case SpdyPingFrame ping -> ctx.writeAndFlush(ping);
            default -> ReferenceCountUtil.release(message);
        }
    }

    private void open(SpdySynStreamFrame opened) {
        int stream = opened.streamId();
        String request = String.valueOf(opened.headers().getAsString("requestid"));
        int port = port(opened.headers().getAsString("port"));
        String type = String.valueOf(opened.headers().getAsString("streamtype"));
        if (port == 0 || !(type.equals("error") || type.equals("data"))) {
            client.writeAndFlush(new DefaultSpdyRstStreamFrame(stream, SpdyStreamStatus.REFUSED_STREAM));
            return;
        }
        DefaultSpdySynReplyFrame reply = new DefaultSpdySynReplyFrame(stream);
        // Without any header the codec would leave out the block with their number, which clients insist on.
        reply.headers().set("streamtype", type);
        client.writeAndFlush(reply);
        if (type.equals("error")) {
            errorStreams.put(request, stream);
            return;
        }
        Integer errors = errorStreams.remove(request);
        Forwarded target = new Forwarded(stream, errors == null ? 0 : errors, port);
        forwarded.put(stream, target);
        PodSockets.connect(process, port)
                .whenComplete((socket, failure) -> client.executor().execute(() -> {
                    if (failure == null) target.connected(socket);
                    else target.failed(failure);
                }));
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            return port > 0 && port < 65536 ? port : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Reads from the client only while every target takes what came. */
    private void throttle() {
        client.channel().config().setAutoRead(forwarded.values().stream().noneMatch(Forwarded::isFull));
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        boolean writable = ctx.channel().isWritable();
        forwarded.values().forEach(target -> target.read(writable));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        forwarded.values().forEach(Forwarded::close);
        forwarded.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.atDebug().setCause(cause).log("port forwarding client failed");
        ctx.close();
    }

    private void end(int stream) {
        if (stream != 0) {
            client.writeAndFlush(new DefaultSpdyDataFrame(stream, Unpooled.EMPTY_BUFFER).setLast(true));
        }
    }

    /** One connection: a pair of streams and a socket in the Pod. */
    private final class Forwarded extends ChannelInboundHandlerAdapter {
        private final int data;
        private final int errors;
        private final int port;
        private final Queue<ByteBuf> early = new ArrayDeque<>(); // came before the socket was there
        private Channel target;
        private boolean clientEnded;
        private boolean targetEnded;
        private boolean closed;

        Forwarded(int data, int errors, int port) {
            this.data = data;
            this.errors = errors;
            this.port = port;
        }

        void connected(SocketChannel socket) {
            NioSocketChannel channel = new NioSocketChannel(socket);
            channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            channel.config().setOption(ChannelOption.TCP_NODELAY, true);
            channel.config().setAutoRead(client.channel().isWritable());
            channel.pipeline().addLast(this);
            target = channel;
            // Both live on one event loop, so registering is done at once.
            client.channel().eventLoop().register(channel);
            if (closed || !client.channel().isActive()) {
                close();
                return;
            }
            while (!early.isEmpty()) target.writeAndFlush(early.poll());
            if (clientEnded) endTarget();
            throttle();
        }

        void failed(Throwable failure) {
            if (closed) return;
            String sentence = "error forwarding port %d to pod %s, uid %s: failed to execute portforward: "
                            .formatted(port, sandbox, uid)
                    + "failed to connect to localhost:%d inside namespace \"%s\", %s"
                            .formatted(port, sandbox, failure.getMessage());
            if (errors != 0) {
                client.write(new DefaultSpdyDataFrame(errors, Unpooled.copiedBuffer(sentence, StandardCharsets.UTF_8)));
            }
            finish();
        }

        void fromClient(ByteBuf bytes, boolean last) {
            if (target == null) early.add(bytes);
            else target.writeAndFlush(bytes).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
            if (!last) return;
            clientEnded = true;
            if (target != null) endTarget();
        }

        private void endTarget() {
            // Queued behind what was written before: ending the output at once would drop that.
            target.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
                if (targetEnded) close();
                else ((NioSocketChannel) target).shutdownOutput();
            });
        }

        boolean isFull() {
            return target == null ? !early.isEmpty() : target.isActive() && !target.isWritable();
        }

        void read(boolean wanted) {
            if (target != null) target.config().setAutoRead(wanted);
        }

        void close() {
            closed = true;
            early.forEach(ByteBuf::release);
            early.clear();
            if (target != null) target.close();
        }

        /** The Pod's side has said all. */
        private void finish() {
            if (targetEnded) return;
            targetEnded = true;
            end(data);
            end(errors);
            if (clientEnded || target == null) {
                forwarded.remove(data);
                close();
                throttle();
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            client.writeAndFlush(new DefaultSpdyDataFrame(data, (ByteBuf) message));
            if (!client.channel().isWritable()) read(false);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            throttle();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) finish();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            finish();
            forwarded.remove(data);
            throttle();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            log.atDebug().addKeyValue("port", port).setCause(cause).log("connection to the Pod failed");
            ctx.close();
        }
    }
}
