package io.k8j.controllers;

import io.k8j.client.Client;
import io.k8j.client.ControllerLoop;
import io.k8j.client.EventBroadcaster;
import io.k8j.client.Informer;
import io.k8j.client.ResourceCatalog;
import io.k8j.client.WorkQueueMetrics;
import io.k8j.controllers.attach.AttachDetachController;
import io.k8j.controllers.bootstrap.BootstrapSigner;
import io.k8j.controllers.bootstrap.TokenCleaner;
import io.k8j.controllers.certificates.CertificateController;
import io.k8j.controllers.clusterrole.AggregationController;
import io.k8j.controllers.cronjob.CronJobController;
import io.k8j.controllers.daemonset.DaemonSetController;
import io.k8j.controllers.deployment.DeploymentController;
import io.k8j.controllers.devicetaint.DeviceTaintController;
import io.k8j.controllers.disruption.DisruptionController;
import io.k8j.controllers.endpoints.EndpointsController;
import io.k8j.controllers.endpointslice.EndpointSliceController;
import io.k8j.controllers.endpointslice.MirroringController;
import io.k8j.controllers.ephemeral.EphemeralVolumeController;
import io.k8j.controllers.garbage.GarbageCollector;
import io.k8j.controllers.job.JobController;
import io.k8j.controllers.migration.MigrationController;
import io.k8j.controllers.namespace.NamespaceController;
import io.k8j.controllers.nodeipam.NodeIpamController;
import io.k8j.controllers.nodelifecycle.NodeLifecycleController;
import io.k8j.controllers.nodelifecycle.TaintEvictionController;
import io.k8j.controllers.podautoscaler.AutoscalerController;
import io.k8j.controllers.podgc.PodGarbageController;
import io.k8j.controllers.podgroup.GroupProtectionController;
import io.k8j.controllers.quota.ResourceQuotaController;
import io.k8j.controllers.replicas.ReplicaController;
import io.k8j.controllers.resourceclaim.ResourceClaimController;
import io.k8j.controllers.rootca.RootCaPublisher;
import io.k8j.controllers.serviceaccount.ControllerAccounts;
import io.k8j.controllers.serviceaccount.DefaultAccountController;
import io.k8j.controllers.serviceaccount.LegacyTokenCleaner;
import io.k8j.controllers.serviceaccount.TokenSecretController;
import io.k8j.controllers.servicecidr.ServiceCidrController;
import io.k8j.controllers.statefulset.StatefulSetController;
import io.k8j.controllers.ttl.NodeTtlController;
import io.k8j.controllers.ttl.TtlAfterFinishedController;
import io.k8j.controllers.volume.ExpandController;
import io.k8j.controllers.volume.ProtectionController;
import io.k8j.controllers.volume.VolumeBinder;
import io.k8j.model.feature.FeatureGates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the controllers over one client and one set of informers. */
public final class ControllerManager implements AutoCloseable {
    /**
     * One controller.
     *
     * @param account ServiceAccount in kube-system under which it works; null for the manager's own identity
     * @param gate feature that it belongs to; null for none
     */
    private record Entry(String name, String account, String gate, Function<ControllerContext, Controller> create) {
        Entry(String name, String account, Function<ControllerContext, Controller> create) {
            this(name, account, null, create);
        }

        boolean runs(ControllersConfig config) {
            return config.isEnabled(name, true)
                    && (gate == null || config.gates().isOn(gate));
        }
    }

    /** All controllers under upstream's names, in the order in which they are started and shown. */
    private static final List<Entry> ALL = List.of(
            new Entry(
                    "node-ipam-controller",
                    "node-controller",
                    NodeIpamController::create), // first: nodes are not ready without it
            new Entry("serviceaccount-controller", "service-account-controller", DefaultAccountController::create),
            new Entry("serviceaccount-token-controller", null, TokenSecretController::create),
            new Entry(
                    "legacy-serviceaccount-token-cleaner-controller",
                    "legacy-service-account-token-cleaner",
                    LegacyTokenCleaner::create),
            new Entry("root-ca-certificate-publisher-controller", "root-ca-cert-publisher", RootCaPublisher::create),
            new Entry("namespace-controller", "namespace-controller", NamespaceController::create),
            new Entry("garbage-collector-controller", "generic-garbage-collector", GarbageCollector::create),
            new Entry("replicaset-controller", "replicaset-controller", ReplicaController::replicaSets),
            new Entry("deployment-controller", "deployment-controller", DeploymentController::create),
            new Entry("statefulset-controller", "statefulset-controller", StatefulSetController::create),
            new Entry("daemonset-controller", "daemon-set-controller", DaemonSetController::create),
            new Entry("job-controller", "job-controller", JobController::create),
            new Entry("cronjob-controller", "cronjob-controller", CronJobController::create),
            new Entry(
                    "horizontal-pod-autoscaler-controller", "horizontal-pod-autoscaler", AutoscalerController::create),
            new Entry(
                    "replicationcontroller-controller",
                    "replication-controller",
                    ReplicaController::replicationControllers),
            new Entry("endpoints-controller", "endpoint-controller", EndpointsController::create),
            new Entry("endpointslice-controller", "endpointslice-controller", EndpointSliceController::create),
            new Entry(
                    "endpointslice-mirroring-controller",
                    "endpointslicemirroring-controller",
                    MirroringController::create),
            new Entry("persistentvolume-binder-controller", "persistent-volume-binder", VolumeBinder::create),
            new Entry(
                    "persistentvolumeclaim-protection-controller",
                    "pvc-protection-controller",
                    ProtectionController::claims),
            new Entry(
                    "persistentvolume-protection-controller",
                    "pv-protection-controller",
                    ProtectionController::volumes),
            new Entry("persistentvolume-expander-controller", "expand-controller", ExpandController::create),
            new Entry(
                    "persistentvolume-attach-detach-controller",
                    "attachdetach-controller",
                    AttachDetachController::create),
            new Entry(
                    "volumeattributesclass-protection-controller",
                    "volumeattributesclass-protection-controller",
                    ProtectionController::attributesClasses),
            new Entry("resourcequota-controller", "resourcequota-controller", ResourceQuotaController::create),
            new Entry("ephemeral-volume-controller", "ephemeral-volume-controller", EphemeralVolumeController::create),
            new Entry("resourceclaim-controller", "resource-claim-controller", ResourceClaimController::create),
            new Entry(
                    "clusterrole-aggregation-controller",
                    "clusterrole-aggregation-controller",
                    AggregationController::create),
            new Entry(
                    "certificatesigningrequest-approving-controller",
                    "certificate-controller",
                    CertificateController::approving),
            new Entry(
                    "certificatesigningrequest-signing-controller",
                    "certificate-controller",
                    CertificateController::signing),
            new Entry(
                    "certificatesigningrequest-cleaner-controller",
                    "certificate-controller",
                    CertificateController::cleaning),
            new Entry("disruption-controller", "disruption-controller", DisruptionController::create),
            new Entry("service-cidr-controller", "service-cidrs-controller", ServiceCidrController::create),
            new Entry("node-lifecycle-controller", "node-controller", NodeLifecycleController::create),
            new Entry("taint-eviction-controller", "node-controller", TaintEvictionController::create),
            new Entry(
                    "device-taint-eviction-controller",
                    "device-taint-eviction-controller",
                    DeviceTaintController::create),
            new Entry(
                    "podgroup-protection-controller",
                    "podgroup-protection-controller",
                    FeatureGates.GENERIC_WORKLOAD,
                    GroupProtectionController::create),
            new Entry("pod-garbage-collector-controller", "pod-garbage-collector", PodGarbageController::create),
            new Entry("token-cleaner-controller", "token-cleaner", TokenCleaner::create),
            new Entry("bootstrap-signer-controller", "bootstrap-signer", BootstrapSigner::create),
            new Entry("ttl-controller", "ttl-controller", NodeTtlController::create),
            new Entry(
                    "ttl-after-finished-controller",
                    "ttl-after-finished-controller",
                    TtlAfterFinishedController::create),
            new Entry(
                    "storage-version-migrator-controller",
                    "storage-version-migrator-controller",
                    FeatureGates.STORAGE_VERSION_MIGRATOR,
                    MigrationController::create));

    private static final Logger LOG = LoggerFactory.getLogger(ControllerManager.class);
    private static final Duration SYNC_LIMIT = Duration.ofMinutes(2);

    private final ControllerContext context;
    private final Map<String, Controller> controllers = new LinkedHashMap<>();
    private final List<Thread> starters = new ArrayList<>();
    private volatile boolean closed;

    private ControllerManager(ControllerContext context, Function<String, Client> accounts) {
        this.context = context;
        Set<String> names = new TreeSet<>();
        for (Entry entry : ALL) {
            if (entry.runs(context.config())) {
                if (entry.account != null) {
                    names.add(entry.account);
                }
                add(entry.name, entry.account == null ? context.client() : accounts.apply(entry.account), entry.create);
            }
        }
        add("controller-accounts", context.client(), own -> ControllerAccounts.create(own, names));
    }

    private void add(String name, Client client, Function<ControllerContext, Controller> create) {
        ControllerContext own = context.forNext(client);
        Controller controller = create.apply(own);
        controllers.put(name, controller);
        starters.add(Thread.ofVirtual()
                .name("start-" + name)
                .unstarted(() -> startWhenSynced(name, controller, own.used())));
    }

    /**
     * Starts the enabled controllers; returns at once, and each begins when its informers have their copies.
     *
     * @param client reads the shared copies and writes Events, with upstream's rights of kube-controller-manager
     * @param accounts makes the client of a controller out of the name of its ServiceAccount in kube-system
     * @param catalog the resources that exist, for the garbage collector and the deletion of namespaces
     */
    public static ControllerManager start(
            Client client, Function<String, Client> accounts, ResourceCatalog catalog, ControllersConfig config) {
        warnOfMissing(config);
        ControllerContext context = ControllerContext.of(client, EventBroadcaster.start(client), catalog, config);
        ControllerManager manager = new ControllerManager(context, accounts);
        context.informers().start();
        manager.starters.forEach(Thread::start);
        return manager;
    }

    /** Names of all controllers that are here; {@code --controllers} takes those of upstream that are not, too. */
    public static List<String> names() {
        return ALL.stream().map(Entry::name).toList();
    }

    /** Whoever names one expressly that cannot run is to know. */
    private static void warnOfMissing(ControllersConfig config) {
        List<String> here = names();
        config.controllers().stream()
                .filter(name -> !name.equals("*") && !name.startsWith("-") && !here.contains(name))
                .forEach(name -> LOG.atWarn().addKeyValue("controller", name).log("no such controller here"));
    }

    private void startWhenSynced(String name, Controller controller, List<Informer<?>> informers) {
        try {
            for (Informer<?> informer : informers) {
                while (!informer.awaitSynced(SYNC_LIMIT)) {
                    LOG.atWarn()
                            .addKeyValue("controller", name)
                            .addKeyValue("resource", informer.resource().qualified())
                            .log("controller waits for its informer");
                }
            }
            synchronized (controller) {
                if (!closed) {
                    controller.start();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether all controllers know their objects and run. */
    public boolean isStarted() {
        return starters.stream().noneMatch(Thread::isAlive);
    }

    /** Counters of all queues, by controller. */
    public Map<String, List<ControllerLoop.Metrics>> metrics() {
        Map<String, List<ControllerLoop.Metrics>> metrics = new LinkedHashMap<>();
        controllers.forEach((name, controller) -> metrics.put(name, controller.metrics()));
        return metrics;
    }

    /** Appends {@code workqueue_*} and what the controllers count, in Prometheus' text format. */
    public void writeMetrics(StringBuilder out) {
        WorkQueueMetrics.write(
                out, metrics().values().stream().flatMap(List::stream).toList());
        context.metrics().write(out);
    }

    /** Stops all controllers; what they were doing is interrupted. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        starters.forEach(Thread::interrupt);
        context.informers().close();
        for (Controller controller : new ArrayList<>(controllers.values()).reversed()) {
            synchronized (controller) { // so that none starts after it was closed
                controller.close();
            }
        }
        context.events().close();
    }
}
