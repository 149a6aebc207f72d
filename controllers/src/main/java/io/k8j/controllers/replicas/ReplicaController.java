package io.k8j.controllers.replicas;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.ControllerLoop;
import io.k8j.client.EventRecorder;
import io.k8j.client.Expectations;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.Resources;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.pods.PodControl;
import io.k8j.controllers.pods.PodStore;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.OwnWrites;
import io.k8j.controllers.support.OwnerClaims;
import io.k8j.controllers.support.Owners;
import io.k8j.controllers.support.Rests;
import io.k8j.controllers.support.SlowStart;
import io.k8j.controllers.support.Times;
import io.k8j.model.api.ApiException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps as many Pods as a ReplicaSet or ReplicationController says.
 *
 * @param <T> which of the two
 */
public final class ReplicaController<T extends HasMetadata> {
    private static final int WORKERS = 5;

    private final ControllerContext context;
    private final ReplicaKind<T> kind;
    private final Resources<T> resources;
    private final Informer<T> informer;
    private final PodStore pods;
    private final PodControl podControl;
    private final OwnerClaims<T, Pod> claims;
    private final Expectations<ObjectKey> expectations;
    private final OwnWrites ownWrites = new OwnWrites();
    private final ControllerLoop<ObjectKey> loop;

    private ReplicaController(ControllerContext context, ReplicaKind<T> kind) {
        this.context = context;
        this.kind = kind;
        this.resources = context.resources(kind.type());
        this.informer = context.informer(kind.type());
        this.pods = context.pods();
        EventRecorder recorder = context.recorder(kind.component());
        this.podControl = context.podControl(recorder);
        this.claims = new OwnerClaims<>(resources, context.resources(Pod.class));
        this.expectations = new Expectations<>(context.time());
        this.loop = new ControllerLoop<>(kind.component(), context.time(), this::reconcile);
        informer.onChange(Handlers.of(this::enqueue, (before, now) -> enqueue(now), gone -> {
            expectations.forget(ObjectKey.of(gone));
            enqueue(gone);
        }));
        pods.informer().onChange(Handlers.of(this::podAdded, this::podUpdated, this::podDeleted));
    }

    public static Controller replicaSets(ControllerContext context) {
        return Controller.of(new ReplicaController<>(context, new ReplicaSetKind()).loop, WORKERS);
    }

    public static Controller replicationControllers(ControllerContext context) {
        return Controller.of(new ReplicaController<>(context, new ReplicationControllerKind()).loop, WORKERS);
    }

    private void enqueue(HasMetadata object) {
        loop.queue().add(ObjectKey.of(object));
    }

    private void podAdded(Pod pod) {
        if (Nulls.isDeleting(pod)) {
            podDeleted(pod);
            return;
        }
        Optional<ObjectKey> owner = ownerOf(pod);
        if (owner.isPresent()) {
            expectations.created(owner.get());
            loop.queue().add(owner.get());
        } else if (Owners.controllerOf(pod).isEmpty()) {
            enqueueMatching(pod);
        }
    }

    private void podUpdated(Pod before, Pod now) {
        if (Nulls.isDeleting(now)) {
            podDeleted(now);
            return;
        }
        Optional<ObjectKey> owner = ownerOf(now);
        Optional<ObjectKey> previous = ownerOf(before);
        if (previous.isPresent() && !previous.equals(owner)) {
            loop.queue().add(previous.get());
        }
        if (owner.isPresent()) {
            loop.queue().add(owner.get());
        } else if (Owners.controllerOf(now).isEmpty()
                && (previous.isPresent()
                        || Owners.controllerOf(before).isPresent()
                        || !Nulls.labels(before).equals(Nulls.labels(now)))) {
            enqueueMatching(now);
        }
    }

    private void podDeleted(Pod pod) {
        ownerOf(pod).ifPresent(owner -> {
            expectations.deleted(owner, Nulls.uid(pod));
            loop.queue().add(owner);
        });
    }

    private void enqueueMatching(Pod pod) {
        informer.inNamespace(Nulls.namespace(pod))
                .filter(object -> !kind.selectsAll(object) && kind.selects(object, Nulls.labels(pod)))
                .forEach(this::enqueue);
    }

    private Optional<ObjectKey> ownerOf(Pod pod) {
        Optional<OwnerReference> reference =
                Owners.controllerOf(pod).filter(r -> kind.kind().equals(r.getKind()));
        return reference.map(r -> new ObjectKey(Nulls.namespace(pod), r.getName()));
    }

    private Outcome reconcile(ObjectKey key) throws InterruptedException {
        Optional<T> found = informer.get(key);
        if (found.isEmpty()) {
            expectations.forget(key);
            ownWrites.forget(key);
            return Outcome.DONE;
        }
        T object = found.get();
        if (ownWrites.isBehind(object)) {
            return Outcome.DONE;
        }
        boolean upToDate = expectations.met(key);
        List<Pod> candidates = pods.candidates(key.namespace(), Nulls.uid(object));
        List<Pod> unfinished =
                candidates.stream().filter(pod -> !Pods.isFinished(pod)).toList();
        List<Pod> owned = kind.selectsAll(object)
                ? List.of()
                : claims.claim(object, unfinished, pod -> kind.selects(object, Nulls.labels(pod)));
        List<Pod> active = owned.stream().filter(Pods::isActive).toList();
        int terminating = active.size() == owned.size()
                ? 0
                : (int) owned.stream().filter(Pods::isTerminating).count();

        RuntimeException error = null;
        boolean deleted = false;
        ReplicaPlan plan = ReplicaPlan.NOTHING;
        if (upToDate && !Nulls.isDeleting(object)) {
            plan = ReplicaPlan.of(kind.replicas(object), active, () -> related(object, active), context.now());
            deleted = !plan.deletions().isEmpty();
            error = carryOut(key, object, plan);
        }
        if (plan.isEmpty()) {
            loop.queue().rest(key, upToDate ? Rests.after(candidates.size()) : Rests.whileBehind(candidates.size()));
        }
        updateStatus(object, active, terminating, error, deleted);
        if (error != null) {
            return new Outcome.Retry(error);
        }
        int minReady = kind.minReadySeconds(object);
        return minReady == 0
                ? Outcome.DONE
                : ReplicaPlan.nextAvailable(active, minReady, context.now())
                        .map(Outcome::again)
                        .orElse(Outcome.DONE);
    }

    /** All Pods of the owner's owner: a Deployment's other ReplicaSets count when crowded nodes are sought. */
    private List<Pod> related(T object, List<Pod> active) {
        String grandOwner = Owners.controllerUid(object);
        if (grandOwner.isEmpty()) {
            return active;
        }
        return informer.inNamespace(Nulls.namespace(object))
                .filter(sibling -> Owners.controllerUid(sibling).equals(grandOwner))
                .flatMap(sibling -> pods.controlledBy(Nulls.uid(sibling)).stream())
                .toList();
    }

    private RuntimeException carryOut(ObjectKey key, T object, ReplicaPlan plan) throws InterruptedException {
        if (plan.creations() > 0) {
            Pod pod = PodControl.fromTemplate(kind.template(object), object);
            expectations.expectCreations(key, plan.creations());
            SlowStart.Result result =
                    SlowStart.run(Collections.nCopies(plan.creations(), pod), each -> podControl.create(each, object));
            for (int i = result.succeeded(); i < plan.creations(); i++) {
                expectations.created(key);
            }
            return result.error() != null && PodControl.isNamespaceTerminating(result.error()) ? null : result.error();
        }
        expectations.expectDeletions(
                key, plan.deletions().stream().map(Nulls::uid).toList());
        return SlowStart.all(plan.deletions(), pod -> {
                    try {
                        podControl.delete(pod, object);
                    } catch (RuntimeException e) {
                        expectations.deleted(key, Nulls.uid(pod));
                        throw e;
                    }
                })
                .error();
    }

    private void updateStatus(T object, List<Pod> active, int terminating, RuntimeException error, boolean deleted) {
        ReplicaStatus before = kind.status(object);
        Instant now = context.now();
        Map<String, String> templateLabels =
                kind.template(object) == null || kind.template(object).getMetadata() == null
                        ? Map.of()
                        : Nulls.map(kind.template(object).getMetadata().getLabels());
        ReplicaStatus status = ReplicaPlan.status(
                before,
                active,
                kind.countsTerminating() ? terminating : null,
                templateLabels,
                kind.minReadySeconds(object),
                Nulls.generation(object),
                now);
        status = error == null
                ? status.withoutFailure()
                : status.withFailure(deleted ? "FailedDelete" : "FailedCreate", error.getMessage(), Times.text(now));
        if (status.equals(before)) {
            return;
        }
        try {
            ownWrites.note(resources.updateStatus(kind.withStatus(object, status)));
        } catch (ApiException e) {
            if (e.isNotFound()) {
                return;
            }
            if (!e.isConflict()) {
                throw e;
            }
            // The copy was behind. The newer version comes by watch, but if only its status differs it may not.
            Optional<T> latest = resources.find(ObjectKey.of(object));
            if (latest.isPresent() && Nulls.uid(latest.get()).equals(Nulls.uid(object))) {
                resources.updateStatus(kind.withStatus(latest.get(), status));
            }
        }
    }
}
