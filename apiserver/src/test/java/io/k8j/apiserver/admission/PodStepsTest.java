package io.k8j.apiserver.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.apiserver.Yaml;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The steps that look at Pods, each on its own. */
class PodStepsTest {
    private static final String POD = "{metadata: {name: p, namespace: a}, spec: {containers: [{name: c}]}}";
    private static final String ACCOUNT = "{metadata: {name: default, namespace: a}, imagePullSecrets: [{name: s}]}";

    @Test
    void anObjectNeedsItsNamespace() {
        var step = new NamespaceLifecycle(new FakeReader());
        assertThatThrownBy(() -> Requests.run(step, Requests.createPod(POD))).hasMessage("namespaces \"a\" not found");
    }

    @Test
    void aNamespaceThatGoesTakesNothingMore() {
        var reader = new FakeReader().with("namespaces", "{metadata: {name: a}, status: {phase: Terminating}}");
        assertThatThrownBy(() -> Requests.run(new NamespaceLifecycle(reader), Requests.createPod(POD)))
                .hasMessage("pods \"p\" is forbidden: unable to create new content in namespace a because it is being"
                        + " terminated");
    }

    @Test
    void theDefaultNamespaceStays() {
        var request = Requests.of(
                Ask.NAMESPACES,
                "Namespace",
                Operation.DELETE,
                "",
                null,
                Yaml.tree("{metadata: {name: default}}"),
                UserInfo.of("me"));
        assertThatThrownBy(() -> Requests.run(new NamespaceLifecycle(new FakeReader()), request))
                .hasMessage("namespaces \"default\" is forbidden: this namespace may not be deleted");
    }

    @Test
    void aPodGetsTheDefaultAccountWithItsTokenAndPullSecrets() {
        var step = new ServiceAccountAdmission(new FakeReader().with("serviceaccounts", ACCOUNT), new Random(1));
        Map<String, Object> pod = Requests.run(step, Requests.createPod(POD)).object();
        assertThat(Trees.string(pod, "spec", "serviceAccountName")).isEqualTo("default");
        assertThat(Trees.string(pod, "spec", "serviceAccount")).isEqualTo("default");
        assertThat(Trees.list(pod, "spec", "imagePullSecrets")).hasSize(1);
        Object volume = Trees.list(pod, "spec", "volumes").getFirst();
        assertThat(Trees.string(volume, "name")).matches("kube-api-access-[a-z0-9]{5}");
        assertThat(Trees.map(volume, "projected"))
                .isEqualTo(Yaml.tree("{sources: [{serviceAccountToken: {expirationSeconds: 3607, path: token}},"
                        + " {configMap: {name: kube-root-ca.crt, items: [{key: ca.crt, path: ca.crt}]}}, {downwardAPI:"
                        + " {items: [{path: namespace, fieldRef: {apiVersion: v1, fieldPath: metadata.namespace}}]}}],"
                        + " defaultMode: 420}"));
        Object mount = Trees.list(Trees.list(pod, "spec", "containers").getFirst(), "volumeMounts")
                .getFirst();
        assertThat(Trees.string(mount, "mountPath")).isEqualTo("/var/run/secrets/kubernetes.io/serviceaccount");
        assertThat(Trees.isTrue(mount, "readOnly")).isTrue();
    }

    @Test
    void noTokenIsMountedWhereThePodWantsNone() {
        var step = new ServiceAccountAdmission(new FakeReader().with("serviceaccounts", ACCOUNT), new Random(1));
        String pod =
                "{metadata: {name: p, namespace: a}, spec: {automountServiceAccountToken: false, containers: [{name:"
                        + " c}]}}";
        assertThat(Trees.list(Requests.run(step, Requests.createPod(pod)).object(), "spec", "volumes"))
                .isEmpty();
    }

    @Test
    void anUnknownAccountIsNamed() {
        var step = new ServiceAccountAdmission(new FakeReader(), new Random(1));
        assertThatThrownBy(() -> Requests.run(step, Requests.createPod(POD)))
                .hasMessage("pods \"p\" is forbidden: error looking up service account a/default: serviceaccount"
                        + " \"default\" not found");
    }

    @Test
    void limitsAreFilledInAndNoted() {
        var reader = new FakeReader()
                .with(
                        "limitranges",
                        "{metadata: {name: l, namespace: a}, spec: {limits: [{type: Container, default: {cpu: '1'},"
                                + " defaultRequest: {cpu: 500m, memory: 1Gi}}]}}");
        Map<String, Object> pod =
                Requests.run(new LimitRanger(reader), Requests.createPod(POD)).object();
        assertThat(Trees.map(Trees.list(pod, "spec", "containers").getFirst(), "resources"))
                .isEqualTo(Yaml.tree("{requests: {cpu: 500m, memory: 1Gi}, limits: {cpu: '1'}}"));
        assertThat(Trees.string(pod, "metadata", "annotations", "kubernetes.io/limit-ranger"))
                .isEqualTo("LimitRanger plugin set: cpu, memory request for container c; cpu limit for container c");
    }

    @Test
    void boundsAreHeld() {
        var reader = new FakeReader()
                .with(
                        "limitranges",
                        "{metadata: {name: l, namespace: a}, spec: {limits: [{type: Container, min: {cpu: 100m}, max:"
                                + " {cpu: '1'}}]}}");
        String pod =
                "{metadata: {name: p, namespace: a}, spec: {containers: [{name: c, resources: {requests: {cpu: 50m},"
                        + " limits: {cpu: '2'}}}]}}";
        assertThatThrownBy(() -> Requests.run(new LimitRanger(reader), Requests.createPod(pod)))
                .hasMessage(
                        "pods \"p\" is forbidden: [minimum cpu usage per Container is 100m, but request is 50m, maximum"
                                + " cpu usage per Container is 1, but limit is 2]");
    }

    @Test
    void priorityComesFromTheClass() {
        var reader = new FakeReader()
                .with(
                        "priorityclasses.scheduling.k8s.io",
                        "{metadata: {name: high}, value: 7, preemptionPolicy: Never}");
        String pod = "{metadata: {name: p, namespace: a}, spec: {priorityClassName: high, containers: [{name: c}]}}";
        Map<String, Object> made = Requests.run(
                        new PriorityAdmission(reader, FeatureGates.DEFAULTS), Requests.createPod(pod))
                .object();
        assertThat(Trees.integer(made, "spec", "priority")).isEqualTo(7);
        assertThat(Trees.string(made, "spec", "preemptionPolicy")).isEqualTo("Never");
        assertThatThrownBy(() -> Requests.run(
                        new PriorityAdmission(reader, FeatureGates.DEFAULTS),
                        Requests.createPod(pod.replace("high", "nope"))))
                .hasMessage("pods \"p\" is forbidden: no PriorityClass with name nope was found");
    }

    @Test
    void lostNodesKeepTheirPodsForFiveMinutes() {
        Map<String, Object> pod = Requests.run(SmallSteps.defaultTolerationSeconds(300, 300), Requests.createPod(POD))
                .object();
        assertThat(Trees.list(pod, "spec", "tolerations"))
                .containsExactly(
                        Yaml.tree("{key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute,"
                                + " tolerationSeconds: 300}"),
                        Yaml.tree("{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute,"
                                + " tolerationSeconds: 300}"));
    }

    private static NodeRestriction restriction() {
        return new NodeRestriction(new FakeReader(), attributes -> new Authorizer.Decision.NoOpinion(""));
    }

    @Test
    void aKubeletMayOnlyTouchItsOwn() {
        UserInfo kubelet = UserInfo.of("system:node:n1", "system:nodes");
        GroupVersionResource nodes = new GroupVersionResource("", "v1", "nodes");
        AdmissionRequest other = Requests.of(
                nodes,
                "Node",
                Operation.UPDATE,
                "",
                Yaml.tree("{metadata: {name: n2}}"),
                Yaml.tree("{metadata: {name: n2}}"),
                kubelet);
        assertThatThrownBy(() -> Requests.run(restriction(), other))
                .hasMessage("nodes \"n2\" is forbidden: node \"n1\" is not allowed to modify node \"n2\"");
        AdmissionRequest label = Requests.of(
                nodes,
                "Node",
                Operation.UPDATE,
                "",
                Yaml.tree("{metadata: {name: n1, labels: {node-restriction.kubernetes.io/x: y}}}"),
                Yaml.tree("{metadata: {name: n1}}"),
                kubelet);
        assertThatThrownBy(() -> Requests.run(restriction(), label))
                .hasMessageEndingWith("is not allowed to modify labels: node-restriction.kubernetes.io/x");
    }

    @Test
    void runtimeClassesBringTheirOverhead() {
        var reader = new FakeReader()
                .with(
                        "runtimeclasses.node.k8s.io",
                        "{metadata: {name: vm}, handler: vm, overhead: {podFixed: {cpu: 100m}}, scheduling:"
                                + " {nodeSelector: {vm: 'yes'}}}");
        String pod = "{metadata: {name: p, namespace: a}, spec: {runtimeClassName: vm, containers: [{name: c}]}}";
        Map<String, Object> made = Requests.run(new RuntimeClassAdmission(reader), Requests.createPod(pod))
                .object();
        assertThat(Trees.map(made, "spec", "overhead")).containsEntry("cpu", "100m");
        assertThat(Trees.map(made, "spec", "nodeSelector")).containsEntry("vm", "yes");
        assertThatThrownBy(() -> Requests.run(
                        new RuntimeClassAdmission(reader), Requests.createPod(pod.replace("Name: vm", "Name: x"))))
                .hasMessageEndingWith("pod rejected: RuntimeClass \"x\" not found");
    }
}
