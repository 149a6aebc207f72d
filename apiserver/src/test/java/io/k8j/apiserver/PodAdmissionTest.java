package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.apiserver.admission.AdmissionSettings;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** LimitRanges, priorities, runtime classes, resizing and optional steps, through the API. */
class PodAdmissionTest {
    private AdmittingServer server = new AdmittingServer();

    @AfterEach
    void stop() {
        server.close();
    }

    private static String pod(String name, String resources, String more) {
        return "{metadata: {name: " + name + "}, spec: {containers: [{name: c, image: i, resources: " + resources + "}]"
                + more + "}}";
    }

    private void limits(String name, String limits) {
        server.create("v1/limitranges", "{metadata: {name: " + name + "}, spec: {limits: [" + limits + "]}}");
    }

    @Test
    void defaultsOfSeveralRangesAreFilledInAndNoted() {
        limits(
                "a",
                "{type: Container, default: {cpu: 500m, memory: 200Mi}, defaultRequest: {cpu: 100m, memory: 100Mi}}");
        limits("b", "{type: Container, defaultRequest: {cpu: 200m, ephemeral-storage: 1Gi}}");
        Map<String, Object> pod = server.create("v1/pods", pod("p", "{requests: {memory: 150Mi}}", ""));
        Object container = Trees.list(pod, "spec", "containers").getFirst();
        assertThat(Trees.map(container, "resources", "requests"))
                .isEqualTo(Map.of("cpu", "100m", "memory", "150Mi", "ephemeral-storage", "1Gi"));
        assertThat(Trees.map(container, "resources", "limits")).isEqualTo(Map.of("cpu", "500m", "memory", "200Mi"));
        assertThat(Trees.string(pod, "metadata", "annotations", "kubernetes.io/limit-ranger"))
                .isEqualTo("LimitRanger plugin set: ephemeral-storage request for container c");
    }

    record Bound(String name, String limit, String resources, String message) {}

    static List<Bound> bounds() {
        return List.of(
                new Bound(
                        "too little",
                        "{type: Container, min: {cpu: 100m}}",
                        "{requests: {cpu: 50m}}",
                        "minimum cpu usage per Container is 100m, but request is 50m"),
                new Bound(
                        "too much",
                        "{type: Container, max: {cpu: '1'}}",
                        "{limits: {cpu: '2'}}",
                        "maximum cpu usage per Container is 1, but limit is 2"),
                new Bound(
                        "no limit",
                        "{type: Pod, max: {memory: 1Gi}}",
                        "{requests: {memory: 1Mi}}",
                        "maximum memory usage per Pod is 1Gi.  No limit is specified"),
                new Bound(
                        "a Pod as a whole",
                        "{type: Pod, max: {memory: 1Gi}}",
                        "{limits: {memory: 2Gi}}",
                        "maximum memory usage per Pod is 1Gi, but limit is 2Gi"),
                new Bound(
                        "a ratio",
                        "{type: Container, maxLimitRequestRatio: {cpu: '2'}}",
                        "{requests: {cpu: 100m}, limits: {cpu: 300m}}",
                        "cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000"));
    }

    @ParameterizedTest
    @MethodSource("bounds")
    void boundsAreHeld(Bound b) {
        limits("l", b.limit());
        assertThat(server.refusal("v1/pods", pod("p", b.resources(), "")).getMessage())
                .as(b.name())
                .isEqualTo("pods \"p\" is forbidden: " + b.message());
    }

    @Test
    void claimsAreBound() {
        limits("l", "{type: PersistentVolumeClaim, min: {storage: 1Gi}, max: {storage: 5Gi}}");
        String claim =
                "{metadata: {name: x}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: %s}}}}";
        assertThat(server.refusal("v1/persistentvolumeclaims", claim.formatted("10Gi"))
                        .getMessage())
                .endsWith("maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 10Gi");
        assertThat(server.refusal("v1/persistentvolumeclaims", claim.formatted("1Mi"))
                        .getMessage())
                .endsWith("minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 1Mi");
        server.create("v1/persistentvolumeclaims", claim.formatted("2Gi"));
    }

    @Test
    void prioritiesComeFromTheirClass() {
        server.create(
                "scheduling.k8s.io/v1/priorityclasses", "{metadata: {name: high}, value: 5, preemptionPolicy: Never}");
        Map<String, Object> pod = server.create("v1/pods", pod("p", "{}", ", priorityClassName: high"));
        assertThat(Trees.integer(pod, "spec", "priority")).isEqualTo(5);
        assertThat(Trees.string(pod, "spec", "preemptionPolicy")).isEqualTo("Never");
        assertThat(server.refusal("v1/pods", pod("q", "{}", ", priorityClassName: none"))
                        .getMessage())
                .isEqualTo("pods \"q\" is forbidden: no PriorityClass with name none was found");
        assertThat(server.refusal("v1/pods", pod("q", "{}", ", priority: 7")).getMessage())
                .contains("the integer value of priority (7) must not be provided in pod spec; priority admission"
                        + " controller computed 0 from the given PriorityClass name");
        assertThat(Trees.integer(server.create("v1/pods", pod("r", "{}", "")), "spec", "priority"))
                .isZero();
        // Classes can be listed; what is mutable changes, what is not does not.
        assertThat(server.server.names("scheduling.k8s.io/v1/priorityclasses", ""))
                .contains("high");
        server.server.patch("scheduling.k8s.io/v1/priorityclasses", "high", "merge", "{'description':'x'}");
        assertThat(TestServer.refusal(() -> server.server.patch(
                                "scheduling.k8s.io/v1/priorityclasses", "high", "merge", "{'value':6}"))
                        .code())
                .isEqualTo(422);
    }

    @Test
    void thereIsOneDefaultPriority() {
        server.create("scheduling.k8s.io/v1/priorityclasses", "{metadata: {name: low}, value: 1, globalDefault: true}");
        assertThat(Trees.string(server.create("v1/pods", pod("p", "{}", "")), "spec", "priorityClassName"))
                .isEqualTo("low");
        assertThat(server.refusal(
                                "scheduling.k8s.io/v1/priorityclasses",
                                "{metadata: {name: lower}, value: 0, globalDefault: true}")
                        .getMessage())
                .endsWith("PriorityClass low is already marked as default. Only one default can exist");
    }

    @Test
    void runtimeClassesMustExistAndAddTheirOverhead() {
        String classes = "node.k8s.io/v1/runtimeclasses";
        assertThat(server.refusal("v1/pods", pod("p", "{}", ", runtimeClassName: vm"))
                        .getMessage())
                .isEqualTo("pods \"p\" is forbidden: pod rejected: RuntimeClass \"vm\" not found");
        server.create(
                classes,
                "{metadata: {name: vm}, handler: vm, overhead: {podFixed: {cpu: 250m}}, scheduling: {nodeSelector: {vm:"
                        + " 'yes'}}}");
        server.create(classes, "{metadata: {name: plain}, handler: plain}");
        Map<String, Object> pod = server.create("v1/pods", pod("p", "{}", ", runtimeClassName: vm"));
        assertThat(Trees.map(pod, "spec", "overhead")).isEqualTo(Map.of("cpu", "250m"));
        assertThat(Trees.map(pod, "spec", "nodeSelector")).isEqualTo(Map.of("vm", "yes"));
        Map<String, Object> plain = server.create("v1/pods", pod("q", "{}", ", runtimeClassName: plain"));
        assertThat(Trees.get(plain, "spec", "overhead")).isNull();
        server.server.delete(classes, "plain", "");
        server.refusal("v1/pods", pod("r", "{}", ", runtimeClassName: plain"));
    }

    @Test
    void aSizeThatTheNodeCannotGiveIsRefused() {
        server.create(
                "v1/nodes",
                "{metadata: {name: n, labels: {kubernetes.io/os: linux}}, status: {allocatable: {cpu: '2', memory:"
                        + " 1Gi}}}");
        server.create("v1/pods", pod("p", "{requests: {cpu: '1'}}", ", nodeName: n"));
        ApiException refusal = TestServer.refusal(() -> resize("3"));
        assertThat(refusal.getMessage())
                .isEqualTo(
                        "pods \"p\" is forbidden: Node didn't have enough allocatable resources: cpu, requested: 3000,"
                                + " allocatable: 2000");
        assertThat(Trees.list(refusal.details(), "causes")).containsExactly(Map.of("reason", "NodeCapacity"));
        resize("1500m");
    }

    private void resize(String cpu) {
        server.server.send(
                Verb.PATCH,
                "v1/pods",
                "p",
                "resize",
                "",
                "application/strategic-merge-patch+json",
                Yaml.tree("{spec: {containers: [{name: c, resources: {requests: {cpu: '" + cpu + "'}}}]}}"));
    }

    @Test
    void stepsAreSwitchedOnAndOff() {
        server.close();
        server = new AdmittingServer(AdmissionSettings.DEFAULTS
                .withPlugins(
                        Set.of("AlwaysPullImages", "DenyServiceExternalIPs", "ExtendedResourceToleration"),
                        Set.of("ServiceAccount", "DefaultTolerationSeconds", "LimitRanger"))
                .withTolerations(1, 2));
        limits("l", "{type: Container, max: {cpu: '1'}}");
        Map<String, Object> pod = server.create(
                "v1/pods", pod("p", "{requests: {example.com/gpu: 1}, limits: {cpu: '2', example.com/gpu: 1}}", ""));
        assertThat(Trees.list(pod, "spec", "containers"))
                .allSatisfy(c -> assertThat(Trees.string(c, "imagePullPolicy")).isEqualTo("Always"));
        assertThat(Trees.list(pod, "spec", "tolerations"))
                .containsExactly(Map.of("key", "example.com/gpu", "operator", "Exists"));
        assertThat(server.refusal(
                                "v1/services",
                                "{metadata: {name: s}, spec: {ports: [{port: 80}], externalIPs: [192.0.2.1]}}")
                        .getMessage())
                .endsWith("Use of external IPs is denied by admission control");
    }

    @Test
    void unknownStepsAreNamed() {
        assertThatThrownBy(() -> AdmissionSettings.DEFAULTS.withPlugins(Set.of("Nothing"), Set.of()))
                .hasMessage("enable-admission-plugins plugin \"Nothing\" is unknown");
        assertThatThrownBy(() -> AdmissionSettings.DEFAULTS.withPlugins(Set.of("Priority"), Set.of("Priority")))
                .hasMessage("[Priority] in enable-admission-plugins and disable-admission-plugins overlapped");
    }

    @Test
    void lostNodesAreToleratedAsLongAsConfigured() {
        server.close();
        server = new AdmittingServer(AdmittingServer.SETTINGS.withTolerations(10, 20));
        Map<String, Object> pod = server.create("v1/pods", pod("p", "{}", ""));
        assertThat(Trees.list(pod, "spec", "tolerations"))
                .extracting(t -> Trees.integer(t, "tolerationSeconds"))
                .containsExactly(10L, 20L);
    }
}
