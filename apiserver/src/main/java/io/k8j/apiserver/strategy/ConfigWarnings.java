package io.k8j.apiserver.strategy;

import io.k8j.apiserver.validation.KeyPairs;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.quantity.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is allowed but hardly meant in Secrets, ServiceAccounts and ResourceQuotas. Pure functions. */
final class ConfigWarnings {
    private static final String MOUNTABLE = "kubernetes.io/enforce-mountable-secrets";

    private ConfigWarnings() {}

    /** A certificate should go with its key. */
    static List<String> secret(Map<String, Object> secret, Map<String, Object> old) {
        Place p = Place.of(secret);
        if (!p.text("type").equals("kubernetes.io/tls")) return List.of();
        String problem = KeyPairs.problem(
                p.field("data").text("tls.crt"), p.field("data").text("tls.key"));
        return problem == null ? List.of() : List.of(problem);
    }

    static List<String> account(Map<String, Object> account, Map<String, Object> old) {
        boolean had = old != null
                && Place.of(old).at("metadata", "annotations").field(MOUNTABLE).present();
        if (had
                || Place.of(account)
                        .at("metadata", "annotations")
                        .field(MOUNTABLE)
                        .absent()) return List.of();
        return List.of("metadata.annotations[" + MOUNTABLE
                + "]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets");
    }

    /** New quotas should not ask for more than they limit. */
    static List<String> quota(Map<String, Object> quota, Map<String, Object> old) {
        if (old != null) return List.of();
        List<String> warnings = new ArrayList<>();
        Place hard = Place.of(quota).at("spec", "hard");
        for (String name : List.of("cpu", "memory", "storage", "ephemeral-storage")) {
            boolean bare = hard.field("requests." + name).absent() && (name.equals("cpu") || name.equals("memory"));
            String asked = bare ? name : "requests." + name;
            Object request = hard.field(asked).value();
            Object limit = hard.field("limits." + name).value();
            if (request == null || limit == null || Quantity.of(request).compareTo(Quantity.of(limit)) <= 0) continue;
            warnings.add("ResourceQuota %s (%s) should be less than limits.%s (%s)"
                    .formatted(asked, Quantity.of(request), name, Quantity.of(limit)));
        }
        return warnings;
    }
}
