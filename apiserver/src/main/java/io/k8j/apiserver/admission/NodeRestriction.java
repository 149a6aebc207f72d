package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.GoQuote;
import io.k8j.model.json.Trees;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Lets a kubelet write only what is its own: its node, its lease, the Pods bound to it. */
record NodeRestriction(ObjectReader reader) implements AdmissionPlugin {
    private static final String USER = "system:node:";
    private static final Set<String> KUBELET_LABELS = Set.of(
            "beta.kubernetes.io/instance-type",
            "beta.kubernetes.io/os",
            "beta.kubernetes.io/arch",
            "failure-domain.beta.kubernetes.io/region",
            "failure-domain.beta.kubernetes.io/zone",
            "kubernetes.io/os",
            "kubernetes.io/arch",
            "kubernetes.io/hostname",
            "node.kubernetes.io/instance-type",
            "topology.kubernetes.io/region",
            "topology.kubernetes.io/zone");

    @Override
    public String name() {
        return "NodeRestriction";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return request.operation() != Operation.CONNECT
                && request.context().user().groups().contains("system:nodes")
                && request.context().user().name().startsWith(USER);
    }

    @Override
    public void mutate(AdmissionRequest request) {
        String node = request.context().user().name().substring(USER.length());
        if (node.isEmpty()) {
            throw Ask.forbidden(
                    request,
                    "could not determine node from user "
                            + GoQuote.quote(request.context().user().name()));
        }
        switch (request.context().resource().qualified()) {
            case "pods" -> pod(request, node);
            case "nodes" -> node(request, node);
            case "serviceaccounts" -> token(request, node);
            case "leases.coordination.k8s.io" -> lease(request, node);
            case "csinodes.storage.k8s.io" -> csiNode(request, node);
            default -> {}
        }
    }

    private void pod(AdmissionRequest request, String node) {
        String subresource = Ask.subresource(request);
        switch (subresource) {
            case "" -> {
                if (request.operation() == Operation.CREATE) {
                    mirror(request, node);
                } else if (request.operation() == Operation.DELETE) {
                    bound(request, node, "delete");
                } else {
                    throw Ask.forbidden(
                            request,
                            "unexpected operation "
                                    + GoQuote.quote(request.operation().name()) + ", node " + GoQuote.quote(node)
                                    + " can only create and delete mirror pods");
                }
            }
            case "status" -> {
                if (!Ask.old(request).at("spec", "nodeName").text().equals(node)) {
                    throw Ask.forbidden(
                            request,
                            "node " + GoQuote.quote(node)
                                    + " can only update pod status for pods with spec.nodeName set to itself");
                }
                if (!Trees.deepEquals(
                        Ask.object(request).at("metadata", "labels").value(),
                        Ask.old(request).at("metadata", "labels").value())) {
                    throw Ask.forbidden(
                            request, "node " + GoQuote.quote(node) + " cannot update labels through pod status");
                }
            }
            case "eviction" -> bound(request, node, "evict");
            default ->
                throw Ask.forbidden(
                        request,
                        "unexpected pod subresource " + GoQuote.quote(subresource)
                                + ", only 'status' and 'eviction' are allowed");
        }
    }

    private void bound(AdmissionRequest request, String node, String what) {
        Optional<ApiObject> pod =
                reader.get(Ask.PODS, Ask.namespace(request), request.context().name());
        if (pod.isPresent()
                && !Ask.tree(pod.get()).at("spec", "nodeName").text().equals(node)) {
            throw Ask.forbidden(
                    request,
                    "node " + GoQuote.quote(node) + " can only " + what + " pods with spec.nodeName set to itself");
        }
    }

    private static void mirror(AdmissionRequest request, String node) {
        Place pod = Ask.object(request);
        String quoted = GoQuote.quote(node);
        if (pod.at("metadata", "annotations")
                .field("kubernetes.io/config.mirror")
                .absent()) {
            throw Ask.forbidden(
                    request,
                    "pod does not have \"kubernetes.io/config.mirror\" annotation, node " + quoted
                            + " can only create mirror pods");
        }
        Place spec = pod.field("spec");
        if (!spec.text("nodeName").equals(node)) {
            throw Ask.forbidden(request, "node " + quoted + " can only create pods with spec.nodeName set to itself");
        }
        if (!spec.text("serviceAccountName").isEmpty()) {
            throw Ask.forbidden(request, "node " + quoted + " can not create pods that reference a service account");
        }
        for (Place volume : spec.field("volumes").items()) {
            for (String kind : new String[] {"secret", "configMap", "persistentVolumeClaim"}) {
                if (volume.field(kind).present()) {
                    String words = switch (kind) {
                        case "secret" -> "secrets";
                        case "configMap" -> "configmaps";
                        default -> "persistentvolumeclaims";
                    };
                    throw Ask.forbidden(request, "node " + quoted + " can not create pods that reference " + words);
                }
            }
        }
    }

    private void node(AdmissionRequest request, String node) {
        String name = request.operation() == Operation.CREATE
                ? Ask.object(request).at("metadata", "name").text()
                : request.context().name();
        String quoted = GoQuote.quote(node);
        if (!name.equals(node)) {
            throw Ask.forbidden(request, "node " + quoted + " is not allowed to modify node " + GoQuote.quote(name));
        }
        if (request.operation() == Operation.DELETE) {
            return;
        }
        Set<String> changed = changedLabels(Ask.object(request), Ask.old(request));
        changed.removeIf(label -> !isForbidden(label));
        if (!changed.isEmpty()) {
            String verb = request.operation() == Operation.CREATE ? "set" : "modify";
            throw Ask.forbidden(
                    request,
                    "node " + quoted + " is not allowed to " + verb + " the following labels: "
                            + String.join(", ", changed));
        }
        if (request.operation() == Operation.UPDATE
                && Ask.subresource(request).isEmpty()
                && !Trees.deepEquals(
                        Ask.object(request).at("spec", "taints").value(),
                        Ask.old(request).at("spec", "taints").value())) {
            throw Ask.forbidden(request, "node " + quoted + " is not allowed to modify taints");
        }
    }

    private static Set<String> changedLabels(Place now, Place before) {
        Set<String> changed = new TreeSet<>();
        Place a = now.at("metadata", "labels");
        Place b = before.at("metadata", "labels");
        a.map().forEach((key, value) -> {
            if (!Trees.deepEquals(value, b.field(key).value())) {
                changed.add(key);
            }
        });
        b.map().keySet().stream().filter(key -> a.field(key).absent()).forEach(changed::add);
        return changed;
    }

    private static boolean isForbidden(String label) {
        int slash = label.indexOf('/');
        String domain = slash < 0 ? "" : label.substring(0, slash);
        if (domain.equals("node-restriction.kubernetes.io") || domain.endsWith(".node-restriction.kubernetes.io")) {
            return true;
        }
        boolean upstream = domain.equals("kubernetes.io")
                || domain.endsWith(".kubernetes.io")
                || domain.equals("k8s.io")
                || domain.endsWith(".k8s.io");
        boolean own = KUBELET_LABELS.contains(label)
                || domain.equals("kubelet.kubernetes.io")
                || domain.endsWith(".kubelet.kubernetes.io")
                || domain.equals("node.kubernetes.io")
                || domain.endsWith(".node.kubernetes.io");
        return upstream && !own;
    }

    private void token(AdmissionRequest request, String node) {
        if (request.operation() != Operation.CREATE || !Ask.subresource(request).equals("token")) {
            return;
        }
        Place ref = Ask.object(request).at("spec", "boundObjectRef");
        if (ref.absent() || !ref.text("kind").equals("Pod") || ref.text("name").isEmpty()) {
            throw Ask.forbidden(request, "node requested token not bound to a pod");
        }
        if (ref.text("uid").isEmpty()) {
            throw Ask.forbidden(request, "node requested token with a pod binding without a uid");
        }
        Place pod = reader.get(Ask.PODS, Ask.namespace(request), ref.text("name"))
                .map(Ask::tree)
                .orElse(Place.of(null));
        if (!pod.at("metadata", "uid").text().equals(ref.text("uid"))) {
            throw Ask.forbidden(
                    request,
                    "the UID in the bound object reference (%s) does not match the UID in record. The object might have been deleted and then recreated"
                            .formatted(ref.text("uid")));
        }
        if (!pod.at("spec", "nodeName").text().equals(node)) {
            throw Ask.forbidden(request, "node requested token bound to a pod scheduled on a different node");
        }
    }

    private static void lease(AdmissionRequest request, String node) {
        if (!Ask.namespace(request).equals("kube-node-lease")) {
            throw Ask.forbidden(request, "can only access leases in the \"kube-node-lease\" system namespace");
        }
        String name = request.operation() == Operation.CREATE
                ? Ask.object(request).at("metadata", "name").text()
                : request.context().name();
        if (!name.equals(node)) {
            throw Ask.forbidden(request, "can only access node lease with the same name as the requesting node");
        }
    }

    private static void csiNode(AdmissionRequest request, String node) {
        String name = request.operation() == Operation.CREATE
                ? Ask.object(request).at("metadata", "name").text()
                : request.context().name();
        if (!name.equals(node)) {
            throw Ask.forbidden(request, "can only access CSINode with the same name as the requesting node");
        }
    }
}
