package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.k8j.kubelet.runtime.Load;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The HorizontalPodAutoscaler over measured load, in virtual time. */
@K8j(virtualTime = true)
class AutoscalerTest {
    private static final String IMAGE = "example.test/web:1";
    private static final long MEMORY = 32 << 20;

    @K8j
    private K8jCluster cluster;

    @K8j
    private KubernetesClient client;

    @AfterEach
    void forgetScripts() {
        cluster.scripts().clear();
    }

    private void apply(String yaml) {
        client.load(new java.io.ByteArrayInputStream(yaml.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .inNamespace(client.getNamespace())
                .create();
        cluster.awaitQuiescent();
    }

    private void deploy(String name, int replicas) {
        apply("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: %1$s}
                spec:
                  replicas: %2$d
                  selector: {matchLabels: {app: %1$s}}
                  template:
                    metadata: {labels: {app: %1$s}}
                    spec:
                      containers:
                      - name: web
                        image: %3$s
                        resources: {requests: {cpu: 100m, memory: 64Mi}}
                """.formatted(name, replicas, IMAGE));
    }

    private void autoscale(String name, String target, String more) {
        apply("""
                apiVersion: autoscaling/v2
                kind: HorizontalPodAutoscaler
                metadata: {name: %s}
                spec:
                  scaleTargetRef: %s
                  minReplicas: 1
                  maxReplicas: 5
                  metrics:
                  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}
                %s
                """.formatted(name, target, more));
    }

    private static String deployment(String name) {
        return "{apiVersion: apps/v1, kind: Deployment, name: " + name + "}";
    }

    private int replicas() {
        return client.apps().deployments().withName("web").get().getSpec().getReplicas();
    }

    private HorizontalPodAutoscaler autoscaler(String name) {
        return client.autoscaling()
                .v2()
                .horizontalPodAutoscalers()
                .withName(name)
                .get();
    }

    private String condition(String autoscaler, String type) {
        HorizontalPodAutoscalerCondition found = autoscaler(autoscaler).getStatus().getConditions().stream()
                .filter(c -> c.getType().equals(type))
                .findFirst()
                .orElseThrow();
        return found.getStatus() + " " + found.getReason() + ": " + found.getMessage();
    }

    private List<String> events(String reason) {
        return client.v1().events().list().getItems().stream()
                .filter(event -> reason.equals(event.getReason()))
                .map(Event::getMessage)
                .distinct()
                .toList();
    }

    @Test
    void scalesUpUnderLoadAndDownWhenTheWindowIsOver() {
        cluster.scripts().load(IMAGE, new Load(200, MEMORY));
        deploy("web", 1);
        autoscale("web", deployment("web"), "");
        cluster.advance(Duration.ofMinutes(3));
        assertThat(replicas()).isEqualTo(5);
        assertThat(events("SuccessfulRescale"))
                .contains("New size: 4; reason: cpu resource utilization (percentage of request) above target");
        assertThat(condition("web", "ScalingLimited"))
                .isEqualTo("True TooManyReplicas: the desired replica count is more than the maximum replica count");
        assertThat(condition("web", "ScalingActive"))
                .isEqualTo("True ValidMetricFound: the HPA was able to successfully calculate a replica count from"
                        + " cpu resource utilization (percentage of request)");
        var status = autoscaler("web").getStatus();
        assertThat(status.getCurrentReplicas()).isEqualTo(5);
        assertThat(status.getCurrentMetrics()
                        .getFirst()
                        .getResource()
                        .getCurrent()
                        .getAverageUtilization())
                .isEqualTo(200);

        cluster.scripts().load(IMAGE, new Load(10, MEMORY));
        cluster.advance(Duration.ofMinutes(2));
        assertThat(replicas()).isEqualTo(5);
        assertThat(condition("web", "AbleToScale"))
                .isEqualTo("True ScaleDownStabilized: recent recommendations were higher than current one, applying"
                        + " the highest recent recommendation");
        cluster.advance(Duration.ofMinutes(5));
        assertThat(replicas()).isEqualTo(1);
        assertThat(events("SuccessfulRescale")).contains("New size: 1; reason: All metrics below target");
        assertThat(autoscaler("web").getStatus().getLastScaleTime()).isNotNull();
    }

    @Test
    void itsBehaviorBoundsTheRates() {
        cluster.scripts().load(IMAGE, new Load(400, MEMORY));
        deploy("web", 1);
        autoscale("web", deployment("web"), """
                  behavior:
                    scaleUp: {policies: [{type: Pods, value: 1, periodSeconds: 60}]}
                    scaleDown: {selectPolicy: Disabled}
                """);
        cluster.advance(Duration.ofSeconds(60)); // the first step comes within, the second a minute after it
        assertThat(replicas()).isEqualTo(2);
        assertThat(condition("web", "ScalingLimited"))
                .isEqualTo("True ScaleUpLimit: the desired replica count is increasing faster than the maximum scale"
                        + " rate");
        cluster.scripts().load(IMAGE, new Load(1, MEMORY));
        cluster.advance(Duration.ofMinutes(10));
        assertThat(replicas()).isBetween(2, 3);
    }

    @Test
    void aTargetAtZeroIsLeftThere() {
        deploy("web", 0);
        autoscale("web", deployment("web"), "");
        cluster.advance(Duration.ofSeconds(40));
        assertThat(replicas()).isZero();
        assertThat(condition("web", "ScalingActive"))
                .isEqualTo("False ScalingDisabled: scaling is disabled since the replica count of the target is zero");
    }

    @Test
    void aTargetOutsideItsLimitsIsBroughtBackWithoutMetrics() {
        deploy("web", 7);
        autoscale("web", deployment("web"), "");
        cluster.advance(Duration.ofSeconds(16));
        assertThat(replicas()).isEqualTo(5);
        assertThat(events("SuccessfulRescale"))
                .contains("New size: 5; reason: Current number of replicas above Spec.MaxReplicas");
    }

    @Test
    void saysWhatIsWrongWithItsTarget() {
        autoscale("gone", deployment("none"), "");
        autoscale("strange", "{apiVersion: example.test/v1, kind: Thing, name: t}", "");
        autoscale("scaleless", "{apiVersion: batch/v1, kind: Job, name: j}", "");
        cluster.advance(Duration.ofSeconds(16));
        String words = "False FailedGetScale: the HPA controller was unable to get the target's current scale: ";
        assertThat(condition("gone", "AbleToScale")).isEqualTo(words + "deployments/scale.apps \"none\" not found");
        assertThat(condition("strange", "AbleToScale"))
                .isEqualTo(words + "no matches for kind \"Thing\" in group \"example.test\"");
        assertThat(condition("scaleless", "AbleToScale"))
                .isEqualTo(words + "the server could not find the requested resource");
        assertThat(events("FailedGetScale")).contains("no matches for kind \"Thing\" in group \"example.test\"");
    }

    @Test
    void saysWhatIsWrongWithItsMetrics() {
        deploy("web", 1);
        autoscale("web", deployment("web"), """
                  - {type: ContainerResource, containerResource: {name: memory, container: side, target: {type: Utilization, averageUtilization: 50}}}
                  - {type: External, external: {metric: {name: queue}, target: {type: Value, value: 3}}}
                  - {type: Pods, pods: {metric: {name: packets}, target: {type: AverageValue, averageValue: 1k}}}
                """);
        cluster.advance(Duration.ofSeconds(16));
        assertThat(condition("web", "ScalingActive"))
                .isEqualTo("False FailedGetResourceMetric: the HPA was unable to compute the replica count: failed to"
                        + " get cpu utilization: unable to get metrics for resource cpu: no metrics returned from"
                        + " resource metrics API");
        assertThat(events("FailedGetExternalMetric"))
                .singleElement()
                .isEqualTo("unable to get external metric %s/queue/nil: unable to fetch metrics from external metrics"
                                .formatted(client.getNamespace())
                        + " API: the server could not find the requested resource (get"
                        + " queue.external.metrics.k8s.io)");
        assertThat(events("FailedGetPodsMetric"))
                .singleElement()
                .isEqualTo("unable to get metric packets: unable to fetch metrics from custom metrics API: no custom"
                        + " metrics API (custom.metrics.k8s.io) registered");
        assertThat(events("FailedComputeMetricsReplicas"))
                .singleElement()
                .isEqualTo("invalid metrics (4 invalid out of 4), first error is: failed to get cpu resource metric"
                        + " value: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics"
                        + " returned from resource metrics API");
        cluster.advance(Duration.ofSeconds(45));
        assertThat(events("FailedGetContainerResourceMetric"))
                .contains("failed to get memory utilization: did not receive metrics for targeted pods (pods might be"
                        + " unready)");
    }

    @Test
    void twoThatHaveTheSamePodsScaleNothing() {
        deploy("web", 1);
        autoscale("a", deployment("web"), "");
        autoscale("b", deployment("web"), "");
        cluster.advance(Duration.ofSeconds(31));
        String namespace = client.getNamespace();
        assertThat(condition("b", "ScalingActive"))
                .isEqualTo("False AmbiguousSelector: pods by selector app=web are controlled by multiple HPAs: [{a %s}"
                                .formatted(namespace)
                        + " {b %s}]".formatted(namespace));
    }

    @Test
    void scalesCustomResourcesByTheirScale() {
        client.load(new java.io.ByteArrayInputStream("""
                        apiVersion: apiextensions.k8s.io/v1
                        kind: CustomResourceDefinition
                        metadata: {name: crews.example.test}
                        spec:
                          group: example.test
                          names: {plural: crews, singular: crew, kind: Crew}
                          scope: Namespaced
                          versions:
                          - name: v1
                            served: true
                            storage: true
                            schema:
                              openAPIV3Schema:
                                type: object
                                x-kubernetes-preserve-unknown-fields: true
                                properties:
                                  spec: {type: object, properties: {size: {type: integer}, pods: {type: string}}}
                                  status: {type: object, properties: {size: {type: integer}, pods: {type: string}}}
                            subresources:
                              scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size, labelSelectorPath: .status.pods}
                        """.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .create();
        cluster.awaitQuiescent();
        apply("""
                apiVersion: example.test/v1
                kind: Crew
                metadata: {name: c}
                spec: {size: 1}
                status: {size: 1, pods: app=web}
                """);
        cluster.scripts().load(IMAGE, new Load(80, MEMORY));
        deploy("web", 2);
        autoscale("crew", "{apiVersion: example.test/v1, kind: Crew, name: c}", "");
        cluster.advance(Duration.ofMinutes(1));
        assertThat(client.genericKubernetesResources("example.test/v1", "Crew")
                        .withName("c")
                        .get()
                        .<Object>get("spec", "size"))
                .isEqualTo(4); // two Pods that use 80 % each, where 50 % are wanted
    }
}
