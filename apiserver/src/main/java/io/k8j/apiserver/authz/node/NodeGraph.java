package io.k8j.apiserver.authz.node;

import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether an object has to do with a node: through a Pod that runs there and names it, directly or through a claim and
 * its volume. Safe for all threads.
 */
final class NodeGraph {
    private static final GroupVersionResource CLAIMS = new GroupVersionResource("", "v1", "persistentvolumeclaims");
    private static final GroupVersionResource VOLUMES = new GroupVersionResource("", "v1", "persistentvolumes");
    private static final GroupVersionResource ATTACHMENTS =
            new GroupVersionResource("storage.k8s.io", "v1", "volumeattachments");
    private static final GroupVersionResource SLICES =
            new GroupVersionResource("resource.k8s.io", "v1", "resourceslices");
    /** Secrets of volumes that kubelets mount with; those of controllers are not theirs to see. */
    private static final List<List<String>> VOLUME_SECRETS = List.of(
            List.of("cephfs", "secretRef"),
            List.of("cinder", "secretRef"),
            List.of("flexVolume", "secretRef"),
            List.of("rbd", "secretRef"),
            List.of("scaleIO", "secretRef"),
            List.of("iscsi", "secretRef"),
            List.of("storageos", "secretRef"),
            List.of("csi", "nodePublishSecretRef"),
            List.of("csi", "nodeStageSecretRef"),
            List.of("csi", "nodeExpandSecretRef"));

    private final ObjectReader objects;
    private final NodePods pods;

    NodeGraph(ObjectReader objects) {
        this.objects = objects;
        this.pods = new NodePods(objects);
    }

    boolean runsPod(String node, String namespace, String name) {
        return objects.get(NodePods.PODS, namespace, name)
                .filter(pod -> node.equals(Trees.string(pod.tree(), "spec", "nodeName")))
                .isPresent();
    }

    boolean usesServiceAccount(String node, String namespace, String name) {
        return pods.of(node).stream()
                .anyMatch(pod -> pod.namespace().equals(namespace)
                        && pod.serviceAccount().equals(name));
    }

    boolean usesConfigMap(String node, String namespace, String name) {
        return pods.of(node).stream()
                .anyMatch(pod ->
                        pod.namespace().equals(namespace) && pod.configMaps().contains(name));
    }

    boolean usesSecret(String node, String namespace, String name) {
        for (PodReferences pod : pods.of(node)) {
            if (pod.namespace().equals(namespace) && pod.secrets().contains(name)) {
                return true;
            }
        }
        for (PodReferences pod : pods.of(node)) {
            for (String claim : pod.claims()) {
                Optional<Map<String, Object>> volume = volumeOf(pod.namespace(), claim);
                if (volume.isPresent() && isMountedWith(volume.get(), namespace, name)) {
                    return true;
                }
            }
        }
        return false;
    }

    boolean usesClaim(String node, String namespace, String name) {
        return pods.of(node).stream()
                .anyMatch(
                        pod -> pod.namespace().equals(namespace) && pod.claims().contains(name));
    }

    boolean usesResourceClaim(String node, String namespace, String name) {
        return pods.of(node).stream()
                .anyMatch(pod -> pod.namespace().equals(namespace)
                        && pod.resourceClaims().contains(name));
    }

    boolean usesVolume(String node, String name) {
        return objects.get(VOLUMES, "", name)
                .map(volume -> Trees.map(volume.tree(), "spec", "claimRef"))
                .filter(claim ->
                        usesClaim(node, String.valueOf(claim.get("namespace")), String.valueOf(claim.get("name"))))
                .isPresent();
    }

    boolean isAttachedWith(String node, String name) {
        return hasNode(objects.get(ATTACHMENTS, "", name), node);
    }

    boolean ownsSlice(String node, String name) {
        return hasNode(objects.get(SLICES, "", name), node);
    }

    private static boolean hasNode(Optional<ApiObject> object, String node) {
        return object.filter(found -> node.equals(Trees.string(found.tree(), "spec", "nodeName")))
                .isPresent();
    }

    private Optional<Map<String, Object>> volumeOf(String namespace, String claim) {
        return objects.get(CLAIMS, namespace, claim)
                .map(found -> Trees.string(found.tree(), "spec", "volumeName"))
                .filter(volume -> !volume.isEmpty())
                .flatMap(volume -> objects.get(VOLUMES, "", volume))
                .map(ApiObject::tree)
                .filter(volume -> namespace.equals(Trees.string(volume, "spec", "claimRef", "namespace"))
                        && claim.equals(Trees.string(volume, "spec", "claimRef", "name")));
    }

    /** A reference without a namespace means the claim's. */
    private static boolean isMountedWith(Map<String, Object> volume, String namespace, String name) {
        String home = Trees.string(volume, "spec", "claimRef", "namespace");
        for (List<String> path : VOLUME_SECRETS) {
            Map<String, Object> reference = Trees.map(volume, "spec", path.get(0), path.get(1));
            if (name.equals(reference.get("name")) && namespace.equals(reference.getOrDefault("namespace", home))) {
                return true;
            }
        }
        Map<String, Object> azure = Trees.map(volume, "spec", "azureFile");
        return name.equals(azure.get("secretName")) && namespace.equals(azure.getOrDefault("secretNamespace", home));
    }
}
