package io.k8j.apiserver.strategy;

import io.k8j.apiserver.validation.AddressWarnings;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.GoQuote;
import io.k8j.model.validation.Names;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What is allowed in a Pod spec but hardly meant. Pure functions. */
final class PodWarnings {
    static final Map<String, String> OLD_LABELS = Map.of(
            "beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
            "beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead",
            "failure-domain.beta.kubernetes.io/region",
                    "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
            "failure-domain.beta.kubernetes.io/zone",
                    "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
            "beta.kubernetes.io/instance-type",
                    "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
            "app.kubernetes.io/created-by", "deprecated since v1.9",
            "scheduler.alpha.kubernetes.io/preferAvoidPods",
                    "deprecated since v1.22; use Taints and Tolerations instead",
            "node-role.kubernetes.io/master", "use \"node-role.kubernetes.io/control-plane\" instead");

    private static final Map<String, String> OLD_ANNOTATIONS = new TreeMap<>(Map.of(
            "scheduler.alpha.kubernetes.io/critical-pod",
                    "non-functional in v1.16+; use the \"priorityClassName\" field instead",
            "security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead",
            "security.alpha.kubernetes.io/unsafe-sysctls",
                    "non-functional in v1.11+; use the \"sysctls\" field instead"));

    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
    private static final String NO_SELECTOR = ": a null labelSelector results in matching no pod";

    private PodWarnings() {}

    /**
     * Warnings in upstream's order.
     *
     * @param pod whether this is a Pod's own spec, not a template's
     */
    static List<String> of(Place spec, Place metadata, boolean pod) {
        List<String> warnings = new ArrayList<>();
        placement(warnings, spec);
        Place annotations = metadata.field("annotations");
        OLD_ANNOTATIONS.forEach((key, words) -> {
            if (annotations.field(key).present()) {
                warnings.add(annotations.key(key).path() + ": " + words);
            }
        });
        VolumeWarnings.add(warnings, spec.field("volumes"));
        aliases(warnings, spec);
        pullSecrets(warnings, spec.field("imagePullSecrets"));
        ContainerWarnings.fractions(warnings, spec.field("overhead"));
        ContainerWarnings.add(warnings, spec, annotations, pod);
        if (spec.number("terminationGracePeriodSeconds") < 0) {
            warnings.add(spec.path()
                    + ".terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be"
                    + " treated as 1");
        }
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            selectors(warnings, spec.at("affinity", kind));
        }
        for (Place server : spec.at("dnsConfig", "nameservers").items()) {
            warnings.addAll(AddressWarnings.address(server));
        }
        for (Place alias : spec.field("hostAliases").items()) {
            warnings.addAll(AddressWarnings.address(alias.field("ip")));
        }
        return warnings;
    }

    private static void placement(List<String> warnings, Place spec) {
        for (String key : new TreeMap<>(spec.field("nodeSelector").map()).keySet()) {
            if (OLD_LABELS.containsKey(key)) {
                warnings.add(spec.field("nodeSelector").key(key).path() + ": " + OLD_LABELS.get(key));
            }
        }
        Place affinity = spec.at("affinity", "nodeAffinity");
        for (Place term : affinity.at(REQUIRED, "nodeSelectorTerms").items()) {
            nodeTerm(warnings, term, false);
        }
        for (Place term : affinity.field(PREFERRED).items()) {
            nodeTerm(warnings, term.field("preference"), true);
        }
        for (Place spread : spec.field("topologySpreadConstraints").items()) {
            String key = spread.text("topologyKey");
            if (OLD_LABELS.containsKey(key)) {
                warnings.add(spread.field("topologyKey").path() + ": " + key + " is " + OLD_LABELS.get(key));
            }
            if (spread.field("labelSelector").absent()) {
                warnings.add(spread.field("labelSelector").path() + NO_SELECTOR);
            }
        }
    }

    /** @param values whether the values are looked at, too: those of required terms are validated */
    static void nodeTerm(List<String> warnings, Place term, boolean values) {
        for (Place e : term.field("matchExpressions").items()) {
            String key = e.text("key");
            if (OLD_LABELS.containsKey(key)) {
                warnings.add(e.field("key").path() + ": " + key + " is " + OLD_LABELS.get(key));
            }
            if (!values) {
                continue;
            }
            for (Place value : e.field("values").items()) {
                for (String words : Names.labelValue(value.text())) {
                    warnings.add(value.path() + ": " + value.text() + " is invalid, " + words);
                }
            }
        }
    }

    private static void aliases(List<String> warnings, Place spec) {
        Set<String> aliases = new HashSet<>();
        for (Place alias : spec.field("hostAliases").items()) {
            if (!aliases.add(alias.text("ip"))) {
                warnings.add(alias.field("ip").path() + ": duplicate ip " + GoQuote.quote(alias.text("ip")));
            }
        }
    }

    private static void pullSecrets(List<String> warnings, Place secrets) {
        Set<String> names = new HashSet<>();
        for (Place secret : secrets.items()) {
            if (!names.add(secret.text("name"))) {
                warnings.add(secret.field("name").path() + ": duplicate name " + GoQuote.quote(secret.text("name")));
            }
        }
        for (Place secret : secrets.items()) {
            if (secret.text("name").isEmpty()) {
                warnings.add(secret.field("name").path() + ": invalid empty name \"\"");
            }
        }
    }

    private static void selectors(List<String> warnings, Place affinity) {
        for (Place term : affinity.field(REQUIRED).items()) {
            if (term.field("labelSelector").absent()) {
                warnings.add(term.field("labelSelector").path() + NO_SELECTOR);
            }
        }
        for (Place term : affinity.field(PREFERRED).items()) {
            Place selector = term.at("podAffinityTerm", "labelSelector");
            if (selector.absent()) {
                warnings.add(selector.path() + NO_SELECTOR);
            }
        }
    }
}
