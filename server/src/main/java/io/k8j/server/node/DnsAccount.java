package io.k8j.server.node;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.k8j.client.Client;
import io.k8j.client.ObjectKey;
import io.k8j.client.Resources;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Trees;
import io.k8j.model.yaml.Yaml;
import java.nio.charset.StandardCharsets;

/**
 * The ServiceAccount of the cluster's DNS and its rights: upstream's add-on's to read, and those to keep the Service and the
 * EndpointSlices by which it is found. What is there stays as it is.
 */
final class DnsAccount {
    static final String USER = "system:serviceaccount:kube-system:coredns";
    private static final String RBAC = "apiVersion: rbac.authorization.k8s.io/v1\n";

    private DnsAccount() {}

    /** @param client with all rights */
    static void ensure(Client client) {
        ensure(client, ServiceAccount.class, """
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: coredns, namespace: kube-system}
            """);
        ensure(client, ClusterRole.class, RBAC + """
            kind: ClusterRole
            metadata: {name: 'system:coredns'}
            rules:
            - {apiGroups: [''], resources: [endpoints, services, pods, namespaces], verbs: [list, watch]}
            - {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch]}
            """);
        ensure(client, ClusterRoleBinding.class, RBAC + """
            kind: ClusterRoleBinding
            metadata: {name: 'system:coredns'}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: 'system:coredns'}
            subjects: [{kind: ServiceAccount, name: coredns, namespace: kube-system}]
            """);
        ensure(client, Role.class, RBAC + """
            kind: Role
            metadata: {name: 'k8j:coredns', namespace: kube-system}
            rules:
            - {apiGroups: [''], resources: [services], verbs: [create]}
            - {apiGroups: [''], resources: [services], resourceNames: [kube-dns], verbs: [get]}
            - {apiGroups: [''], resources: [services/finalizers], resourceNames: [kube-dns], verbs: [update]}
            - {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [get, create, update, delete]}
            """);
        ensure(client, RoleBinding.class, RBAC + """
            kind: RoleBinding
            metadata: {name: 'k8j:coredns', namespace: kube-system}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: 'k8j:coredns'}
            subjects: [{kind: ServiceAccount, name: coredns, namespace: kube-system}]
            """);
    }

    private static <T extends HasMetadata> void ensure(Client client, Class<T> type, String yaml) {
        T wanted = ApiObject.ofTree(Trees.map(Yaml.parse(yaml.getBytes(StandardCharsets.UTF_8))))
                .as(type);
        Resources<T> resources = client.resources(type);
        if (resources.find(ObjectKey.of(wanted)).isPresent()) return;
        try {
            resources.create(wanted);
        } catch (ApiException e) {
            if (!e.isAlreadyExists()) throw e; // another server of this cluster was faster
        }
    }
}
