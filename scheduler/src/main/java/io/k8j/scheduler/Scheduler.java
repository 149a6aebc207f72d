package io.k8j.scheduler;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.Client;
import io.k8j.client.EventBroadcaster;
import io.k8j.client.EventRecorder;
import io.k8j.client.InformerFactory;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.json.Trees;
import io.k8j.scheduler.extender.ExtenderConfig;
import io.k8j.scheduler.extender.Extenders;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.Indexes;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Nominations;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PluginContext;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.ResourceNames;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.groups.PodGroups;
import io.k8j.scheduler.metrics.Metrics;
import io.k8j.scheduler.metrics.PodResourceMetrics;
import io.k8j.scheduler.plugins.DefaultPlugins;
import io.k8j.scheduler.queue.SchedulingQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives Pods their nodes. Started by {@link #start}, works until it is closed. Safe for all threads. */
public final class Scheduler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);
    private static final Duration SYNC_LIMIT = Duration.ofMinutes(1);

    private final InformerFactory informers;
    private final Thread starter = Thread.ofVirtual().name("scheduler-start").unstarted(this::readyWhenSynced);
    private final EventBroadcaster broadcaster;
    private final Extenders extenders;
    private final PodWriter writer;
    private final SchedulingLoop loop;
    private final Metrics metrics;

    private Scheduler(SchedulerConfig config, Client client) {
        this.metrics = new Metrics(config.gates().isOn(FeatureGates.GENERIC_WORKLOAD));
        ResourceNames names = new ResourceNames();
        Nodes nodes = new Nodes(names);
        Nominations nominations = new Nominations(nodes);
        AssignedPods assigned = new AssignedPods(nodes);
        this.extenders = new Extenders(config.extenders());
        Placement placement =
                new Placement(nodes, nominations, new Random(), config.percentageOfNodesToScore(), extenders, metrics);
        this.informers = new InformerFactory(client);
        this.broadcaster = EventBroadcaster.start(client);
        EventRecorder events = broadcaster.recorder("default-scheduler");
        Inboxes inboxes = new Inboxes();
        this.writer = new PodWriter(
                client,
                events,
                extenders,
                metrics,
                config.gates().isOn(FeatureGates.NOMINATED_FOR_EXPECTATION),
                inboxes::post);
        PodGroups groups = new PodGroups(config.gates(), assigned::get);
        GroupWriter groupWriter = new GroupWriter(client, groups, writer.writers(), inboxes::post);
        this.loop = new SchedulingLoop(
                client.time(), nodes, assigned, nominations, placement, writer, groups, groupWriter, events, metrics);
        inboxes.loop = loop;
        Map<String, Profile> profiles = new LinkedHashMap<>();
        Map<String, Map<String, String>> namespaceLabels = new HashMap<>(); // of the scheduling thread
        Indexes indexes = Indexes.of(nodes, name -> namespaceLabels.getOrDefault(name, Map.of()));
        for (SchedulerConfig.ProfileConfig profile : config.profiles()) {
            ProfileHandle handle = new ProfileHandle(loop, placement, writer, metrics);
            Profile made = profile(
                    profile,
                    config,
                    args -> new PluginContext(
                            client,
                            informers,
                            broadcaster.recorder(profile.schedulerName()),
                            nodes,
                            indexes,
                            handle,
                            groups,
                            config.gates(),
                            args));
            handle.profile(made);
            profiles.put(profile.schedulerName(), made);
            metrics.evaluations(profile.schedulerName(), made.evaluations());
        }
        Profile first = profiles.values().iterator().next();
        SchedulingQueue queue = new SchedulingQueue(
                client.time(),
                new SchedulingQueue.Pauses(
                        config.podInitialBackoff(), config.podMaxBackoff(), config.podMaxInUnschedulablePods()),
                config.gates().isOn(FeatureGates.POP_FROM_BACKOFF),
                first.queueSort::compare,
                pod -> gate(profiles, pod),
                pod -> hints(profiles, pod));
        new ClusterFeed(loop, names, namespaceLabels, indexes).attach(informers);
        if (groups.isOn()) GroupFeed.attach(informers, loop, groups, groupWriter);
        metrics.incoming(queue.incoming());
        loop.start(profiles, queue);
    }

    /** Lets the writer post to the loop, which is made after it. */
    private static final class Inboxes {
        private volatile SchedulingLoop loop;

        void post(Runnable task) {
            loop.post(task);
        }
    }

    /**
     * Starts to schedule once Pods and nodes are known; returns at once.
     *
     * @param client stays the caller's
     */
    public static Scheduler start(SchedulerConfig config, Client client) {
        Scheduler scheduler = new Scheduler(config, client);
        scheduler.informers.start();
        scheduler.starter.start();
        return scheduler;
    }

    /** With part of the nodes unknown Pods would go to the wrong ones. */
    private void readyWhenSynced() {
        try {
            while (!informers.awaitSynced(SYNC_LIMIT)) {
                LOG.atWarn().log("scheduler waits for its informers");
            }
            loop.ready();
        } catch (InterruptedException e) {
            // closed
        }
    }

    private static Profile profile(
            SchedulerConfig.ProfileConfig config,
            SchedulerConfig scheduler,
            Function<Map<String, Object>, PluginContext> context) {
        Map<String, Plugin> made = new LinkedHashMap<>();
        for (DefaultPlugins.Entry entry : DefaultPlugins.ALL) {
            if (entry.isIn(scheduler.gates()) && config.plugins().uses(entry.name())) {
                Map<String, Object> args = config.args().getOrDefault(entry.name(), Map.of());
                if (entry.name().equals("NodeResourcesFit")) args = ignoring(args, scheduler.extenders());
                made.put(entry.name(), entry.create().apply(context.apply(args)));
            }
        }
        return new Profile(config.schedulerName(), config.plugins().select(made));
    }

    /** Resources that an extender counts, the scheduler does not. */
    private static Map<String, Object> ignoring(Map<String, Object> args, List<ExtenderConfig> extenders) {
        List<Object> ignored = new ArrayList<>(Trees.list(args, "ignoredResources"));
        extenders.forEach(extender -> ignored.addAll(extender.ignoredByScheduler()));
        if (ignored.isEmpty()) return args;
        Map<String, Object> changed = new LinkedHashMap<>(args);
        changed.put("ignoredResources", ignored);
        return changed;
    }

    private static Status gate(Map<String, Profile> profiles, PodInfo pod) {
        Profile profile = profiles.get(pod.schedulerName());
        return profile == null ? Status.SUCCESS : profile.gate(pod);
    }

    private static Map<String, List<EventHint>> hints(Map<String, Profile> profiles, PodInfo pod) {
        Profile profile = profiles.get(pod.schedulerName());
        return profile == null ? Map.of() : profile.hints;
    }

    /** Waits until Pods and nodes are known. */
    public boolean awaitSynced(Duration limit) throws InterruptedException {
        return informers.awaitSynced(limit);
    }

    /** Whether it knows the cluster and has nothing to do but to wait; for tests that wait for quiet. */
    public boolean isIdle() {
        return loop.isIdle();
    }

    /** Pods that were bound since the start. */
    public long scheduledPods() {
        return metrics.scheduled();
    }

    /** Counters in Prometheus' text form, under upstream's names. */
    public String metrics() {
        return metrics.text();
    }

    /** What Pods ask for, as {@code /metrics/resources} shows it, in Prometheus' text form. */
    public String resourceMetrics() {
        StringBuilder out = new StringBuilder();
        PodResourceMetrics.write(
                out, informers.of(Pod.class, ClusterFeed.UNFINISHED).all());
        return out.toString();
    }

    /** Stops; bindings that are under way are interrupted. */
    @Override
    public void close() {
        starter.interrupt();
        informers.close();
        loop.close();
        writer.close();
        extenders.close();
        broadcaster.close();
    }
}
