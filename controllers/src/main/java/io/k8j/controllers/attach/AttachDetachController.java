package io.k8j.controllers.attach;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.storage.CSIDriver;
import io.fabric8.kubernetes.api.model.storage.VolumeAttachment;
import io.fabric8.kubernetes.api.model.storage.VolumeAttachmentBuilder;
import io.k8j.client.ControllerLoop;
import io.k8j.client.DeleteOptions;
import io.k8j.client.EventRecorder;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.PatchType;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.attach.NodeVolumes.Wanted;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import io.k8j.model.api.ApiException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Attaches volumes to nodes and detaches them. A key is a node; one worker at a time has it. What a node still has mounted
 * is not taken from it, unless the node is lost and six minutes have passed, or it is marked as out of service.
 */
public final class AttachDetachController {
    private static final String MANAGED = "volumes.kubernetes.io/controller-managed-attach-detach";
    private static final String OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";
    private static final Duration MOUNTED_AT_MOST = Duration.ofMinutes(6);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);

    private final ControllerContext context;
    private final Informer<Node> nodes;
    private final Informer<PersistentVolume> volumes;
    private final Informer<VolumeAttachment> attachments;
    private final Informer.Index<VolumeAttachment> ofNode;
    private final Informer.Index<VolumeAttachment> ofVolume;
    private final NodeVolumes wanted;
    private final EventRecorder events;
    private final Map<String, Instant> detachSince = new ConcurrentHashMap<>(); // by attachment
    private final Set<String> toldAttached = ConcurrentHashMap.newKeySet(); // by uid of the attachment
    private final Map<String, String> toldFailed = new ConcurrentHashMap<>(); // likewise, with what was said
    private final ControllerLoop<String> loop;

    private AttachDetachController(ControllerContext context) {
        this.context = context;
        this.nodes = context.informer(Node.class);
        this.volumes = context.informer(PersistentVolume.class);
        this.attachments = context.informer(VolumeAttachment.class);
        Informer<PersistentVolumeClaim> claims = context.informer(PersistentVolumeClaim.class);
        Informer<CSIDriver> drivers = context.informer(CSIDriver.class);
        this.wanted = new NodeVolumes(context.pods(), claims, volumes, drivers);
        this.ofNode =
                attachments.index(attachment -> List.of(attachment.getSpec().getNodeName()));
        this.ofVolume = attachments.index(attachment -> List.of(volumeOf(attachment)));
        this.events = context.recorder("attachdetach-controller");
        this.loop = new ControllerLoop<>("attachdetach", context.time(), this::reconcile);
        follow(claims, drivers);
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new AttachDetachController(context).loop, 2);
    }

    private void follow(Informer<PersistentVolumeClaim> claims, Informer<CSIDriver> drivers) {
        context.pods().informer().onChange(Handlers.each(pod -> {
            if (NodeVolumes.uses(pod) && Pods.isScheduled(pod)) loop.queue().add(NodeVolumes.node(pod));
        }));
        nodes.onChange(Handlers.of(
                node -> loop.queue().add(Nulls.name(node)),
                (before, node) -> {
                    if (concerns(before, node)) loop.queue().add(Nulls.name(node));
                },
                node -> loop.queue().add(Nulls.name(node))));
        attachments.onChange(Handlers.of(
                attachment -> loop.queue().add(attachment.getSpec().getNodeName()),
                (before, attachment) -> loop.queue().add(attachment.getSpec().getNodeName()),
                attachment -> { // who waits for a volume that was elsewhere may have it now
                    loop.queue().add(attachment.getSpec().getNodeName());
                    nodes.all().forEach(node -> loop.queue().add(Nulls.name(node)));
                }));
        claims.onChange(
                Handlers.of(claim -> {}, (before, claim) -> users(claim).forEach(loop.queue()::add), claim -> {}));
        drivers.onChange(Handlers.any(
                driver -> nodes.all().forEach(node -> loop.queue().add(Nulls.name(node)))));
    }

    private static boolean concerns(Node before, Node now) {
        return !inUse(before).equals(inUse(now))
                || !attached(before).equals(attached(now))
                || isOutOfService(before) != isOutOfService(now)
                || isReady(before) != isReady(now)
                || isManaged(before) != isManaged(now);
    }

    private List<String> users(PersistentVolumeClaim claim) {
        return context.pods().inNamespace(Nulls.namespace(claim)).stream()
                .filter(pod -> NodeVolumes.uses(pod) && Pods.isScheduled(pod))
                .map(NodeVolumes::node)
                .distinct()
                .toList();
    }

    private static String volumeOf(VolumeAttachment attachment) {
        return Nulls.or(attachment.getSpec().getSource().getPersistentVolumeName(), "");
    }

    private Outcome reconcile(String name) {
        Optional<Node> node = nodes.get(ObjectKey.of(name));
        Set<String> reported = node.map(AttachDetachController::attached).orElse(Set.of());
        Map<String, Wanted> should =
                node.filter(AttachDetachController::isManaged).isPresent() ? wanted.of(name) : Map.of();
        Map<String, VolumeAttachment> has = new HashMap<>();
        Map<String, CsiVolume> known = new HashMap<>();
        for (VolumeAttachment attachment : ofNode.get(name)) {
            csi(attachment, name).ifPresent(volume -> {
                has.put(volume.uniqueName(), attachment);
                known.put(volume.uniqueName(), volume);
            });
        }
        boolean waits = false;
        Set<String> leaving = new HashSet<>();
        for (Map.Entry<String, VolumeAttachment> one : has.entrySet()) {
            if (should.containsKey(one.getKey())) {
                detachSince.remove(Nulls.name(one.getValue()));
            } else if (mayLeave(node, one.getKey(), one.getValue())) {
                leaving.add(one.getKey());
            } else {
                waits = true;
            }
        }
        node.ifPresent(present -> report(present, has, leaving)); // before anything is taken from it
        for (String unique : leaving) detach(has.get(unique));
        for (Wanted volume : should.values()) {
            VolumeAttachment there = has.get(volume.volume().uniqueName());
            if (there == null) waits |= !attach(name, volume);
            else tell(volume, there, reported);
        }
        return waits ? Outcome.again(LOOK_AGAIN) : Outcome.DONE;
    }

    /** The volume of an attachment that is one of ours. */
    private Optional<CsiVolume> csi(VolumeAttachment attachment, String node) {
        return volumes.get(ObjectKey.of(volumeOf(attachment)))
                .flatMap(CsiVolume::of)
                .filter(volume -> volume.attachment(node).equals(Nulls.name(attachment)));
    }

    private boolean mayLeave(Optional<Node> node, String unique, VolumeAttachment attachment) {
        if (Nulls.isDeleting(attachment)) return true;
        Instant now = context.now();
        Instant since = detachSince.computeIfAbsent(Nulls.name(attachment), name -> now);
        if (node.isEmpty() || !inUse(node.get()).contains(unique) || isOutOfService(node.get())) return true;
        return !isReady(node.get()) && !now.isBefore(since.plus(MOUNTED_AT_MOST));
    }

    private void detach(VolumeAttachment attachment) {
        if (Nulls.isDeleting(attachment)) return;
        context.resources(VolumeAttachment.class)
                .deleteIfPresent(ObjectKey.of(attachment), DeleteOptions.ofUid(Nulls.uid(attachment)));
        detachSince.remove(Nulls.name(attachment));
        toldAttached.remove(Nulls.uid(attachment));
        toldFailed.remove(Nulls.uid(attachment));
    }

    /** Whether it is attached or being attached. */
    private boolean attach(String node, Wanted wish) {
        CsiVolume volume = wish.volume();
        List<String> elsewhere = ofVolume.get(volume.name()).stream()
                .map(attachment -> attachment.getSpec().getNodeName())
                .filter(other -> !other.equals(node))
                .toList();
        if (volume.exclusive() && !elsewhere.isEmpty()) {
            refuse(wish, elsewhere);
            return false;
        }
        VolumeAttachment attachment = new VolumeAttachmentBuilder()
                .withNewMetadata()
                .withName(volume.attachment(node))
                .endMetadata()
                .withNewSpec()
                .withAttacher(volume.driver())
                .withNodeName(node)
                .withNewSource()
                .withPersistentVolumeName(volume.name())
                .endSource()
                .endSpec()
                .build();
        try {
            context.resources(VolumeAttachment.class).create(attachment);
        } catch (ApiException e) {
            if (!e.isAlreadyExists()) {
                failed(wish, e.getMessage());
                throw e;
            }
        }
        return true;
    }

    private void refuse(Wanted wish, List<String> elsewhere) {
        String volume = wish.volume().name();
        for (Pod pod : wish.pods()) {
            List<String> mine = new ArrayList<>();
            int others = 0;
            for (String node : elsewhere) {
                for (Pod user : wanted.users(node, wish.volume())) {
                    if (Nulls.namespace(user).equals(Nulls.namespace(pod))) mine.add(Nulls.name(user));
                    else others++;
                }
            }
            String why = "Volume is already exclusively attached to one node and can't be attached to another";
            if (!mine.isEmpty()) {
                why = "Volume is already used by pod(s) " + String.join(", ", mine)
                        + (others > 0 ? " and %d pod(s) in different namespaces".formatted(others) : "");
            } else if (others > 0) {
                why = "Volume is already used by %d pod(s) in different namespaces".formatted(others);
            }
            events.warning(pod, "FailedAttachVolume", "Multi-Attach error for volume \"%s\" %s".formatted(volume, why));
        }
    }

    /**
     * Tells what the driver has written into the attachment.
     *
     * @param reported volumes that the node was known to have before this look, maybe from an earlier run
     */
    private void tell(Wanted wish, VolumeAttachment there, Set<String> reported) {
        String uid = Nulls.uid(there);
        if (there.getStatus() == null) return;
        if (Boolean.TRUE.equals(there.getStatus().getAttached())) {
            if (!toldAttached.add(uid) || reported.contains(wish.volume().uniqueName())) return;
            for (Pod pod : wish.pods()) {
                events.normal(
                        pod,
                        "SuccessfulAttachVolume",
                        "AttachVolume.Attach succeeded for volume \"%s\" "
                                .formatted(wish.volume().name()));
            }
        } else if (there.getStatus().getAttachError() != null) {
            var error = there.getStatus().getAttachError();
            String said = error.getTime() + " " + error.getMessage();
            if (!said.equals(toldFailed.put(uid, said))) failed(wish, Nulls.or(error.getMessage(), ""));
        }
    }

    private void failed(Wanted wish, String message) {
        for (Pod pod : wish.pods()) {
            events.warning(
                    pod,
                    "FailedAttachVolume",
                    "AttachVolume.Attach failed for volume \"%s\" : %s"
                            .formatted(wish.volume().name(), message));
        }
    }

    /** Writes into the node's status which volumes may be mounted there. */
    private void report(Node node, Map<String, VolumeAttachment> has, Set<String> leaving) {
        Set<String> now = new TreeSet<>();
        has.forEach((unique, attachment) -> {
            boolean attached = attachment.getStatus() != null
                    && Boolean.TRUE.equals(attachment.getStatus().getAttached());
            if (attached && !leaving.contains(unique)) now.add(unique);
        });
        if (now.equals(attached(node))) return;
        List<Map<String, Object>> list = now.stream()
                .map(unique -> Map.<String, Object>of("name", unique, "devicePath", ""))
                .toList();
        context.resources(Node.class)
                .patch(
                        ObjectKey.of(node),
                        PatchType.MERGE,
                        Map.of("metadata", Map.of("uid", Nulls.uid(node)), "status", Map.of("volumesAttached", list)),
                        "status");
    }

    private static Set<String> attached(Node node) {
        Set<String> names = new TreeSet<>();
        if (node.getStatus() == null) return names;
        Nulls.list(node.getStatus().getVolumesAttached()).forEach(volume -> names.add(volume.getName()));
        return names;
    }

    private static Set<String> inUse(Node node) {
        return node.getStatus() == null
                ? Set.of()
                : Set.copyOf(Nulls.list(node.getStatus().getVolumesInUse()));
    }

    private static boolean isManaged(Node node) {
        return "true".equals(Nulls.annotations(node).get(MANAGED));
    }

    private static boolean isOutOfService(Node node) {
        return node.getSpec() != null
                && Nulls.list(node.getSpec().getTaints()).stream()
                        .anyMatch(taint -> OUT_OF_SERVICE.equals(taint.getKey()));
    }

    private static boolean isReady(Node node) {
        return node.getStatus() != null
                && Nulls.list(node.getStatus().getConditions()).stream()
                        .anyMatch(condition ->
                                "Ready".equals(condition.getType()) && "True".equals(condition.getStatus()));
    }
}
