package io.k8j.examples.josdk;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Duration;
import java.util.List;

/** Keeps the sites of a namespace as they are wanted, with the Java Operator SDK. */
@ControllerConfiguration(name = "site-operator", finalizerName = "examples.k8j.io/register")
public final class SiteReconciler implements Reconciler<Site>, Cleaner<Site> {
    private static final String MANAGER = "site-operator";
    private static final Duration LOOK = Duration.ofMillis(500); // how often the lease is renewed or looked at

    private final String home;

    /** @param home namespace of the register of hosts */
    public SiteReconciler(String home) {
        this.home = home;
    }

    /**
     * An operator with this reconciler that is not started yet.
     *
     * @param identity of this instance among those that want to lead
     * @param home namespace of the sites, of the lease and of the register of hosts
     * @param lease how long a leader that is silent counts as alive
     */
    public static Operator operator(KubernetesClient client, String identity, String home, Duration lease) {
        Operator operator = new Operator(settings -> settings.withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .withLeaderElectionConfiguration(new LeaderElectionConfiguration(
                        MANAGER, home, lease, lease.dividedBy(2), LOOK, identity, null, false)));
        operator.register(new SiteReconciler(home), settings -> settings.settingNamespace(home));
        return operator;
    }

    @Override
    public List<EventSource<?, Site>> prepareEventSources(EventSourceContext<Site> context) {
        return List.of(new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Deployment.class, Site.class)
                        .withName("servers")
                        .build(),
                context));
    }

    @Override
    public UpdateControl<Site> reconcile(Site site, Context<Site> context) {
        KubernetesClient client = context.getClient();
        apply(client, SiteParts.entry(site, home));
        apply(client, SiteParts.page(site));
        Deployment servers = apply(client, SiteParts.servers(site));
        Integer ready = servers.getStatus() == null ? null : servers.getStatus().getReadyReplicas();
        SiteStatus status = new SiteStatus();
        status.setReadyReplicas(ready == null ? 0 : ready);
        status.setObservedGeneration(site.getMetadata().getGeneration());
        return status.equals(site.getStatus())
                ? UpdateControl.noUpdate()
                : UpdateControl.patchStatus(with(status, site));
    }

    /**
     * What is applied as a site's status. It names the version of the site that was looked at, so that a site that somebody changed since is
     * not written but looked at again. That is not only politeness: the SDK (5.3.2, its issue 3398) takes whatever arrives while it writes
     * and is not younger than the answer for the echo of its own write. A deletion just before a write without a version would be dropped
     * as such, and nobody would look at the site until the SDK's next round, ten hours later.
     */
    private static Site with(SiteStatus status, Site seen) {
        Site answer = new Site();
        answer.getMetadata().setName(seen.getMetadata().getName());
        answer.getMetadata().setNamespace(seen.getMetadata().getNamespace());
        answer.getMetadata().setResourceVersion(seen.getMetadata().getResourceVersion());
        answer.setStatus(status);
        return answer;
    }

    private static <T extends HasMetadata> T apply(KubernetesClient client, T wanted) {
        return client.resource(wanted).fieldManager(MANAGER).forceConflicts().serverSideApply();
    }

    @Override
    public DeleteControl cleanup(Site site, Context<Site> context) {
        context.getClient().resource(SiteParts.entry(site, home)).delete();
        return DeleteControl.defaultDelete();
    }
}
