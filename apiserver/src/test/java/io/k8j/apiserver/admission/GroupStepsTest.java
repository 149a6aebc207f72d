package io.k8j.apiserver.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.apiserver.admission.group.GangOfJob;
import io.k8j.apiserver.admission.group.PodGroupProtection;
import io.k8j.apiserver.admission.group.PodGroupWorkloadExists;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The steps that look at PodGroups and at the Jobs that have one. */
class GroupStepsTest {
    private static final GroupVersionResource GROUPS =
            new GroupVersionResource("scheduling.k8s.io", "v1alpha2", "podgroups");
    private static final GroupVersionResource JOBS = new GroupVersionResource("batch", "v1", "jobs");
    private static final FeatureGates ON = FeatureGates.of(
            Map.of("GenericWorkload", "true", "GangScheduling", "true", "WorkloadAwarePreemption", "true"));
    private static final String WORKLOAD =
            "{metadata: {name: w, namespace: a}, spec: {podGroupTemplates: [{name: t}]}}";
    private static final String GANG =
            "{metadata: {name: g, namespace: a, ownerReferences: [{uid: u, controller: true}]},"
                    + " spec: {schedulingPolicy: {gang: {minCount: 2}}}}";

    private static AdmissionRequest group(String spec) {
        return Requests.create(GROUPS, "PodGroup", "{metadata: {name: g, namespace: a}, spec: {%s}}".formatted(spec));
    }

    private static AdmissionRequest from(String workload, String template) {
        return group("podGroupTemplateRef: {workload: {workloadName: %s, podGroupTemplateName: %s}}"
                .formatted(workload, template));
    }

    @Test
    void aNewGroupIsHeldBackFromDeletionOnce() {
        var step = new PodGroupProtection(ON);
        AdmissionRequest request = Requests.run(step, Requests.run(step, group("")));
        assertThat(Trees.list(request.object(), "metadata", "finalizers"))
                .isEqualTo(java.util.List.of("scheduling.k8s.io/podgroup-protection"));
        assertThat(new PodGroupProtection(FeatureGates.DEFAULTS).handles(group("")))
                .isFalse();
    }

    @Test
    void aGroupNeedsTheWorkloadThatItNames() {
        var reader = new FakeReader()
                .with("workloads.scheduling.k8s.io", WORKLOAD)
                .with(
                        "workloads.scheduling.k8s.io",
                        WORKLOAD.replace("name: w", "name: going, deletionTimestamp: '2026-01-01T00:00:00Z'"));
        var step = new PodGroupWorkloadExists(reader, ON);
        assertThatCode(() -> Requests.run(step, from("w", "t"))).doesNotThrowAnyException();
        assertThatCode(() -> Requests.run(step, group(""))).doesNotThrowAnyException();
        assertThatThrownBy(() -> Requests.run(step, from("v", "t")))
                .hasMessage(
                        "podgroups.scheduling.k8s.io \"g\" is forbidden: PodGroup rejected: Workload \"v\" not found");
        assertThatThrownBy(() -> Requests.run(step, from("w", "s")))
                .hasMessage("podgroups.scheduling.k8s.io \"g\" is forbidden: PodGroup rejected: PodGroupTemplate \"s\""
                        + " not found in Workload \"w\"");
        assertThatThrownBy(() -> Requests.run(step, from("going", "t")))
                .hasMessage("podgroups.scheduling.k8s.io \"g\" is forbidden: PodGroup rejected: Workload \"going\" is"
                        + " being deleted");
    }

    private static AdmissionRequest parallelism(int before, int now, String template) {
        String job = "{metadata: {name: j, namespace: a, uid: u}, spec: {parallelism: %d, template: {spec: {%s}}}}";
        return Requests.update(JOBS, "Job", job.formatted(now, template), job.formatted(before, template));
    }

    @Test
    void theParallelismOfAGangStays() {
        var step = new GangOfJob(new FakeReader().with("podgroups.scheduling.k8s.io", GANG), ON);
        String refusal = "jobs.batch \"j\" is forbidden: cannot change parallelism for a Job referencing gang-scheduled"
                + " PodGroup \"g\"";
        assertThatThrownBy(() -> Requests.run(step, parallelism(2, 3, ""))).hasMessage(refusal);
        assertThatThrownBy(() -> Requests.run(step, parallelism(2, 3, "schedulingGroup: {podGroupName: g}")))
                .hasMessage(refusal);
        assertThatCode(() -> Requests.run(step, parallelism(2, 2, ""))).doesNotThrowAnyException();
        assertThatCode(() -> Requests.run(step, parallelism(2, 3, "schedulingGroup: {podGroupName: other}")))
                .doesNotThrowAnyException();
    }

    @Test
    void thePriorityOfAGroupComesFromItsClass() {
        var reader = new FakeReader()
                .with("priorityclasses.scheduling.k8s.io", "{metadata: {name: high}, value: 7}")
                .with("priorityclasses.scheduling.k8s.io", "{metadata: {name: usual}, value: 3, globalDefault: true}");
        var step = new PriorityAdmission(reader, ON);
        Map<String, Object> named =
                Requests.run(step, group("priorityClassName: high")).object();
        assertThat(Trees.integer(named, "spec", "priority")).isEqualTo(7);
        Map<String, Object> unnamed = Requests.run(step, group("")).object();
        assertThat(Trees.integer(unnamed, "spec", "priority")).isEqualTo(3);
        assertThat(Trees.string(unnamed, "spec", "priorityClassName")).isEqualTo("usual");
        assertThatThrownBy(() -> Requests.run(step, group("priorityClassName: high, priority: 8")))
                .hasMessage(
                        "podgroups.scheduling.k8s.io \"g\" is forbidden: priority set in the pod group (8) must match"
                                + " the priority computed (7) based on the priority class set in the spec");
        assertThatThrownBy(() -> Requests.run(step, group("priorityClassName: nope")))
                .hasMessage(
                        "podgroups.scheduling.k8s.io \"g\" is forbidden: no PriorityClass with name nope was found");
        assertThat(new PriorityAdmission(reader, FeatureGates.DEFAULTS).handles(group("")))
                .isFalse();
    }
}
