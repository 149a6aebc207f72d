package io.k8j.apiserver;

import io.k8j.apiserver.admission.AdmissionServices;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.streaming.Backend;
import io.k8j.apiserver.streaming.ProxyTargets;
import io.k8j.model.api.ApiException;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.io.IOException;
import java.net.URI;

/** Finds endpoints of Services that webhooks name: they are reached directly, because Service addresses need a node. */
record ServiceAddresses(ObjectReader reader) implements AdmissionServices.ServiceResolver {
    private static final GroupVersionResource SERVICES = new GroupVersionResource("", "v1", "services");

    @Override
    public URI resolve(String namespace, String name, int port) throws IOException {
        String external = reader.get(SERVICES, namespace, name)
                .map(service -> service.tree())
                .filter(tree -> "ExternalName".equals(Trees.string(tree, "spec", "type")))
                .map(tree -> Trees.string(tree, "spec", "externalName"))
                .orElse(null);
        if (external != null) return URI.create("https://" + external + ":" + port);
        try {
            Backend backend = new ProxyTargets(reader, () -> null).find(SERVICES, namespace, name + ":" + port, "/");
            String host = backend.host().contains(":") ? "[" + backend.host() + "]" : backend.host();
            return URI.create("https://" + host + ":" + backend.port());
        } catch (ApiException e) {
            throw new IOException(e.isNotFound() ? "service \"" + name + "\" not found" : e.getMessage(), e);
        }
    }
}
