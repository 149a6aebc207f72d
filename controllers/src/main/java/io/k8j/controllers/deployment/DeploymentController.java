package io.k8j.controllers.deployment;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
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
import io.k8j.controllers.deployment.DeploymentPlan.Write;
import io.k8j.controllers.pods.PodControl;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.OwnWrites;
import io.k8j.controllers.support.OwnerClaims;
import io.k8j.controllers.support.Owners;
import io.k8j.model.api.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Carries out the plans for Deployments. */
public final class DeploymentController {
    private static final int WORKERS = 5;

    private final ControllerContext context;
    private final Resources<Deployment> deployments;
    private final Resources<ReplicaSet> sets;
    private final Informer<Deployment> deploymentInformer;
    private final Informer<ReplicaSet> setInformer;
    private final Informer.Index<ReplicaSet> setsByOwner;
    private final OwnerClaims<Deployment, ReplicaSet> claims;
    private final EventRecorder events;
    private final OwnWrites ownWrites = new OwnWrites();
    private final ControllerLoop<ObjectKey> loop;

    private DeploymentController(ControllerContext context) {
        this.context = context;
        this.deployments = context.resources(Deployment.class);
        this.sets = context.resources(ReplicaSet.class);
        this.deploymentInformer = context.informer(Deployment.class);
        this.setInformer = context.informer(ReplicaSet.class);
        this.setsByOwner = setInformer.index(set -> {
            String owner = Owners.controllerUid(set);
            return List.of(owner.isEmpty() ? "orphan:" + Nulls.namespace(set) : owner);
        });
        this.claims = new OwnerClaims<>(deployments, sets);
        this.events = context.recorder("deployment-controller");
        this.loop = new ControllerLoop<>("deployment", context.time(), this::reconcile);
        deploymentInformer.onChange(Handlers.any(this::enqueue));
        setInformer.onChange(Handlers.of(this::setChanged, this::setUpdated, this::setChanged));
        context.pods().informer().onChange(Handlers.of(pod -> {}, (before, now) -> {}, this::podDeleted));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new DeploymentController(context).loop, WORKERS);
    }

    private void enqueue(HasMetadata deployment) {
        loop.queue().add(ObjectKey.of(deployment));
    }

    private void setUpdated(ReplicaSet before, ReplicaSet now) {
        if (!Owners.controllerUid(before).equals(Owners.controllerUid(now))) {
            ownerOf(before).ifPresent(loop.queue()::add);
        }
        setChanged(now);
    }

    private void setChanged(ReplicaSet set) {
        Optional<OwnerReference> controller = Owners.controllerOf(set);
        if (controller.isPresent()) {
            ownerOf(set).ifPresent(loop.queue()::add);
        } else {
            deploymentInformer
                    .inNamespace(Nulls.namespace(set))
                    .filter(deployment -> selects(deployment, set))
                    .forEach(this::enqueue);
        }
    }

    private static Optional<ObjectKey> ownerOf(ReplicaSet set) {
        return Owners.controllerOf(set)
                .filter(reference -> "Deployment".equals(reference.getKind()))
                .map(reference -> new ObjectKey(Nulls.namespace(set), reference.getName()));
    }

    /** Recreate waits for the last Pod of the old sets. */
    private void podDeleted(Pod pod) {
        Owners.controllerOf(pod)
                .filter(reference -> "ReplicaSet".equals(reference.getKind()))
                .flatMap(reference -> setInformer.get(new ObjectKey(Nulls.namespace(pod), reference.getName())))
                .flatMap(DeploymentController::ownerOf)
                .filter(key -> deploymentInformer
                        .get(key)
                        .filter(deployment -> !RolloutMath.isRolling(deployment))
                        .isPresent())
                .ifPresent(loop.queue()::add);
    }

    private static boolean selects(Deployment deployment, HasMetadata set) {
        return !Selectors.isEmpty(deployment.getSpec().getSelector())
                && Selectors.matches(deployment.getSpec().getSelector(), Nulls.labels(set));
    }

    private Outcome reconcile(ObjectKey key) {
        Optional<Deployment> found = deploymentInformer.get(key);
        if (found.isEmpty()) {
            ownWrites.forget(key);
            return Outcome.DONE;
        }
        Deployment deployment = found.get();
        if (ownWrites.isBehind(deployment)) {
            return Outcome.DONE;
        }
        if (Selectors.isEmpty(deployment.getSpec().getSelector())) {
            events.warning(
                    deployment,
                    "SelectingAll",
                    "This deployment is selecting all pods. A non-empty selector is required.");
            return Outcome.DONE;
        }
        List<ReplicaSet> candidates = new ArrayList<>(setsByOwner.get(Nulls.uid(deployment)));
        candidates.addAll(setsByOwner.get("orphan:" + key.namespace()));
        List<ReplicaSet> owned = claims.claim(deployment, candidates, set -> selects(deployment, set));
        DeploymentPlan plan = DeploymentPlan.of(deployment, owned, podsOf(deployment, owned), context.now());
        for (Write write : plan.writes()) {
            switch (write) {
                case Write.Create(ReplicaSet set) -> {
                    Optional<Outcome> trouble = createSet(deployment, set);
                    if (trouble.isPresent()) {
                        return trouble.get();
                    }
                }
                case Write.Update(ReplicaSet before, ReplicaSet after) -> {
                    sets.update(after);
                    tellScaling(deployment, after, RolloutMath.replicas(before));
                }
                case Write.Delete(ReplicaSet set) ->
                    sets.deleteIfPresent(ObjectKey.of(set), DeleteOptions.ofUid(Nulls.uid(set)));
            }
        }
        updateStatus(deployment, plan.status(), plan.revision());
        return plan.recheck().map(Outcome::again).orElse(Outcome.DONE);
    }

    private List<Pod> podsOf(Deployment deployment, List<ReplicaSet> owned) {
        return RolloutMath.isRolling(deployment)
                ? List.of()
                : owned.stream()
                        .flatMap(set -> context.pods().controlledBy(Nulls.uid(set)).stream())
                        .toList();
    }

    /** Empty if the set exists now; otherwise what to answer. */
    private Optional<Outcome> createSet(Deployment deployment, ReplicaSet set) {
        try {
            sets.create(set);
            tellScaling(deployment, set, 0);
            return Optional.empty();
        } catch (ApiException e) {
            if (e.isAlreadyExists()) {
                return resolveNameClash(deployment, set, e);
            }
            if (PodControl.isNamespaceTerminating(e)) {
                return Optional.of(Outcome.DONE);
            }
            String message = "Failed to create new replica set \"%s\": %s".formatted(Nulls.name(set), e.getMessage());
            events.warning(deployment, "ReplicaSetCreateError", message);
            if (RolloutStatus.hasDeadline(deployment)) {
                DeploymentStatus failed = RolloutStatus.set(
                        RolloutStatus.of(deployment),
                        "Progressing",
                        "False",
                        "ReplicaSetCreateError",
                        message,
                        context.now());
                updateStatus(deployment, failed, Optional.empty());
            }
            return Optional.of(new Outcome.Retry(e));
        }
    }

    private Optional<Outcome> resolveNameClash(Deployment deployment, ReplicaSet set, ApiException clash) {
        Optional<ReplicaSet> existing = sets.find(ObjectKey.of(set));
        if (existing.isPresent()
                && Owners.isControlledBy(existing.get(), deployment)
                && Revisions.sameTemplate(deployment, existing.get())) {
            return Optional.empty(); // it was us; the copy is behind
        }
        DeploymentStatus status = RolloutStatus.of(deployment);
        int collisions = Nulls.or(status.getCollisionCount(), 0) + 1;
        updateStatus(
                deployment, status.toBuilder().withCollisionCount(collisions).build(), Optional.empty());
        return Optional.of(new Outcome.Retry(clash));
    }

    private void tellScaling(Deployment deployment, ReplicaSet set, int from) {
        int to = RolloutMath.replicas(set);
        if (from != to) {
            events.normal(
                    deployment,
                    "ScalingReplicaSet",
                    "Scaled %s replica set %s from %d to %d"
                            .formatted(to > from ? "up" : "down", Nulls.name(set), from, to));
        }
    }

    private void updateStatus(Deployment deployment, DeploymentStatus status, Optional<String> revision) {
        boolean sameRevision = revision.isEmpty()
                || revision.get().equals(Nulls.annotations(deployment).get(Revisions.REVISION));
        if (sameRevision && status.equals(RolloutStatus.of(deployment))) {
            return;
        }
        Deployment changed = deployment.toBuilder().withStatus(status).build();
        if (!sameRevision) {
            changed = changed.toBuilder()
                    .editMetadata()
                    .addToAnnotations(Revisions.REVISION, revision.get())
                    .endMetadata()
                    .build();
        }
        Deployment written = deployments.updateStatus(changed);
        ownWrites.note(written);
        if (!sameRevision && !revision.get().equals(Nulls.annotations(written).get(Revisions.REVISION))) {
            ownWrites.note(deployments.update(written.toBuilder()
                    .editMetadata()
                    .addToAnnotations(Revisions.REVISION, revision.get())
                    .endMetadata()
                    .build()));
        }
    }
}
