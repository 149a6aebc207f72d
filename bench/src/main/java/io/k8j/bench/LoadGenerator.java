package io.k8j.bench;

import io.k8j.server.UserException;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Sends requests over HTTP/1.1, one at a time on each connection, all on one thread. */
public final class LoadGenerator implements AutoCloseable {
    /** @param body null if there is none */
    public record Call(String method, String path, String contentType, byte[] body) {
        public static Call get(String path) {
            return new Call("GET", path, null, null);
        }

        public static Call json(String method, String path, byte[] body) {
            return new Call(method, path, "application/json", body);
        }
    }

    /** Where requests come from. Called on the event loop; must not block. */
    public interface Source {
        /** The next request of a connection; null when there are no more for it. */
        Call next(int connection);

        /** Whether {@link #answered} wants the bodies. */
        default boolean wantsBodies() {
            return false;
        }

        /** @param body empty unless wanted */
        default void answered(int connection, int status, byte[] body) {}
    }

    /**
     * What a run has come to.
     *
     * @param failed answers of 400 and above, and broken connections
     * @param firstFailure null if there is none
     */
    public record Outcome(long done, long failed, String firstFailure, Duration took, long bytes, Latencies latencies) {
        public double perSecond() {
            return done / (took.toNanos() / 1e9);
        }
    }

    private static final HttpDecoderConfig DECODING = new HttpDecoderConfig().setMaxChunkSize(256 * 1024);

    private final Target target;
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            1,
            Thread.ofPlatform().daemon().name("load-", 0).factory(),
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    private final byte[] commonHeaders;
    private final Progress progress;

    public LoadGenerator(Target target) {
        this(target, Progress.NONE);
    }

    public LoadGenerator(Target target, Progress progress) {
        this.target = target;
        this.progress = progress;
        String authorization = target.token() == null ? "" : "Authorization: Bearer " + target.token() + "\r\n";
        commonHeaders = (" HTTP/1.1\r\nHost: " + target.host() + ":" + target.port()
                        + "\r\nUser-Agent: k8j-bench\r\nAccept: application/json\r\n" + authorization)
                .getBytes(StandardCharsets.US_ASCII);
    }

    public Target target() {
        return target;
    }

    /** Runs until the source has no more or the time is over; what is under way then is waited for. */
    public Outcome run(Source source, int connections, Duration limit) throws InterruptedException {
        return run(source, connections, limit, 0);
    }

    /**
     * The same at a fixed rate. Durations are counted from the moment a request was due, so that a server that stalls
     * does not hide it by having fewer requests.
     *
     * @param rate requests a second; 0 for as many as the connections can do
     */
    public Outcome run(Source source, int connections, Duration limit, double rate) throws InterruptedException {
        Run run = new Run(source, connections, rate > 0 ? (long) (1e9 / rate) : 0);
        for (int i = 0; i < connections; i++) {
            open(run.new Connection(i));
        }
        run.connected.await();
        long begin = System.nanoTime();
        run.deadline = begin + limit.toNanos();
        run.due = begin;
        loop.next().execute(() -> run.all.forEach(Run.Connection::sendNext));
        run.over.await();
        if (run.done == 0 && run.failed > 0) {
            throw new UserException("no request succeeded: " + run.firstFailure);
        }
        return new Outcome(
                run.done, run.failed, run.firstFailure, Duration.ofNanos(run.end - begin), run.bytes, run.latencies);
    }

    private void open(SimpleChannelInboundHandler<HttpObject> handler) {
        new Bootstrap()
                .group(loop)
                .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 10_000)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (target.tls() != null) {
                            channel.pipeline()
                                    .addLast(target.tls().newHandler(channel.alloc(), target.host(), target.port()));
                        }
                        channel.pipeline()
                                .addLast(new HttpResponseDecoder(DECODING))
                                .addLast(handler);
                    }
                })
                .connect(target.host(), target.port())
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        if (handler instanceof Run.Connection load) {
                            load.broken(connected.cause());
                        } else if (handler instanceof WatchStream watch) {
                            watch.fail(connected.cause());
                        }
                    }
                });
    }

    /** Opens a watch; its events come on the event loop. */
    public WatchStream watch(String path, WatchStream.Listener listener) {
        WatchStream stream = new WatchStream(this, Call.get(path), listener);
        open(stream);
        return stream;
    }

    void write(ChannelHandlerContext context, Call call) {
        ByteBuf out = context.alloc().buffer(512 + (call.body == null ? 0 : call.body.length));
        out.writeCharSequence(call.method, StandardCharsets.US_ASCII);
        out.writeByte(' ');
        out.writeCharSequence(call.path, StandardCharsets.US_ASCII);
        out.writeBytes(commonHeaders);
        if (call.body != null) {
            out.writeCharSequence(
                    "Content-Type: " + call.contentType + "\r\nContent-Length: " + call.body.length + "\r\n",
                    StandardCharsets.US_ASCII);
        }
        out.writeByte('\r').writeByte('\n');
        if (call.body != null) {
            out.writeBytes(call.body);
        }
        context.writeAndFlush(out);
    }

    /** One request and its answer's body. */
    public byte[] request(Call call, int... accepted) throws InterruptedException {
        byte[][] answer = {null};
        int[] code = {0};
        run(
                new Source() {
                    private boolean sent;

                    @Override
                    public Call next(int connection) {
                        Call next = sent ? null : call;
                        sent = true;
                        return next;
                    }

                    @Override
                    public boolean wantsBodies() {
                        return true;
                    }

                    @Override
                    public void answered(int connection, int status, byte[] body) {
                        answer[0] = body;
                        code[0] = status;
                    }
                },
                1,
                Duration.ofSeconds(60),
                accepted);
        return answer[0];
    }

    private void run(Source source, int connections, Duration limit, int[] accepted) throws InterruptedException {
        try {
            run(source, connections, limit);
        } catch (UserException e) {
            for (int code : accepted) {
                if (e.getMessage().contains(" " + code + " ")) {
                    return;
                }
            }
            throw e;
        }
    }

    /** State of one run; belongs to the event loop but for the latches. */
    private final class Run {
        final Source source;
        volatile long deadline;
        final CountDownLatch connected;
        final CountDownLatch over;
        final List<Connection> all = new ArrayList<>();
        final Latencies latencies = new Latencies();
        volatile long end;
        long done;
        long failed;
        String firstFailure;
        long bytes;

        final long interval; // nanoseconds; 0 for none
        volatile long due; // when the next request is to be sent, if there is an interval

        Run(Source source, int connections, long interval) {
            this.interval = interval;
            this.source = source;
            this.connected = new CountDownLatch(connections);
            this.over = new CountDownLatch(connections);
        }

        final class Connection extends SimpleChannelInboundHandler<HttpObject> {
            private final int number;
            private final ByteArrayOutputStream body = new ByteArrayOutputStream();
            private ChannelHandlerContext context;
            private boolean isOpen;
            private boolean over;
            private int status;
            private Call call;
            private long sent;

            Connection(int number) {
                this.number = number;
            }

            @Override
            public void channelActive(ChannelHandlerContext opened) {
                context = opened;
                if (target.tls() == null) {
                    ready();
                }
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext opened, Object event) {
                if (event instanceof SslHandshakeCompletionEvent handshake) {
                    if (handshake.isSuccess()) {
                        ready();
                    } else {
                        broken(handshake.cause());
                    }
                }
            }

            private void ready() {
                isOpen = true;
                all.add(this);
                connected.countDown();
            }

            void sendNext() {
                if (over) {
                    return;
                }
                if (interval == 0) {
                    send(System.nanoTime());
                    return;
                }
                long mine = due;
                due = mine + interval;
                long wait = mine - System.nanoTime();
                if (wait <= 0) {
                    send(mine);
                } else {
                    context.executor().schedule(() -> send(mine), wait, TimeUnit.NANOSECONDS);
                }
            }

            private void send(long from) {
                if (over) {
                    return;
                }
                call = System.nanoTime() >= deadline ? null : source.next(number);
                if (call == null) {
                    finish();
                    return;
                }
                sent = from;
                write(context, call);
            }

            @Override
            protected void channelRead0(ChannelHandlerContext from, HttpObject message) {
                if (message instanceof HttpResponse response) {
                    status = response.status().code();
                    body.reset();
                }
                if (message instanceof HttpContent content) {
                    bytes += content.content().readableBytes();
                    if (status >= 400 || source.wantsBodies()) {
                        body.writeBytes(ByteBufUtil.getBytes(content.content()));
                    }
                    if (message instanceof LastHttpContent && call != null) {
                        answered();
                    }
                }
            }

            private void answered() {
                latencies.record(System.nanoTime() - sent);
                if (status >= 400) {
                    fail("%s %s: %d %s"
                            .formatted(call.method, call.path, status, body.toString(StandardCharsets.UTF_8)));
                } else {
                    done++;
                    progress.done(1);
                }
                source.answered(number, status, body.toByteArray());
                sendNext();
            }

            private void fail(String why) {
                failed++;
                if (firstFailure == null) {
                    firstFailure = why;
                }
            }

            void broken(Throwable cause) {
                if (over) {
                    return;
                }
                fail("connection to %s:%d: %s".formatted(target.host(), target.port(), cause));
                if (!isOpen) {
                    connected.countDown();
                }
                finish();
            }

            private void finish() {
                if (!over) {
                    over = true;
                    end = System.nanoTime();
                    Run.this.over.countDown();
                }
                if (context != null) {
                    context.close();
                }
            }

            @Override
            public void channelInactive(ChannelHandlerContext from) {
                broken(new java.io.IOException("closed by the server"));
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
                broken(cause);
            }
        }
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
