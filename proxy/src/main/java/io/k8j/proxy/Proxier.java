package io.k8j.proxy;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.k8j.client.Client;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.InformerFactory;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the kernel of this node pass traffic for Services on to their endpoints, and follows their changes.
 *
 * <p>Promise: a change that an informer has shown is in the kernel a few milliseconds later, each batch as one atomic
 * transaction. Rules that others removed come back with the next check. A failure is logged and tried again.
 * Threads: one of its own, which owns all state.
 */
public final class Proxier implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Proxier.class);
    private static final String SERVICE_NAME = "kubernetes.io/service-name";
    private static final String TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time";
    private static final String ZONE = "topology.kubernetes.io/zone";
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final long CHECK_SHARE = 50; // checks take at most this part of the time
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);

    private final ProxyConfig config;
    private final Commands commands;
    private final InformerFactory informers;
    private final Informer<Service> services;
    private final Informer<EndpointSlice> slices;
    private final Informer.Index<EndpointSlice> slicesOf;
    private final Informer<Node> nodes;
    private final Set<ObjectKey> changed = ConcurrentHashMap.newKeySet();
    private final Semaphore wake = new Semaphore(0);
    private final CountDownLatch ready = new CountDownLatch(1);
    private final HealthServer health = new HealthServer();
    private final ProxyMetrics metrics = new ProxyMetrics(Instant.now());
    private MetricsPort metricsPort; // null if there is none; of the thread, and of close() after its end
    private final Thread thread;
    private List<Table> tables = List.of();
    private volatile boolean nodeChanged;
    private volatile boolean closed;

    private Proxier(ProxyConfig config, Client client, Commands commands) {
        this.config = config;
        this.commands = commands;
        this.informers = new InformerFactory(client);
        this.services = informers.of(Service.class);
        this.slices = informers.of(EndpointSlice.class);
        this.nodes = informers.of(Node.class, ListOptions.ALL.fields("metadata.name=" + config.nodeName()));
        this.slicesOf = slices.index(slice ->
                Stream.ofNullable(serviceOf(slice)).map(ObjectKey::toString).toList());
        services.onChange(Handlers.each(service -> {
            metrics.serviceChanged(ObjectKey.of(service));
            mark(ObjectKey.of(service));
        }));
        slices.onChange(Handlers.of(
                this::sliceChanged,
                (before, slice) -> {
                    mark(serviceOf(before)); // which may have been another one
                    sliceChanged(slice);
                },
                this::sliceGone));
        nodes.onChange(Handlers.each(node -> {
            nodeChanged = true;
            wake.release();
        }));
        this.thread = Thread.ofPlatform().daemon().name("proxier").unstarted(this::run);
    }

    /** Another proxy of this machine may have the port already, which is no reason not to work. */
    private void openMetrics() {
        if (config.metrics() == null || metricsPort != null) return;
        try {
            metricsPort = MetricsPort.open(config.metrics(), this::metrics);
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("address", config.metrics())
                    .addKeyValue("cause", e.getMessage())
                    .log("metrics port not opened");
        }
    }

    /** What is counted, in Prometheus' text format. */
    String metrics() {
        StringBuilder text = new StringBuilder();
        metrics.write(text);
        return text.toString();
    }

    /**
     * Starts to follow Services and EndpointSlices. Returns at once; {@link #awaitReady} tells when the rules are there.
     * Needs root, {@code nft} and, for UDP, {@code conntrack}.
     *
     * @param client stays the caller's
     */
    public static Proxier start(ProxyConfig config, Client client) {
        return start(config, client, Commands.HERE);
    }

    static Proxier start(ProxyConfig config, Client client, Commands commands) {
        Proxier proxier = new Proxier(config, client, commands);
        proxier.informers.start();
        proxier.thread.start();
        return proxier;
    }

    /**
     * Deletes all rules of a proxier; others' are left alone.
     *
     * @param table as in {@link ProxyConfig#table}
     * @throws IOException if {@code nft} cannot be run or refuses
     */
    public static void removeAll(String table) throws IOException {
        removeAll(table, Commands.HERE);
    }

    static void removeAll(String table, Commands commands) throws IOException {
        for (Family family : Family.values()) {
            Nft nft = new Nft(commands, Table.name(table), family);
            if (nft.present(new HashMap<>()).isPresent()) nft.delete();
            NodeSetup.unrouteServices(commands, family);
        }
    }

    /** Waits until the rules of all Services known at the start are in the kernel. */
    public boolean awaitReady(Duration limit) throws InterruptedException {
        return ready.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    public boolean isReady() {
        return ready.getCount() == 0;
    }

    private void sliceChanged(EndpointSlice slice) {
        ObjectKey service = serviceOf(slice);
        if (service != null) metrics.endpointsChanged(service, slice.getAddressType(), trigger(slice));
        mark(service);
    }

    private void sliceGone(EndpointSlice slice) {
        ObjectKey service = serviceOf(slice);
        if (service != null) metrics.endpointsGone(service);
        mark(service);
    }

    /** When what the endpoints follow from has happened; null if that is not told. */
    private static Instant trigger(EndpointSlice slice) {
        Map<String, String> annotations = slice.getMetadata().getAnnotations();
        String text = annotations == null ? null : annotations.get(TRIGGER_TIME);
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            LOG.atDebug().addKeyValue("slice", slice.getMetadata().getName()).log("trigger time is none");
            return null;
        }
    }

    private void mark(ObjectKey service) {
        if (service == null) return;
        changed.add(service);
        wake.release();
    }

    private static ObjectKey serviceOf(EndpointSlice slice) {
        Map<String, String> labels = slice.getMetadata().getLabels();
        String name = labels == null ? null : labels.get(SERVICE_NAME);
        return name == null || name.isEmpty()
                ? null
                : new ObjectKey(slice.getMetadata().getNamespace(), name);
    }

    private void run() {
        try {
            while (!informers.awaitSynced(Duration.ofSeconds(1))) {
                if (closed) return;
            }
            prepare();
            long nextCheck = System.nanoTime() + config.checkPeriod().toNanos();
            Duration retry = Duration.ZERO; // zero unless the last round failed
            while (!closed) {
                boolean idle = tables.stream().anyMatch(Table::hasIdle);
                long wait = Math.max(1, nextCheck - System.nanoTime());
                if (idle) wait = RETRY.toNanos();
                if (!retry.isZero()) wait = retry.toNanos();
                boolean first = ready.getCount() > 0 && retry.isZero();
                if (first || wake.tryAcquire(wait, TimeUnit.NANOSECONDS)) {
                    // More changes of the same cause, such as those of the next slice, follow at once.
                    LockSupport.parkNanos(config.coalesce().toNanos());
                    wake.drainPermits();
                }
                if (closed) return;
                boolean check = System.nanoTime() >= nextCheck;
                long begin = System.nanoTime();
                boolean done = sync(check);
                long took = System.nanoTime() - begin;
                // With thousands of Services a look at all rules takes its time; it must not become the main work.
                if (check) nextCheck = begin + Math.max(config.checkPeriod().toNanos(), CHECK_SHARE * took);
                if (done) {
                    retry = Duration.ZERO;
                    if (!isReady()) { // nothing waits for the port
                        ready.countDown();
                        openMetrics();
                    }
                } else {
                    Duration longer = retry.isZero() ? RETRY : retry.multipliedBy(2);
                    retry = longer.compareTo(LONGEST_RETRY) < 0 ? longer : LONGEST_RETRY;
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("proxier ends"); // closed
        }
    }

    private void prepare() {
        tables = Stream.of(Family.values())
                .filter(family -> !family.cidrs(config.clusterCidrs()).isEmpty())
                .map(family -> {
                    boolean bridged = NodeSetup.apply(commands, family);
                    NodeSetup.routeServices(commands, family, family.cidrs(config.serviceCidrs()));
                    NodeView node = NodeView.of(config, family, zone(), config.masqueradeAll() || !bridged);
                    return new Table(config, family, commands, node);
                })
                .toList();
        for (Table table : tables) {
            try {
                table.warnOfForwardPolicies();
            } catch (IOException | RuntimeException e) {
                LOG.atDebug().setCause(e).log("cannot look at others' rules");
            }
        }
    }

    private String zone() {
        return nodes.get(ObjectKey.of(config.nodeName()))
                .map(node -> node.getMetadata().getLabels())
                .map(labels -> labels.get(ZONE))
                .orElse("");
    }

    /** One round; false if it has to be repeated. */
    private boolean sync(boolean check) throws InterruptedException {
        try {
            if (nodeChanged) followNode();
            List<ObjectKey> keys = List.copyOf(changed);
            changed.removeAll(keys); // what changes from here on is marked again
            keys.forEach(metrics::taken);
            for (ObjectKey key : keys) follow(key);
            boolean done = true;
            for (Table table : tables) done &= measured(table, check);
            if (done) metrics.roundOver();
            health.update(healthAnswers());
            return done;
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("rules could not be brought up to date");
            return false;
        }
    }

    private void follow(ObjectKey key) {
        Service service = services.get(key).orElse(null);
        List<EndpointSlice> of = slicesOf.get(key.toString());
        for (Table table : tables) {
            try {
                table.put(key, ServiceRules.of(service, of, table.node()));
            } catch (RuntimeException e) {
                // One odd Service must not stop the others; it keeps the rules it had.
                LOG.atError().addKeyValue("service", key).setCause(e).log("rules could not be computed");
            }
        }
    }

    private boolean measured(Table table, boolean check) throws InterruptedException {
        long begin = System.nanoTime();
        boolean done = sync(table, check);
        metrics.synced(table.family, done, System.nanoTime() - begin, System.currentTimeMillis() / 1e3);
        return done;
    }

    private boolean sync(Table table, boolean check) throws InterruptedException {
        try {
            if (check && !table.isIntact()) {
                LOG.atWarn()
                        .addKeyValue("family", table.family)
                        .log("rules are not as they were left, writing them anew");
                table.forgetApplied();
            }
            table.sync(System.nanoTime());
            table.removeIdle(System.nanoTime());
            return true;
        } catch (IOException e) {
            if (Thread.interrupted()) throw new InterruptedException("closed");
            LOG.atError()
                    .addKeyValue("family", table.family)
                    .addKeyValue("cause", e.getMessage())
                    .log("rules could not be written, trying again");
            table.forgetApplied();
            return false;
        }
    }

    private void followNode() {
        nodeChanged = false;
        String zone = zone();
        for (Table table : tables) {
            if (table.node().zone().equals(zone)) continue;
            table.node(table.node().withZone(zone));
            services.all().forEach(service -> changed.add(ObjectKey.of(service)));
        }
    }

    private Map<Integer, HealthServer.Answer> healthAnswers() {
        Map<Integer, HealthServer.Answer> answers = new HashMap<>();
        for (Table table : tables) {
            table.services().forEach((key, rules) -> {
                if (rules.healthPort() == 0) return;
                answers.merge(
                        rules.healthPort(),
                        new HealthServer.Answer(key, rules.localReady()),
                        (one, other) -> one.localReady() >= other.localReady() ? one : other);
            });
        }
        return answers;
    }

    /** Stops following; the rules stay, so that running Pods keep their Services. */
    @Override
    public void close() {
        closed = true;
        informers.close();
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        health.close();
        if (metricsPort != null) metricsPort.close();
    }
}
