package io.k8j.controllers.podgroup;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.ControllerLoop;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.group.PodGroup;
import java.util.List;

/** Lets go of PodGroups that are being deleted once no Pod is in them that has not ended. */
public final class GroupProtectionController {
    private static final String FINALIZER = "scheduling.k8s.io/podgroup-protection";

    private GroupProtectionController() {}

    /** Only for servers that have the resource. */
    public static Controller create(ControllerContext context) {
        Informer<PodGroup> groups = context.informer(PodGroup.class);
        Informer.Index<Pod> active = context.pods().informer().index(pod -> {
            String group = groupOf(pod);
            return group == null || Pods.isFinished(pod) ? List.of() : List.of(Nulls.namespace(pod) + "/" + group);
        });
        ControllerLoop<ObjectKey> loop = new ControllerLoop<>("podgroupprotection", context.time(), key -> {
            groups.get(key)
                    .filter(GroupProtectionController::isLeaving)
                    .filter(group -> !active.has(key.namespace() + "/" + key.name()))
                    .ifPresent(group -> letGo(context, group));
            return Outcome.DONE;
        });
        groups.onChange(Handlers.of(group -> wake(loop, group), (before, now) -> wake(loop, now), deleted -> {}));
        context.pods()
                .informer()
                .onChange(Handlers.of(
                        pod -> wakeGroup(loop, pod, Pods.isFinished(pod)),
                        (before, now) -> {
                            wakeGroup(loop, now, Pods.isFinished(now));
                            wakeGroup(loop, before, !Nulls.uid(before).equals(Nulls.uid(now)));
                        },
                        pod -> wakeGroup(loop, pod, true)));
        return Controller.of(loop, 1);
    }

    private static String groupOf(Pod pod) {
        return pod.getSpec().getSchedulingGroup() == null
                ? null
                : pod.getSpec().getSchedulingGroup().getPodGroupName();
    }

    private static boolean isLeaving(PodGroup group) {
        return Nulls.isDeleting(group)
                && Nulls.list(group.getMetadata().getFinalizers()).contains(FINALIZER);
    }

    private static void wake(ControllerLoop<ObjectKey> loop, PodGroup group) {
        if (isLeaving(group)) loop.queue().add(ObjectKey.of(group));
    }

    private static void wakeGroup(ControllerLoop<ObjectKey> loop, Pod pod, boolean ended) {
        String group = ended ? groupOf(pod) : null;
        if (group != null) loop.queue().add(new ObjectKey(Nulls.namespace(pod), group));
    }

    /** A conflict is tried again. */
    private static void letGo(ControllerContext context, PodGroup group) {
        PodGroup copy = ApiObject.ofTree(ApiObject.treeOf(group)).as(PodGroup.class);
        copy.getMetadata()
                .setFinalizers(group.getMetadata().getFinalizers().stream()
                        .filter(finalizer -> !finalizer.equals(FINALIZER))
                        .toList());
        try {
            context.resources(PodGroup.class).update(copy);
        } catch (ApiException e) {
            if (!e.isNotFound()) throw e;
        }
    }
}
