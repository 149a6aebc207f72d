package io.k8j.controllers.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.k8j.controllers.support.Nulls;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JobPlanTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    private final List<Pod> pods = new ArrayList<>();

    private static JobBuilder job() {
        return new JobBuilder()
                .withNewMetadata()
                .withName("sum")
                .withNamespace("default")
                .withUid("u-1")
                .endMetadata()
                .withNewSpec()
                .withCompletions(4)
                .withParallelism(2)
                .withBackoffLimit(6)
                .withNewTemplate()
                .withNewSpec()
                .withRestartPolicy("Never")
                .endSpec()
                .endTemplate()
                .endSpec()
                .withNewStatus()
                .withStartTime("2026-01-01T11:00:00Z")
                .endStatus();
    }

    private static Job indexed(int limitPerIndex) {
        return job().editSpec()
                .withCompletionMode("Indexed")
                .withBackoffLimitPerIndex(limitPerIndex)
                .endSpec()
                .build();
    }

    /** @param seconds before now that it ended */
    private void pod(String phase, int index, int seconds) {
        Instant ended = NOW.minusSeconds(seconds);
        PodBuilder pod = new PodBuilder()
                .withNewMetadata()
                .withName("sum-" + pods.size())
                .withUid("p-" + pods.size())
                .withCreationTimestamp(NOW.minusSeconds(seconds + 5).toString())
                .addToFinalizers(JobPods.FINALIZER)
                .addToAnnotations(JobPods.INDEX, Integer.toString(index))
                .endMetadata()
                .withNewStatus()
                .withPhase(phase)
                .endStatus();
        if (!phase.equals("Running")) {
            pod.editStatus()
                    .addNewContainerStatus()
                    .withName("main")
                    .withNewState()
                    .withNewTerminated()
                    .withFinishedAt(ended.toString())
                    .endTerminated()
                    .endState()
                    .endContainerStatus()
                    .endStatus();
        }
        pods.add(pod.build());
    }

    private JobPlan plan(Job job) {
        return JobPlan.of(job, pods, Set.of(), NOW);
    }

    private static List<String> types(JobPlan plan) {
        return plan.status().getConditions().stream().map(JobCondition::getType).toList();
    }

    private static List<String> indexes(JobPlan plan) {
        return plan.creations().stream()
                .map(pod -> Nulls.annotations(pod).get(JobPods.INDEX))
                .toList();
    }

    @Test
    void asManyAsRunAtTheSameTimeAreMade() {
        JobPlan plan = plan(job().build());
        assertThat(plan.creations()).hasSize(2);
        assertThat(plan.status().getReady()).isZero();
        assertThat(plan.status().getActive()).isNull();
    }

    @Test
    void endedPodsAreNotedBeforeTheirFinalizerGoes() {
        pod("Succeeded", -1, 1);
        JobPlan plan = plan(job().build());
        assertThat(plan.status().getUncountedTerminatedPods().getSucceeded()).containsExactly("p-0");
        assertThat(plan.status().getSucceeded()).isNull();
        assertThat(plan.release()).hasSize(1);
        assertThat(plan.creations()).hasSize(2);
    }

    @Test
    void notedPodsBecomeNumbersOnceTheirFinalizerIsGone() {
        pod("Succeeded", -1, 1);
        Job noted = job().editStatus()
                .withNewUncountedTerminatedPods()
                .withSucceeded("p-0")
                .endUncountedTerminatedPods()
                .endStatus()
                .build();
        JobPlan plan = JobPlan.of(noted, pods, Set.of("p-0"), NOW);
        assertThat(plan.status().getSucceeded()).isEqualTo(1);
        assertThat(plan.status().getUncountedTerminatedPods().getSucceeded()).isEmpty();
    }

    @Test
    void afterAFailureNewPodsWaitTwiceAsLongEachTime() {
        pod("Failed", -1, 4);
        assertThat(plan(job().build()).creations()).isEmpty();
        assertThat(plan(job().build()).recheck()).contains(Duration.ofSeconds(6));
        pod("Failed", -1, 4);
        assertThat(plan(job().build()).recheck()).contains(Duration.ofSeconds(16));
        pods.clear();
        pod("Failed", -1, 10);
        assertThat(plan(job().build()).creations()).hasSize(2);
    }

    @Test
    void aSuccessMakesUpForTheFailuresBeforeIt() {
        pod("Failed", -1, 5);
        pod("Failed", -1, 4);
        pod("Succeeded", -1, 3);
        assertThat(plan(job().build()).creations()).hasSize(2);
        pod("Failed", -1, 2);
        JobPlan waits = plan(job().build());
        assertThat(waits.creations()).isEmpty();
        assertThat(waits.recheck()).contains(Duration.ofSeconds(8));
    }

    @Test
    void anIndexThatFailedWaitsAloneAndKeepsItsPlace() {
        pod("Failed", 0, 3);
        JobPlan plan = plan(indexed(3));
        assertThat(indexes(plan)).containsExactly("1");
        assertThat(plan.recheck()).contains(Duration.ofSeconds(7));
    }

    @Test
    void anIndexComesAgainWithTheNumberOfItsFailures() {
        pod("Failed", 0, 11);
        JobPlan plan = plan(indexed(3));
        assertThat(indexes(plan)).containsExactly("0", "1");
        assertThat(Nulls.annotations(plan.creations().getFirst())).containsEntry(JobPods.INDEX_FAILURES, "1");
    }

    @Test
    void anIndexThatFailsTooOftenIsGivenUpAndTheOthersGoOn() {
        pod("Failed", 0, 60);
        JobPlan plan = plan(indexed(0));
        assertThat(plan.status().getFailedIndexes()).isEqualTo("0");
        assertThat(indexes(plan)).containsExactly("1", "2");
        assertThat(types(plan)).isEmpty();
    }

    @Test
    void aJobWithFailedIndexesFailsWhenTheOthersAreDone() {
        pod("Failed", 0, 60);
        for (int index = 1; index < 4; index++) pod("Succeeded", index, 50);
        JobPlan plan = plan(indexed(0));
        assertThat(plan.status().getCompletedIndexes()).isEqualTo("1-3");
        assertThat(types(plan)).containsExactly("FailureTarget");
    }

    @Test
    void theLastConditionWaitsForThePods() {
        pod("Running", -1, 0);
        Job tooLong = job().editSpec().withActiveDeadlineSeconds(10L).endSpec().build();
        JobPlan plan = plan(tooLong);
        assertThat(types(plan)).containsExactly("FailureTarget");
        assertThat(plan.deletions()).hasSize(1);
        pods.clear();
        Job decided = new JobBuilder(tooLong).withStatus(plan.status()).build();
        JobPlan last = plan(decided);
        assertThat(types(last)).containsExactly("FailureTarget", "Failed");
        assertThat(last.status().getConditions().getLast().getReason()).isEqualTo("DeadlineExceeded");
        assertThat(last.events()).extracting(JobPlan.Event::reason).containsExactly("DeadlineExceeded");
    }

    @Test
    void aDeadlineIsLookedAtInTime() {
        Job job = job().editSpec().withActiveDeadlineSeconds(3660L).endSpec().build();
        assertThat(plan(job).recheck()).contains(Duration.ofSeconds(60));
    }

    @Test
    void aSuspendedJobHasNoPodsAndBeginsAnew() {
        Job suspended = job().editSpec().withSuspend(true).endSpec().build();
        pod("Running", -1, 0);
        JobPlan plan = plan(suspended);
        assertThat(plan.discards()).hasSize(1);
        assertThat(types(plan)).containsExactly("Suspended");
        pods.clear();
        assertThat(plan(suspended).status().getStartTime()).isNull();
    }
}
