package io.k8j.controllers.daemonset;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatusBuilder;
import io.k8j.client.ControllerLoop;
import io.k8j.client.EventRecorder;
import io.k8j.client.Expectations;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.Resources;
import io.k8j.client.Selectors;
import io.k8j.client.WorkQueue;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.history.RevisionHistory;
import io.k8j.controllers.pods.PodControl;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.OwnWrites;
import io.k8j.controllers.support.OwnerClaims;
import io.k8j.controllers.support.Owners;
import io.k8j.controllers.support.Rests;
import io.k8j.controllers.support.SlowStart;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Carries out the plans for DaemonSets. */
public final class DaemonSetController {
    private static final int WORKERS = 2;
    private static final int BURST = 250;

    private final ControllerContext context;
    private final Resources<DaemonSet> sets;
    private final Informer<DaemonSet> informer;
    private final Informer<Node> nodes;
    private final RevisionHistory<DaemonSet> history;
    private final OwnerClaims<DaemonSet, Pod> claims;
    private final PodControl podControl;
    private final EventRecorder events;
    private final Expectations<ObjectKey> expectations;
    private final EndedPodPauses pauses;
    private final OwnWrites ownWrites = new OwnWrites();
    private final ControllerLoop<ObjectKey> loop;

    private DaemonSetController(ControllerContext context) {
        this.context = context;
        this.sets = context.resources(DaemonSet.class);
        this.informer = context.informer(DaemonSet.class);
        this.nodes = context.informer(Node.class);
        this.history = new RevisionHistory<>(
                context, DaemonSet.class, context.informer(ControllerRevision.class), DaemonPods.HASH);
        this.claims = new OwnerClaims<>(sets, context.resources(Pod.class));
        this.events = context.recorder("daemonset-controller");
        this.podControl = context.podControl(events);
        this.expectations = new Expectations<>(context.time());
        this.pauses = new EndedPodPauses(new WorkQueue.BackOff(Duration.ofSeconds(1), Duration.ofMinutes(15)));
        this.loop = new ControllerLoop<>("daemonset", context.time(), this::reconcile);
        informer.onChange(Handlers.any(set -> loop.queue().add(ObjectKey.of(set))));
        nodes.onChange(Handlers.of(this::nodeChanged, this::nodeUpdated, this::nodeChanged));
        context.pods().informer().onChange(Handlers.of(this::podAdded, this::podUpdated, this::podDeleted));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new DaemonSetController(context).loop, WORKERS);
    }

    private void nodeChanged(Node node) {
        informer.all().forEach(set -> loop.queue().add(ObjectKey.of(set)));
    }

    /** Heartbeats do not matter. */
    private void nodeUpdated(Node before, Node now) {
        if (!Nulls.labels(before).equals(Nulls.labels(now))
                || !Nulls.list(before.getSpec().getTaints())
                        .equals(Nulls.list(now.getSpec().getTaints()))) {
            nodeChanged(now);
        }
    }

    private Optional<ObjectKey> ownerOf(Pod pod) {
        return Owners.controllerOf(pod)
                .filter(owner -> "DaemonSet".equals(owner.getKind()))
                .map(owner -> new ObjectKey(Nulls.namespace(pod), owner.getName()));
    }

    private void podAdded(Pod pod) {
        if (Nulls.isDeleting(pod)) {
            podDeleted(pod);
            return;
        }
        Optional<ObjectKey> owner = ownerOf(pod);
        owner.ifPresent(key -> {
            expectations.created(key);
            loop.queue().add(key);
        });
        enqueueForOrphan(pod);
    }

    private void podUpdated(Pod before, Pod now) {
        if (Nulls.isDeleting(now)) {
            podDeleted(now);
        }
        if (!Owners.controllerUid(before).equals(Owners.controllerUid(now))) {
            ownerOf(before).ifPresent(loop.queue()::add);
        }
        ownerOf(now).ifPresent(loop.queue()::add);
        enqueueForOrphan(now);
    }

    private void enqueueForOrphan(Pod pod) {
        if (Owners.controllerOf(pod).isEmpty()) {
            informer.inNamespace(Nulls.namespace(pod))
                    .filter(set -> selects(set, pod))
                    .forEach(set -> loop.queue().add(ObjectKey.of(set)));
        }
    }

    private void podDeleted(Pod pod) {
        ownerOf(pod).ifPresent(key -> {
            expectations.deleted(key, Nulls.uid(pod));
            loop.queue().add(key);
        });
    }

    private static boolean selects(DaemonSet set, Pod pod) {
        return !Selectors.isEmpty(set.getSpec().getSelector())
                && Selectors.matches(set.getSpec().getSelector(), Nulls.labels(pod));
    }

    private Outcome reconcile(ObjectKey key) throws InterruptedException {
        Optional<DaemonSet> found = informer.get(key);
        if (found.isEmpty()) {
            expectations.forget(key);
            pauses.forget(key);
            ownWrites.forget(key);
            return Outcome.DONE;
        }
        DaemonSet set = found.get();
        if (ownWrites.isBehind(set)) {
            return Outcome.DONE;
        }
        if (Selectors.isEmpty(set.getSpec().getSelector())) {
            events.warning(
                    set, "SelectingAll", "This daemon set is selecting all pods. A non-empty selector is required.");
            return Outcome.DONE;
        }
        if (Nulls.isDeleting(set)) {
            return Outcome.DONE;
        }
        boolean upToDate = expectations.met(key); // before the copy is read
        List<Pod> owned =
                claims.claim(set, context.pods().candidates(key.namespace(), Nulls.uid(set)), pod -> selects(set, pod));
        List<ControllerRevision> revisions =
                history.of(set, labels -> Selectors.matches(set.getSpec().getSelector(), labels));
        ControllerRevision current;
        try {
            current = history.current(
                    set,
                    set.getSpec().getTemplate(),
                    Nulls.map(set.getSpec().getTemplate().getMetadata().getLabels()),
                    collisions(set),
                    revisions);
        } catch (RevisionHistory.CollisionException e) {
            DaemonSetStatus status = set.getStatus() == null ? new DaemonSetStatus() : set.getStatus();
            sets.updateStatus(set.toBuilder()
                    .withStatus(status.toBuilder()
                            .withCollisionCount(Nulls.or(collisions(set), 0) + 1)
                            .build())
                    .build());
            return new Outcome.Retry(e);
        }
        return bringAbout(key, set, upToDate, owned, revisions, history.hashOf(current), Nulls.name(current));
    }

    private static Integer collisions(DaemonSet set) {
        return set.getStatus() == null ? null : set.getStatus().getCollisionCount();
    }

    private Outcome bringAbout(
            ObjectKey key,
            DaemonSet set,
            boolean upToDate,
            List<Pod> owned,
            List<ControllerRevision> revisions,
            String hash,
            String currentName)
            throws InterruptedException {
        Instant now = context.now();
        Collection<Node> all = nodes.all();
        RuntimeException error = null;
        Duration pause = null;
        if (upToDate) {
            DaemonSetPlan plan = DaemonSetPlan.manage(set, all, owned, hash, now);
            List<Pod> deletions = new ArrayList<>(plan.deletions());
            for (Pod pod : plan.ended()) {
                Duration wait = pauses.next(key, DaemonPods.node(pod), Nulls.uid(pod), now);
                if (wait.isZero()) {
                    tellEnded(set, pod);
                    deletions.add(pod);
                } else {
                    pause = pause == null || wait.compareTo(pause) < 0 ? wait : pause;
                }
            }
            error = carryOut(key, set, plan.nodes(), deletions, hash);
            if (plan.nodes().isEmpty() && deletions.isEmpty()) {
                DaemonSetPlan update = DaemonSetPlan.update(set, all, owned, hash, now);
                error = carryOut(key, set, update.nodes(), update.deletions(), hash);
                if (update.nodes().isEmpty() && update.deletions().isEmpty()) {
                    loop.queue().rest(key, Rests.after(all.size() + owned.size()));
                }
            }
        } else {
            loop.queue().rest(key, Rests.whileBehind(all.size() + owned.size()));
        }
        writeStatus(set, all, owned, hash, now);
        if (error != null) {
            return PodControl.isNamespaceTerminating(error) ? Outcome.DONE : new Outcome.Retry(error);
        }
        truncate(set, owned, revisions, currentName);
        return recheck(set, owned, pause, now);
    }

    private void tellEnded(DaemonSet set, Pod pod) {
        boolean failed = Pods.phase(pod).equals("Failed");
        String message = "Found %s daemon pod %s/%s on node %s, will try to %s it"
                .formatted(
                        failed ? "failed" : "succeeded",
                        Nulls.namespace(pod),
                        Nulls.name(pod),
                        DaemonPods.node(pod),
                        failed ? "kill" : "delete");
        if (failed) {
            events.warning(set, "FailedDaemonPod", message);
        } else {
            events.normal(set, "SucceededDaemonPod", message);
        }
    }

    private RuntimeException carryOut(
            ObjectKey key, DaemonSet set, Set<String> wanted, List<Pod> deletions, String hash)
            throws InterruptedException {
        List<String> creations = wanted.stream().limit(BURST).toList();
        expectations.expectCreations(key, creations.size());
        expectations.expectDeletions(key, deletions.stream().map(Nulls::uid).toList());
        SlowStart.Result created =
                SlowStart.run(creations, node -> podControl.create(DaemonPods.make(set, hash, node), set));
        for (int i = created.succeeded(); i < creations.size(); i++) {
            expectations.created(key);
        }
        SlowStart.Result deleted = SlowStart.all(deletions, pod -> {
            try {
                podControl.delete(pod, set);
            } catch (RuntimeException e) {
                expectations.deleted(key, Nulls.uid(pod));
                throw e;
            }
        });
        return created.error() != null ? created.error() : deleted.error();
    }

    private void truncate(DaemonSet set, List<Pod> owned, List<ControllerRevision> revisions, String currentName) {
        Set<String> used = new HashSet<>();
        used.add(currentName);
        Set<String> hashes = new HashSet<>();
        owned.forEach(pod -> hashes.add(DaemonPods.hash(pod)));
        revisions.stream().filter(r -> hashes.contains(history.hashOf(r))).forEach(r -> used.add(Nulls.name(r)));
        history.truncate(revisions, used, Nulls.or(set.getSpec().getRevisionHistoryLimit(), 10));
    }

    private static Outcome recheck(DaemonSet set, List<Pod> owned, Duration pause, Instant now) {
        int seconds = Nulls.or(set.getSpec().getMinReadySeconds(), 0);
        Optional<Duration> next = seconds == 0
                ? Optional.empty()
                : owned.stream()
                        .map(pod -> Pods.availableIn(pod, seconds, now))
                        .flatMap(Optional::stream)
                        .filter(wait -> !wait.isZero())
                        .min(Duration::compareTo);
        if (pause != null && (next.isEmpty() || pause.compareTo(next.get()) < 0)) {
            next = Optional.of(pause);
        }
        return next.map(Outcome::again).orElse(Outcome.DONE);
    }

    private void writeStatus(DaemonSet set, Collection<Node> all, List<Pod> owned, String hash, Instant now) {
        Map<String, List<Pod>> byNode = DaemonSetPlan.byNode(owned);
        int desired = 0;
        int current = 0;
        int misscheduled = 0;
        int ready = 0;
        int updated = 0;
        int available = 0;
        for (Node node : all) {
            List<Pod> here = byNode.getOrDefault(Nulls.name(node), List.of());
            if (!NodeFit.of(node, set.getSpec().getTemplate().getSpec()).run()) {
                misscheduled += here.isEmpty() ? 0 : 1;
                continue;
            }
            desired++;
            if (here.isEmpty()) {
                continue;
            }
            current++;
            ready += here.stream().anyMatch(pod -> Pods.isReady(pod) && !Nulls.isDeleting(pod)) ? 1 : 0;
            available += here.stream().anyMatch(pod -> DaemonSetPlan.isAvailable(set, pod, now)) ? 1 : 0;
            updated += here.stream().anyMatch(pod -> DaemonPods.hash(pod).equals(hash)) ? 1 : 0;
        }
        DaemonSetStatus status = new DaemonSetStatusBuilder()
                .withObservedGeneration(Nulls.generation(set))
                .withDesiredNumberScheduled(desired)
                .withCurrentNumberScheduled(current)
                .withNumberMisscheduled(misscheduled)
                .withNumberReady(ready)
                .withUpdatedNumberScheduled(orNull(updated))
                .withNumberAvailable(orNull(available))
                .withNumberUnavailable(orNull(desired - available))
                .withCollisionCount(collisions(set))
                .withConditions(
                        set.getStatus() == null
                                ? List.of()
                                : Nulls.list(set.getStatus().getConditions()))
                .build();
        if (!status.equals(set.getStatus())) {
            ownWrites.note(sets.updateStatus(set.toBuilder().withStatus(status).build()));
        }
    }

    /** Zero is left out on the wire. */
    private static Integer orNull(int value) {
        return value == 0 ? null : value;
    }
}
