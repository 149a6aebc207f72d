package io.k8j.apiserver.strategy;

import io.k8j.apiserver.validation.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What is allowed but hardly meant in what storage drivers and classes say. Pure functions. */
final class StorageWarnings {
    private static final String TOKENS = "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver,"
            + " set to true to prevent possible logging of tokens in volume attributes";

    private StorageWarnings() {}

    static List<String> driver(Map<String, Object> driver, Map<String, Object> old) {
        Place spec = Place.of(driver).field("spec");
        boolean asks = !spec.field("tokenRequests").isEmpty()
                && spec.field("serviceAccountTokenInSecrets").absent();
        boolean news = old == null
                || !spec.field("tokenRequests")
                        .list()
                        .equals(Place.of(old).at("spec", "tokenRequests").list());
        return asks && news ? List.of(TOKENS) : List.of();
    }

    static List<String> storageClass(Map<String, Object> storageClass, Map<String, Object> old) {
        List<String> warnings = new ArrayList<>();
        for (Place term : Place.of(storageClass).field("allowedTopologies").items()) {
            for (Place e : term.field("matchLabelExpressions").items()) {
                String words = PodWarnings.OLD_LABELS.get(e.text("key"));
                if (words != null) warnings.add(e.field("key").path() + ": " + words);
            }
        }
        return warnings;
    }

    static List<String> capacity(Map<String, Object> capacity, Map<String, Object> old) {
        List<String> warnings = new ArrayList<>();
        Place topology = Place.of(capacity).field("nodeTopology");
        PodWarnings.nodeTerm(warnings, topology, false);
        Place labels = topology.field("matchLabels");
        for (String label : new TreeSet<>(labels.map().keySet())) {
            String words = PodWarnings.OLD_LABELS.get(label);
            if (words != null) warnings.add(labels.path() + "." + label + ": " + words);
        }
        return warnings;
    }
}
