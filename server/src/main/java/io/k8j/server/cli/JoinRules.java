package io.k8j.server.cli;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.k8j.client.Client;

/**
 * What those who join with a token may do, and nodes that have joined: ask for certificates and have them without a person's
 * approval, and serve Services. As kubeadm makes it, with two rules of our own: serving certificates are approved, too, and
 * a node's proxy acts as the node.
 */
final class JoinRules {
    private static final String SIGNING_REQUESTS = "system:certificates.k8s.io:certificatesigningrequests:";
    private static final String NODES = "system:nodes";
    private static final String SERVING = "k8j:node-autoapprove-serving";
    private static final String APPROVER = "k8j:kubelet-serving-approver";

    private JoinRules() {}

    /** @param group of whoever uses the token */
    static void publish(Client client, String group) {
        String suffix = group.equals(TokenCommand.NODE_GROUP) ? "" : ":" + group;
        bind(client, "kubeadm:kubelet-bootstrap" + suffix, "system:node-bootstrapper", group(group));
        bind(client, "kubeadm:node-autoapprove-bootstrap" + suffix, SIGNING_REQUESTS + "nodeclient", group(group));
        bind(
                client,
                "kubeadm:node-autoapprove-certificate-rotation",
                SIGNING_REQUESTS + "selfnodeclient",
                group(NODES));
        bind(client, "k8j:node-proxier", "system:node-proxier", group(NODES));
        create(client, ClusterRole.class, """
            kind: ClusterRole
            metadata: {name: '%s'}
            rules:
            - {apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/selfnodeserver], verbs: [create]}
            """.formatted(SERVING));
        bind(client, SERVING, SERVING, group(NODES));
        create(client, ClusterRole.class, """
            kind: ClusterRole
            metadata: {name: '%s'}
            rules:
            - {apiGroups: [''], resources: [nodes], verbs: [list]}
            - {apiGroups: [''], resources: [services], verbs: [get]}
            - {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [get]}
            - apiGroups: [certificates.k8s.io]
              resources: [signers]
              resourceNames: [kubernetes.io/kubelet-serving]
              verbs: [approve]
            """.formatted(APPROVER));
        bind(
                client,
                APPROVER,
                APPROVER,
                "{kind: ServiceAccount, name: certificate-controller, namespace: kube-system}");
    }

    private static String group(String name) {
        return "{apiGroup: rbac.authorization.k8s.io, kind: Group, name: '%s'}".formatted(name);
    }

    private static void bind(Client client, String name, String role, String subject) {
        create(client, ClusterRoleBinding.class, """
            kind: ClusterRoleBinding
            metadata: {name: '%s'}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: '%s'}
            subjects: [%s]
            """.formatted(name, role, subject));
    }

    private static <T extends HasMetadata> void create(Client client, Class<T> type, String yaml) {
        ClusterInfo.create(client, ClusterInfo.object(type, yaml));
    }
}
