package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.junit.K8j;
import io.k8j.model.json.Trees;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** CronJobs, on a cluster whose minutes pass in a moment. */
@K8j(nodes = 2, virtualTime = true)
class CronJobTest extends WorkloadCase {
    private static final Duration MINUTES = Duration.ofSeconds(190);

    private String create(String name, String policy, boolean suspend) {
        api.post(
                        apis("batch/v1", "cronjobs"),
                        "{metadata: {name: %s}, spec: {schedule: '*/1 * * * *', concurrencyPolicy: %s, suspend: %s, jobTemplate: {spec: {parallelism: 1, completions: 1, template: {spec: {restartPolicy: OnFailure, terminationGracePeriodSeconds: 0, %s}}}}}}"
                                .formatted(name, policy, suspend, Pods.container("")))
                .ok();
        return apis("batch/v1", "cronjobs/" + name);
    }

    private List<Map<String, Object>> jobs() {
        return api.get(apis("batch/v1", "jobs")).ok().items();
    }

    private List<Object> active(String cronJob) {
        return Trees.list(api.get(cronJob).ok().body(), "status", "active");
    }

    private void remove(String cronJob) {
        api.delete(cronJob, "{propagationPolicy: Foreground}").ok();
        // Who meets a conflict tries again a little later, and time stands still by itself.
        for (int second = 0; second < 60 && api.get(cronJob).code() != 404; second++) {
            cluster.advance(Duration.ofSeconds(1));
        }
        gone(cronJob);
    }

    @Test
    @Conformance("apps/CronJob/4")
    void severalJobsRunAtOnce() {
        String cronJob = create("concurrent", "Allow", false);
        cluster.advance(MINUTES);
        assertThat(active(cronJob)).hasSizeGreaterThanOrEqualTo(2);
        assertThat(jobs()).hasSizeGreaterThanOrEqualTo(2);
        remove(cronJob);
        assertThat(jobs()).isEmpty();
    }

    @Test
    @Conformance("apps/CronJob/1")
    void aSuspendedOneMakesNoJobs() {
        String cronJob = create("suspended", "Allow", true);
        cluster.advance(MINUTES);
        assertThat(active(cronJob)).isEmpty();
        assertThat(jobs()).isEmpty();
        remove(cronJob);
    }

    @Test
    @Conformance("apps/CronJob/2")
    void forbidWaitsForTheJobThatRuns() {
        String cronJob = create("forbid", "Forbid", false);
        cluster.advance(Duration.ofSeconds(70));
        assertThat(active(cronJob)).hasSize(1);
        String first = WorkloadCase.name(jobs().getFirst());
        cluster.advance(MINUTES);
        assertThat(active(cronJob)).hasSize(1);
        assertThat(jobs())
                .singleElement()
                .satisfies(job -> assertThat(name(job)).isEqualTo(first));
        remove(cronJob);
    }

    @Test
    @Conformance("apps/CronJob/3")
    void replaceEndsTheJobThatRuns() {
        String cronJob = create("replace", "Replace", false);
        cluster.advance(Duration.ofSeconds(70));
        assertThat(active(cronJob)).hasSize(1);
        String first = WorkloadCase.name(jobs().getFirst());
        cluster.advance(Duration.ofSeconds(60));
        assertThat(active(cronJob)).hasSize(1);
        assertThat(jobs())
                .singleElement()
                .satisfies(job -> assertThat(name(job)).isNotEqualTo(first));
        remove(cronJob);
    }

    @Test
    @Conformance("apps/CronJob/5")
    void cronJobsHaveAllVerbs() {
        Lifecycle.discovered(api, "batch", "v1", "cronjobs", "cronjobs/status");
        String collection = apis("batch/v1", "cronjobs");
        Lifecycle lifecycle = new Lifecycle(
                api,
                collection,
                "spec: {schedule: '* */1 * * *', suspend: true, jobTemplate: {spec: {template: {spec: {restartPolicy: OnFailure, %s}}}}}"
                        .formatted(Pods.container("")),
                namespace);
        String name = "status";
        lifecycle.create(name);
        String status = collection + "/" + name + "/status";
        Answer patched = api.merge(
                        status,
                        "{metadata: {annotations: {patchedstatus: 'true'}}, status: {lastScheduleTime: '2026-01-01T00:00:00Z'}}")
                .ok();
        assertThat(patched.at("status", "lastScheduleTime")).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(patched.at("metadata", "annotations", "patchedstatus")).isEqualTo("true");
        Map<String, Object> tree = api.get(status).ok().copy();
        Trees.set(tree, "2026-01-01T01:00:00Z", "status", "lastScheduleTime");
        assertThat(api.put(status, tree).ok().at("status", "lastScheduleTime")).isEqualTo("2026-01-01T01:00:00Z");
        assertThat(api.get(status).ok().at("metadata", "name")).isEqualTo(name);
        api.delete(collection + "/" + name).ok();
        lifecycle.walk();
    }
}
