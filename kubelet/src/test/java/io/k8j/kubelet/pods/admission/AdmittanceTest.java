package io.k8j.kubelet.pods.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a node takes, as a table. */
class AdmittanceTest {
    private static final Map<String, Quantity> ALLOCATABLE = Map.of(
            "cpu", new Quantity("2"),
            "memory", new Quantity("1Gi"),
            "pods", new Quantity("3"),
            "example.com/dongle", new Quantity("1"));

    private static final Node NODE = new NodeBuilder()
            .withNewMetadata()
            .withName("n")
            .addToLabels("disk", "ssd")
            .addToLabels("size", "7")
            .endMetadata()
            .withNewSpec()
            .addNewTaint()
            .withKey("k")
            .withValue("v")
            .withEffect("NoSchedule")
            .endTaint()
            .endSpec()
            .build();

    private static Pod pod(String name, String spec) {
        return pod(name, "", spec);
    }

    private static Pod pod(String name, String annotation, String spec) {
        String annotations = annotation.isEmpty() ? "" : ",'annotations':{'%s':'file'}".formatted(annotation);
        String json = "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'%s','uid':'%s'%s},'spec':{%s}}"
                .formatted(name, name, annotations, spec);
        return ApiObject.ofTree(Json.parseObject(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)))
                .as(Pod.class);
    }

    private static String asks(String resources) {
        return "'containers':[{'name':'c','resources':{'requests':{%s}}}]".formatted(resources);
    }

    private static String hostPort(int port, String more) {
        return "'containers':[{'name':'c','ports':[{'containerPort':1,'hostPort':%d%s}]}]".formatted(port, more);
    }

    private static String decide(Pod pod, Node node, Set<String> pressures, Pod... others) {
        return switch (new Admittance(node, ALLOCATABLE, pressures, List.of(others)).decide(pod)) {
            case Admittance.Verdict.Admit() -> "admit";
            case Admittance.Verdict.Preempt(List<Pod> victims, String resource) ->
                "preempt "
                        + String.join(
                                " ",
                                victims.stream()
                                        .map(victim -> victim.getMetadata().getName())
                                        .toList());
            case Admittance.Verdict.Refuse(String reason, String message, boolean labels) -> reason + ": " + message;
        };
    }

    private static String decide(Pod pod, Pod... others) {
        return decide(pod, NODE, Set.of(), others);
    }

    @Test
    void resourcesMustSuffice() {
        Pod other = pod("o", asks("'cpu':'1500m','memory':'512Mi','example.com/dongle':'1'"));
        assertThat(decide(pod("p", asks("'cpu':'500m'")), other)).isEqualTo("admit");
        assertThat(decide(pod("p", asks("'cpu':'501m'")), other))
                .isEqualTo(
                        "OutOfcpu: Node didn't have enough resource: cpu, requested: 501, used: 1500, capacity: 2000");
        assertThat(decide(pod("p", asks("'memory':'513Mi'")), other))
                .isEqualTo("OutOfmemory: Node didn't have enough resource: memory, requested: 537919488,"
                        + " used: 536870912, capacity: 1073741824");
        assertThat(decide(pod("p", asks("'example.com/dongle':'1'")), other)).startsWith("OutOfexample.com/dongle: ");
        assertThat(decide(pod("p", asks("'example.com/elsewhere':'9'")), other))
                .as("unknown to the node")
                .isEqualTo("admit");
        assertThat(decide(pod("p", asks("")), other, other, other))
                .isEqualTo("OutOfpods: Node didn't have enough resource: pods, requested: 1, used: 3, capacity: 3");
    }

    @Test
    void initContainersAndOverheadCount() {
        String inits = "'overhead':{'cpu':'100m'},'initContainers':["
                + "{'name':'s','restartPolicy':'Always','resources':{'requests':{'cpu':'300m'}}},"
                + "{'name':'i','resources':{'requests':{'cpu':'1700m'}}}],";
        assertThat(decide(pod("p", inits + asks("'cpu':'1'"))))
                .isEqualTo("OutOfcpu: Node didn't have enough resource: cpu, requested: 2100, used: 0, capacity: 2000");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", quoteCharacter = '`', textBlock = """
            80 |                              | 80   |                        | taken
            80 |                              | 81   |                        | free
            80 | ,'protocol':'UDP'            | 80   | ,'protocol':'TCP'      | free
            80 | ,'hostIP':'127.0.0.1'        | 80   | ,'hostIP':'127.0.0.2'  | free
            80 | ,'hostIP':'127.0.0.1'        | 80   | ,'hostIP':'0.0.0.0'    | taken
            80 | ,'hostIP':'127.0.0.1'        | 80   |                        | taken
            """)
    void hostPortsMustBeFree(int port, String more, int other, String otherMore, String expected) {
        String verdict = decide(
                pod("p", hostPort(port, more == null ? "" : more)),
                pod("o", hostPort(other, otherMore == null ? "" : otherMore)));
        assertThat(verdict)
                .isEqualTo(
                        expected.equals("free")
                                ? "admit"
                                : "NodePorts: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports");
    }

    static Stream<String> fitting() {
        return Stream.of(
                "'nodeSelector':{'disk':'ssd'},",
                required("{'matchExpressions':[{'key':'size','operator':'Gt','values':['6']}]}"),
                required("{'matchFields':[{'key':'metadata.name','operator':'In','values':['n']}]}"),
                required("{'matchExpressions':[{'key':'no','operator':'Exists'}]},"
                        + "{'matchExpressions':[{'key':'disk','operator':'NotIn','values':['hdd']}]}"));
    }

    static Stream<String> unfitting() {
        return Stream.of(
                "'nodeSelector':{'disk':'hdd'},",
                required("{'matchExpressions':[{'key':'size','operator':'Gt','values':['7']}]}"),
                required("{'matchFields':[{'key':'metadata.name','operator':'In','values':['m']}]}"),
                required("{}"));
    }

    private static String required(String terms) {
        return "'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[%s]}}},"
                .formatted(terms);
    }

    @Test
    void theNodeMustBeTheWantedOne() {
        assertThat(fitting().map(spec -> decide(pod("p", spec + asks(""))))).containsOnly("admit");
        assertThat(unfitting().map(spec -> decide(pod("p", spec + asks("")))))
                .containsOnly(
                        "NodeAffinity: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector");
    }

    @Test
    void onlyTaintsThatExecuteKeepPodsAway() {
        assertThat(decide(pod("p", asks("")))).as("NoSchedule").isEqualTo("admit");
        Node tainted = new NodeBuilder(NODE)
                .editSpec()
                .addNewTaint()
                .withKey("k")
                .withEffect("NoExecute")
                .endTaint()
                .endSpec()
                .build();
        assertThat(decide(pod("p", asks("")), tainted, Set.of()))
                .isEqualTo("TaintToleration: Predicate TaintToleration failed: "
                        + "node(s) had taints that the pod didn't tolerate");
        assertThat(decide(pod("p", "'tolerations':[{'key':'k','operator':'Exists'}]," + asks("")), tainted, Set.of()))
                .isEqualTo("admit");
        assertThat(decide(pod("p", "kubernetes.io/config.source", asks("")), tainted, Set.of()))
                .as("static")
                .isEqualTo("admit");
    }

    @Test
    void pressureKeepsPodsAway() {
        Pod best = pod("p", asks(""));
        Pod burstable = pod("p", asks("'cpu':'1m'"));
        Pod critical = pod("p", "'priority':2000000000," + asks(""));
        Pod tolerant = pod(
                "p", "'tolerations':[{'key':'node.kubernetes.io/memory-pressure','operator':'Exists'}]," + asks(""));
        Set<String> memory = Set.of("MemoryPressure");
        assertThat(decide(best, NODE, memory)).isEqualTo("Evicted: The node had condition: [MemoryPressure]. ");
        assertThat(decide(burstable, NODE, memory)).isEqualTo("admit");
        assertThat(decide(tolerant, NODE, memory)).isEqualTo("admit");
        assertThat(decide(burstable, NODE, Set.of("DiskPressure")))
                .isEqualTo("Evicted: The node had condition: [DiskPressure]. ");
        assertThat(decide(critical, NODE, Set.of("DiskPressure"))).isEqualTo("admit");
    }

    @Test
    void otherOperatingSystemsAreRefused() {
        assertThat(decide(pod("p", "'os':{'name':'windows'}," + asks(""))))
                .isEqualTo("PodOSNotSupported: Failed to admit pod as the OS field doesn't match node OS");
    }

    @Test
    void criticalPodsMakeOthersGo() {
        Pod small = pod("small", asks("'cpu':'600m'"));
        Pod big = pod("big", asks("'cpu':'1200m'"));
        Pod critical = pod("p", "'priority':2000000000," + asks("'cpu':'700m'"));
        assertThat(decide(critical, small, big)).isEqualTo("preempt small");
        assertThat(decide(pod("p", "kubernetes.io/config.source", asks("'cpu':'1400m'")), small, big))
                .isEqualTo("preempt big");
        assertThat(decide(pod("p", "'priority':2000000000," + asks("'cpu':'3'")), small, big))
                .isEqualTo("UnexpectedAdmissionError: Unexpected error while attempting to recover from admission"
                        + " failure: preemption: error finding a set of pods to preempt: no set of running pods"
                        + " found to reclaim resources: [(res: cpu, q: 2800), ]");
        Pod wrongNode = pod("p", "'priority':2000000000,'nodeSelector':{'disk':'hdd'}," + asks("'cpu':'700m'"));
        assertThat(decide(wrongNode, small, big)).startsWith("NodeAffinity: ");
    }

    @Test
    void groupsAreOnlyStrictWhereTheRuntimeCan() {
        Pod strict = pod("p", "'securityContext':{'supplementalGroupsPolicy':'Strict'}");
        Pod merge = pod("p", "'securityContext':{'supplementalGroupsPolicy':'Merge'}");
        Node can = NODE.edit()
                .editSpec()
                .withTaints()
                .endSpec()
                .withNewStatus()
                .withNewFeatures(true)
                .endStatus()
                .build();
        Node cannot = NODE.edit()
                .editSpec()
                .withTaints()
                .endSpec()
                .withNewStatus()
                .withNewFeatures(false)
                .endStatus()
                .build();
        assertThat(decide(strict, can, Set.of())).isEqualTo("admit");
        assertThat(decide(merge, cannot, Set.of())).isEqualTo("admit");
        assertThat(decide(strict, cannot, Set.of()))
                .contains("SupplementalGroupsPolicyNotSupported")
                .contains("SupplementalGroupsPolicy=Strict is not supported in this node");
    }
}
