package io.k8j.controllers.job;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.k8j.client.EventRecorder;
import io.k8j.client.Informer;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Owners;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.group.GroupTerms;
import io.k8j.model.group.PodGroup;
import io.k8j.model.group.Workload;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a Workload and a PodGroup for each Job whose Pods must all run at once: an indexed one with as many completions as
 * Pods in parallel. Jobs that have begun without stay without. Off, it makes nothing and costs nothing.
 *
 * @see <a href="https://kep.k8s.io/5547">KEP-5547</a>
 */
final class JobGroups {
    private static final Logger LOG = LoggerFactory.getLogger(JobGroups.class);

    private final ControllerContext context;
    private final EventRecorder events;
    private final boolean on;
    private final Informer.Index<Workload> workloadsOfJobs; // by namespace/name; null if off
    private final Informer.Index<PodGroup> groupsOfWorkloads;

    JobGroups(ControllerContext context, EventRecorder events) {
        this.context = context;
        this.events = events;
        this.on = context.config().gates().isOn(FeatureGates.WORKLOAD_WITH_JOB);
        this.workloadsOfJobs = on ? context.informer(Workload.class).index(JobGroups::job) : null;
        this.groupsOfWorkloads = on ? context.informer(PodGroup.class).index(JobGroups::workload) : null;
    }

    private static List<String> job(Workload workload) {
        Workload.ControllerRef owner = workload.getSpec().controllerRef();
        return owner != null
                        && "batch".equals(owner.apiGroup())
                        && "Job".equals(owner.kind())
                        && !Nulls.isEmpty(owner.name())
                ? List.of(Nulls.namespace(workload) + "/" + owner.name())
                : List.of();
    }

    private static List<String> workload(PodGroup group) {
        PodGroup.TemplateRef reference = group.getSpec().podGroupTemplateRef();
        return reference != null
                        && reference.workload() != null
                        && !Nulls.isEmpty(reference.workload().workloadName())
                ? List.of(Nulls.namespace(group) + "/" + reference.workload().workloadName())
                : List.of();
    }

    /**
     * The name of the group that new Pods of the Job join, which is made if need be; empty if they go alone.
     *
     * @param pods that the Job has
     * @throws io.k8j.model.api.ApiException if something cannot be made; a repeat is safe
     */
    String ensure(Job job, List<Pod> pods) {
        if (!on || !isGang(job)) return "";
        Workload workload = workloadOf(job, pods);
        return workload == null ? "" : groupOf(job, workload);
    }

    static boolean isGang(Job job) {
        Integer parallelism = job.getSpec().getParallelism();
        return parallelism != null
                && parallelism > 1
                && JobPods.isIndexed(job)
                && parallelism.equals(job.getSpec().getCompletions())
                && job.getSpec().getTemplate().getSpec().getSchedulingGroup() == null;
    }

    /** Null if the Job goes without. */
    private Workload workloadOf(Job job, List<Pod> pods) {
        List<Workload> found = workloadsOfJobs.get(Nulls.namespace(job) + "/" + Nulls.name(job));
        if (found.isEmpty()) return isNew(job, pods) ? makeWorkload(job) : null;
        if (found.size() > 1) {
            LOG.atWarn().addKeyValue("job", job.getMetadata().getName()).log("job has several workloads");
            return null;
        }
        Workload workload = found.getFirst();
        boolean usable = Owners.isControlledBy(workload, job)
                && workload.getSpec().podGroupTemplates().size() == 1;
        return usable ? workload : null;
    }

    /** Whether it never ran; counts stay when a suspended Job loses its start. */
    static boolean isNew(Job job, List<Pod> pods) {
        JobStatus status = job.getStatus();
        return pods.isEmpty()
                && (status == null
                        || Nulls.isEmpty(status.getStartTime())
                                && Nulls.or(status.getSucceeded(), 0) == 0
                                && Nulls.or(status.getFailed(), 0) == 0
                                && Nulls.list(status.getConditions()).stream()
                                        .noneMatch(condition -> "Suspended".equals(condition.getType())));
    }

    private String groupOf(Job job, Workload workload) {
        List<PodGroup> found = groupsOfWorkloads.get(Nulls.namespace(job) + "/" + Nulls.name(workload));
        if (found.isEmpty()) return Nulls.name(makeGroup(job, workload));
        if (found.size() > 1) {
            LOG.atWarn().addKeyValue("workload", Nulls.name(workload)).log("workload has several pod groups");
            return "";
        }
        return Owners.isControlledBy(found.getFirst(), job) ? Nulls.name(found.getFirst()) : "";
    }

    private Workload makeWorkload(Job job) {
        Workload workload = new Workload();
        workload.setMetadata(new ObjectMetaBuilder()
                .withName(JobGroupNames.workload(Nulls.name(job), Nulls.uid(job)))
                .withNamespace(Nulls.namespace(job))
                .withOwnerReferences(Owners.referenceTo(job))
                .build());
        Workload.Template template = new Workload.Template(
                Nulls.name(job) + "-pgt-0",
                GroupTerms.SchedulingPolicy.gang(job.getSpec().getParallelism()),
                null,
                null,
                null,
                null,
                null);
        workload.setSpec(
                new Workload.Spec(new Workload.ControllerRef("batch", "Job", Nulls.name(job)), List.of(template)));
        Workload made = context.resources(Workload.class).create(workload);
        events.normal(
                job, "WorkloadCreated", "Created Workload %s for Job %s".formatted(Nulls.name(made), Nulls.name(job)));
        return made;
    }

    private PodGroup makeGroup(Job job, Workload workload) {
        Workload.Template template = workload.getSpec().podGroupTemplates().getFirst();
        OwnerReference ofWorkload = new OwnerReferenceBuilder()
                .withApiVersion(workload.getApiVersion())
                .withKind(workload.getKind())
                .withName(Nulls.name(workload))
                .withUid(Nulls.uid(workload))
                .build();
        PodGroup group = new PodGroup();
        group.setMetadata(new ObjectMetaBuilder()
                .withName(JobGroupNames.group(Nulls.name(workload), template.name()))
                .withNamespace(Nulls.namespace(job))
                .withOwnerReferences(Owners.referenceTo(job), ofWorkload)
                .build());
        group.setSpec(new PodGroup.Spec(
                new PodGroup.TemplateRef(new PodGroup.WorkloadTemplate(Nulls.name(workload), template.name())),
                template.schedulingPolicy(),
                null,
                null,
                null,
                null,
                null));
        return context.resources(PodGroup.class).create(group);
    }
}
