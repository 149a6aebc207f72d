package io.k8j.controllers;

import static io.k8j.controllers.TestCluster.NS;
import static io.k8j.controllers.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.model.json.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs and CronJobs against the real API server. */
class JobsTest extends ControllersCase {
    @BeforeEach
    void addNode() {
        cluster.nodes.add("node-1", Map.of());
    }

    private void job(String spec, String phase, int exit) {
        cluster.create(Job.class, """
                apiVersion: batch/v1
                kind: Job
                metadata: {name: j}
                spec:
                  %s
                  template:
                    metadata: {annotations: {test/phase: "%s", test/exit: "%d"}}
                    spec: {restartPolicy: Never, containers: [{name: c, image: x}]}
                """.formatted(spec, phase, exit));
    }

    private Job job() {
        return cluster.get(Job.class, "j");
    }

    private String condition(String type) {
        return job().getStatus().getConditions().stream()
                .filter(c -> c.getType().equals(type) && c.getStatus().equals("True"))
                .map(c -> c.getReason() + ": " + c.getMessage())
                .findFirst()
                .orElse("");
    }

    @Test
    void anIndexedJobCompletesEachIndex() {
        job("completions: 5\n  parallelism: 2\n  completionMode: Indexed", "Succeeded", 0);
        eventually(
                "complete",
                () -> condition("Complete").equals("CompletionsReached: Reached expected number of succeeded pods"));
        assertThat(job().getStatus().getSucceeded()).isEqualTo(5);
        assertThat(job().getStatus().getCompletedIndexes()).isEqualTo("0-4");
        List<Pod> pods = cluster.pods("job-name=j");
        assertThat(pods).hasSize(5);
        assertThat(pods).allSatisfy(pod -> {
            String index = pod.getMetadata().getAnnotations().get("batch.kubernetes.io/job-completion-index");
            assertThat(pod.getSpec().getHostname()).isEqualTo("j-" + index);
            assertThat(pod.getSpec()
                            .getContainers()
                            .getFirst()
                            .getEnv()
                            .getFirst()
                            .getName())
                    .isEqualTo("JOB_COMPLETION_INDEX");
        });
        eventually(
                "free",
                () -> cluster.pods("job-name=j").stream()
                        .allMatch(p -> p.getMetadata().getFinalizers().isEmpty()));
        cluster.resources(Job.class).delete(new ObjectKey(NS, "j"), DeleteOptions.DEFAULT.propagation("Background"));
        eventually("collected", () -> cluster.pods("job-name=j").isEmpty());
    }

    @Test
    void aJobRunsAsManyPodsAsItsParallelismAndCanBeSuspended() {
        job("completions: 4\n  parallelism: 3", "Running", 0);
        eventually("three", () -> Integer.valueOf(3).equals(job().getStatus().getActive()));
        assertThat(cluster.pods("job-name=j")).hasSize(3);
        cluster.resources(Job.class)
                .patch(new ObjectKey(NS, "j"), PatchType.MERGE, Json.parse("{\"spec\":{\"suspend\":true}}"), "");
        eventually(
                "none",
                () -> cluster.pods("job-name=j").isEmpty()
                        && condition("Suspended").equals("JobSuspended: Job suspended"));
        assertThat(job().getStatus().getFailed()).isNull();
    }

    @Test
    void failuresBeyondTheLimitFailTheJob() {
        job("backoffLimit: 0", "Failed", 1);
        eventually(
                "failed",
                () -> condition("Failed").equals("BackoffLimitExceeded: Job has reached the specified backoff limit"));
        assertThat(job().getStatus().getFailed()).isEqualTo(1);
        assertThat(cluster.pods("job-name=j")).hasSize(1);
    }

    @Test
    void anExitCodeRuleFailsTheJobAtOnce() {
        job(
                "backoffLimit: 6\n  podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {operator: In, values: [3]}}]}",
                "Failed",
                3);
        eventually(
                "failed",
                () -> condition("Failed")
                        .matches(
                                "PodFailurePolicy: Container c for pod test/j-\\w+ failed with exit code 3 matching FailJob rule"
                                        + " at index 0"));
    }

    @Test
    void aFinishedJobIsDeletedWhenItsTimeIsOver() {
        job("ttlSecondsAfterFinished: 1", "Succeeded", 0);
        eventually("deleted", () -> !cluster.exists(Job.class, "j"));
    }

    @Test
    void aCronJobStartsItsJobAndNotesIt() {
        cluster.create(CronJob.class, """
                apiVersion: batch/v1
                kind: CronJob
                metadata: {name: cron}
                spec:
                  schedule: "* * * * *"
                  jobTemplate:
                    spec:
                      template:
                        spec: {restartPolicy: Never, containers: [{name: c, image: x}]}
                """);
        // As if it had been served two minutes ago.
        String past = java.time.Instant.now()
                .minusSeconds(120)
                .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                .toString();
        cluster.resources(CronJob.class)
                .patch(
                        new ObjectKey(NS, "cron"),
                        PatchType.MERGE,
                        Map.of("status", Map.of("lastScheduleTime", past)),
                        "status");
        eventually(
                "job",
                () -> cluster.list(Job.class).size() == 1
                        && cluster.get(CronJob.class, "cron")
                                        .getStatus()
                                        .getActive()
                                        .size()
                                == 1);
        String job = cluster.list(Job.class).getFirst().getMetadata().getName();
        assertThat(job).matches("cron-\\d{8}");
        eventually("told", () -> cluster.events("cron").contains("SuccessfulCreate: Created job " + job));
    }

    private void cronJob(String name, String spec) {
        cluster.create(CronJob.class, """
                apiVersion: batch/v1
                kind: CronJob
                metadata: {name: %s}
                spec:
                  %s
                  jobTemplate:
                    spec:
                      template:
                        spec: {restartPolicy: Never, containers: [{name: c, image: x}]}
                """.formatted(name, spec));
    }

    @Test
    void theJobTellsItsTimeInTheZoneOfTheSchedule() {
        cronJob("cron", "schedule: '@every 1s'\n  timeZone: Asia/Tokyo");
        eventually("job", () -> !cluster.list(Job.class).isEmpty());
        assertThat(cluster.list(Job.class)
                        .getFirst()
                        .getMetadata()
                        .getAnnotations()
                        .get("batch.kubernetes.io/cronjob-scheduled-timestamp"))
                .matches("[0-9T:-]{19}\\+09:00");
    }

    @Test
    void aScheduleThatNeverComesIsTold() {
        cronJob("never", "schedule: '59 23 31 2 *'");
        eventually(
                "told",
                () -> cluster.events("never")
                        .contains("InvalidSchedule: invalid schedule: 59 23 31 2 * : "
                                + "time difference between two schedules is less than 1 second"));
    }

    @Test
    void aJobThatSomebodyElseMadeForACronJobIsTold() {
        cronJob("cron", "schedule: '0 0 1 1 *'");
        String uid = cluster.get(CronJob.class, "cron").getMetadata().getUid();
        cluster.create(Job.class, """
                apiVersion: batch/v1
                kind: Job
                metadata:
                  name: byhand
                  ownerReferences: [{apiVersion: batch/v1, kind: CronJob, name: cron, uid: %s, controller: true}]
                spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}}
                """.formatted(uid));
        eventually(
                "told",
                () -> cluster.events("cron")
                        .contains("UnexpectedJob: Saw a job that the controller did not create or forgot: byhand"));
    }
}
