package io.k8j.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.k8j.apiserver.resource.ServedApis;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.model.group.PodGroup;
import io.k8j.model.group.Workload;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Jobs that make a Workload and a PodGroup for their Pods. */
class JobGroupsTest {
    /** Somebody else's, for a Job that comes later. */
    private static final Map<String, String> FOREIGN = Map.of("/registry/workloads/test/foreign", """
            apiVersion: scheduling.k8s.io/v1alpha2
            kind: Workload
            metadata: {name: foreign, namespace: test, uid: u-1, creationTimestamp: "2026-01-01T00:00:00Z"}
            spec:
              controllerRef: {apiGroup: batch, kind: Job, name: taken}
              podGroupTemplates: [{name: t, schedulingPolicy: {gang: {minCount: 2}}}]
            """);

    private final TestCluster cluster = TestCluster.with(
            ServedApis.of(
                    Map.of("GenericWorkload", "true", "GangScheduling", "true", "WorkloadWithJob", "true"),
                    Map.of("scheduling.k8s.io/v1alpha2", "true")),
            FOREIGN);

    @AfterEach
    void close() {
        cluster.close();
    }

    private Job job(String name, String spec) {
        return cluster.create(Job.class, """
                metadata: {name: %s}
                spec:
                  %s
                  template:
                    spec:
                      restartPolicy: Never
                      containers: [{name: c, image: i}]
                """.formatted(name, spec));
    }

    private List<Pod> podsOf(String job, int count) {
        TestCluster.eventually(count + " Pods of " + job, () -> pods(job).size() == count);
        return pods(job);
    }

    private List<Pod> pods(String job) {
        return cluster.resources(Pod.class).list(ListOptions.inNamespace(TestCluster.NS)).stream()
                .filter(pod -> pod.getMetadata().getName().startsWith(job + "-"))
                .toList();
    }

    private <T extends io.fabric8.kubernetes.api.model.HasMetadata> List<T> all(Class<T> type) {
        return cluster.resources(type).list(ListOptions.inNamespace(TestCluster.NS));
    }

    @Test
    void anIndexedJobThatRunsAllAtOnceGetsAGang() {
        Job job = job("j", "parallelism: 2\n  completions: 2\n  completionMode: Indexed");
        List<Pod> pods = podsOf("j", 2);
        Workload workload = workloads().getFirst();
        PodGroup group = all(PodGroup.class).getFirst();
        assertThat(workload.getSpec().controllerRef()).isEqualTo(new Workload.ControllerRef("batch", "Job", "j"));
        assertThat(workload.getSpec().podGroupTemplates())
                .singleElement()
                .satisfies(template -> assertThat(template.name()).isEqualTo("j-pgt-0"));
        assertThat(group.minCount()).isEqualTo(2);
        assertThat(group.getSpec().podGroupTemplateRef().workload())
                .isEqualTo(new PodGroup.WorkloadTemplate(workload.getMetadata().getName(), "j-pgt-0"));
        assertThat(group.getMetadata().getOwnerReferences())
                .extracting(OwnerReference::getKind, OwnerReference::getController)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("Job", true),
                        org.assertj.core.groups.Tuple.tuple("Workload", null));
        assertThat(pods)
                .allSatisfy(pod -> assertThat(pod.getSpec().getSchedulingGroup().getPodGroupName())
                        .isEqualTo(group.getMetadata().getName()));
        TestCluster.eventually(
                "the event",
                () -> all(Event.class).stream()
                        .anyMatch(event -> event.getReason().equals("WorkloadCreated")
                                && event.getMessage()
                                        .equals("Created Workload %s for Job j"
                                                .formatted(
                                                        workload.getMetadata().getName()))));
        cluster.resources(Job.class)
                .delete(
                        new ObjectKey(TestCluster.NS, job.getMetadata().getName()),
                        DeleteOptions.DEFAULT.propagation("Background"));
        TestCluster.eventually(
                "all of it is gone",
                () -> workloads().isEmpty() && all(PodGroup.class).isEmpty());
    }

    @Test
    void otherJobsGoWithout() {
        job("alone", "parallelism: 2");
        assertThat(podsOf("alone", 2))
                .allSatisfy(
                        pod -> assertThat(pod.getSpec().getSchedulingGroup()).isNull());
        assertThat(workloads()).isEmpty();
        assertThat(all(PodGroup.class)).isEmpty();
    }

    @Test
    void aWorkloadOfSomebodyElseIsLeftAlone() {
        job("taken", "parallelism: 2\n  completions: 2\n  completionMode: Indexed");
        assertThat(podsOf("taken", 2))
                .allSatisfy(
                        pod -> assertThat(pod.getSpec().getSchedulingGroup()).isNull());
        assertThat(workloads()).isEmpty();
        assertThat(all(PodGroup.class)).isEmpty();
    }

    private List<Workload> workloads() {
        List<Workload> all = all(Workload.class);
        assertThat(all).extracting(workload -> workload.getMetadata().getName()).contains("foreign");
        return all.stream()
                .filter(workload -> !workload.getMetadata().getName().equals("foreign"))
                .toList();
    }
}
