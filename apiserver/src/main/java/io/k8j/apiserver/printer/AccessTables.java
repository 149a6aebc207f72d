package io.k8j.apiserver.printer;

import static io.k8j.apiserver.printer.Docs.field;
import static io.k8j.apiserver.printer.Docs.paragraphs;

import io.k8j.apiserver.printer.Table.Row;
import io.k8j.apiserver.validation.Place;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** Tables of roles, certificates, leases and what watches over requests. */
final class AccessTables {
    private static final String WEBHOOKS = "Webhooks indicates the number of webhooks registered in this configuration";

    static final Map<String, Table> TABLES = Map.ofEntries(
            Map.entry("RoleBinding", binding("RoleBinding", "roleBinding")),
            Map.entry("ClusterRoleBinding", binding("ClusterRoleBinding", "clusterRoleBinding")),
            Map.entry("CertificateSigningRequest", certificateSigningRequest()),
            Map.entry(
                    "ClusterTrustBundle",
                    Table.named()
                            .column(
                                    "SignerName",
                                    "string",
                                    field("certificates.v1beta1.ClusterTrustBundleSpec", "signerName"),
                                    r -> Cells.orNone(r.text("spec", "signerName")))),
            Map.entry(
                    "Lease",
                    Table.named()
                            .column(
                                    "Holder",
                                    "string",
                                    field("coordination.v1.LeaseSpec", "holderIdentity"),
                                    r -> r.text("spec", "holderIdentity"))
                            .age()),
            Map.entry(
                    "LeaseCandidate",
                    Table.named()
                            .column(
                                    "LeaseName",
                                    "string",
                                    field("coordination.v1beta1.LeaseCandidateSpec", "leaseName"),
                                    r -> r.text("spec", "leaseName"))
                            .column("BinaryVersion", "string", "", r -> r.text("spec", "binaryVersion"))
                            .column("EmulationVersion", "string", "", r -> r.text("spec", "emulationVersion"))
                            .age()),
            Map.entry("MutatingWebhookConfiguration", webhooks()),
            Map.entry("ValidatingWebhookConfiguration", webhooks()),
            Map.entry(
                    "ValidatingAdmissionPolicy",
                    policy(
                            "Validations",
                            "Validations indicates the number of validation rules defined in this configuration",
                            "validations")),
            Map.entry(
                    "MutatingAdmissionPolicy",
                    policy(
                            "Mutations",
                            "Mutation indicates the number of mutations rules defined in this configuration",
                            "mutations")),
            Map.entry("ValidatingAdmissionPolicyBinding", policyBinding()),
            Map.entry("MutatingAdmissionPolicyBinding", policyBinding()),
            Map.entry("APIService", apiService()));

    private static final String SIGNER = """
            Requested signer for the request. It is a qualified name in the form: `scope-hostname.io/name`. If empty, it \
            will be defaulted:
             1. If it's a kubelet client certificate, it is assigned
                "kubernetes.io/kube-apiserver-client-kubelet".
             2. If it's a kubelet serving certificate, it is assigned
                "kubernetes.io/kubelet-serving".
             3. Otherwise, it is assigned "kubernetes.io/legacy-unknown".
            Distribution of trust for signers happens out of band. You can select on this field using `spec.signerName`.\
            """;

    private AccessTables() {}

    private static Table binding(String kind, String word) {
        return Table.named()
                .column(
                        "Role",
                        "string",
                        field("rbac.v1." + kind, "roleRef"),
                        r -> r.text("roleRef", "kind") + "/" + r.text("roleRef", "name"))
                .age()
                .wide("Users", "string", "Users in the " + word, r -> subjects(r, "User"))
                .wide("Groups", "string", "Groups in the " + word, r -> subjects(r, "Group"))
                .wide(
                        "ServiceAccounts",
                        "string",
                        "ServiceAccounts in the " + word,
                        r -> subjects(r, "ServiceAccount"));
    }

    private static String subjects(Row row, String kind) {
        return row.at("subjects").items().stream()
                .filter(s -> s.text("kind").equals(kind))
                .map(s -> kind.equals("ServiceAccount") ? s.text("namespace") + "/" + s.text("name") : s.text("name"))
                .collect(Collectors.joining(", "));
    }

    private static Table certificateSigningRequest() {
        String spec = "certificates.v1.CertificateSigningRequestSpec";
        return Table.named()
                .age()
                .column("SignerName", "string", SIGNER, r -> Cells.orNone(r.text("spec", "signerName")))
                .column("Requestor", "string", "Base64-encoded PKCS#10 CSR data", r -> r.text("spec", "username"))
                .column(
                        "RequestedDuration",
                        "string",
                        paragraphs(spec, "expirationSeconds"),
                        AccessTables::requestedTime)
                .column(
                        "Condition",
                        "string",
                        "Conditions applied to the request, such as approval or denial.",
                        AccessTables::certificateState);
    }

    private static String requestedTime(Row row) {
        Long seconds = row.at("spec", "expirationSeconds").number();
        return seconds == null ? "<none>" : Durations.words(Duration.ofSeconds(seconds));
    }

    private static String certificateState(Row row) {
        Place conditions = row.at("status", "conditions");
        StringBuilder state = new StringBuilder();
        if (has(conditions, "Denied")) {
            state.append("Denied");
        } else {
            state.append(has(conditions, "Approved") ? "Approved" : "Pending");
        }
        if (has(conditions, "Failed")) {
            state.append(",Failed");
        }
        return row.at("status", "certificate").isEmpty()
                ? state.toString()
                : state.append(",Issued").toString();
    }

    private static boolean has(Place conditions, String type) {
        return conditions.items().stream().anyMatch(c -> c.text("type").equals(type));
    }

    private static Table webhooks() {
        return Table.named()
                .column("Webhooks", "integer", WEBHOOKS, r ->
                        (long) r.at("webhooks").size())
                .age();
    }

    private static Table policy(String column, String description, String list) {
        return Table.named()
                .column(column, "integer", description, r ->
                        (long) r.at("spec", list).size())
                .column(
                        "ParamKind",
                        "string",
                        "ParamKind specifies the kind of resources used to parameterize this policy",
                        r -> {
                            Place kind = r.at("spec", "paramKind");
                            return kind.absent() ? "<unset>" : kind.text("apiVersion") + "/" + kind.text("kind");
                        })
                .age();
    }

    private static Table policyBinding() {
        return Table.named()
                .column(
                        "PolicyName",
                        "string",
                        "PolicyName indicates the policy definition which the policy binding binded to",
                        r -> r.text("spec", "policyName"))
                .column(
                        "ParamRef",
                        "string",
                        "ParamRef indicates the param resource which sets the configuration param",
                        AccessTables::paramRef)
                .age();
    }

    private static String paramRef(Row row) {
        Place ref = row.at("spec", "paramRef");
        if (!ref.text("name").isEmpty()) {
            return (ref.text("namespace").isEmpty() ? "*" : ref.text("namespace")) + "/" + ref.text("name");
        }
        return ref.field("selector").absent() ? "<unset>" : Cells.goSelector(ref.field("selector"));
    }

    private static Table apiService() {
        return Table.named()
                .column("Service", "string", "The reference to the service that hosts this API endpoint.", r -> {
                    Place service = r.at("spec", "service");
                    return service.absent() ? "Local" : service.text("namespace") + "/" + service.text("name");
                })
                .column("Available", "string", "Whether this service is available.", AccessTables::available)
                .age();
    }

    private static String available(Row row) {
        for (Place c : row.at("status", "conditions").items()) {
            if (c.text("type").equals("Available")) {
                boolean bare =
                        c.text("status").equals("True") || c.text("reason").isEmpty();
                return bare ? c.text("status") : c.text("status") + " (" + c.text("reason") + ")";
            }
        }
        return "Unknown";
    }
}
