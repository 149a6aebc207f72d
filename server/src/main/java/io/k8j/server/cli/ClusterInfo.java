package io.k8j.server.cli;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.k8j.client.Client;
import io.k8j.client.ObjectKey;
import io.k8j.client.https.ServerAccess;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Trees;
import io.k8j.model.yaml.Yaml;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the cluster is and whom to trust, for everybody to read and signed with the tokens of those who join: the ConfigMap
 * {@code cluster-info} in kube-public, as kubeadm makes it.
 *
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/">Bootstrap tokens</a>
 */
final class ClusterInfo {
    private static final ObjectKey KEY = new ObjectKey("kube-public", "cluster-info");
    private static final String READERS = "kubeadm:bootstrap-signer-clusterinfo";
    private static final String CONFIG = "kubeconfig";

    private ClusterInfo() {}

    /** Writes what is missing or no longer true; signatures are the controllers' to make. */
    static void publish(Client client, ServerAccess access) {
        String kubeconfig = kubeconfig(address(client).orElse(access.server().toString()), access.authority());
        Optional<ConfigMap> known = client.resources(ConfigMap.class).find(KEY);
        if (known.isEmpty()) {
            create(
                    client,
                    new ConfigMapBuilder()
                            .withNewMetadata()
                            .withName(KEY.name())
                            .withNamespace(KEY.namespace())
                            .endMetadata()
                            .addToData(CONFIG, kubeconfig)
                            .build());
        } else if (known.get().getData() == null
                || !kubeconfig.equals(known.get().getData().get(CONFIG))) {
            client.resources(ConfigMap.class)
                    .update(known.get().toBuilder()
                            .addToData(CONFIG, kubeconfig)
                            .build());
        }
        letEverybodyRead(client);
    }

    /** Where others reach the server, which is not where somebody on its own machine does. */
    private static Optional<String> address(Client client) {
        return client.resources(EndpointSlice.class)
                .find(new ObjectKey("default", "kubernetes"))
                .filter(slice ->
                        !slice.getEndpoints().isEmpty() && !slice.getPorts().isEmpty())
                .map(slice -> {
                    String host = slice.getEndpoints().getFirst().getAddresses().getFirst();
                    return "https://%s:%d"
                            .formatted(
                                    host.indexOf(':') < 0 ? host : "[" + host + "]",
                                    slice.getPorts().getFirst().getPort());
                });
    }

    private static String kubeconfig(String server, byte[] authority) {
        Map<String, Object> cluster = new LinkedHashMap<>();
        cluster.put("certificate-authority-data", Base64.getEncoder().encodeToString(authority));
        cluster.put("server", server);
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("apiVersion", "v1");
        config.put("clusters", List.of(Map.of("cluster", cluster, "name", "")));
        config.put("contexts", List.of());
        config.put("current-context", "");
        config.put("kind", "Config");
        config.put("users", List.of());
        return new String(Yaml.write(config), StandardCharsets.UTF_8);
    }

    private static void letEverybodyRead(Client client) {
        create(client, object(Role.class, """
            kind: Role
            metadata: {name: '%s', namespace: kube-public}
            rules: [{apiGroups: [''], resources: [configmaps], resourceNames: [cluster-info], verbs: [get]}]
            """.formatted(READERS)));
        create(client, object(RoleBinding.class, """
            kind: RoleBinding
            metadata: {name: '%s', namespace: kube-public}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: '%s'}
            subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: 'system:anonymous'}]
            """.formatted(READERS, READERS)));
    }

    static <T extends HasMetadata> T object(Class<T> type, String yaml) {
        String versioned = "apiVersion: rbac.authorization.k8s.io/v1\n" + yaml;
        return ApiObject.ofTree(Trees.map(Yaml.parse(versioned.getBytes(StandardCharsets.UTF_8))))
                .as(type);
    }

    @SuppressWarnings("unchecked")
    static <T extends HasMetadata> void create(Client client, T object) {
        try {
            client.resources((Class<T>) object.getClass()).create(object);
        } catch (ApiException e) {
            if (!e.isAlreadyExists()) throw e;
        }
    }
}
