package io.k8j.examples.fabric8;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the sites of a namespace as they are wanted: applies their parts, writes their status, and takes them out of the register of hosts
 * when they are deleted. Of several instances one works at a time.
 */
public final class SiteOperator implements AutoCloseable {
    static final String FINALIZER = "examples.k8j.io/register";
    private static final Logger LOG = LoggerFactory.getLogger(SiteOperator.class);
    private static final String MANAGER = "site-operator";
    private static final Duration LOOK = Duration.ofMillis(500); // how often the lease is renewed or looked at

    private record Key(String namespace, String name) {}

    private final KubernetesClient client;
    private final String identity;
    private final String home;
    private final BlockingQueue<Key> queue = new LinkedBlockingQueue<>();
    private final CompletableFuture<?> election;
    private volatile boolean leading;
    private volatile SharedIndexInformer<Site> sites;
    private volatile SharedIndexInformer<Deployment> deployments;
    private volatile Thread worker;

    private SiteOperator(KubernetesClient client, String identity, String home, Duration lease) {
        this.client = client;
        this.identity = identity;
        this.home = home;
        this.election = client.leaderElector()
                .withConfig(new LeaderElectionConfigBuilder()
                        .withName(MANAGER)
                        .withLock(new LeaseLock(home, MANAGER, identity))
                        .withLeaseDuration(lease)
                        .withRenewDeadline(lease.dividedBy(2))
                        .withRetryPeriod(LOOK)
                        .withReleaseOnCancel(true)
                        .withLeaderCallbacks(new LeaderCallbacks(this::lead, this::step, leader -> {}))
                        .build())
                .build()
                .start();
    }

    /**
     * Starts an instance, which works as soon as it leads.
     *
     * @param home namespace of the sites, of the lease and of the register of hosts
     * @param lease how long a leader that is silent counts as alive
     */
    public static SiteOperator start(KubernetesClient client, String identity, String home, Duration lease) {
        return new SiteOperator(client, identity, home, lease);
    }

    public boolean isLeading() {
        return leading;
    }

    private synchronized void lead() {
        leading = true;
        worker = Thread.ofVirtual().name(identity).start(this::work);
        sites = client.resources(Site.class).inNamespace(home).inform(each((name, site) -> queue.add(name)));
        deployments = client.apps().deployments().inNamespace(home).inform(each((name, deployment) -> queue.add(name)));
    }

    private synchronized void step() {
        leading = false;
        if (worker != null) worker.interrupt();
        if (sites != null) sites.close();
        if (deployments != null) deployments.close();
    }

    private interface Seen<T> {
        void object(Key key, T object);
    }

    /** A site's parts have its name, so all events lead to the site's key. */
    private static <T extends HasMetadata> ResourceEventHandler<T> each(Seen<T> seen) {
        return new ResourceEventHandler<>() {
            @Override
            public void onAdd(T object) {
                seen.object(
                        new Key(
                                object.getMetadata().getNamespace(),
                                object.getMetadata().getName()),
                        object);
            }

            @Override
            public void onUpdate(T before, T now) {
                onAdd(now);
            }

            @Override
            public void onDelete(T object, boolean unknown) {
                onAdd(object);
            }
        };
    }

    private void work() {
        try {
            while (true) {
                Key key = queue.take();
                try {
                    reconcile(key);
                } catch (KubernetesClientException e) {
                    LOG.atWarn()
                            .addKeyValue("site", key)
                            .addKeyValue("cause", e.getMessage())
                            .log("try again");
                    Thread.sleep(50);
                    queue.add(key);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // another one leads, or the end
        }
    }

    private void reconcile(Key key) {
        Site site = client.resources(Site.class)
                .inNamespace(key.namespace())
                .withName(key.name())
                .get();
        if (site == null) return;
        if (site.isMarkedForDeletion()) {
            if (site.removeFinalizer(FINALIZER)) {
                client.resource(SiteParts.entry(site, home)).delete();
                client.resource(site).update();
            }
            return;
        }
        if (site.addFinalizer(FINALIZER)) site = client.resource(site).update();
        apply(SiteParts.entry(site, home));
        apply(SiteParts.page(site));
        Deployment servers = apply(SiteParts.servers(site));
        writeStatus(site, servers);
    }

    private <T extends HasMetadata> T apply(T wanted) {
        return client.resource(wanted).fieldManager(MANAGER).forceConflicts().serverSideApply();
    }

    private void writeStatus(Site site, Deployment servers) {
        Integer ready = servers.getStatus() == null ? null : servers.getStatus().getReadyReplicas();
        SiteStatus status = new SiteStatus();
        status.setReadyReplicas(ready == null ? 0 : ready);
        status.setObservedGeneration(site.getMetadata().getGeneration());
        if (status.equals(site.getStatus())) return;
        site.setStatus(status);
        client.resource(site).updateStatus();
    }

    /** Stops and gives the lease back. */
    @Override
    public void close() {
        election.cancel(true);
        step();
    }
}
