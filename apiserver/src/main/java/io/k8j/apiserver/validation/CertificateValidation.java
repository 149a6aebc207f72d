package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.validation.Names;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

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
        for (String message : Names.dns1123Subdomain(parts[0])) {
            f.invalid(p, parts[0], "validating domain segment: " + message);
        }
        if (!parts[0].contains(".")) {
            f.invalid(p, parts[0], "should be a domain with at least two segments separated by dots");
        }
        for (String message : Names.dns1123Subdomain(parts[1])) {
            f.invalid(p, parts[1], "validating label " + io.k8j.model.api.GoQuote.quote(parts[1]) + ": " + message);
        }
        if (name.length() > SIGNER_LIMIT) {
            f.tooLong(p, SIGNER_LIMIT);
        }
    }

    /** The request that a CSR object holds; null if it cannot be read. */
    public static PKCS10CertificationRequest request(Map<String, Object> object) {
        try {
            String pem = new String(
                    Base64.getDecoder()
                            .decode(Place.of(object).at("spec", "request").text()),
                    StandardCharsets.US_ASCII);
            int from = pem.indexOf("-----BEGIN CERTIFICATE REQUEST-----");
            int to = pem.indexOf("-----END CERTIFICATE REQUEST-----");
            if (from < 0 || to < from) {
                return null;
            }
            String body = pem.substring(from + "-----BEGIN CERTIFICATE REQUEST-----".length(), to);
            return new PKCS10CertificationRequest(Base64.getMimeDecoder().decode(body));
        } catch (IOException | IllegalArgumentException e) {
            return null; // reported as a value that is no PEM block
        }
    }

    public static List<FieldError> signingRequest(Map<String, Object> object) {
        Findings f = new Findings();
        Place p = Place.of(object);
        Place spec = p.field("spec");
        if (request(object) == null) {
            f.invalid(
                    spec.field("request"),
                    spec.field("request").value(),
                    "unable to parse csr: PEM block type must be CERTIFICATE REQUEST");
        }
        Place usages = spec.field("usages");
        if (usages.isEmpty()) {
            f.required(usages, "usages is required");
        }
        Set<String> seen = new HashSet<>();
        for (Place usage : usages.items()) {
            if (!USAGES.contains(usage.text())) {
                f.notSupported(usage, usage.text(), USAGES);
            }
            if (!seen.add(usage.text())) {
                f.duplicate(usage, usage.text());
            }
        }
        if (spec.text("signerName").equals("kubernetes.io/legacy-unknown")) {
            f.invalid(spec.field("signerName"), "the legacy signerName is not allowed via this API version");
        } else {
            signerName(f, spec.field("signerName"));
        }
        Place expires = spec.field("expirationSeconds");
        if (expires.present() && expires.number(0) < 600) {
            f.invalid(expires, "may not specify a duration less than 600 seconds (10 minutes)");
        }
        conditions(f, p.at("status", "conditions"));
        return f.list();
    }

    private static void conditions(Findings f, Place conditions) {
        Set<String> seen = new HashSet<>();
        boolean approved = false;
        boolean denied = false;
        for (Place c : conditions.items()) {
            Place type = c.field("type");
            if (type.text().isEmpty()) {
                f.required(type);
            }
            approved |= type.text().equals("Approved");
            denied |= type.text().equals("Denied");
            Place status = c.field("status");
            if (status.text().isEmpty()) {
                f.required(status);
            } else if (List.of("Approved", "Denied", "Failed").contains(type.text())) {
                Meta.oneOf(f, status, List.of("True"));
            } else {
                Meta.oneOf(f, status, List.of("False", "True", "Unknown"));
            }
            if (!seen.add(type.text())) {
                f.duplicate(c, type.text());
            }
        }
        if (approved && denied) {
            f.invalid(conditions, "Denied", "Approved and Denied conditions are mutually exclusive");
        }
    }

    /** Checks an update of {@code status} or {@code approval}. */
    public static List<FieldError> statusUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place now = Place.of(object).field("status");
        Place before = Place.of(old).field("status");
        conditions(f, now.field("conditions"));
        for (String type : List.of("Approved", "Denied", "Failed")) {
            boolean had = before.field("conditions").items().stream()
                    .anyMatch(c -> c.text("type").equals(type));
            boolean has = now.field("conditions").items().stream()
                    .anyMatch(c -> c.text("type").equals(type));
            if (had && !has) {
                f.forbidden(now.field("conditions"), "updates may not remove a condition of type \"" + type + "\"");
            }
        }
        if (!before.field("certificate").isEmpty()
                && !Meta.same(now.field("certificate"), before.field("certificate"))) {
            f.forbidden(now.field("certificate"), "updates may not set certificate content");
        }
        return f.list();
    }
}
