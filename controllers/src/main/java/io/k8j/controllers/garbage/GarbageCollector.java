package io.k8j.controllers.garbage;

import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.k8j.client.ControllerLoop;
import io.k8j.client.EventRecorder;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.ResourceCatalog;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.Ownership;
import io.k8j.model.api.TransportException;
import io.k8j.model.time.Pace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes what has lost its owners, and carries out foreground and orphaning deletions. */
public final class GarbageCollector {
    private static final Logger LOG = LoggerFactory.getLogger(GarbageCollector.class);
    private static final int WORKERS = 10;
    private static final Duration GRAPH_WAIT = Duration.ofMillis(100);
    private static final Duration CATALOG_PERIOD = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration UNKNOWN_KIND_WAIT = Duration.ofSeconds(30);

    /** Keys of the queue. */
    private sealed interface Task {
        record Delete(String uid) implements Task {}

        record Orphan(String uid) implements Task {}

        record FollowCatalog() implements Task {}
    }

    private static final Task FOLLOW = new Task.FollowCatalog();

    private final ControllerContext context;
    private final LiveObjects live;
    private final OwnerGraph graph = new OwnerGraph();
    private final Monitors monitors;
    private final EventRecorder events;
    private final ControllerLoop<Task> loop;

    private GarbageCollector(ControllerContext context) {
        this.context = context;
        this.live = new LiveObjects(context.client());
        this.events = context.recorder("garbage-collector-controller");
        this.monitors = new Monitors(context.client().transport(), graph, this::enqueue, this::definitionsChanged);
        this.loop = new ControllerLoop<>("garbage_collector", context.time(), this::reconcile);
    }

    public static Controller create(ControllerContext context) {
        GarbageCollector collector = new GarbageCollector(context);
        return Controller.of(
                        collector.loop, WORKERS, () -> collector.loop.queue().add(FOLLOW))
                .closing(collector.monitors::close);
    }

    private void definitionsChanged() {
        loop.queue().add(FOLLOW);
        loop.queue().addAfter(FOLLOW, SOON); // its resource is served a moment later
    }

    private void enqueue(OwnerGraph.Effects effects) {
        effects.toDelete().forEach(uid -> loop.queue().add(new Task.Delete(uid)));
        effects.toOrphan().forEach(uid -> loop.queue().add(new Task.Orphan(uid)));
    }

    private Outcome reconcile(Task task) {
        if (task instanceof Task.FollowCatalog) {
            try {
                monitors.follow(context.catalog().resources());
            } catch (ApiException | TransportException e) {
                LOG.atDebug().addKeyValue("cause", e.getMessage()).log("resources not read, will be repeated");
            }
            return Outcome.again(Pace.UPKEEP, CATALOG_PERIOD);
        }
        if (!monitors.isComplete()) {
            return Outcome.again(GRAPH_WAIT);
        }
        return switch (task) {
            case Task.Delete(String uid) ->
                graph.get(uid).map(this::attemptToDelete).orElse(Outcome.DONE);
            case Task.Orphan(String uid) -> graph.get(uid).map(this::orphan).orElse(Outcome.DONE);
            case Task.FollowCatalog() -> Outcome.DONE;
        };
    }

    private Outcome attemptToDelete(OwnerGraph.Item item) {
        if (item.deleting() && !item.foreground()) {
            return Outcome.DONE; // on its way already
        }
        Optional<ApiObject> found = live.find(item);
        if (found.isEmpty()) {
            enqueue(graph.remove(item.uid()));
            return Outcome.DONE;
        }
        if (item.foreground()) {
            return letGoWhenFree(item, found.get());
        }
        Ownership ownership = Ownership.of(found.get());
        if (ownership.owners().isEmpty()) {
            return Outcome.DONE;
        }
        tellMisplaced(item);
        Judgement judgement = judge(item, ownership.owners());
        if (judgement.unknown) {
            return Outcome.again(UNKNOWN_KIND_WAIT);
        }
        if (!judgement.solid.isEmpty()) {
            if (judgement.solid.size() < ownership.owners().size()) {
                live.setOwners(item, found.get(), judgement.solid);
            }
            return Outcome.DONE;
        }
        if (judgement.waiting) {
            List<OwnerGraph.Item> dependents = graph.dependentsOf(item.uid());
            if (!dependents.isEmpty()) {
                breakCircle(item, dependents, found.get());
                live.delete(item, found.get(), "Foreground");
                return Outcome.DONE;
            }
        }
        String policy = ownership.finalizers().contains(OwnerGraph.ORPHAN)
                ? "Orphan"
                : ownership.finalizers().contains(OwnerGraph.FOREGROUND) ? "Foreground" : "Background";
        live.delete(item, found.get(), policy);
        return Outcome.DONE;
    }

    /** When owners wait for each other, one must stop to wait. */
    private void breakCircle(OwnerGraph.Item item, List<OwnerGraph.Item> dependents, ApiObject object) {
        if (dependents.stream().anyMatch(OwnerGraph.Item::foreground)) {
            live.unblockOwners(item, object);
        }
    }

    private record Judgement(List<Ownership.Owner> solid, boolean waiting, boolean unknown) {}

    private Judgement judge(OwnerGraph.Item item, List<Ownership.Owner> owners) {
        List<Ownership.Owner> solid = new ArrayList<>();
        boolean waiting = false;
        for (Ownership.Owner owner : owners) {
            Optional<ResourceCatalog.Entry> resource = monitors.resourceOf(owner.apiVersion(), owner.kind());
            if (resource.isEmpty()) {
                return new Judgement(List.of(), false, true);
            }
            if (resource.get().namespaced() && item.key().namespace().isEmpty()) {
                return new Judgement(owners, false, false); // such an owner cannot be looked up: touch nothing
            }
            String namespace = resource.get().namespaced() ? item.key().namespace() : "";
            Optional<ApiObject> present = live.get(resource.get().resource(), new ObjectKey(namespace, owner.name()));
            if (present.isEmpty() || !present.get().uid().equals(owner.uid())) {
                continue;
            }
            Ownership state = Ownership.of(present.get());
            if (!state.deletionTimestamp().isEmpty() && state.finalizers().contains(OwnerGraph.FOREGROUND)) {
                waiting = true;
            } else {
                solid.add(owner);
            }
        }
        return new Judgement(solid, waiting, false);
    }

    private void tellMisplaced(OwnerGraph.Item item) {
        for (Ownership.Owner owner : graph.misplacedOwners(item)) {
            events.event(
                    new ObjectReferenceBuilder()
                            .withApiVersion(item.resource().resource().apiVersion())
                            .withKind(item.resource().kind())
                            .withNamespace(item.key().namespace())
                            .withName(item.key().name())
                            .withUid(item.uid())
                            .build(),
                    "Warning",
                    "OwnerRefInvalidNamespace",
                    "ownerRef [%s/%s, namespace: %s, name: %s, uid: %s] does not exist in namespace \"%s\""
                            .formatted(
                                    owner.apiVersion(),
                                    owner.kind(),
                                    item.key().namespace(),
                                    owner.name(),
                                    owner.uid(),
                                    item.key().namespace()));
        }
    }

    /** An object in foreground deletion goes when no dependent blocks it any more. */
    private Outcome letGoWhenFree(OwnerGraph.Item item, ApiObject object) {
        List<OwnerGraph.Item> blocking = graph.dependentsOf(item.uid()).stream()
                .filter(dependent -> dependent.blocks(item.uid()))
                .toList();
        if (blocking.isEmpty()) {
            live.removeFinalizer(item, object, OwnerGraph.FOREGROUND);
            return Outcome.DONE;
        }
        blocking.stream()
                .filter(dependent -> !dependent.foreground())
                .forEach(dependent -> loop.queue().add(new Task.Delete(dependent.uid())));
        return Outcome.DONE;
    }

    private Outcome orphan(OwnerGraph.Item owner) {
        for (OwnerGraph.Item dependent : graph.dependentsOf(owner.uid())) {
            Optional<ApiObject> found = live.find(dependent);
            if (found.isPresent()) {
                List<Ownership.Owner> owners = Ownership.of(found.get()).owners();
                List<Ownership.Owner> others = owners.stream()
                        .filter(o -> !o.uid().equals(owner.uid()))
                        .toList();
                if (others.size() < owners.size()) {
                    live.setOwners(dependent, found.get(), others);
                }
            }
        }
        live.find(owner).ifPresent(object -> live.removeFinalizer(owner, object, OwnerGraph.ORPHAN));
        return Outcome.DONE;
    }
}
