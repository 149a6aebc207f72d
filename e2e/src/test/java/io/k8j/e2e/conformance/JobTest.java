package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Jobs. What their containers do is written in their Pods' scripts. */
class JobTest extends WorkloadCase {
    private String jobs() {
        return apis("batch/v1", "jobs");
    }

    private String job(String name) {
        return jobs() + "/" + name;
    }

    private Answer create(String name, String more, String policy, String script) {
        return api.post(
                        jobs(),
                        "{metadata: {name: %s, labels: {e2e-job-label: %s}}, spec: {%s, template: {metadata: {annotations: {simulated.k8j.io/script: '%s'}}, spec: {restartPolicy: %s, terminationGracePeriodSeconds: 0, %s}}}}"
                                .formatted(name, namespace, more, script, policy, Pods.container("")))
                .ok();
    }

    private static String script(String starts) {
        return "containers: {c: {starts: [%s]}}".formatted(starts);
    }

    private void awaitCondition(String name, String type, String reason) {
        eventually(() -> assertThat(api.get(job(name)).items("status", "conditions"))
                .anySatisfy(c -> {
                    assertThat(c).containsEntry("type", type).containsEntry("status", "True");
                    if (reason != null) assertThat(c).containsEntry("reason", reason);
                }));
    }

    private List<Map<String, Object>> running(String name, int count) {
        until(
                count + " Pods run",
                () -> livePods("job-name=" + name).stream()
                                .filter(WorkloadCase::ready)
                                .count()
                        == count);
        return livePods("job-name=" + name);
    }

    @Test
    @Conformance("apps/Job/3")
    void anExitCodeFailsTheWholeJob() {
        create(
                "pod-failure-failjob",
                "parallelism: 2, completions: 4, backoffLimit: 6, podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {containerName: c, operator: In, values: [1]}}]}",
                "Never",
                script("{runs: 0s, exitCode: 1}"));
        awaitCondition("pod-failure-failjob", "Failed", "PodFailurePolicy");
        assertThat(pods("job-name=pod-failure-failjob").size()).isLessThanOrEqualTo(2);
    }

    @Test
    @Conformance("apps/Job/2")
    void anEvictionOfEachIndexIsIgnored() {
        String name = "pod-disruption-ignore";
        create(
                name,
                "completionMode: Indexed, parallelism: 2, completions: 2, backoffLimit: 0, podFailurePolicy: {rules: [{action: Ignore, onPodConditions: [{type: DisruptionTarget, status: 'True'}]}]}",
                "Never",
                script("{}"));
        for (Map<String, Object> pod : running(name, 2)) {
            api.post(core("pods/" + name(pod) + "/eviction"), "{metadata: {name: %s}}".formatted(name(pod)))
                    .ok();
            until("it is gone or has failed", () -> {
                Answer now = api.get(core("pods/" + name(pod)));
                return now.code() == 404 || "Failed".equals(now.at("status", "phase"));
            });
        }
        for (Map<String, Object> pod : running(name, 2)) {
            finish(pod, 0);
        }
        awaitCondition(name, "Complete", null);
        assertThat(api.get(job(name)).number("status", "failed")).isZero();
    }

    private void finish(Map<String, Object> pod, int code) {
        var runtime = cluster.node(Trees.string(pod, "spec", "nodeName")).runtime();
        runtime.exit(runtime.running(namespace, name(pod), "c").orElseThrow(), code, "");
    }

    @Test
    @Conformance("apps/Job/5")
    void anIndexedJobNumbersItsPods() {
        create(
                "indexed-job",
                "completionMode: Indexed, parallelism: 2, completions: 4",
                "Never",
                script("{runs: 0s, exitCode: 0}"));
        awaitCondition("indexed-job", "Complete", null);
        assertThat(api.get(job("indexed-job")).at("status", "completedIndexes")).isEqualTo("0-3");
        List<String> indexes = new ArrayList<>();
        for (Map<String, Object> pod : pods("job-name=indexed-job")) {
            assertThat(Trees.string(pod, "status", "phase")).isEqualTo("Succeeded");
            String index = Trees.string(pod, "metadata", "annotations", "batch.kubernetes.io/job-completion-index");
            indexes.add(index);
            assertThat(Trees.string(pod, "metadata", "labels", "batch.kubernetes.io/job-completion-index"))
                    .isEqualTo(index);
            assertThat(Trees.string(pod, "spec", "hostname")).isEqualTo("indexed-job-" + index);
            Object env = Trees.list(Trees.list(pod, "spec", "containers").getFirst(), "env")
                    .getFirst();
            assertThat(Trees.string(env, "name")).isEqualTo("JOB_COMPLETION_INDEX");
            assertThat(Trees.string(env, "valueFrom", "fieldRef", "fieldPath"))
                    .isEqualTo("metadata.labels['batch.kubernetes.io/job-completion-index']");
        }
        assertThat(indexes).containsExactlyInAnyOrder("0", "1", "2", "3");
    }

    @Test
    @Conformance("apps/Job/8")
    void tasksThatFailOnceAreRestartedInPlace() {
        create(
                "fail-once-local",
                "parallelism: 2, completions: 4",
                "OnFailure",
                script("{runs: 0s, exitCode: 1}, {runs: 0s, exitCode: 0}"));
        awaitCondition("fail-once-local", "Complete", null);
        List<Map<String, Object>> succeeded = pods("job-name=fail-once-local");
        assertThat(succeeded).hasSize(4).allSatisfy(pod -> {
            assertThat(Trees.string(pod, "status", "phase")).isEqualTo("Succeeded");
            assertThat(Trees.list(pod, "status", "containerStatuses"))
                    .allSatisfy(
                            c -> assertThat(Trees.integer(c, "restartCount")).isEqualTo(1));
        });
    }

    @Test
    @Conformance("apps/Job/6")
    void aJobIsDeletedWithItsPods() {
        create("foo", "parallelism: 2, completions: 4", "Never", script("{}"));
        running("foo", 2);
        api.delete(job("foo"), "{propagationPolicy: Foreground}").ok();
        gone(job("foo"));
        until("its Pods are gone", () -> pods("job-name=foo").isEmpty());
    }

    @Test
    @Conformance("apps/Job/1")
    void podsAreAdoptedAndReleased() {
        create("adopt-release", "parallelism: 2, completions: 4", "Never", script("{}"));
        String pod = core("pods/" + name(running("adopt-release", 2).getFirst()));
        String uid = api.get(job("adopt-release")).at("metadata", "uid");
        try (Watching watching = api.watch(core("pods"))) {
            api.merge(pod, "{metadata: {ownerReferences: null}}").ok();
            watching.next("MODIFIED", e -> pod.endsWith(e.name()) && owner(e.object()) == null);
            watching.next("MODIFIED", e -> pod.endsWith(e.name()) && uid.equals(owner(e.object())));
            api.merge(pod, "{metadata: {labels: null}}").ok();
            watching.next("MODIFIED", e -> pod.endsWith(e.name()) && owner(e.object()) == null);
        }
        until(
                "another one has its place",
                () -> livePods("job-name=adopt-release").size() == 2);
    }

    @Test
    @Conformance("apps/Job/4")
    void theStatusIsPatchedReplacedAndRead() {
        String status = job("suspend-false-to-true") + "/status";
        String uid = create("suspend-false-to-true", "parallelism: 2, completions: 4", "Never", script("{}"))
                .at("metadata", "uid");
        running("suspend-false-to-true", 2);
        String patchedCondition = "{type: PatchedByTest, status: 'True', lastProbeTime: null}";
        Answer patched = api.patch(
                        status,
                        Api.STRATEGIC,
                        "{metadata: {annotations: {patchedstatus: 'true'}}, status: {conditions: [%s]}}"
                                .formatted(patchedCondition))
                .ok();
        assertThat(patched.at("metadata", "annotations", "patchedstatus")).isEqualTo("true");
        assertThat(conditionTypes(patched.body())).contains("PatchedByTest");
        eventually(() -> {
            Map<String, Object> tree = api.get(status).ok().copy();
            List<Object> conditions = new ArrayList<>(Trees.list(tree, "status", "conditions"));
            conditions.add(Map.of("type", "UpdatedByTest", "status", "True"));
            Trees.set(tree, conditions, "status", "conditions");
            assertThat(conditionTypes(api.put(status, tree).ok().body())).contains("UpdatedByTest");
        });
        assertThat(api.get(status).ok().at("metadata", "uid")).isEqualTo(uid);
    }

    @Test
    @Conformance("apps/Job/7")
    void aSuspendedJobHasItsLife() {
        String selected = "?labelSelector=e2e-job-label%3D" + namespace;
        try (Watching watching = api.watch(jobs() + selected)) {
            create("e2e", "parallelism: 2, completions: 4, suspend: true", "Never", script("{runs: 0s, exitCode: 0}"));
            api.patch(job("e2e"), Api.STRATEGIC, "{metadata: {labels: {e2e: patched}}}")
                    .ok();
            watching.next("MODIFIED", e -> "patched".equals(e.at("metadata", "labels", "e2e")));
            assertThat(pods("job-name=e2e")).isEmpty();
            eventually(() -> {
                Map<String, Object> tree = api.get(job("e2e")).ok().copy();
                Trees.set(tree, false, "spec", "suspend");
                Trees.set(tree, "true", "metadata", "annotations", "updated");
                api.put(job("e2e"), tree).ok();
            });
            watching.next("MODIFIED", e -> "true".equals(e.at("metadata", "annotations", "updated")));
            assertThat(api.get("/apis/batch/v1/jobs" + selected).names()).containsExactly("e2e");
            awaitCondition("e2e", "Complete", null);
            api.send("DELETE", jobs() + selected, "application/json", "{propagationPolicy: Background}")
                    .ok();
            watching.next("DELETED", "e2e");
            assertThat(api.get("/apis/batch/v1/jobs" + selected).items()).isEmpty();
        }
    }
}
