package io.k8j.apiserver.admission.podsecurity;

import static io.k8j.apiserver.admission.podsecurity.Subject.named;
import static io.k8j.apiserver.admission.podsecurity.Subject.plural;
import static io.k8j.apiserver.admission.podsecurity.Subject.quoted;
import static io.k8j.apiserver.admission.podsecurity.Subject.use;

import io.k8j.apiserver.validation.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Rules about the ways from a Pod to its host: namespaces, paths, ports, kernel settings, volumes. Each gives null if kept. */
final class HostRules {
    /** Sources of volumes that {@code restricted} allows. */
    private static final List<String> HARMLESS = List.of(
            "configMap",
            "csi",
            "downwardAPI",
            "emptyDir",
            "ephemeral",
            "image",
            "persistentVolumeClaim",
            "projected",
            "secret");

    /** All others, in the order in which they are looked for. */
    private static final List<String> RESTRICTED = List.of(
            "hostPath",
            "gcePersistentDisk",
            "awsElasticBlockStore",
            "gitRepo",
            "nfs",
            "iscsi",
            "glusterfs",
            "rbd",
            "flexVolume",
            "cinder",
            "cephfs",
            "flocker",
            "fc",
            "azureFile",
            "vsphereVolume",
            "quobyte",
            "azureDisk",
            "photonPersistentDisk",
            "portworxVolume",
            "scaleIO",
            "storageos");

    private HostRules() {}

    static Violation namespaces(Subject pod) {
        List<String> set = new ArrayList<>();
        for (String field : List.of("hostNetwork", "hostPID", "hostIPC")) {
            if (pod.spec.isTrue(field)) set.add(field + "=true");
        }
        return set.isEmpty() ? null : new Violation("host namespaces", String.join(", ", set));
    }

    static Violation paths(Subject pod) {
        List<String> names = pod.spec.field("volumes").items().stream()
                .filter(v -> v.field("hostPath").present())
                .map(v -> v.text("name"))
                .toList();
        return names.isEmpty()
                ? null
                : new Violation("hostPath volumes", plural("volume", names.size()) + " " + quoted(names));
    }

    static Violation ports(Subject pod) {
        Set<String> ports = new TreeSet<>();
        List<String> names = pod.which(c -> {
            List<String> own = c.field("ports").items().stream()
                    .map(p -> p.number("hostPort"))
                    .filter(p -> p != 0)
                    .map(String::valueOf)
                    .toList();
            ports.addAll(own);
            return !own.isEmpty();
        });
        if (names.isEmpty()) return null;
        String what = plural("hostPort", ports.size()) + " " + String.join(", ", ports);
        return new Violation("hostPort", named(names) + " " + use(names.size()) + " " + what);
    }

    static Violation probes(Subject pod) {
        Set<String> hosts = new TreeSet<>();
        Set<String> names = new TreeSet<>(pod.which(c -> {
            List<String> own = hosts(c);
            hosts.addAll(own);
            return !own.isEmpty();
        }));
        if (names.isEmpty()) return null;
        String what = plural("probe or lifecycle host", hosts.size()) + " " + quoted(hosts);
        return new Violation("probe or lifecycle host", named(names) + " " + use(names.size()) + " " + what);
    }

    private static List<String> hosts(Place container) {
        List<String> hosts = new ArrayList<>();
        for (Place handler : List.of(
                container.field("livenessProbe"),
                container.field("readinessProbe"),
                container.field("startupProbe"),
                container.at("lifecycle", "postStart"),
                container.at("lifecycle", "preStop"))) {
            for (String kind : List.of("httpGet", "tcpSocket")) {
                String host = handler.at(kind, "host").text();
                if (!host.isEmpty()) hosts.add(host);
            }
        }
        return hosts;
    }

    static Violation privileged(Subject pod) {
        List<String> names =
                pod.which(c -> c.at("securityContext", "privileged").isTrue());
        return names.isEmpty()
                ? null
                : new Violation("privileged", named(names) + " must not set securityContext.privileged=true");
    }

    static Violation windowsHostProcess(Subject pod) {
        String setters = pod.setters(
                h -> h.at("securityContext", "windowsOptions", "hostProcess").isTrue());
        return setters.isEmpty()
                ? null
                : new Violation(
                        "hostProcess", setters + " must not set securityContext.windowsOptions.hostProcess=true");
    }

    /** Looks for kernel settings that reach beyond the Pod. */
    static Check.Rule sysctls(Set<String> safe) {
        return pod -> {
            List<String> names = pod.spec.at("securityContext", "sysctls").items().stream()
                    .map(s -> s.text("name"))
                    .filter(n -> !safe.contains(n))
                    .toList();
            return names.isEmpty() ? null : new Violation("forbidden sysctls", String.join(", ", names));
        };
    }

    static Violation volumes(Subject pod) {
        List<String> names = new ArrayList<>();
        Set<String> types = new TreeSet<>();
        for (Place volume : pod.spec.field("volumes").items()) {
            if (HARMLESS.stream().anyMatch(type -> volume.field(type).present())) continue;
            names.add(volume.text("name"));
            types.add(RESTRICTED.stream()
                    .filter(type -> volume.field(type).present())
                    .findFirst()
                    .orElse("unknown"));
        }
        if (names.isEmpty()) return null;
        String what = plural("restricted volume type", types.size()) + " " + quoted(types);
        String who = plural("volume", names.size()) + " " + quoted(names);
        return new Violation("restricted volume types", who + " " + use(names.size()) + " " + what);
    }
}
