package io.k8j.metrics;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.k8j.client.Client;
import io.k8j.client.ControllerLoop;
import io.k8j.client.ListOptions;
import io.k8j.client.Outcome;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import io.k8j.model.time.Time;
import io.k8j.model.usage.UsageSource;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks all kubelets every 15 seconds what their nodes and containers use. A node that does not answer holds up nobody
 * longer than the time limit; it has no usage then until it answers again.
 */
public final class MetricsServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsServer.class);
    private static final int AT_ONCE = 32;
    /** A node that comes soon after the start is not to wait for a whole round. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private static final int FIRST_ROUNDS = 15;

    private final MetricsConfig config;
    private final Time time;
    private final PointStore points;
    private final MeasuredUsage usage;
    private volatile Client client; // null before the start
    private volatile KubeletClient kubelets; // null before the start
    private ControllerLoop<String> loop; // guarded by this; null before the start
    private volatile boolean begun; // written under this
    private int rounds; // worker only
    private boolean seen; // worker only: whether any kubelet has answered

    /** Measures nothing before {@link #start}. */
    public MetricsServer(MetricsConfig config, Time time) {
        this.config = config;
        this.time = time;
        this.points = new PointStore(config.metricResolution());
        this.usage = new MeasuredUsage(config, points, time, this::begin);
    }

    /** What is used, for whoever shows it. */
    public UsageSource usage() {
        return usage;
    }

    /**
     * Begins to measure; returns at once.
     *
     * @param reader may list Nodes
     * @param identity how it presents itself to kubelets, and whom it trusts; asked in each round
     * @param eager whether the first round begins now, and not only when somebody asks for the first time
     */
    public synchronized void start(Client reader, Supplier<SSLContext> identity, boolean eager) {
        client = reader;
        kubelets = new KubeletClient(config, identity);
        loop = new ControllerLoop<>("metrics_server", time, key -> round());
        if (eager) begin();
        ControllerLoop<String> unused = loop.start(1);
    }

    /** Has the first round begun. */
    private void begin() {
        if (!begun) beginNow();
    }

    private synchronized void beginNow() {
        if (begun || loop == null) return;
        begun = true;
        loop.queue().add("all");
    }

    /** Counters of its rounds; empty before the start. */
    public synchronized List<ControllerLoop.Metrics> metrics() {
        return loop == null ? List.of() : List.of(loop.metrics());
    }

    private Outcome round() throws InterruptedException {
        List<Node> all;
        try {
            all = client.resources(Node.class).list(ListOptions.ALL);
        } catch (ApiException | TransportException e) {
            // What was measured stays until the next round, which is not put off as repeats would be.
            LOG.atDebug().addKeyValue("cause", e.getMessage()).log("nodes not listed");
            return Outcome.again(config.metricResolution());
        }
        List<Node> real = new ArrayList<>();
        Set<String> played = new HashSet<>();
        for (Node node : all) {
            if (MeasuredUsage.isPlayed(node, config))
                played.add(node.getMetadata().getName());
            else if (node.getStatus() != null) real.add(node);
        }
        usage.played(played);
        Points measured = ask(real);
        points.store(measured);
        seen |= !measured.nodes().isEmpty();
        boolean beginning = !seen && played.isEmpty() && rounds++ < FIRST_ROUNDS;
        return Outcome.again(beginning ? FIRST_PAUSE : config.metricResolution());
    }

    private Points ask(List<Node> nodes) throws InterruptedException {
        Points all = Points.none(); // guarded by itself
        Semaphore places = new Semaphore(AT_ONCE);
        List<Thread> threads = new ArrayList<>();
        try {
            for (Node node : nodes) {
                places.acquire();
                threads.add(Thread.ofVirtual()
                        .name("scrape-" + node.getMetadata().getName())
                        .start(() -> {
                            try {
                                Points found = ask(node);
                                synchronized (all) {
                                    all.addAll(found);
                                }
                            } finally {
                                places.release();
                            }
                        }));
            }
            long deadline =
                    System.nanoTime() + 2 * config.kubeletRequestTimeout().toNanos();
            for (Thread thread : threads) {
                if (!thread.join(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) thread.interrupt();
            }
        } catch (InterruptedException e) {
            threads.forEach(Thread::interrupt);
            throw e;
        }
        Points round = Points.none();
        synchronized (all) { // somebody who was late may still come
            round.addAll(all);
        }
        return round;
    }

    private Points ask(Node node) {
        String name = node.getMetadata().getName();
        Instant asked = time.instant();
        try {
            return ResourceText.read(name, kubelets.resourceMetrics(node), asked);
        } catch (IOException e) {
            (isReady(node) && seen ? LOG.atWarn() : LOG.atDebug())
                    .addKeyValue("node", name)
                    .addKeyValue("cause", e.getMessage())
                    .log("node not measured");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Points.none();
    }

    private static boolean isReady(Node node) {
        List<NodeCondition> conditions = node.getStatus().getConditions();
        return conditions != null
                && conditions.stream().anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
    }

    @Override
    public synchronized void close() {
        if (loop != null) loop.close();
        if (kubelets != null) kubelets.close();
    }
}
