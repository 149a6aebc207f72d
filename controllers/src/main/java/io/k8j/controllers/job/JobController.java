package io.k8j.controllers.job;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.k8j.client.ControllerLoop;
import io.k8j.client.EventRecorder;
import io.k8j.client.Expectations;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.PatchType;
import io.k8j.client.Resources;
import io.k8j.client.Selectors;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.pods.PodControl;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.OwnWrites;
import io.k8j.controllers.support.OwnerClaims;
import io.k8j.controllers.support.Owners;
import io.k8j.controllers.support.Rests;
import io.k8j.controllers.support.SlowStart;
import io.k8j.model.api.ApiException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Carries out the plans for Jobs. No Pod is forgotten: a finalizer holds each until it is counted. */
public final class JobController {
    private static final int WORKERS = 5;

    private final ControllerContext context;
    private final Resources<Job> jobs;
    private final Resources<Pod> pods;
    private final Informer<Job> informer;
    private final OwnerClaims<Job, Pod> claims;
    private final PodControl podControl;
    private final EventRecorder events;
    private final JobGroups groups;
    private final Expectations<ObjectKey> expectations;
    private final Set<String> released = ConcurrentHashMap.newKeySet();
    private final Set<ObjectKey> suspects = ConcurrentHashMap.newKeySet(); // have Pods of another Job of their name
    private final OwnWrites ownWrites = new OwnWrites();
    private final ControllerLoop<ObjectKey> loop;

    private JobController(ControllerContext context) {
        this.context = context;
        this.jobs = context.resources(Job.class);
        this.pods = context.resources(Pod.class);
        this.informer = context.informer(Job.class);
        this.claims = new OwnerClaims<>(jobs, pods);
        this.events = context.recorder("job-controller");
        this.groups = new JobGroups(context, events);
        this.podControl = context.podControl(events);
        this.expectations = new Expectations<>(context.time());
        this.loop = new ControllerLoop<>("job", context.time(), this::reconcile);
        informer.onChange(Handlers.any(job -> loop.queue().add(ObjectKey.of(job))));
        context.pods().informer().onChange(Handlers.of(this::podAdded, this::podUpdated, this::podDeleted));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new JobController(context).loop, WORKERS);
    }

    private static Optional<ObjectKey> ownerOf(Pod pod) {
        return Owners.controllerOf(pod)
                .filter(owner -> "Job".equals(owner.getKind()))
                .map(owner -> new ObjectKey(Nulls.namespace(pod), owner.getName()));
    }

    private void podAdded(Pod pod) {
        ownerOf(pod).ifPresent(key -> {
            expectations.created(key);
            loop.queue().add(key);
        });
        enqueueForOrphan(pod);
    }

    private void podUpdated(Pod before, Pod now) {
        if (!JobPods.isTracked(now)) {
            released.remove(Nulls.uid(now));
        }
        Optional<ObjectKey> owner = ownerOf(now);
        ownerOf(before).filter(key -> !owner.equals(Optional.of(key))).ifPresent(loop.queue()::add);
        owner.ifPresent(key -> {
            if (Nulls.isDeleting(now)) {
                expectations.deleted(key, Nulls.uid(now));
            }
            loop.queue().add(key);
        });
        enqueueForOrphan(now);
    }

    private void podDeleted(Pod pod) {
        released.remove(Nulls.uid(pod));
        ownerOf(pod).ifPresent(key -> {
            expectations.deleted(key, Nulls.uid(pod));
            loop.queue().add(key);
        });
    }

    private void enqueueForOrphan(Pod pod) {
        if (JobPods.isTracked(pod)) {
            ownerOf(pod)
                    .filter(key -> informer.get(key)
                            .filter(job -> Owners.isControlledBy(pod, job))
                            .isEmpty())
                    .ifPresent(key -> {
                        suspects.add(key);
                        loop.queue().add(key);
                    });
        }
        if (Owners.controllerOf(pod).isEmpty()) {
            informer.inNamespace(Nulls.namespace(pod))
                    .filter(job -> selects(job, pod))
                    .forEach(job -> loop.queue().add(ObjectKey.of(job)));
        }
    }

    private static boolean selects(Job job, Pod pod) {
        return !Selectors.isEmpty(job.getSpec().getSelector())
                && Selectors.matches(job.getSpec().getSelector(), Nulls.labels(pod));
    }

    private Outcome reconcile(ObjectKey key) throws InterruptedException {
        Optional<Job> found = informer.get(key);
        if (suspects.remove(key) || found.isEmpty()) {
            letOrphansGo(key, found.map(Nulls::uid).orElse(""));
        }
        if (found.isEmpty()) {
            expectations.forget(key);
            ownWrites.forget(key);
            return Outcome.DONE;
        }
        Job job = found.get();
        if (ownWrites.isBehind(job)) {
            return Outcome.DONE;
        }
        if (!Nulls.isEmpty(job.getSpec().getManagedBy())
                && !"kubernetes.io/job-controller".equals(job.getSpec().getManagedBy())) {
            return Outcome.DONE;
        }
        // A Job that is being deleted counts no more; one that waits for its Pods to go must not hold them itself.
        if (JobEnd.isFinished(job) || Nulls.isDeleting(job)) {
            context.pods().controlledBy(Nulls.uid(job)).forEach(this::release);
            return Outcome.DONE;
        }
        // Both before the copy is read: what comes to be known in between must not make an older copy count again.
        boolean upToDate = expectations.met(key);
        Set<String> letGo = Set.copyOf(released);
        List<Pod> owned =
                claims.claim(job, context.pods().candidates(key.namespace(), Nulls.uid(job)), pod -> selects(job, pod));
        String group = groups.ensure(job, owned);
        JobPlan plan = JobPlan.of(job, owned, letGo, context.now());
        long begin = context.time().nanoTime();
        RuntimeException error = upToDate ? carryOut(key, job, plan, group) : null;
        if (plan.creations().isEmpty()
                && plan.deletions().isEmpty()
                && plan.discards().isEmpty()) {
            loop.queue().rest(key, upToDate ? Rests.after(owned.size()) : Rests.whileBehind(owned.size()));
        }
        writeStatus(job, plan.status());
        count(job, plan, error, Duration.ofNanos(context.time().nanoTime() - begin));
        plan.events()
                .forEach(event ->
                        events.event(EventRecorder.referenceTo(job), event.type(), event.reason(), event.message()));
        plan.release().forEach(this::release);
        if (error != null) {
            return PodControl.isNamespaceTerminating(error) ? Outcome.DONE : new Outcome.Retry(error);
        }
        return plan.recheck().map(Outcome::again).orElse(Outcome.DONE);
    }

    private void count(Job job, JobPlan plan, RuntimeException error, Duration took) {
        String mode = Nulls.or(job.getSpec().getCompletionMode(), "NonIndexed");
        String action = !plan.creations().isEmpty()
                ? "pods_created"
                : !plan.deletions().isEmpty() ? "pods_deleted" : plan.release().isEmpty() ? "reconciling" : "tracking";
        context.metrics().jobSynced(mode, error != null, action, took);
        JobStatus before = job.getStatus() == null ? new JobStatus() : job.getStatus();
        context.metrics()
                .podsFinished(
                        mode, false, Nulls.or(plan.status().getSucceeded(), 0) - Nulls.or(before.getSucceeded(), 0));
        context.metrics()
                .podsFinished(mode, true, Nulls.or(plan.status().getFailed(), 0) - Nulls.or(before.getFailed(), 0));
        if (JobEnd.isFinished(plan.status())) {
            Optional<JobCondition> failed = plan.status().getConditions().stream()
                    .filter(c -> "Failed".equals(c.getType()) && "True".equals(c.getStatus()))
                    .findFirst();
            context.metrics()
                    .jobFinished(
                            mode,
                            failed.isPresent(),
                            failed.map(JobCondition::getReason).orElse(""));
        }
    }

    private RuntimeException carryOut(ObjectKey key, Job job, JobPlan plan, String group) throws InterruptedException {
        expectations.expectCreations(key, plan.creations().size());
        expectations.expectDeletions(
                key, plan.deletions().stream().map(Nulls::uid).toList());
        expectations.expectDeletions(
                key, plan.discards().stream().map(Nulls::uid).toList());
        SlowStart.Result created =
                SlowStart.run(plan.creations(), pod -> podControl.create(JobPods.inGroup(pod, group), job));
        for (int i = created.succeeded(); i < plan.creations().size(); i++) {
            expectations.created(key);
        }
        plan.discards().forEach(this::release);
        List<Pod> deletions = new ArrayList<>(plan.deletions());
        deletions.addAll(plan.discards());
        SlowStart.Result deleted = SlowStart.all(deletions, pod -> {
            try {
                podControl.delete(pod, job);
            } catch (RuntimeException e) {
                expectations.deleted(key, Nulls.uid(pod));
                throw e;
            }
        });
        return created.error() != null ? created.error() : deleted.error();
    }

    private void writeStatus(Job job, JobStatus status) {
        if (!status.equals(job.getStatus())) {
            ownWrites.note(jobs.updateStatus(job.toBuilder().withStatus(status).build()));
        }
    }

    /** Pods of a Job that is gone, or was replaced by another one of its name, are held by nobody any more. */
    private void letOrphansGo(ObjectKey key, String uid) {
        for (Pod pod : context.pods().inNamespace(key.namespace())) {
            boolean orphan = JobPods.isTracked(pod)
                    && Owners.controllerOf(pod)
                            .filter(o -> "Job".equals(o.getKind())
                                    && key.name().equals(o.getName())
                                    && !uid.equals(o.getUid()))
                            .isPresent();
            if (orphan) {
                release(pod);
            }
        }
    }

    private void release(Pod pod) {
        if (!JobPods.isTracked(pod) || !released.add(Nulls.uid(pod))) {
            return;
        }
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("uid", Nulls.uid(pod));
        metadata.put("$deleteFromPrimitiveList/finalizers", List.of(JobPods.FINALIZER));
        try {
            pods.patch(ObjectKey.of(pod), PatchType.STRATEGIC, Map.of("metadata", metadata), "");
            ownerOf(pod).ifPresent(loop.queue()::add);
        } catch (ApiException e) {
            released.remove(Nulls.uid(pod));
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }
}
