package io.k8j.e2e.conformance;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.k8j.junit.K8j;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Resources of nodes, storage and network whose objects take every verb. */
@K8j(nodes = 2, scope = K8j.Scope.SHARED)
class WholeObjectsTest {
    @K8j
    private KubernetesClient client;

    static Stream<String> manifests() {
        return Stream.of("""
                apiVersion: networking.k8s.io/v1
                kind: Ingress
                metadata: {name: NAME}
                spec: {defaultBackend: {service: {name: some, port: {number: 80}}}}
                """, """
                apiVersion: networking.k8s.io/v1
                kind: IngressClass
                metadata: {name: NAME}
                spec: {controller: example.com/controller}
                """, """
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: NAME}
                addressType: IPv4
                endpoints: [{addresses: [10.1.2.3]}]
                ports: [{name: http, port: 80, protocol: TCP}]
                """, """
                apiVersion: node.k8s.io/v1
                kind: RuntimeClass
                metadata: {name: NAME}
                handler: some
                """, """
                apiVersion: storage.k8s.io/v1
                kind: CSIStorageCapacity
                metadata: {name: NAME}
                storageClassName: some
                capacity: 100Gi
                """, """
                apiVersion: storage.k8s.io/v1
                kind: CSIDriver
                metadata: {name: NAME}
                spec: {attachRequired: false, podInfoOnMount: false, volumeLifecycleModes: [Ephemeral]}
                """, """
                apiVersion: storage.k8s.io/v1
                kind: CSINode
                metadata: {name: NAME}
                spec: {drivers: [{name: d.example.com, nodeID: "1", topologyKeys: [k]}]}
                """, """
                apiVersion: storage.k8s.io/v1
                kind: StorageClass
                metadata: {name: NAME}
                provisioner: e2e.example.com/none
                """, """
                apiVersion: storage.k8s.io/v1
                kind: VolumeAttachment
                metadata: {name: NAME}
                spec: {attacher: e2e.example.com, nodeName: none, source: {persistentVolumeName: none}}
                """, """
                apiVersion: v1
                kind: PersistentVolume
                metadata: {name: NAME}
                spec:
                  capacity: {storage: 1Gi}
                  accessModes: [ReadWriteOnce]
                  storageClassName: none-such
                  hostPath: {path: /tmp/none}
                """, """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: NAME}
                spec: {storageClassName: none-such, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
                """, """
                apiVersion: v1
                kind: Pod
                metadata: {name: NAME}
                spec:
                  schedulerName: nobody
                  containers: [{name: c, image: busybox, volumeMounts: [{name: v, mountPath: /v}]}]
                  volumes: [{name: v, csi: {driver: inline.example.com}}]
                """, """
                apiVersion: v1
                kind: PodTemplate
                metadata: {name: NAME}
                template: {spec: {containers: [{name: nginx, image: nginx}]}}
                """, """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: NAME}
                data: {valueName: value}
                """, """
                apiVersion: v1
                kind: Secret
                metadata: {name: NAME}
                data: {key: dmFsdWU=}
                """, """
                apiVersion: coordination.k8s.io/v1
                kind: Lease
                metadata: {name: NAME}
                spec: {holderIdentity: holder, leaseDurationSeconds: 30, acquireTime: "2024-01-01T00:00:00.000000Z"}
                """, """
                apiVersion: v1
                kind: Service
                metadata: {name: NAME}
                spec: {ports: [{port: 80}]}
                """);
    }

    @ParameterizedTest
    @MethodSource("manifests")
    @Conformance("network/EndpointSlice/4")
    @Conformance("network/IngressClassAPI/1")
    @Conformance("network/Services/9")
    @Conformance("node/ConfigMap/4")
    @Conformance("node/Lease/1")
    @Conformance("node/PodTemplates/1")
    @Conformance("node/PodTemplates/2")
    @Conformance("node/PodTemplates/3")
    @Conformance("node/RuntimeClass/5")
    @Conformance("node/Secrets/4")
    @Conformance("storage/CSIInlineVolumes/1")
    @Conformance("storage/CSIInlineVolumes/2")
    @Conformance("storage/CSINodes/1")
    @Conformance("storage/CSIStorageCapacity/1")
    @Conformance("storage/PersistentVolumes/2")
    @Conformance("storage/StorageClasses/1")
    @Conformance("storage/VolumeAttachment/2")
    void objectsTakeEveryVerb(String manifest, @K8j.Namespace String namespace) {
        EightVerbs.walk(client, namespace, manifest);
    }
}
