package io.k8j.apiserver.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.Yaml;
import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.spi.ResourceStrategy;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.FieldError;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StrategiesTest {
    private static GroupVersionResource resource(String qualified) {
        int dot = qualified.indexOf('.');
        return dot < 0
                ? new GroupVersionResource("", "v1", qualified)
                : new GroupVersionResource(qualified.substring(dot + 1), "v1", qualified.substring(0, dot));
    }

    private static RequestContext context(String qualified, String subresource) {
        return new RequestContext(
                new UserInfo("jane", "7", List.of("g"), Map.of("k", List.of("v"))),
                Verb.CREATE,
                resource(qualified),
                "a",
                "x",
                subresource,
                Instant.EPOCH,
                false);
    }

    private static Map<String, Object> created(String qualified, String yaml) {
        Map<String, Object> object = Yaml.tree(yaml);
        Strategies.of(resource(qualified)).prepareForCreate(context(qualified, ""), object);
        return object;
    }

    private static Map<String, Object> updated(String qualified, String yaml, String old) {
        Map<String, Object> object = Yaml.tree(yaml);
        Strategies.of(resource(qualified)).prepareForUpdate(context(qualified, ""), object, Yaml.tree(old));
        return object;
    }

    @Test
    void aNewPodIsPendingAndKnowsItsQuality() {
        Map<String, Object> pod = created(
                "pods",
                "{spec: {containers: [{name: c, resources: {requests: {cpu: '1'}}}]}, status: {phase: Running}}");
        assertThat(pod.get("status")).isEqualTo(Yaml.tree("{phase: Pending, qosClass: Burstable}"));
    }

    record Quality(String resources, String expected) {}

    static List<Quality> qualities() {
        return List.of(
                new Quality("{}", "BestEffort"),
                new Quality("{requests: {cpu: '1'}, limits: {cpu: '1'}}", "Burstable"),
                new Quality("{requests: {cpu: '1', memory: 1Gi}, limits: {cpu: '1', memory: 1Gi}}", "Guaranteed"),
                new Quality("{requests: {cpu: 500m, memory: 1Gi}, limits: {cpu: '1', memory: 1Gi}}", "Burstable"),
                new Quality("{limits: {cpu: '1', memory: 1Gi}}", "Burstable"));
    }

    @ParameterizedTest
    @MethodSource("qualities")
    void qualityFollowsRequestsAndLimits(Quality q) {
        Map<String, Object> pod =
                created("pods", "{spec: {containers: [{name: c, resources: " + q.resources() + "}]}}");
        assertThat(Trees.string(pod, "status", "qosClass")).isEqualTo(q.expected());
    }

    @Test
    void gatedPodsSayWhy() {
        Map<String, Object> pod = created("pods", "{spec: {schedulingGates: [{name: g}], containers: [{name: c}]}}");
        assertThat(Trees.string(Trees.list(pod, "status", "conditions").getFirst(), "reason"))
                .isEqualTo("SchedulingGated");
    }

    record Grace(String name, String pod, Long requested, long expected) {}

    static List<Grace> graces() {
        String running = "{spec: {nodeName: n, terminationGracePeriodSeconds: 30}, status: {phase: Running}}";
        return List.of(
                new Grace("its own period", running, null, 30),
                new Grace("what the client wants", running, 5L, 5),
                new Grace("at once", running, 0L, 0),
                new Grace("negative periods are short", running, -1L, 1),
                new Grace(
                        "nobody waits for a pod without a node",
                        "{spec: {terminationGracePeriodSeconds: 30}}",
                        null,
                        0),
                new Grace("nor for one that is over", running.replace("Running", "Failed"), null, 0));
    }

    @ParameterizedTest
    @MethodSource("graces")
    void podsGetTheirTime(Grace g) {
        assertThat(Strategies.of(resource("pods")).gracePeriodSeconds(Yaml.tree(g.pod()), g.requested()))
                .as(g.name())
                .isEqualTo(g.expected());
    }

    @Test
    void secretsTakePlainTexts() {
        Map<String, Object> secret = created("secrets", "{data: {a: eA==}, stringData: {b: y}}");
        assertThat(secret).isEqualTo(Yaml.tree("{data: {a: eA==, b: eQ==}}"));
    }

    @Test
    void jobsSelectTheirPodsByUid() {
        Map<String, Object> job =
                created("jobs.batch", "{metadata: {name: j, uid: u}, spec: {template: {metadata: {labels: {a: b}}}}}");
        assertThat(Trees.map(job, "spec", "selector"))
                .isEqualTo(Yaml.tree("{matchLabels: {batch.kubernetes.io/controller-uid: u}}"));
        assertThat(Trees.map(job, "spec", "template", "metadata", "labels"))
                .isEqualTo(Yaml.tree("{a: b, job-name: j, batch.kubernetes.io/job-name: j, controller-uid: u,"
                        + " batch.kubernetes.io/controller-uid: u}"));
        assertThat(Strategies.of(resource("jobs.batch")).defaultPropagation()).isEqualTo("Orphan");
    }

    @Test
    void namespacesKeepTheirFinalizer() {
        assertThat(created("namespaces", "{metadata: {name: n}}"))
                .containsEntry("spec", Yaml.tree("{finalizers: [kubernetes]}"))
                .containsEntry("status", Yaml.tree("{phase: Active}"));
        assertThat(updated("namespaces", "{spec: {}}", "{spec: {finalizers: [kubernetes]}}"))
                .containsEntry("spec", Yaml.tree("{finalizers: [kubernetes]}"));
    }

    @Test
    void certificateRequestsTellWhoAsked() {
        Map<String, Object> request = created(
                "certificatesigningrequests.certificates.k8s.io", "{spec: {username: root, groups: [system:masters]}}");
        assertThat(Trees.map(request, "spec"))
                .isEqualTo(Yaml.tree("{username: jane, groups: [g], uid: '7', extra: {k: [v]}}"));
    }

    record Service(String name, String spec, String old, String expected) {}

    static List<Service> services() {
        String old = "{type: NodePort, clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1], ports: [{port: 80, protocol: TCP,"
                + " nodePort: 30000}]}";
        return List.of(
                new Service(
                        "an update without addresses keeps them",
                        "{type: NodePort, ports: [{port: 80, protocol: TCP}]}",
                        old,
                        "{type: NodePort, ports: [{port: 80, protocol: TCP, nodePort: 30000}], clusterIP: 10.0.0.1,"
                                + " clusterIPs: [10.0.0.1]}"),
                new Service(
                        "a service that is no longer outside gives its port back",
                        old.replace("NodePort", "ClusterIP"),
                        old,
                        "{type: ClusterIP, clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1], ports: [{port: 80, protocol:"
                                + " TCP}]}"),
                new Service(
                        "a service that becomes a name gives its address back",
                        "{type: ExternalName, externalName: x.y, clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1]}",
                        old,
                        "{type: ExternalName, externalName: x.y}"));
    }

    @ParameterizedTest
    @MethodSource("services")
    void servicesKeepAndReleaseWhatWasAllocated(Service s) {
        Map<String, Object> service =
                updated("services", "{spec: " + s.spec() + "}", "{spec: " + s.old() + ", status: {loadBalancer: {}}}");
        assertThat(service.get("spec")).as(s.name()).isEqualTo(Yaml.tree(s.expected()));
    }

    record Update(String name, String resource, String object, String old, String message) {}

    static List<Update> updates() {
        String deployment = "{spec: {selector: {matchLabels: {a: b}}, strategy: {type: Recreate}, template: {metadata:"
                + " {labels: {a: b, c: d}}, spec: " + podSpec("i") + "}}}";
        String claim = "{spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}, volumeName: v},"
                + " status: {phase: Bound, capacity: {storage: 1Gi}}}";
        return List.of(
                new Update(
                        "a deployment's selector stays",
                        "deployments.apps",
                        deployment.replace("matchLabels: {a: b}", "matchLabels: {c: d}"),
                        deployment,
                        "spec.selector: Invalid value: {\"matchLabels\":{\"c\":\"d\"}}: field is immutable"),
                new Update("a pod's image may change", "pods", pod("{x: y}", "j"), pod("{x: y}", "i"), "[]"),
                new Update(
                        "a locked config map stays",
                        "configmaps",
                        "{immutable: true, data: {a: c}}",
                        "{immutable: true, data: {a: b}}",
                        "data: Forbidden: field is immutable when `immutable` is set"),
                new Update(
                        "a secret's type stays",
                        "secrets",
                        "{type: Opaque}",
                        "{type: x}",
                        "type: Invalid value: \"Opaque\": field is immutable"),
                new Update(
                        "a binding's role stays",
                        "rolebindings.rbac.authorization.k8s.io",
                        "{roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: b}}",
                        "{roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: a}}",
                        "roleRef: Invalid value:"
                                + " {\"APIGroup\":\"rbac.authorization.k8s.io\",\"Kind\":\"Role\",\"Name\":\"b\"}: cannot"
                                + " change roleRef"),
                new Update(
                        "a bound claim may grow",
                        "persistentvolumeclaims",
                        claim.replace("storage: 1Gi}}, v", "storage:" + " 2Gi}}, v"),
                        claim,
                        "[]"),
                new Update(
                        "a storage class keeps its parameters",
                        "storageclasses.storage.k8s.io",
                        "{provisioner: a, parameters: {x: z}, volumeBindingMode: Immediate}",
                        "{provisioner: a, parameters: {x: y}, volumeBindingMode: Immediate}",
                        "parameters: Invalid value: {\"x\":\"z\"}: field is immutable"));
    }

    private static String podSpec(String image) {
        return "{restartPolicy: Always, dnsPolicy: Default, terminationGracePeriodSeconds: 1, containers: [{name: c,"
                + " imagePullPolicy: Never, terminationMessagePolicy: File, image: " + image + "}]}";
    }

    private static String pod(String labels, String image) {
        return "{metadata: {name: p, labels: " + labels + "}, spec: " + podSpec(image) + "}";
    }

    @ParameterizedTest
    @MethodSource("updates")
    void updatesChangeOnlyWhatMayChange(Update u) {
        ResourceStrategy strategy = Strategies.of(resource(u.resource()));
        List<FieldError> errors =
                strategy.validateUpdate(context(u.resource(), ""), Yaml.tree(u.object()), Yaml.tree(u.old()));
        assertThat(FieldError.aggregate(errors)).as(u.name()).isEqualTo(u.message());
    }

    @Test
    void aPodsOtherFieldsStayAndTheChangeIsShown() {
        Map<String, Object> pod = Yaml.tree(pod("{}", "i"));
        Map<String, Object> old = Yaml.tree(pod("{}", "i"));
        Trees.set(pod, "n", "spec", "nodeName");
        List<FieldError> errors = Strategies.of(resource("pods")).validateUpdate(context("pods", ""), pod, old);
        assertThat(FieldError.aggregate(errors))
                .startsWith("spec: Forbidden: pod updates may not change fields other than"
                        + " `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations`"
                        + " (only additions to existing tolerations),`spec.terminationGracePeriodSeconds`"
                        + " (allow it to be set to 1 if it was previously negative)\n"
                        + "@@ -")
                .contains("+ \"NodeName\": \"n\",\n");
    }

    @Test
    void selectableFieldsAreUpstreams() {
        assertThat(Strategies.of(resource("pods")).selectableFieldNames())
                .containsExactlyInAnyOrder(
                        "spec.nodeName",
                        "spec.restartPolicy",
                        "spec.schedulerName",
                        "spec.serviceAccountName",
                        "spec.hostNetwork",
                        "status.phase",
                        "status.podIP",
                        "status.nominatedNodeName");
        assertThat(Strategies.of(resource("nodes")).selectableFields(Map.of()))
                .containsEntry("spec.unschedulable", "false");
        assertThat(Strategies.of(resource("events"))
                        .selectableFields(Yaml.tree("{involvedObject: {name: p}, reportingComponent: c}")))
                .containsEntry("involvedObject.name", "p")
                .containsEntry("source", "c");
        Map<String, String> pod = Strategies.of(resource("pods"))
                .selectableFields(
                        Yaml.tree("{spec: {nodeName: n, hostNetwork: true}, status: {podIPs: [{ip: 1.2.3.4}]}}"));
        assertThat(pod)
                .isEqualTo(Map.of(
                        "spec.nodeName", "n",
                        "spec.restartPolicy", "",
                        "spec.schedulerName", "",
                        "spec.serviceAccountName", "",
                        "spec.hostNetwork", "true",
                        "status.phase", "",
                        "status.podIP", "1.2.3.4",
                        "status.nominatedNodeName", ""));
        assertThat(pod.get("spec.podIP")).isNull();
        assertThat(pod.getOrDefault("spec.podIP", "none")).isEqualTo("none");
    }
}
