package io.k8j.apiserver.validation;

import io.k8j.apiserver.validation.ContainerValidation.Surroundings;
import io.k8j.model.validation.Names;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Checks Pod specs, of Pods and of templates alike. */
final class PodSpecValidation {
    static final List<String> RESTART_POLICIES = List.of("Always", "OnFailure", "Never");
    private static final List<String> DNS_POLICIES =
            List.of("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
    private static final String NO_HOST_USERS = "when `hostUsers` is false";

    private PodSpecValidation() {}

    /**
     * Checks a spec.
     *
     * @param podName name of the Pod; empty for templates
     * @param pod whether this is a Pod's own spec
     */
    static void check(Findings f, Place spec, String podName, boolean pod) {
        if (spec.field("terminationGracePeriodSeconds").absent()) {
            f.required(spec.field("terminationGracePeriodSeconds"));
        }
        Map<String, Place> volumes = VolumeValidation.check(f, spec.field("volumes"), podName);
        Set<String> claims = new HashSet<>();
        spec.field("resourceClaims").items().forEach(c -> claims.add(c.text("name")));
        claims.remove("");
        resourceClaims(f, spec.field("resourceClaims"));
        Surroundings s = new Surroundings(
                volumes,
                claims,
                spec.field("terminationGracePeriodSeconds").number(),
                spec.text("restartPolicy"),
                !Boolean.FALSE.equals(spec.field("hostUsers").value()),
                spec.field("os"));
        ContainerValidation.containers(f, spec.field("containers"), s);
        ContainerValidation.initContainers(f, spec.field("initContainers"), spec.field("containers"), s);
        ContainerValidation.ephemeralContainers(f, spec, s);
        podResources(f, spec, claims);
        hostNetworkPorts(f, spec, pod);
        Meta.requiredOneOf(f, spec.field("restartPolicy"), RESTART_POLICIES);
        Meta.requiredOneOf(f, spec.field("dnsPolicy"), DNS_POLICIES);
        Meta.labels(f, spec.field("nodeSelector"));
        SecurityContextValidation.pod(f, spec);
        AffinityValidation.check(f, spec.field("affinity"));
        DnsConfigValidation.check(f, spec.field("dnsConfig"), spec.text("dnsPolicy"));
        for (Place gate : spec.field("readinessGates").items()) {
            Meta.qualifiedName(f, gate.field("conditionType"));
        }
        schedulingGates(f, spec.field("schedulingGates"));
        schedulingGroup(f, spec.field("schedulingGroup"));
        AffinityValidation.topologySpread(f, spec.field("topologySpreadConstraints"));
        WindowsValidation.hostProcess(f, spec);
        hostUsers(f, spec);
        hostnameOverride(f, spec);
        names(f, spec);
        if (spec.field("os").present()) {
            os(f, spec);
        }
        fileKeyVolumes(f, spec);
    }

    /** Calls back for each container, init container and ephemeral container, in upstream's order. */
    static void eachContainer(Place spec, Consumer<Place> visitor) {
        for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
            spec.field(list).items().forEach(visitor);
        }
    }

    private static void schedulingGroup(Findings f, Place group) {
        if (group.absent()) return;
        Place name = group.field("podGroupName");
        if (name.absent()) f.invalid(group, "", "must specify one of: `podGroupName`");
        else Meta.dnsSubdomain(f, name);
    }

    private static void resourceClaims(Findings f, Place claims) {
        Set<String> names = new HashSet<>();
        for (Place claim : claims.items()) {
            Place name = claim.field("name");
            if (name.text().isEmpty()) {
                f.required(name);
            } else if (!names.add(name.text())) {
                f.duplicate(name, name.text());
            } else {
                Meta.dnsLabel(f, name);
            }
            Place direct = claim.field("resourceClaimName");
            Place template = claim.field("resourceClaimTemplateName");
            Object shown = GoStruct.of(claim, "name=", "resourceClaimName", "resourceClaimTemplateName");
            if (direct.present() && template.present()) {
                f.invalid(
                        claim,
                        shown,
                        "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified");
            }
            if (direct.absent() && template.absent()) {
                f.invalid(claim, shown, "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
            }
            if (direct.present()) {
                Meta.dnsSubdomain(f, direct);
            }
            if (template.present()) {
                Meta.dnsSubdomain(f, template);
            }
        }
    }

    private static void podResources(Findings f, Place spec, Set<String> claims) {
        Place resources = spec.field("resources");
        if (resources.absent()) {
            return;
        }
        if (spec.at("os", "name").text().equals("windows")) {
            f.forbidden(resources, "may not be set for a windows pod");
            return;
        }
        if (resources.field("claims").present()) {
            f.forbidden(resources.field("claims"), "claims may not be set for Resources at pod-level");
        }
        ResourceValidation.podRequirements(f, resources, claims);
        PodLevelResources.check(f, spec, resources);
    }

    private static void hostNetworkPorts(Findings f, Place spec, boolean pod) {
        if (!spec.isTrue("hostNetwork")) {
            return;
        }
        for (Place c : spec.field("containers").items()) {
            for (Place port : c.field("ports").items()) {
                long host = port.number("hostPort");
                if ((pod || host != 0) && host != port.number("containerPort")) {
                    f.invalid(port.field("hostPort"), host, "must match `containerPort` when `hostNetwork` is true");
                }
            }
        }
    }

    private static void schedulingGates(Findings f, Place gates) {
        Set<String> seen = new HashSet<>();
        for (Place gate : gates.items()) {
            f.invalid(gate, gate.text("name"), Names.qualifiedName(gate.text("name")));
            if (!seen.add(gate.text("name"))) {
                f.duplicate(gate, gate.text("name"));
            }
        }
    }

    private static void hostUsers(Findings f, Place spec) {
        if (!Boolean.FALSE.equals(spec.field("hostUsers").value())) {
            return;
        }
        if (spec.isTrue("hostNetwork")) {
            f.forbidden(spec.field("hostNetwork"), NO_HOST_USERS);
        }
        if (spec.isTrue("hostPID")) {
            f.forbidden(spec.field("HostPID"), NO_HOST_USERS);
        }
        if (spec.isTrue("hostIPC")) {
            f.forbidden(spec.field("HostIPC"), NO_HOST_USERS);
        }
        eachContainer(spec, c -> {
            if (!c.field("volumeDevices").isEmpty()) {
                f.forbidden(c.field("volumeDevices"), NO_HOST_USERS);
            }
        });
    }

    private static void hostnameOverride(Findings f, Place spec) {
        Place name = spec.field("hostnameOverride");
        if (name.absent()) {
            return;
        }
        if (spec.isTrue("setHostnameAsFQDN")) {
            f.forbidden(name, "may not be specified when setHostnameAsFQDN is true");
        }
        if (spec.isTrue("hostNetwork")) {
            f.forbidden(name, "may not be specified when hostNetwork is true");
        }
        if (name.text().length() > 64) {
            f.tooLong(name, 64);
        }
        Meta.dnsSubdomain(f, name);
    }

    private static void names(Findings f, Place spec) {
        ifGiven(spec.field("serviceAccountName"), p -> Meta.dnsSubdomain(f, p));
        ifGiven(spec.field("nodeName"), p -> Meta.dnsSubdomain(f, p));
        Place deadline = spec.field("activeDeadlineSeconds");
        if (deadline.present()) {
            f.invalid(deadline, deadline.value(), Names.inRange(deadline.number(0), 1, Integer.MAX_VALUE));
        }
        ifGiven(spec.field("hostname"), p -> Meta.dnsLabel(f, p));
        ifGiven(spec.field("subdomain"), p -> Meta.dnsLabel(f, p));
        TaintValidation.tolerations(f, spec.field("tolerations"));
        for (Place alias : spec.field("hostAliases").items()) {
            Meta.ip(f, alias.field("ip"));
            alias.field("hostnames").items().forEach(h -> Meta.dnsSubdomain(f, h));
        }
        ifGiven(spec.field("priorityClassName"), p -> Meta.dnsSubdomain(f, p));
        if (spec.field("runtimeClassName").present()) {
            Meta.dnsSubdomain(f, spec.field("runtimeClassName"));
        }
        if (spec.field("preemptionPolicy").present()) {
            Meta.requiredOneOf(f, spec.field("preemptionPolicy"), List.of("PreemptLowerPriority", "Never"));
        }
        Place overhead = spec.field("overhead");
        ResourceValidation.requirements(f, ClusterValidation.limits(overhead, overhead.value()), Set.of());
    }

    private static void ifGiven(Place p, Consumer<Place> check) {
        if (!p.text().isEmpty()) {
            check.accept(p);
        }
    }

    private static void os(Findings f, Place spec) {
        String name = spec.at("os", "name").text();
        if (name.isEmpty()) {
            f.required(spec.at("os", "name"));
        } else if (name.equals("linux")) {
            linux(f, spec);
        } else if (name.equals("windows")) {
            WindowsValidation.pod(f, spec);
        } else {
            f.notSupported(spec.field("os"), name, List.of("linux", "windows"));
        }
    }

    private static void linux(Findings f, Place spec) {
        String words = "windows options cannot be set for a linux pod";
        if (spec.at("securityContext", "windowsOptions").present()) {
            f.forbidden(spec.at("securityContext", "windowsOptions"), words);
        }
        eachContainer(spec, c -> {
            if (c.at("securityContext", "windowsOptions").present()) {
                f.forbidden(c.at("securityContext", "windowsOptions"), words);
            }
        });
    }

    private static void fileKeyVolumes(Findings f, Place spec) {
        Map<String, Place> volumes = new HashMap<>();
        spec.field("volumes").items().forEach(v -> volumes.put(v.text("name"), v));
        eachContainer(spec, c -> {
            for (Place variable : c.field("env").items()) {
                Place ref = variable.at("valueFrom", "fileKeyRef");
                if (ref.absent()) {
                    continue;
                }
                Place name = ref.field("volumeName");
                Place volume = volumes.get(name.text());
                if (volume == null) {
                    f.notFound(name, name.text());
                } else if (volume.field("emptyDir").absent()) {
                    f.invalid(name, name.text(), "referenced volume must be of type emptyDir");
                }
            }
        });
    }
}
