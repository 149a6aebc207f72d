package io.k8j.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.internal.KubernetesDeserializer;
import io.k8j.junit.K8j;
import io.kubernetes.client.Discovery;
import io.kubernetes.client.common.KubernetesListObject;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.util.ModelMapper;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Java clients read all kinds that they find by discovery into their own classes. */
@K8j
class EveryModelIT {
    private static final int MOST_KINDS = 50;
    private static final String OBJECTS = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 1
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: main, image: "example.test/web:1", resources: {requests: {cpu: 100m}}}]}
        ---
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: nightly}
        spec:
          schedule: "0 3 * * *"
          jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}
        ---
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: web}
        spec:
          maxReplicas: 3
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
          metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: web}
        spec: {minAvailable: 50%, selector: {matchLabels: {app: web}}}
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: web}
        spec: {podSelector: {}, ingress: [{ports: [{port: http, protocol: TCP}, {port: 80, endPort: 90}]}]}
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: web}
        spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: data}
        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
        """;

    @BeforeEach
    void makeObjects(KubernetesClient client) {
        client.load(new ByteArrayInputStream(OBJECTS.getBytes(StandardCharsets.UTF_8)))
                .items()
                .forEach(object -> client.resource(object).create());
        await().untilAsserted(
                        () -> assertThat(client.pods().list().getItems()).hasSize(1)); // and its ReplicaSet and events
    }

    private static Set<Discovery.APIResource> served(ApiClient official) throws ApiException {
        return new Discovery(official).findAll();
    }

    @Test
    void theOfficialClientReadsThemAll(ApiClient official) throws ApiException {
        List<String> read = new ArrayList<>();
        for (Discovery.APIResource resource : served(official)) {
            for (String version : resource.getVersions()) {
                Class<?> type = ModelMapper.preBuiltGetApiTypeClass(resource.getGroup(), version, resource.getKind());
                Class<?> list =
                        ModelMapper.preBuiltGetApiTypeClass(resource.getGroup(), version, resource.getKind() + "List");
                if (type == null || list == null) continue; // reviews have no lists
                read.add(resource.getResourcePlural() + " " + version);
                var answer = new GenericKubernetesApi<>(
                                type.asSubclass(KubernetesObject.class),
                                list.asSubclass(KubernetesListObject.class),
                                resource.getGroup(),
                                version,
                                resource.getResourcePlural(),
                                official)
                        .list();
                assertThat(answer.isSuccess())
                        .as("%s %s: %s", resource.getResourcePlural(), version, answer.getStatus())
                        .isTrue();
            }
        }
        assertThat(read).hasSizeGreaterThan(MOST_KINDS).contains("pods v1", "horizontalpodautoscalers v2");
    }

    @Test
    void fabric8ReadsThemAll(ApiClient official, KubernetesClient client) throws ApiException {
        var known = new KubernetesDeserializer();
        List<String> read = new ArrayList<>();
        for (Discovery.APIResource resource : served(official)) {
            for (String version : resource.getVersions()) {
                String apiVersion = resource.getGroup().isEmpty() ? version : resource.getGroup() + "/" + version;
                Class<? extends KubernetesResource> type = known.getRegisteredKind(apiVersion, resource.getKind());
                if (type == null || !HasMetadata.class.isAssignableFrom(type)) continue;
                if (known.getRegisteredKind(apiVersion, resource.getKind() + "List") == null) continue;
                read.add(resource.getResourcePlural() + " " + version);
                assertThat(client.resources(type.asSubclass(HasMetadata.class))
                                .inAnyNamespace()
                                .list()
                                .getItems())
                        .as(resource.getResourcePlural())
                        .isNotNull();
            }
        }
        assertThat(read).hasSizeGreaterThan(MOST_KINDS).contains("pods v1", "horizontalpodautoscalers v2");
    }
}
