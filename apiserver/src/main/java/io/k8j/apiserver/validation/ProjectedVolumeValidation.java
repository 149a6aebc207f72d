package io.k8j.apiserver.validation;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks projected volumes: several sources below one directory. */
final class ProjectedVolumeValidation {
    private static final String CONFLICT = "conflicting duplicate paths";
    private static final long TEN_MINUTES = 600;
    private static final List<String> KEY_TYPES =
            List.of("RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519");

    private ProjectedVolumeValidation() {}

    static void check(Findings f, Place projected) {
        VolumeValidation.mode(f, projected.field("defaultMode"));
        Set<String> paths = new HashSet<>();
        for (Place source : projected.field("sources").items()) {
            int kinds = 0;
            for (String kind : List.of("secret", "configMap")) {
                if (source.field(kind).present()) {
                    kinds++;
                    keys(f, projected, source.field(kind), paths);
                }
            }
            if (source.field("downwardAPI").present()) {
                kinds++;
                downward(f, projected, source.field("downwardAPI"), paths);
            }
            if (source.field("serviceAccountToken").present()) {
                kinds++;
                token(f, projected, source.field("serviceAccountToken"));
            }
            if (source.field("clusterTrustBundle").present()) {
                kinds++;
                trustBundle(f, projected, source.field("clusterTrustBundle"), paths);
            }
            if (source.field("podCertificate").present()) {
                kinds++;
                certificate(f, projected, source.field("podCertificate"), paths);
            }
            if (kinds > 1) {
                f.forbidden(source, "may not specify more than 1 volume type per source");
            }
        }
    }

    private static void keys(Findings f, Place projected, Place source, Set<String> paths) {
        if (source.text("name").isEmpty()) {
            f.required(source.field("name"));
        }
        for (Place item : source.field("items").items()) {
            VolumeValidation.keyToPath(f, item);
            String path = item.text("path");
            if (!path.isEmpty() && !paths.add(path)) {
                f.invalid(projected, source.text("name"), CONFLICT);
            }
        }
    }

    private static void downward(Findings f, Place projected, Place source, Set<String> paths) {
        for (Place item : source.field("items").items()) {
            VolumeValidation.downwardFile(f, item, source);
            String path = item.text("path");
            if (!path.isEmpty() && !paths.add(path)) {
                f.invalid(projected, path, CONFLICT);
            }
        }
    }

    private static void token(Findings f, Place projected, Place source) {
        long expires = source.number("expirationSeconds");
        if (expires < TEN_MINUTES) {
            f.invalid(source.field("expirationSeconds"), expires, "may not specify a duration less than 10 minutes");
        }
        if (expires > 1L << 32) {
            f.invalid(
                    source.field("expirationSeconds"), expires, "may not specify a duration larger than 2^32 seconds");
        }
        Place path = new Place(source.field("path").value(), projected.path() + ".path");
        if (path.text().isEmpty()) {
            f.required(path);
        } else {
            PathValidation.localNonReserved(f, path);
        }
    }

    private static void trustBundle(Findings f, Place projected, Place source, Set<String> paths) {
        boolean name = source.field("name").present();
        boolean signer = source.field("signerName").present();
        if (name && signer) {
            f.invalid(source, "only one of name and signerName may be used");
        } else if (name) {
            if (source.text("name").isEmpty()) {
                f.required(source.field("name"), "must be a valid object name");
            }
            bundleName(f, source.field("name"));
            if (source.field("labelSelector").present()) {
                f.invalid(source.field("labelSelector"), "labelSelector must be unset if name is specified");
            }
        } else if (signer) {
            if (source.text("signerName").isEmpty()) {
                f.required(source.field("signerName"), "must be a valid signer name");
            }
            CertificateValidation.signerName(f, source.field("signerName"));
            LabelSelectorValidation.check(f, source.field("labelSelector"));
        } else {
            f.required(source, "either name or signerName must be specified");
        }
        if (source.text("path").isEmpty()) {
            f.required(source.field("path"));
        }
        PathValidation.localNonReserved(f, source.field("path"));
        if (!paths.add(source.text("path"))) {
            f.invalid(projected, source.text("path"), CONFLICT);
        }
    }

    /** Bundles of a signer carry its name as prefix, with colons for slashes. */
    private static void bundleName(Findings f, Place at) {
        String name = at.text();
        int colon = name.lastIndexOf(':');
        String rest = colon < 0 ? name : name.substring(colon + 1);
        for (String message : io.k8j.model.validation.Names.dns1123Subdomain(rest)) {
            f.invalid(at, name, "not a valid clustertrustbundlename: " + message);
        }
    }

    private static void certificate(Findings f, Place projected, Place source, Set<String> paths) {
        CertificateValidation.signerName(f, source.field("signerName"));
        Meta.oneOf(f, source.field("keyType"), KEY_TYPES);
        Place maximum = source.field("maxExpirationSeconds");
        if (maximum.present() && maximum.number(0) < 3600) {
            f.invalid(maximum, "if provided, maxExpirationSeconds must be >= 3600");
        }
        long limit = source.text("signerName").startsWith("kubernetes.io/") ? 86_400 : 7_862_400;
        if (maximum.present() && maximum.number(0) > limit) {
            f.invalid(maximum, "if provided, maxExpirationSeconds must be <= " + limit);
        }
        int given = 0;
        for (String field : List.of("credentialBundlePath", "keyPath", "certificateChainPath")) {
            Place path = source.field(field);
            if (path.text().isEmpty()) {
                continue;
            }
            given++;
            PathValidation.localNonReserved(f, path);
            if (!paths.add(path.text())) {
                f.invalid(projected, path.text(), CONFLICT);
            }
        }
        if (given == 0) {
            f.required(source, "specify at least one of credentialBundlePath, keyPath, and certificateChainPath");
        }
    }
}
