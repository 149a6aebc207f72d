package io.k8j.apiserver.admission;

import io.k8j.apiserver.authz.node.NodeIdentity;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.CertificateRequests;
import io.k8j.model.api.GoQuote;
import io.k8j.model.json.Trees;
import java.util.Map;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/**
 * Lets a kubelet write only what is its own: its node, its lease, the Pods bound to it and what they use.
 *
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction">
 *     NodeRestriction</a>
 */
final class NodeRestriction implements AdmissionPlugin {
    private static final String LEASES = "kube-node-lease";

    private final NodePodRules pods;
    private final NodeTokenRules tokens;

    /** @param authorizer may allow audiences that no Pod asks for */
    NodeRestriction(ObjectReader reader, Authorizer authorizer) {
        this.pods = new NodePodRules(reader);
        this.tokens = new NodeTokenRules(reader, authorizer);
    }

    @Override
    public String name() {
        return "NodeRestriction";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return request.operation() != Operation.CONNECT
                && NodeIdentity.nodeOf(request.context().user()) != null;
    }

    @Override
    public void mutate(AdmissionRequest request) {
        String node = NodeIdentity.nodeOf(request.context().user());
        if (node.isEmpty()) {
            throw Ask.forbidden(
                    request,
                    "could not determine node from user "
                            + GoQuote.quote(request.context().user().name()));
        }
        switch (request.context().resource().qualified()) {
            case "pods" -> pods.check(request, node);
            case "nodes" -> node(request, node);
            case "persistentvolumeclaims" -> claim(request, node);
            case "serviceaccounts" -> tokens.check(request, node);
            case "leases.coordination.k8s.io" -> lease(request, node);
            case "csinodes.storage.k8s.io" ->
                ownName(request, node, "can only access CSINode with the same name as the requesting node");
            case "resourceslices.resource.k8s.io" -> slice(request, node);
            case "certificatesigningrequests.certificates.k8s.io" -> certificate(request, node);
            default -> {}
        }
    }

    private static void node(AdmissionRequest request, String node) {
        String name = ownNameOf(request);
        String quoted = GoQuote.quote(node);
        if (!name.equals(node)) {
            throw Ask.forbidden(request, "node " + quoted + " is not allowed to modify node " + GoQuote.quote(name));
        }
        if (request.operation() == Operation.DELETE) {
            return;
        }
        Object source = Ask.object(request).at("spec", "configSource").value();
        Object before = Ask.old(request).at("spec", "configSource").value();
        String forbidden = String.join(", ", NodeLabels.forbiddenChanges(Ask.object(request), Ask.old(request)));
        if (request.operation() == Operation.CREATE) {
            if (source != null) {
                throw Ask.forbidden(
                        request, "node " + quoted + " is not allowed to create pods with a non-nil configSource");
            }
            if (!forbidden.isEmpty()) {
                throw Ask.forbidden(
                        request, "node " + quoted + " is not allowed to set the following labels: " + forbidden);
            }
            return;
        }
        if (source != null && !Trees.deepEquals(source, before)) {
            throw Ask.forbidden(
                    request, "node " + quoted + " is not allowed to update configSource to a new non-nil configSource");
        }
        if (!Trees.deepEquals(
                Ask.object(request).at("spec", "taints").value(),
                Ask.old(request).at("spec", "taints").value())) {
            throw Ask.forbidden(request, "node " + quoted + " is not allowed to modify taints");
        }
        if (!forbidden.isEmpty()) {
            throw Ask.forbidden(request, "is not allowed to modify labels: " + forbidden);
        }
    }

    private static void claim(AdmissionRequest request, String node) {
        if (!Ask.subresource(request).equals("status")) {
            throw Ask.forbidden(request, "may only update PVC status");
        }
        if (request.operation() != Operation.UPDATE) {
            throw Ask.forbidden(
                    request,
                    "unexpected operation " + GoQuote.quote(request.operation().name()));
        }
        if (!Trees.deepEquals(withoutNodesFields(request.object()), withoutNodesFields(request.old()))) {
            throw Ask.forbidden(
                    request,
                    "node " + GoQuote.quote(node)
                            + " is not allowed to update fields other than status.quantity and status.conditions");
        }
    }

    private static Map<String, Object> withoutNodesFields(Map<String, Object> claim) {
        Map<String, Object> copy = Trees.deepCopy(claim);
        Map<String, Object> metadata = Trees.map(copy, "metadata");
        metadata.remove("resourceVersion");
        metadata.remove("managedFields");
        if (copy.get("status") instanceof Map<?, ?> status) {
            status.remove("capacity");
            status.remove("conditions");
            status.remove("allocatedResources");
            status.remove("allocatedResourceStatuses");
        }
        return copy;
    }

    private static void lease(AdmissionRequest request, String node) {
        if (!Ask.namespace(request).equals(LEASES)) {
            throw Ask.forbidden(request, "can only access leases in the \"kube-node-lease\" system namespace");
        }
        ownName(request, node, "can only access node lease with the same name as the requesting node");
    }

    private static void ownName(AdmissionRequest request, String node, String refusal) {
        if (!ownNameOf(request).equals(node)) {
            throw Ask.forbidden(request, refusal);
        }
    }

    private static String ownNameOf(AdmissionRequest request) {
        return request.operation() == Operation.CREATE
                ? Ask.object(request).at("metadata", "name").text()
                : request.context().name();
    }

    private static void slice(AdmissionRequest request, String node) {
        if (request.operation() == Operation.CREATE
                && !Ask.object(request).at("spec", "nodeName").text().equals(node)) {
            throw Ask.forbidden(request, "can only create ResourceSlice with the same NodeName as the requesting node");
        }
        if (request.operation() == Operation.DELETE
                && !Ask.old(request).at("spec", "nodeName").text().equals(node)) {
            throw Ask.forbidden(request, "can only delete ResourceSlice with the same NodeName as the requesting node");
        }
    }

    /** A node asks for certificates in its own name only. */
    private static void certificate(AdmissionRequest request, String node) {
        if (request.operation() != Operation.CREATE) {
            return;
        }
        String signer = Ask.object(request).at("spec", "signerName").text();
        if (!signer.equals("kubernetes.io/kubelet-serving")
                && !signer.equals("kubernetes.io/kube-apiserver-client-kubelet")) {
            return;
        }
        PKCS10CertificationRequest asked = CertificateRequests.of(request.object());
        if (asked == null) {
            throw Ask.forbidden(request, "unable to parse csr: PEM block type must be CERTIFICATE REQUEST");
        }
        String name = "";
        for (RDN part : asked.getSubject().getRDNs(BCStyle.CN)) {
            name = IETFUtils.valueToString(part.getFirst().getValue());
        }
        if (!name.equals("system:node:" + node)) {
            throw Ask.forbidden(request, "can only create a node CSR with CN=system:node:" + node);
        }
    }
}
