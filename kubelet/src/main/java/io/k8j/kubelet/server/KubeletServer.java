package io.k8j.kubelet.server;

import io.k8j.client.Client;
import io.k8j.kubelet.KubeletConfig;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.node.Machine;
import io.k8j.kubelet.pods.PodWorkers;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * Serves logs, streams and statistics of this node to the API server and to scrapers. Each request runs on a virtual
 * thread of its own; exec, attach and port forwarding are passed through to the runtime byte by byte.
 */
public final class KubeletServer implements AutoCloseable {
    /** Upstream reads as much of a request before its body; a command to exec stands in its path. */
    private static final int MAX_HEAD = 1 << 20;

    private static final HttpDecoderConfig LIMITS =
            new HttpDecoderConfig().setMaxInitialLineLength(MAX_HEAD).setMaxHeaderSize(MAX_HEAD);

    private final EventLoopGroup loop;
    private final Channel listener;

    private KubeletServer(EventLoopGroup loop, Channel listener) {
        this.loop = loop;
        this.listener = listener;
    }

    /**
     * Listens.
     *
     * @param tls read for each new connection, so that a renewed certificate counts at once; null for plain HTTP
     * @throws IOException if the port is taken or a certificate is not usable
     */
    public static KubeletServer start(
            KubeletConfig config,
            Client client,
            ContainerRuntime runtime,
            PodWorkers pods,
            Machine machine,
            Supplier<KubeletTls> tls)
            throws IOException {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("kubelet-server", true), NioIoHandler.newFactory());
        RequestMetrics requests = new RequestMetrics();
        Stats stats = new Stats(config, runtime, pods, machine, client.time(), out -> {
            requests.write(out);
            client.transport().writeMetrics(out);
        });
        Routes routes = new Routes(config, runtime, pods, stats, new Streams(loop), client.time());
        Access access = tls == null ? null : new Access(client, config.nodeName());
        Certificates certificates = tls == null ? null : new Certificates(tls);
        // A bad one is to be told now. Simulated nodes, of which many start, wait until somebody connects.
        if (certificates != null && !config.simulated()) certificates.current();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) throws Exception {
                        if (certificates != null) {
                            channel.pipeline()
                                    .addLast("tls", certificates.current().newHandler(channel.alloc()));
                        }
                        channel.pipeline().addLast("http", new HttpServerCodec(LIMITS));
                        channel.pipeline().addLast("requests", new RequestHandler(routes, access, requests));
                    }
                });
        try {
            Channel listener = bootstrap
                    .bind(new InetSocketAddress(config.address(), config.port()))
                    .syncUninterruptibly()
                    .channel();
            return new KubeletServer(loop, listener);
        } catch (Exception e) { // Netty throws checked exceptions without declaring them
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw new IOException("listen on %s:%d: %s".formatted(config.address(), config.port(), e.getMessage()), e);
        }
    }

    /** Makes a TLS context from the newest certificate, once for each. */
    private static final class Certificates {
        private final Supplier<KubeletTls> source;
        private KubeletTls known; // guarded by this
        private SslContext context; // guarded by this

        Certificates(Supplier<KubeletTls> source) {
            this.source = source;
        }

        synchronized SslContext current() throws SSLException {
            KubeletTls now = source.get();
            if (now != known) {
                context = SslContextBuilder.forServer(now.key(), now.chain())
                        .trustManager(now.clientAuthorities())
                        .clientAuth(ClientAuth.OPTIONAL)
                        .protocols("TLSv1.3", "TLSv1.2")
                        .build();
                known = now;
            }
            return context;
        }
    }

    /** The port it listens on. */
    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    @Override
    public void close() {
        listener.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
