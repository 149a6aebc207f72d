package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.validation.Names;
import java.util.List;
import java.util.Set;

/** Checks what a kubelet says of a Pod. */
final class PodStatusValidation {
    private static final Set<String> SYSTEM_CONDITIONS = Set.of("PodScheduled", "Ready", "Initialized");

    private PodStatusValidation() {}

    static List<FieldError> check(Place pod, Place old) {
        Findings f = new Findings();
        PodAnnotationValidation.updates(f, pod, old);
        Place status = pod.field("status");
        Place before = old.field("status");
        for (Place c : status.field("conditions").items()) {
            if (c.number("observedGeneration") < 0) {
                f.invalid(c.field("observedGeneration"), "must be a non-negative integer");
            }
            if (!SYSTEM_CONDITIONS.contains(c.text("type"))) {
                f.invalid(c.field("Type"), c.text("type"), Names.qualifiedName(c.text("type")));
            }
        }
        if (!pod.at("spec", "nodeName").text().equals(old.at("spec", "nodeName").text())) {
            f.forbidden(status.field("nodeName"), "may not be changed directly");
        }
        Place nominated = status.field("nominatedNodeName");
        boolean renamed = !nominated.text().isEmpty() && !nominated.text().equals(before.text("nominatedNodeName"));
        if (renamed) {
            Meta.dnsSubdomain(f, nominated);
            if (!old.at("spec", "nodeName").text().isEmpty()) {
                f.forbidden(nominated, "may not be set on pods that are already bound to a node");
            }
        }
        if (status.number("observedGeneration") < 0) {
            f.invalid(status.field("observedGeneration"), "must be a non-negative integer");
        }
        if (!status.text("qosClass").equals(before.text("qosClass"))) {
            f.invalid(status.field("qosClass"), status.text("qosClass"), Meta.IMMUTABLE);
        }
        ContainerStateValidation.check(f, status, before, old.field("spec"));
        PodClaimStatusValidation.check(f, pod);
        addresses(f, status.field("podIPs"), before.field("podIPs"));
        Place hostIps = status.field("hostIPs");
        if (!hostIps.isEmpty() && !hostIps.index(0).text("ip").equals(status.text("hostIP"))) {
            f.invalid(hostIps.index(0).field("ip"), hostIps.index(0).text("ip"), "must be equal to `hostIP`");
        }
        addresses(f, hostIps, before.field("hostIPs"));
        ContainerStatusValidation.check(f, pod);
        return f.list();
    }

    private static void addresses(Findings f, Place ips, Place before) {
        List<String> known = before.items().stream().map(ip -> ip.text("ip")).toList();
        for (Place ip : ips.items()) {
            if (!known.contains(ip.text("ip"))) {
                Meta.ip(f, ip.with(ip.text("ip")));
            }
        }
        if (ips.size() > 1) {
            long v6 = ips.items().stream()
                    .filter(ip -> Meta.isIpv6(ip.text("ip")))
                    .count();
            if (ips.size() > 2 || v6 != 1) {
                f.invalid(ips, "may specify no more than one IP for each IP family");
            }
        }
    }
}
