package io.k8j.examples.josdk;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;

/** A web site: some replicas of a web server that serve one page. */
@Group("examples.k8j.io")
@Version("v1")
public final class Site extends CustomResource<SiteSpec, SiteStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;

    /** A site that is not stored yet. */
    public static Site of(String name, String host, int replicas) {
        Site site = new Site();
        site.getMetadata().setName(name);
        site.setSpec(new SiteSpec());
        site.getSpec().setHost(host);
        site.getSpec().setReplicas(replicas);
        return site;
    }
}
