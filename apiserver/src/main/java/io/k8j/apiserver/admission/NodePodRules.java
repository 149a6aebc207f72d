package io.k8j.apiserver.admission;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.apiserver.authz.node.PodReferences;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.GoQuote;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.util.List;

/** What a kubelet may do to Pods. */
record NodePodRules(ObjectReader reader) {
    private static final GroupVersionResource NODES = new GroupVersionResource("", "v1", "nodes");
    private static final String MIRROR = "kubernetes.io/config.mirror";

    void check(AdmissionRequest request, String node) {
        String subresource = Ask.subresource(request);
        switch (subresource) {
            case "" -> pod(request, node);
            case "status" -> status(request, node);
            case "eviction" -> {
                if (request.operation() != Operation.CREATE) {
                    throw Ask.forbidden(
                            request,
                            "unexpected operation " + request.operation().name());
                }
                bound(request, node, node, "evict");
            }
            default ->
                throw Ask.forbidden(
                        request,
                        "unexpected pod subresource " + GoQuote.quote(subresource)
                                + ", only 'status' and 'eviction' are allowed");
        }
    }

    private void pod(AdmissionRequest request, String node) {
        switch (request.operation()) {
            case CREATE -> mirror(request, node);
            case DELETE -> bound(request, node, GoQuote.quote(node), "delete");
            default ->
                throw Ask.forbidden(
                        request,
                        "unexpected operation "
                                + GoQuote.quote(request.operation().name()) + ", node " + GoQuote.quote(node)
                                + " can only create and delete mirror pods");
        }
    }

    private static void status(AdmissionRequest request, String node) {
        if (request.operation() != Operation.UPDATE) {
            throw Ask.forbidden(
                    request,
                    "unexpected operation " + GoQuote.quote(request.operation().name()));
        }
        Place now = Ask.object(request);
        Place before = Ask.old(request);
        String start = "node " + GoQuote.quote(node);
        if (!before.at("spec", "nodeName").text().equals(node)) {
            throw Ask.forbidden(
                    request, start + " can only update pod status for pods with spec.nodeName set to itself");
        }
        if (!Trees.deepEquals(
                now.at("metadata", "labels").value(),
                before.at("metadata", "labels").value())) {
            throw Ask.forbidden(request, start + " cannot update labels through pod status");
        }
        if (!sameClaims(now, before, "resourceClaimStatuses")) {
            throw Ask.forbidden(request, start + " cannot update resource claim statues");
        }
        if (!sameClaims(now, before, "extendedResourceClaimStatus")) {
            throw Ask.forbidden(request, start + " cannot update extended resource claim status");
        }
    }

    private static boolean sameClaims(Place now, Place before, String field) {
        return Trees.deepEquals(
                now.at("status", field).value(), before.at("status", field).value());
    }

    /** @param shown the node in the words of the refusal */
    private void bound(AdmissionRequest request, String node, String shown, String what) {
        String name = request.context().name();
        ApiObject pod = reader.get(Ask.PODS, Ask.namespace(request), name)
                .orElseThrow(() -> ApiException.notFound(Ask.PODS, name));
        if (!Ask.tree(pod).at("spec", "nodeName").text().equals(node)) {
            throw Ask.forbidden(
                    request, "node " + shown + " can only " + what + " pods with spec.nodeName set to itself");
        }
    }

    private void mirror(AdmissionRequest request, String node) {
        Place pod = Ask.object(request);
        String start = "node " + GoQuote.quote(node);
        if (pod.at("metadata", "annotations").field(MIRROR).absent()) {
            throw Ask.forbidden(
                    request,
                    "pod does not have " + GoQuote.quote(MIRROR) + " annotation, " + start
                            + " can only create mirror pods");
        }
        if (!pod.at("spec", "nodeName").text().equals(node)) {
            throw Ask.forbidden(request, start + " can only create pods with spec.nodeName set to itself");
        }
        owner(request, node, pod.at("metadata", "ownerReferences").items());
        references(request, start);
    }

    private void owner(AdmissionRequest request, String node, List<Place> owners) {
        String start = "node " + GoQuote.quote(node);
        if (owners.size() > 1) {
            throw Ask.forbidden(request, start + " can only create pods with a single owner reference set to itself");
        }
        Place owner = owners.isEmpty() ? Place.of(null) : owners.getFirst();
        if (!owner.text("apiVersion").equals("v1")
                || !owner.text("kind").equals("Node")
                || !owner.text("name").equals(node)) {
            throw Ask.forbidden(request, start + " can only create pods with an owner reference set to itself");
        }
        if (!Boolean.TRUE.equals(owner.field("controller").value())) {
            throw Ask.forbidden(
                    request, start + " can only create pods with a controller owner reference set to itself");
        }
        if (Boolean.TRUE.equals(owner.field("blockOwnerDeletion").value())) {
            throw Ask.forbidden(request, start + " must not set blockOwnerDeletion on an owner reference");
        }
        String uid = reader.get(NODES, "", node)
                .orElseThrow(() -> ApiException.notFound(NODES, node))
                .uid();
        if (!uid.equals(owner.text("uid"))) {
            throw Ask.forbidden(
                    request, "node %s UID mismatch: expected %s got %s".formatted(node, owner.text("uid"), uid));
        }
    }

    /** A mirror Pod that named other objects would open them to its kubelet. */
    private static void references(AdmissionRequest request, String start) {
        PodReferences named =
                PodReferences.read(ApiObject.ofTree(request.object()).as(Pod.class));
        if (!named.serviceAccount().isEmpty()) {
            throw Ask.forbidden(request, start + " can not create pods that reference a service account");
        }
        if (!named.secrets().isEmpty()) {
            throw Ask.forbidden(request, start + " can not create pods that reference secrets");
        }
        if (!named.configMaps().isEmpty()) {
            throw Ask.forbidden(request, start + " can not create pods that reference configmaps");
        }
        for (Place volume : Ask.object(request).at("spec", "volumes").items()) {
            for (Place source : volume.at("projected", "sources").items()) {
                if (source.field("clusterTrustBundle").present()) {
                    throw Ask.forbidden(request, start + " can not create pods that reference clustertrustbundles");
                }
            }
        }
        for (Place volume : Ask.object(request).at("spec", "volumes").items()) {
            if (volume.field("persistentVolumeClaim").present()) {
                throw Ask.forbidden(request, start + " can not create pods that reference persistentvolumeclaims");
            }
        }
        if (!Ask.object(request).at("spec", "resourceClaims").items().isEmpty()) {
            throw Ask.forbidden(request, start + " can not create pods that reference resourceclaims");
        }
    }
}
