package io.k8j.apiserver.strategy;

import io.k8j.apiserver.validation.AddressWarnings;
import io.k8j.apiserver.validation.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is allowed but hardly meant in what says who reaches whom. Pure functions. */
final class NetworkWarnings {
    private static final String CLASS = "kubernetes.io/ingress.class";

    private NetworkWarnings() {}

    static List<String> ingress(Map<String, Object> ingress, Map<String, Object> old) {
        Place p = Place.of(ingress);
        boolean named = p.at("metadata", "annotations").field(CLASS).present();
        return old != null || !named || p.at("spec", "ingressClassName").present()
                ? List.of()
                : List.of("annotation \"" + CLASS + "\" is deprecated, please use 'spec.ingressClassName' instead");
    }

    /** The addresses in the status of a Service or an Ingress; the place named is the entry, not its address. */
    static List<String> balancers(Map<String, Object> object) {
        List<String> warnings = new ArrayList<>();
        for (Place entry :
                Place.of(object).at("status", "loadBalancer", "ingress").items()) {
            warnings.addAll(AddressWarnings.address(entry.path(), entry.text("ip")));
        }
        return warnings;
    }

    static List<String> podStatus(Map<String, Object> pod) {
        List<String> warnings = new ArrayList<>();
        for (String list : List.of("podIPs", "hostIPs")) {
            for (Place entry : Place.of(pod).at("status", list).items()) {
                warnings.addAll(AddressWarnings.address(entry.field("ip")));
            }
        }
        return warnings;
    }

    static List<String> policy(Map<String, Object> policy) {
        List<String> warnings = new ArrayList<>();
        Place spec = Place.of(policy).field("spec");
        peers(warnings, spec.field("ingress"), "from");
        peers(warnings, spec.field("egress"), "to");
        return warnings;
    }

    private static void peers(List<String> warnings, Place rules, String side) {
        for (Place rule : rules.items()) {
            for (Place peer : rule.field(side).items()) {
                Place block = peer.field("ipBlock");
                if (!block.present()) continue;
                warnings.addAll(AddressWarnings.range(block.field("cidr")));
                block.field("except").items().forEach(e -> warnings.addAll(AddressWarnings.range(e)));
            }
        }
    }
}
