package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.api.GoQuote;
import io.k8j.model.validation.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks certificate signing requests. */
public final class CertificateValidation {
    private static final List<String> USAGES = List.of(
            "any",
            "cert sign",
            "client auth",
            "code signing",
            "content commitment",
            "crl sign",
            "data encipherment",
            "decipher only",
            "digital signature",
            "email protection",
            "encipher only",
            "ipsec end system",
            "ipsec tunnel",
            "ipsec user",
            "key agreement",
            "key encipherment",
            "microsoft sgc",
            "netscape sgc",
            "ocsp signing",
            "s/mime",
            "server auth",
            "signing",
            "timestamping");
    private static final int DOMAIN_LIMIT = 253;
    private static final int SIGNER_LIMIT = 571;

    private CertificateValidation() {}

    static void signerName(Findings f, Place p) {
        String name = p.text();
        if (name.isEmpty()) {
            f.required(p);
            return;
        }
        String[] parts = name.split("/", -1);
        if (parts.length != 2) {
            f.invalid(p, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
            return;
        }
        if (Meta.bytes(parts[0]) > DOMAIN_LIMIT) {
            f.tooLong(p, DOMAIN_LIMIT);
        }
        String[] labels = parts[0].split("\\.", -1);
        segment(f, p, parts[0], labels, true);
        if (labels.length < 2) {
            f.invalid(p, parts[0], "should be a domain with at least two segments separated by dots");
        }
        segment(f, p, parts[1], parts[1].split("\\.", -1), false);
        if (Meta.bytes(name) > SIGNER_LIMIT) {
            f.tooLong(p, SIGNER_LIMIT);
        }
    }

    /** Complains of the first label that is none, as the others would look the same. */
    private static void segment(Findings f, Place p, String segment, String[] labels, boolean shortOnes) {
        for (String label : labels) {
            List<String> wrong = shortOnes ? Names.dns1123Label(label) : Names.dns1123Subdomain(label);
            for (String words : wrong) {
                f.invalid(p, segment, "validating label " + GoQuote.quote(label) + ": " + words);
            }
            if (!wrong.isEmpty()) return;
        }
    }

    public static List<FieldError> signingRequest(Map<String, Object> object) {
        return check(object, Map.of()).list();
    }

    /** @param old what it has wrong already may stay wrong; empty for a new one */
    private static Findings check(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place p = Place.of(object);
        Place spec = p.field("spec");
        String problem = CertificateRequests.problem(object);
        if (problem != null) {
            f.invalid(spec.field("request"), spec.field("request").value(), problem);
        }
        usages(f, spec.field("usages"), Place.of(old).at("spec", "usages").texts());
        String legacy = "kubernetes.io/legacy-unknown";
        boolean hadLegacy = Place.of(old).at("spec", "signerName").text().equals(legacy);
        if (spec.text("signerName").equals(legacy) && !hadLegacy) {
            f.invalid(spec.field("signerName"), "the legacy signerName is not allowed via this API version");
        } else {
            signerName(f, spec.field("signerName"));
        }
        Place expires = spec.field("expirationSeconds");
        if (expires.present() && expires.number(0) < 600) {
            f.invalid(expires, "may not specify a duration less than 600 seconds (10 minutes)");
        }
        conditions(f, p.at("status", "conditions"), types(old));
        certificate(f, p.at("status", "certificate"), Place.of(old).at("status", "certificate"));
        return f;
    }

    private static void usages(Findings f, Place usages, List<String> before) {
        if (usages.isEmpty()) {
            f.required(usages);
        }
        if (USAGES.containsAll(before)) {
            for (Place usage : usages.items()) {
                if (!USAGES.contains(usage.text())) f.notSupported(usage, usage.text(), USAGES);
            }
        }
        if (isRepeated(before)) return;
        Set<String> seen = new HashSet<>();
        for (Place usage : usages.items()) {
            if (!seen.add(usage.text())) f.duplicate(usage, usage.text());
        }
    }

    private static boolean isRepeated(List<String> texts) {
        return new HashSet<>(texts).size() < texts.size();
    }

    private static List<String> types(Map<String, Object> request) {
        return Place.of(request).at("status", "conditions").items().stream()
                .map(condition -> condition.text("type"))
                .toList();
    }

    private static void certificate(Findings f, Place now, Place before) {
        if (now.text().equals(before.text()) || CertificateRequests.certificateProblem(before.text()) != null) return;
        String problem = CertificateRequests.certificateProblem(now.text());
        if (problem != null) f.invalid(now, "<certificate data>", problem);
    }

    private static void conditions(Findings f, Place conditions, List<String> before) {
        boolean both = before.contains("Approved") && before.contains("Denied");
        Set<String> seen = new HashSet<>();
        for (Place c : conditions.items()) {
            Place type = c.field("type");
            if (type.text().isEmpty() && !before.contains("")) {
                f.required(type);
            }
            boolean onlyTrue = List.of("Approved", "Denied", "Failed").contains(type.text());
            Meta.requiredOneOf(f, c.field("status"), onlyTrue ? List.of("True") : List.of("False", "True", "Unknown"));
            boolean second = !seen.add(type.text());
            boolean contradicts = type.text().equals("Approved") && seen.contains("Denied")
                    || type.text().equals("Denied") && seen.contains("Approved");
            if (contradicts && !both) {
                f.invalid(conditions, type.text(), "Approved and Denied conditions are mutually exclusive");
            }
            if (second && !isRepeated(before)) {
                f.duplicate(type, type.text());
            }
        }
    }

    /**
     * Checks an update of {@code status} or {@code approval}.
     *
     * @param approval whether conditions Approved and Denied may be set, and the certificate may not
     */
    public static List<FieldError> statusUpdate(boolean approval, Map<String, Object> object, Map<String, Object> old) {
        Findings f = check(object, old);
        Place status = Place.of(object).field("status");
        List<String> before = types(old);
        List<String> now = types(object);
        for (String type : List.of("Approved", "Denied", "Failed")) {
            if (count(now, type) < count(before, type)) {
                f.forbidden(
                        status.field("conditions"),
                        "updates may not remove a condition of type " + GoQuote.quote(type));
            }
        }
        for (String type : approval ? List.<String>of() : List.of("Approved", "Denied")) {
            if (count(now, type) > count(before, type)) {
                f.forbidden(
                        status.field("conditions"), "updates may not add a condition of type " + GoQuote.quote(type));
            }
        }
        String had = Place.of(old).at("status", "certificate").text();
        if (!had.equals(status.text("certificate"))) {
            if (approval) {
                f.forbidden(status.field("certificate"), "updates may not set certificate content");
            } else if (!had.isEmpty()) {
                f.forbidden(status.field("certificate"), "updates may not modify existing certificate content");
            }
        }
        return f.list();
    }

    private static long count(List<String> types, String type) {
        return types.stream().filter(type::equals).count();
    }
}
