package io.k8j.apiserver.strategy;

import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.GoQuote;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.quantity.QuantityException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What is allowed in a Pod spec but hardly meant. */
final class PodWarnings {
    private static final Map<String, String> OLD_LABELS = Map.of(
            "beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
            "beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead",
            "failure-domain.beta.kubernetes.io/region",
                    "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
            "failure-domain.beta.kubernetes.io/zone",
                    "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
            "beta.kubernetes.io/instance-type",
                    "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead");

    private PodWarnings() {}

    static List<String> of(Place spec, Place metadata, boolean pod) {
        List<String> warnings = new ArrayList<>();
        for (String key : new TreeMap<>(spec.field("nodeSelector").map()).keySet()) {
            if (OLD_LABELS.containsKey(key)) {
                warnings.add(spec.field("nodeSelector").key(key).path() + ": " + OLD_LABELS.get(key));
            }
        }
        if (spec.number("terminationGracePeriodSeconds") < 0) {
            warnings.add(
                    spec.path()
                            + ".terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1");
        }
        Set<String> aliases = new HashSet<>();
        for (Place alias : spec.field("hostAliases").items()) {
            if (!aliases.add(alias.text("ip"))) {
                warnings.add(alias.field("ip").path() + ": duplicate ip " + GoQuote.quote(alias.text("ip")));
            }
        }
        for (Place secret : spec.field("imagePullSecrets").items()) {
            if (secret.text("name").isEmpty()) {
                warnings.add(secret.path() + ": invalid empty name \"\"");
            }
        }
        for (String list : List.of("initContainers", "containers")) {
            spec.field(list).items().forEach(c -> container(warnings, c));
        }
        volumes(warnings, spec.field("volumes"));
        return warnings;
    }

    private static void container(List<String> warnings, Place c) {
        Map<String, String> names = new HashMap<>();
        for (Place variable : c.field("env").items()) {
            String name = variable.text("name");
            if (names.put(name, name) != null) {
                warnings.add(variable.path() + ": hides previous definition of " + GoQuote.quote(name)
                        + ", which may be dropped when using apply");
            }
        }
        Set<String> ports = new HashSet<>();
        for (Place port : c.field("ports").items()) {
            String key = port.number("containerPort") + "/" + port.text("protocol");
            if (port.number("hostPort") == 0 && !ports.add(key)) {
                warnings.add(
                        port.path() + ": duplicate port definition with " + c.path() + ".ports[" + index(c, key) + "]");
            }
        }
        for (String kind : List.of("limits", "requests")) {
            for (String resource : List.of("memory", "ephemeral-storage")) {
                Place amount = c.at("resources", kind).key(resource);
                if (fractional(amount)) {
                    warnings.add(amount.path() + ": fractional byte value "
                            + GoQuote.quote(String.valueOf(amount.value())) + " is invalid, must be an integer");
                }
            }
        }
    }

    private static int index(Place c, String key) {
        List<Place> ports = c.field("ports").items();
        for (int i = 0; i < ports.size(); i++) {
            if ((ports.get(i).number("containerPort") + "/" + ports.get(i).text("protocol")).equals(key)) {
                return i;
            }
        }
        return 0;
    }

    private static boolean fractional(Place amount) {
        if (amount.absent()) {
            return false;
        }
        try {
            return Quantity.of(amount.value())
                            .amount()
                            .remainder(BigDecimal.ONE)
                            .signum()
                    != 0;
        } catch (QuantityException e) {
            return false;
        }
    }

    private static void volumes(List<String> warnings, Place volumes) {
        Map<String, String> old = Map.of(
                "gitRepo", "deprecated in v1.11, and disabled by default in v1.33+",
                "glusterfs", "deprecated in v1.25, non-functional in v1.26+",
                "cephfs", "deprecated in v1.28, non-functional in v1.31+",
                "rbd", "deprecated in v1.28, non-functional in v1.31+",
                "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+",
                "scaleIO", "deprecated in v1.16, non-functional in v1.22+",
                "storageos", "deprecated in v1.22, non-functional in v1.25+");
        for (Place volume : volumes.items()) {
            for (Map.Entry<String, String> e : new TreeMap<>(old).entrySet()) {
                if (volume.field(e.getKey()).present()) {
                    warnings.add(volume.field(e.getKey()).path() + ": " + e.getValue());
                }
            }
        }
    }
}
