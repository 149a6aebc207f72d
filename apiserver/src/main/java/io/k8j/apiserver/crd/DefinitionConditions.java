package io.k8j.apiserver.crd;

import io.k8j.apiserver.subresource.Conditions;
import io.k8j.model.json.Trees;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;

/** The conditions of a definition, in upstream's words. All methods change the tree they are given. */
final class DefinitionConditions {
    private static final String ESTABLISHED = "Established";

    private DefinitionConditions() {}

    /** Sets what follows from its names, and from its group if that is the community's. */
    static void names(Map<String, Object> tree, NameClaims.Verdict verdict, Instant now) {
        String status = verdict.accepted() ? "True" : "False";
        Conditions.set(tree, "NamesAccepted", status, verdict.reason(), verdict.message(), now);
        if (ApiApproval.isNeeded(tree)) {
            ApiApproval approval = ApiApproval.of(tree);
            Conditions.set(
                    tree,
                    "KubernetesAPIApprovalPolicyConformant",
                    approval.state().status(),
                    approval.state().reason(),
                    approval.reason(),
                    now);
        }
        if (Conditions.is(tree, ESTABLISHED, "True")) return;
        if (verdict.accepted() && hasWrongBundle(tree)) {
            establish(tree, now);
        } else if (verdict.accepted()) {
            Conditions.set(tree, ESTABLISHED, "False", "Installing", "the initial names have been accepted", now);
        } else {
            Conditions.set(tree, ESTABLISHED, "False", "NotAccepted", "not all names are accepted", now);
        }
    }

    /** Says that it is served, unless its webhook cannot be trusted. */
    static void establish(Map<String, Object> tree, Instant now) {
        if (Conditions.is(tree, ESTABLISHED, "True")) return;
        if (hasWrongBundle(tree)) {
            Conditions.set(
                    tree, ESTABLISHED, "False", "InvalidCABundle", "The conversion webhook CABundle is invalid", now);
        } else {
            Conditions.set(
                    tree, ESTABLISHED, "True", "InitialNamesAccepted", "the initial names have been accepted", now);
        }
    }

    /** Whether the webhook's authorities cannot be read, so that nobody could be asked for conversions. */
    static boolean hasWrongBundle(Map<String, Object> tree) {
        String bundle = Trees.string(tree, "spec", "conversion", "webhook", "clientConfig", "caBundle");
        if (bundle == null || bundle.isEmpty()) return false;
        try {
            byte[] pem = Base64.getDecoder().decode(bundle);
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem))
                    .isEmpty();
        } catch (CertificateException | IllegalArgumentException e) {
            return true;
        }
    }
}
