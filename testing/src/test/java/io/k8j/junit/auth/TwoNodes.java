package io.k8j.junit.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.junit.K8jCluster;
import io.k8j.junit.auth.RawApi.Answer;

/** An API server with the nodes a and b, a Pod with everything that a kubelet reads for it on a, and a plain one on b. */
final class TwoNodes implements AutoCloseable {
    static final String[] NODE_A = {
        "Impersonate-User", "system:node:a", "Impersonate-Group", "system:nodes",
    };
    static final String[] NODE_B = {
        "Impersonate-User", "system:node:b", "Impersonate-Group", "system:nodes",
    };

    final RawApi api;
    final String nodeUid;
    final String podUid;
    private final K8jCluster cluster;

    TwoNodes() {
        cluster = K8jCluster.builder()
                .withNodes(0)
                .without("controllers", "scheduler")
                .start();
        api = RawApi.admin(cluster);
        nodeUid = create("/api/v1/nodes", "{metadata: {name: a}}").at("metadata", "uid");
        create("/api/v1/nodes", "{metadata: {name: b}}");
        for (String account : new String[] {"default", "runner", "idle"}) {
            create("/api/v1/namespaces/default/serviceaccounts", "{metadata: {name: %s}}".formatted(account));
        }
        for (String name : new String[] {"env", "pulled", "volume", "projected", "foreign", "mounts"}) {
            create("/api/v1/namespaces/default/secrets", "{metadata: {name: %s}}".formatted(name));
            create("/api/v1/namespaces/default/configmaps", "{metadata: {name: %s}}".formatted(name));
        }
        volumes();
        podUid = create("/api/v1/namespaces/default/pods", """
            metadata: {name: p}
            spec:
              nodeName: a
              serviceAccountName: runner
              imagePullSecrets: [{name: pulled}]
              containers:
              - name: c
                image: i
                env: [{name: E, valueFrom: {secretKeyRef: {name: env, key: k}}}]
                envFrom: [{configMapRef: {name: env}}]
              volumes:
              - {name: s, secret: {secretName: volume}}
              - {name: m, configMap: {name: volume}}
              - {name: d, persistentVolumeClaim: {claimName: claimed}}
              - name: t
                projected:
                  sources:
                  - {secret: {name: projected}}
                  - {serviceAccountToken: {path: t, audience: vault}}
            """).at("metadata", "uid");
        create(
                "/api/v1/namespaces/default/pods",
                "{metadata: {name: q}, spec: {nodeName: b, containers: [{name: c, image: i}]}}");
    }

    private void volumes() {
        create("/api/v1/persistentvolumes", """
            metadata: {name: vol}
            spec:
              capacity: {storage: 1Gi}
              accessModes: [ReadWriteOnce]
              claimRef: {namespace: default, name: claimed}
              csi: {driver: d.example, volumeHandle: h, nodePublishSecretRef: {namespace: default, name: mounts}}
            """);
        for (String claim : new String[] {"claimed", "other"}) {
            create("/api/v1/namespaces/default/persistentvolumeclaims", """
                metadata: {name: %s}
                spec: {accessModes: [ReadWriteOnce], volumeName: vol, resources: {requests: {storage: 1Gi}}}
                """.formatted(claim));
        }
        create(
                "/apis/storage.k8s.io/v1/volumeattachments",
                "{metadata: {name: at}, spec: {attacher: d.example, nodeName: a, source: {persistentVolumeName:"
                        + " vol}}}");
    }

    Answer create(String path, String yaml) {
        Answer answer = api.post(path, yaml);
        assertThat(answer.code()).as(answer.toString()).isEqualTo(201);
        return answer;
    }

    /** Whether the authorizer, which hears of changes as watchers do, knows the Pods. */
    boolean isSeen() {
        return api.get("/api/v1/namespaces/default/secrets/env", NODE_A).code() == 200;
    }

    @Override
    public void close() {
        api.close();
        cluster.close();
    }
}
