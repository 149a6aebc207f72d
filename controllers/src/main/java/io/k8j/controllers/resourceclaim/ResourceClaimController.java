package io.k8j.controllers.resourceclaim;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.k8j.client.ControllerLoop;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import io.k8j.model.group.PodGroup;
import java.util.List;

/** Makes claims for Pods and clears up after them. */
public final class ResourceClaimController {
    /** What a worker looks at. */
    private sealed interface Key {
        record OfPod(ObjectKey pod) implements Key {}

        record OfClaim(ObjectKey claim) implements Key {}

        record OfGroup(ObjectKey group) implements Key {}
    }

    private final ControllerContext context;
    private final Informer<ResourceClaim> claims;
    private final Informer.Index<Pod> podsByClaim;
    private final Groups groups;
    private final ClaimMaker maker;
    private final GroupClaimMaker groupMaker;
    private final ClaimCleaner cleaner;
    private final ControllerLoop<Key> loop;

    private ResourceClaimController(ControllerContext context) {
        this.context = context;
        this.claims = context.informer(ResourceClaim.class);
        this.podsByClaim = context.pods().informer().index(ResourceClaimController::claimsOf);
        this.groups = new Groups(context);
        ClaimFactory factory = new ClaimFactory(context, claims);
        this.maker = new ClaimMaker(context, claims, factory, groups);
        this.groupMaker = new GroupClaimMaker(context, claims, factory);
        this.cleaner = new ClaimCleaner(context, groups);
        this.loop = new ControllerLoop<>("resource_claim", context.time(), this::reconcile);
        context.pods()
                .informer()
                .onChange(Handlers.of(
                        pod -> enqueue(pod, false), (before, now) -> enqueue(now, false), pod -> enqueue(pod, true)));
        if (groups.areOn()) {
            groups.onChange(Handlers.of(
                    group -> enqueue(group, false), (before, now) -> enqueue(now, false), last -> enqueue(last, true)));
        }
        claims.onChange(Handlers.of(this::enqueue, (before, now) -> enqueue(now), this::enqueueUsers));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new ResourceClaimController(context).loop, 50);
    }

    private static List<String> claimsOf(Pod pod) {
        List<String> names = PodClaimNames.allKnown(pod);
        return names.isEmpty()
                ? List.of()
                : names.stream()
                        .map(name -> new ObjectKey(Nulls.namespace(pod), name).toString())
                        .toList();
    }

    private void enqueue(Pod pod, boolean gone) {
        if (gone || PodClaimNames.isDone(pod)) {
            for (String name : PodClaimNames.allKnown(pod)) {
                loop.queue().add(new Key.OfClaim(new ObjectKey(Nulls.namespace(pod), name)));
            }
        }
        if (PodClaimNames.of(pod).isEmpty()) {
            return;
        }
        if (gone) {
            maker.forget(pod);
        }
        if (!gone && !Nulls.isDeleting(pod)) {
            loop.queue().add(new Key.OfPod(ObjectKey.of(pod)));
        }
    }

    private void enqueue(ResourceClaim claim) {
        loop.queue().add(new Key.OfClaim(ObjectKey.of(claim)));
        enqueueUsers(claim);
    }

    /** With the group its Pods, which may have waited for its claims. */
    private void enqueue(PodGroup group, boolean gone) {
        if (group.claims().isEmpty()) return;
        if (gone) {
            groupMaker.forget(group);
            for (String name : Groups.names(group)) {
                loop.queue().add(new Key.OfClaim(new ObjectKey(Nulls.namespace(group), name)));
            }
        } else if (!Nulls.isDeleting(group)) {
            loop.queue().add(new Key.OfGroup(ObjectKey.of(group)));
        }
        for (Pod pod : groups.membersOf(group)) enqueue(pod, false);
    }

    private void enqueueUsers(ResourceClaim claim) {
        for (PodGroup group : groups.using(claim)) enqueue(group, false);
        for (Pod pod : podsByClaim.get(ObjectKey.of(claim).toString())) {
            enqueue(pod, false);
        }
    }

    private Outcome reconcile(Key key) {
        switch (key) {
            case Key.OfPod(ObjectKey pod) ->
                context.pods()
                        .get(pod)
                        .filter(p -> !Nulls.isDeleting(p) && !PodClaimNames.isDone(p))
                        .ifPresent(maker::reconcile);
            case Key.OfGroup(ObjectKey group) ->
                groups.get(group).filter(g -> !Nulls.isDeleting(g)).ifPresent(groupMaker::reconcile);
            case Key.OfClaim(ObjectKey claim) -> claims.get(claim).ifPresent(cleaner::reconcile);
        }
        return Outcome.DONE;
    }
}
