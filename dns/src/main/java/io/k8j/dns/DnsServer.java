package io.k8j.dns;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.k8j.client.Client;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.InformerFactory;
import io.k8j.client.ObjectKey;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's DNS server: answers for Services, endpoints and Pods, and passes on questions for other names.
 *
 * <p>Promise: an answer shows every change that an informer has shown. Until the first complete view of the cluster it
 * answers SERVFAIL for cluster names, never NXDOMAIN, which clients would remember. Threads: its own.
 */
public final class DnsServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DnsServer.class);
    private static final String SERVICE_NAME = "kubernetes.io/service-name";
    private static final int PORT_ATTEMPTS = 20;

    private final DnsConfig config;
    private final ClusterIndex index = new ClusterIndex();
    private final Metrics metrics = new Metrics();
    private final InformerFactory informers;
    private final Informer<Service> services;
    private final Informer<EndpointSlice> slices;
    private final Informer<Namespace> namespaces;
    private final Informer.Index<EndpointSlice> slicesOf;
    private final ExecutorService httpThreads = Executors.newVirtualThreadPerTaskExecutor();
    private final TcpListener tcp;
    private final UdpListener udp;
    private final HttpServer http; // null if there is none
    private final Publisher publisher; // null if not published
    private final int port;

    private DnsServer(DnsConfig config, Client client) throws IOException {
        this.config = config;
        this.informers = new InformerFactory(client);
        this.services = informers.of(Service.class);
        this.slices = informers.of(EndpointSlice.class);
        this.namespaces = informers.of(Namespace.class);
        this.slicesOf = slices.index(slice ->
                Stream.ofNullable(serviceOf(slice)).map(ObjectKey::toString).toList());
        Sockets sockets = Sockets.bind(config.bindAddress(), config.port());
        this.port = sockets.tcp().getLocalPort();
        HttpServer opened;
        try {
            opened = openHttp();
        } catch (IOException e) {
            sockets.close();
            throw e;
        }
        this.http = opened;
        Answers answers = answers(client);
        this.udp = new UdpListener(sockets.udp(), answers);
        this.tcp = new TcpListener(sockets.tcp(), answers);
        this.publisher = config.publish() ? new Publisher(client, config, port, httpPort()) : null;
        services.onChange(Handlers.each(service -> changed(ObjectKey.of(service))));
        slices.onChange(Handlers.each(slice -> changed(serviceOf(slice))));
        namespaces.onChange(Handlers.each(namespace -> {
            String name = namespace.getMetadata().getName();
            if (namespaces.get(ObjectKey.of(name)).isPresent()) {
                index.addNamespace(name);
            } else {
                index.removeNamespace(name);
            }
        }));
        informers.start();
    }

    /**
     * Binds and starts to follow the cluster. Returns once it listens; {@link #awaitReady} tells when it knows all.
     *
     * @param client stays the caller's
     * @throws BindException if the address is not this machine's or the port is taken
     */
    public static DnsServer start(DnsConfig config, Client client) throws IOException {
        DnsServer server = new DnsServer(config, client);
        LOG.atDebug().addKeyValue("address", server.address()).log("DNS server listens");
        return server;
    }

    private Answers answers(Client client) {
        Set<InetAddress> own = new HashSet<>();
        config.clusterIps().forEach(address -> own.add(ServiceEntry.literal(address)));
        own.add(config.bindAddress());
        RandomGenerator random = new java.security.SecureRandom();
        ClusterZone zone = new ClusterZone(index, config, RandomGenerator.getDefault(), client.time());
        Forwarder forwarder = new Forwarder(
                new Resolvers(config.resolvConf(), own), config.cacheLimit(), client.time()::nanoTime, random, metrics);
        return new Answers(new Resolver(zone, forwarder, this::isReady), zone, config.domain(), metrics);
    }

    private static ObjectKey serviceOf(EndpointSlice slice) {
        Map<String, String> labels = slice.getMetadata().getLabels();
        String name = labels == null ? null : labels.get(SERVICE_NAME);
        return name == null || name.isEmpty()
                ? null
                : new ObjectKey(slice.getMetadata().getNamespace(), name);
    }

    private void changed(ObjectKey key) {
        if (key == null) return;
        synchronized (index) { // two informers report; the later one must see what the earlier one saw
            Service service = services.get(key).orElse(null);
            index.put(key, service == null ? null : ServiceEntry.of(service, slicesOf.get(key.toString())));
        }
        if (publisher != null && key.equals(Publisher.SERVICE)) publisher.review();
    }

    private HttpServer openHttp() throws IOException {
        if (config.httpPort() < 0) return null;
        HttpServer server = HttpServer.create(new InetSocketAddress(config.bindAddress(), config.httpPort()), 0);
        server.setExecutor(httpThreads);
        server.createContext("/metrics", exchange -> reply(exchange, 200, metrics.text()));
        server.createContext("/health", exchange -> reply(exchange, 200, "OK"));
        server.createContext(
                "/ready", exchange -> reply(exchange, isReady() ? 200 : 503, isReady() ? "OK" : "kubernetes"));
        server.start();
        return server;
    }

    private static void reply(HttpExchange exchange, int code, String text) throws IOException {
        try (exchange) {
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            exchange.sendResponseHeaders(code, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** Where it listens, UDP and TCP. */
    public InetSocketAddress address() {
        return new InetSocketAddress(config.bindAddress(), port);
    }

    /** Port of {@code /metrics}, {@code /health} and {@code /ready}; -1 if there is none. */
    public int httpPort() {
        return http == null ? -1 : http.getAddress().getPort();
    }

    /** Whether all Services, slices and namespaces are known. */
    public boolean isReady() {
        return services.hasSynced() && slices.hasSynced() && namespaces.hasSynced();
    }

    /** Waits until it knows the cluster and, if it is to be published, until that is done. */
    public boolean awaitReady(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        if (!informers.awaitSynced(limit)) return false;
        return publisher == null || publisher.awaitPublished(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    }

    /** Stops listening. The Service and its EndpointSlice stay. */
    @Override
    public void close() {
        if (publisher != null) publisher.close();
        informers.close();
        try {
            udp.close();
            tcp.close();
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("cause", e.toString()).log("socket did not close");
        }
        if (http != null) http.stop(0);
        httpThreads.shutdownNow();
    }

    /** A TCP and a UDP socket on the same port. */
    private record Sockets(ServerSocket tcp, DatagramChannel udp) {
        static Sockets bind(InetAddress address, int port) throws IOException {
            for (int attempt = 1; ; attempt++) {
                ServerSocket tcp = new ServerSocket();
                DatagramChannel udp = DatagramChannel.open();
                try {
                    tcp.setReuseAddress(true);
                    tcp.bind(new InetSocketAddress(address, port), 256);
                    udp.bind(new InetSocketAddress(address, tcp.getLocalPort()));
                    return new Sockets(tcp, udp);
                } catch (IOException e) {
                    tcp.close();
                    udp.close();
                    // A free port for TCP may be taken for UDP; another one will do.
                    if (port != 0 || attempt == PORT_ATTEMPTS) throw named(e, address, port);
                }
            }
        }

        private static IOException named(IOException cause, InetAddress address, int port) {
            BindException named = new BindException(
                    "DNS on %s port %d: %s".formatted(address.getHostAddress(), port, cause.getMessage()));
            named.initCause(cause);
            return named;
        }

        void close() throws IOException {
            tcp.close();
            udp.close();
        }
    }
}
