package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.kubelet.runtime.ImageScript;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** DaemonSets and their revisions, on the cluster's two nodes. */
class DaemonSetTest extends WorkloadCase {
    private static final String SELECTOR = "daemonset-name=daemon-set";

    private String sets() {
        return apis("apps/v1", "daemonsets");
    }

    private String set() {
        return sets() + "/daemon-set";
    }

    private void create(String more, String podSpec) {
        api.post(
                        sets(),
                        "{metadata: {name: daemon-set, labels: {daemonset-name: daemon-set, e2e: %s}}, spec: {selector: {matchLabels: {daemonset-name: daemon-set}}, %s template: {metadata: {labels: {daemonset-name: daemon-set}}, spec: {terminationGracePeriodSeconds: 0, %s%s}}}}"
                                .formatted(
                                        namespace,
                                        more.isEmpty() ? "" : more + ", ",
                                        podSpec.isEmpty() ? "" : podSpec + ", ",
                                        Pods.container("")))
                .ok();
    }

    private void onEveryNode() {
        awaitReady(SELECTOR, 2);
        assertThat(livePods(SELECTOR).stream().map(pod -> Trees.string(pod, "spec", "nodeName")))
                .containsExactlyInAnyOrder("node-0", "node-1");
    }

    @Test
    @Conformance("apps/DaemonSet/5")
    void aDeletedPodIsReplaced() {
        create("", "");
        onEveryNode();
        String gone = name(livePods(SELECTOR).getFirst());
        api.delete(core("pods/" + gone)).ok();
        gone(core("pods/" + gone));
        onEveryNode();
    }

    @Test
    @Conformance("apps/DaemonSet/2")
    void aFailedPodIsReplaced() {
        create("", "");
        onEveryNode();
        String failed = name(livePods(SELECTOR).getFirst());
        Map<String, Object> tree = api.get(core("pods/" + failed)).copy();
        Trees.remove(tree, "metadata", "resourceVersion");
        tree.put("status", Map.of("phase", "Failed"));
        api.put(core("pods/" + failed) + "/status", tree).ok();
        gone(core("pods/" + failed));
        onEveryNode();
    }

    private void label(String node, String color) {
        api.merge(
                        "/api/v1/nodes/" + node,
                        "{metadata: {labels: {color-%s: %s}}}".formatted(namespace, color == null ? "null" : color))
                .ok();
    }

    @Test
    @Conformance("apps/DaemonSet/4")
    void podsFollowTheLabelsOfNodes() {
        create("", "nodeSelector: {color-%s: blue}".formatted(namespace));
        eventually(() -> assertThat(api.get(set()).number("status", "observedGeneration"))
                .isEqualTo(1));
        assertThat(livePods(SELECTOR)).isEmpty();
        label("node-0", "blue");
        awaitReady(SELECTOR, 1);
        assertThat(Trees.string(livePods(SELECTOR).getFirst(), "spec", "nodeName"))
                .isEqualTo("node-0");
        until("the status says one", () -> api.get(set()).number("status", "numberAvailable") == 1);
        label("node-0", "green");
        until("it is gone", () -> pods(SELECTOR).isEmpty());
        api.patch(
                        set(),
                        Api.STRATEGIC,
                        "{spec: {updateStrategy: {type: RollingUpdate}, template: {spec: {nodeSelector: {color-%s: green}}}}}"
                                .formatted(namespace))
                .ok();
        awaitReady(SELECTOR, 1);
        label("node-0", null);
        until("it is gone", () -> pods(SELECTOR).isEmpty());
    }

    private void image(String image) {
        api.patch(
                        set(),
                        Api.STRATEGIC,
                        "{spec: {template: {spec: {containers: [{name: c, image: '%s'}]}}}}".formatted(image))
                .ok();
    }

    private List<Map<String, Object>> revisions() {
        return api.get(apis("apps/v1", "controllerrevisions") + "?labelSelector=daemonset-name%3Ddaemon-set")
                .ok()
                .items();
    }

    private static String image(Map<String, Object> pod) {
        return Trees.string(Trees.list(pod, "spec", "containers").getFirst(), "image");
    }

    @Test
    @Conformance("apps/DaemonSet/6")
    void aRollingUpdateReplacesPods() {
        create("updateStrategy: {type: RollingUpdate}", "");
        onEveryNode();
        String first = Trees.string(livePods(SELECTOR).getFirst(), "metadata", "labels", "controller-revision-hash");
        image("example.test/other:1");
        until(
                "all have the new image",
                () -> livePods(SELECTOR).stream().allMatch(pod -> image(pod).equals("example.test/other:1")));
        onEveryNode();
        assertThat(livePods(SELECTOR))
                .allSatisfy(pod -> assertThat(Trees.string(pod, "metadata", "labels", "controller-revision-hash"))
                        .isNotEqualTo(first));
        assertThat(revisions().stream().map(r -> Trees.integer(r, "revision"))).containsExactlyInAnyOrder(1L, 2L);
    }

    @Test
    @Conformance("apps/DaemonSet/3")
    void aRollbackRestartsNothingThatIsRight() {
        String broken = "example.test/non-existent:" + namespace;
        cluster.scripts().image(broken, ImageScript.failing("not found"));
        create("updateStrategy: {type: RollingUpdate}", "");
        onEveryNode();
        image(broken);
        until(
                "one Pod has the broken image",
                () -> livePods(SELECTOR).stream().anyMatch(pod -> image(pod).equals(broken)));
        Set<String> right = new HashSet<>();
        livePods(SELECTOR).stream().filter(pod -> image(pod).equals(Pods.IMAGE)).forEach(pod -> right.add(uid(pod)));
        assertThat(right).hasSize(1);
        image(Pods.IMAGE);
        onEveryNode();
        until(
                "all are right",
                () -> livePods(SELECTOR).stream().allMatch(pod -> image(pod).equals(Pods.IMAGE)));
        Map<String, Map<String, Object>> now = new TreeMap<>();
        livePods(SELECTOR).forEach(pod -> now.put(uid(pod), pod));
        assertThat(now.keySet()).containsAll(right);
        for (String uid : right) {
            assertThat(Trees.list(now.get(uid), "status", "containerStatuses"))
                    .allSatisfy(
                            c -> assertThat(Trees.integer(c, "restartCount")).isZero());
        }
    }

    @Test
    @Conformance("apps/DaemonSet/1")
    void setsAreListedAndDeletedTogether() {
        create("", "");
        onEveryNode();
        listedAndDeletedTogether(sets(), "/apis/apps/v1/daemonsets", "e2e=" + namespace, 1);
    }

    @Test
    @Conformance("apps/DaemonSet/7")
    void theStatusIsReadUpdatedAndPatched() {
        create("", "");
        onEveryNode();
        statusIsReadUpdatedAndPatched(sets(), "daemon-set");
    }

    @Test
    @Conformance("apps/ControllerRevision/1")
    void revisionsHaveTheirLife() {
        String all = apis("apps/v1", "controllerrevisions");
        create("", "");
        onEveryNode();
        Map<String, Object> initial = revisions().getFirst();
        assertThat(api.get("/apis/apps/v1/controllerrevisions?labelSelector=daemonset-name%3Ddaemon-set")
                        .names())
                .contains(name(initial));
        api.patch(
                        all + "/" + name(initial),
                        Api.STRATEGIC,
                        "{metadata: {labels: {%s: patched}}}".formatted(name(initial)))
                .ok();
        assertThat(api.get(all + "/" + name(initial)).at("metadata", "labels", name(initial)))
                .isEqualTo("patched");
        Map<String, Object> second = new TreeMap<>();
        second.put("apiVersion", "apps/v1");
        second.put("kind", "ControllerRevision");
        second.put(
                "metadata",
                Map.of(
                        "name", "second-" + namespace.substring(5),
                        "labels", Trees.get(initial, "metadata", "labels"),
                        "ownerReferences", Trees.get(initial, "metadata", "ownerReferences")));
        second.put("data", initial.get("data"));
        second.put("revision", 2L);
        String made = name(api.post(all, second).ok().body());
        Map<String, Object> tree = api.get(all + "/" + made).copy();
        Trees.set(tree, "updated", "metadata", "labels", "life");
        assertThat(api.put(all + "/" + made, tree).ok().at("metadata", "labels", "life"))
                .isEqualTo("updated");
        api.delete(all + "/" + name(initial)).ok();
        gone(all + "/" + name(initial));
        api.patch(
                        set(),
                        Api.STRATEGIC,
                        "{spec: {template: {spec: {containers: [{name: c, image: 'example.test/other:1'}]}}, updateStrategy: {type: RollingUpdate}}}")
                .ok();
        eventually(() -> {
            List<Long> numbers = new ArrayList<>();
            revisions().forEach(r -> numbers.add(Trees.integer(r, "revision")));
            assertThat(numbers).contains(3L);
        });
        api.delete(all + "?labelSelector=life%3Dupdated").ok();
        until(
                "it is gone",
                () -> api.get(all + "?labelSelector=life%3Dupdated").items().isEmpty());
        assertThat(revisions().stream().map(r -> Trees.integer(r, "revision"))).contains(3L);
    }
}
