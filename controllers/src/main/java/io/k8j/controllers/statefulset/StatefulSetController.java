package io.k8j.controllers.statefulset;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import io.k8j.client.ControllerLoop;
import io.k8j.client.DeleteOptions;
import io.k8j.client.EventRecorder;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.Resources;
import io.k8j.client.Selectors;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.history.RevisionHistory;
import io.k8j.controllers.pods.PodControl;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.statefulset.StatefulSetPlan.Step;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.OwnWrites;
import io.k8j.controllers.support.OwnerClaims;
import io.k8j.controllers.support.Owners;
import io.k8j.controllers.support.SlowStart;
import io.k8j.model.api.ApiException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Carries out the plans for StatefulSets. */
public final class StatefulSetController {
    private static final String HASH_LABEL = "controller.kubernetes.io/hash";
    private static final int WORKERS = 5;

    private final ControllerContext context;
    private final Resources<StatefulSet> sets;
    private final Resources<Pod> pods;
    private final Resources<PersistentVolumeClaim> claims;
    private final Informer<StatefulSet> informer;
    private final Informer<PersistentVolumeClaim> claimInformer;
    private final RevisionHistory<StatefulSet> history;
    private final OwnerClaims<StatefulSet, Pod> ownerClaims;
    private final EventRecorder events;
    private final OwnWrites ownWrites = new OwnWrites();
    private final ControllerLoop<ObjectKey> loop;

    private StatefulSetController(ControllerContext context) {
        this.context = context;
        this.sets = context.resources(StatefulSet.class);
        this.pods = context.resources(Pod.class);
        this.claims = context.resources(PersistentVolumeClaim.class);
        this.informer = context.informer(StatefulSet.class);
        this.claimInformer = context.informer(PersistentVolumeClaim.class);
        this.history = new RevisionHistory<>(
                context, StatefulSet.class, context.informer(ControllerRevision.class), HASH_LABEL);
        this.ownerClaims = new OwnerClaims<>(sets, pods);
        this.events = context.recorder("statefulset-controller");
        this.loop = new ControllerLoop<>("statefulset", context.time(), this::reconcile);
        informer.onChange(Handlers.any(set -> loop.queue().add(ObjectKey.of(set))));
        context.pods().informer().onChange(Handlers.of(this::podChanged, this::podUpdated, this::podChanged));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new StatefulSetController(context).loop, WORKERS);
    }

    private void podUpdated(Pod before, Pod now) {
        if (!Owners.controllerUid(before).equals(Owners.controllerUid(now))) {
            podChanged(before);
        }
        podChanged(now);
    }

    private void podChanged(Pod pod) {
        if (Owners.controllerOf(pod).isPresent()) {
            Owners.controllerOf(pod)
                    .filter(owner -> "StatefulSet".equals(owner.getKind()))
                    .ifPresent(owner -> loop.queue().add(new ObjectKey(Nulls.namespace(pod), owner.getName())));
        } else {
            informer.inNamespace(Nulls.namespace(pod))
                    .filter(set -> isMember(set, pod))
                    .forEach(set -> loop.queue().add(ObjectKey.of(set)));
        }
    }

    private static boolean isMember(StatefulSet set, Pod pod) {
        return !Selectors.isEmpty(set.getSpec().getSelector())
                && Selectors.matches(set.getSpec().getSelector(), Nulls.labels(pod))
                && StatefulPods.ordinal(set, pod) >= 0;
    }

    private void measure(StatefulSet set, StatefulSetPlan.Missing missing) {
        if (missing == null) return;
        String policy = Nulls.or(set.getSpec().getPodManagementPolicy(), "OrderedReady");
        context.metrics().statefulSet(Nulls.namespace(set), Nulls.name(set), policy, missing.most(), missing.now());
    }

    private Outcome reconcile(ObjectKey key) throws InterruptedException {
        Optional<StatefulSet> found = informer.get(key);
        if (found.isEmpty()) {
            ownWrites.forget(key);
            context.metrics().statefulSetGone(key.namespace(), key.name());
        }
        if (found.isEmpty() || Selectors.isEmpty(found.get().getSpec().getSelector())) {
            return Outcome.DONE;
        }
        StatefulSet set = found.get();
        if (ownWrites.isBehind(set)) {
            return Outcome.DONE;
        }
        int collisions = set.getStatus() == null ? 0 : Nulls.or(set.getStatus().getCollisionCount(), 0);
        List<ControllerRevision> revisions =
                history.of(set, labels -> Selectors.matches(set.getSpec().getSelector(), labels));
        List<Pod> owned = ownerClaims.claim(
                set, context.pods().candidates(key.namespace(), Nulls.uid(set)), pod -> isMember(set, pod));
        ControllerRevision update;
        try {
            update = history.current(
                    set,
                    set.getSpec().getTemplate(),
                    Nulls.map(set.getSpec().getTemplate().getMetadata().getLabels()),
                    collisions,
                    revisions);
        } catch (RevisionHistory.CollisionException e) {
            writeStatus(
                    set,
                    statusOf(set).toBuilder().withCollisionCount(collisions + 1).build());
            return new Outcome.Retry(e);
        }
        ControllerRevision current = revisions.stream()
                .filter(r -> Nulls.name(r).equals(statusOf(set).getCurrentRevision()))
                .findFirst()
                .orElse(update);
        Instant now = context.now();
        StatefulSetPlan plan = StatefulSetPlan.of(set, owned, Nulls.name(current), Nulls.name(update), now);
        measure(set, plan.missing());
        keepClaimOwners(set, owned); // before Pods are deleted, since their claims may have to follow them
        restoreClaims(set, owned);
        RuntimeException error = carryOut(set, plan, current, update);
        writeStatus(
                set, StatefulSetCounts.status(set, owned, Nulls.name(current), Nulls.name(update), collisions, now));
        if (error != null) {
            return PodControl.isNamespaceTerminating(error) ? Outcome.DONE : new Outcome.Retry(error);
        }
        truncate(set, revisions, owned, current, update);
        return recheck(set, owned, now);
    }

    private static StatefulSetStatus statusOf(StatefulSet set) {
        return set.getStatus() == null ? new StatefulSetStatus() : set.getStatus();
    }

    private RuntimeException carryOut(
            StatefulSet set, StatefulSetPlan plan, ControllerRevision current, ControllerRevision update)
            throws InterruptedException {
        return SlowStart.run(plan.steps(), step -> {
                    switch (step) {
                        case Step.Create(int ordinal, boolean updated) ->
                            create(set, ordinal, updated ? update : current, updated);
                        case Step.Replace(Pod pod) -> {
                            boolean failed = Pods.phase(pod).equals("Failed");
                            events.warning(
                                    set,
                                    failed ? "RecreatingFailedPod" : "RecreatingTerminatedPod",
                                    "StatefulSet %s/%s is recreating %s Pod %s"
                                            .formatted(
                                                    Nulls.namespace(set),
                                                    Nulls.name(set),
                                                    failed ? "failed" : "terminated",
                                                    Nulls.name(pod)));
                            delete(set, pod);
                        }
                        case Step.Delete(Pod pod) -> delete(set, pod);
                        case Step.Restore(Pod pod) -> pods.update(StatefulPods.withIdentity(set, pod));
                    }
                })
                .error();
    }

    private void create(StatefulSet set, int ordinal, ControllerRevision revision, boolean updated) {
        String podName = StatefulPods.name(set, ordinal);
        for (PersistentVolumeClaim claim : StatefulPods.claims(set, ordinal)) {
            createClaim(set, podName, claim);
        }
        PodTemplateSpec template = updated ? set.getSpec().getTemplate() : RevisionHistory.templateOf(revision);
        try {
            pods.create(StatefulPods.make(set, template, Nulls.name(revision), ordinal));
            events.normal(
                    set,
                    "SuccessfulCreate",
                    "Create Pod %s in StatefulSet %s successful".formatted(podName, Nulls.name(set)));
        } catch (ApiException e) {
            if (!e.isAlreadyExists() && !PodControl.isNamespaceTerminating(e)) {
                events.warning(
                        set,
                        "FailedCreate",
                        "Create Pod %s in StatefulSet %s failed error: %s"
                                .formatted(podName, Nulls.name(set), e.getMessage()));
            }
            throw e;
        }
    }

    private void createClaim(StatefulSet set, String podName, PersistentVolumeClaim claim) {
        Optional<PersistentVolumeClaim> present = claimInformer.get(ObjectKey.of(claim));
        if (present.isPresent()) {
            if (Nulls.isDeleting(present.get())) {
                throw ApiException.conflict(
                        claims.resource(), Nulls.name(claim), "pvc %s is being deleted".formatted(Nulls.name(claim)));
            }
            return;
        }
        try {
            claims.create(claim);
            events.normal(
                    set,
                    "SuccessfulCreate",
                    "Create Claim %s Pod %s in StatefulSet %s success"
                            .formatted(Nulls.name(claim), podName, Nulls.name(set)));
        } catch (ApiException e) {
            if (e.isAlreadyExists()) {
                return;
            }
            events.warning(
                    set,
                    "FailedCreate",
                    "Create Claim %s for Pod %s in StatefulSet %s failed error: %s"
                            .formatted(Nulls.name(claim), podName, Nulls.name(set), e.getMessage()));
            throw e;
        }
    }

    private void delete(StatefulSet set, Pod pod) {
        try {
            pods.delete(ObjectKey.of(pod), DeleteOptions.ofUid(Nulls.uid(pod)));
            events.normal(
                    set,
                    "SuccessfulDelete",
                    "Delete Pod %s in StatefulSet %s successful".formatted(Nulls.name(pod), Nulls.name(set)));
        } catch (ApiException e) {
            if (e.isNotFound() || e.isConflict()) {
                return;
            }
            events.warning(
                    set,
                    "FailedDelete",
                    "Delete Pod %s in StatefulSet %s failed error: %s"
                            .formatted(Nulls.name(pod), Nulls.name(set), e.getMessage()));
            throw e;
        }
    }

    /** A Pod that waits may wait for a claim that somebody has deleted. */
    private void restoreClaims(StatefulSet set, List<Pod> owned) {
        if (Nulls.isDeleting(set)) {
            return;
        }
        for (Pod pod : owned) {
            if (Pods.phase(pod).equals("Pending") && !Nulls.isDeleting(pod)) {
                StatefulPods.claims(set, StatefulPods.ordinal(set, pod)).stream()
                        .filter(claim -> claimInformer.get(ObjectKey.of(claim)).isEmpty())
                        .forEach(claim -> createClaim(set, Nulls.name(pod), claim));
            }
        }
    }

    private void keepClaimOwners(StatefulSet set, List<Pod> owned) {
        if (Nulls.list(set.getSpec().getVolumeClaimTemplates()).isEmpty() || Nulls.isDeleting(set)) {
            return;
        }
        int end = StatefulPods.start(set) + StatefulPods.replicas(set);
        for (Pod pod : owned) {
            int ordinal = StatefulPods.ordinal(set, pod);
            boolean condemned = ordinal >= end || ordinal < StatefulPods.start(set);
            for (PersistentVolumeClaim wanted : StatefulPods.claims(set, ordinal)) {
                claimInformer
                        .get(ObjectKey.of(wanted))
                        .filter(claim -> !Nulls.isDeleting(claim))
                        .flatMap(claim -> ClaimRetention.owned(set, claim, Optional.of(pod), condemned))
                        .ifPresent(claims::update);
            }
        }
    }

    private void truncate(
            StatefulSet set,
            List<ControllerRevision> revisions,
            List<Pod> owned,
            ControllerRevision current,
            ControllerRevision update) {
        Set<String> used = new HashSet<>();
        used.add(Nulls.name(current));
        used.add(Nulls.name(update));
        owned.forEach(pod -> used.add(StatefulPods.revision(pod)));
        history.truncate(revisions, used, Nulls.or(set.getSpec().getRevisionHistoryLimit(), 10));
    }

    private static Outcome recheck(StatefulSet set, List<Pod> owned, Instant now) {
        int seconds = StatefulPods.minReadySeconds(set);
        return seconds == 0
                ? Outcome.DONE
                : owned.stream()
                        .map(pod -> Pods.availableIn(pod, seconds, now))
                        .flatMap(Optional::stream)
                        .filter(wait -> !wait.isZero())
                        .min(Duration::compareTo)
                        .map(Outcome::again)
                        .orElse(Outcome.DONE);
    }

    private void writeStatus(StatefulSet set, StatefulSetStatus status) {
        if (!status.equals(set.getStatus())) {
            ownWrites.note(sets.updateStatus(set.toBuilder().withStatus(status).build()));
        }
    }
}
