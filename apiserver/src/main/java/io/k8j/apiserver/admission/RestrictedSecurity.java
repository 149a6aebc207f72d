package io.k8j.apiserver.admission;

import io.k8j.apiserver.validation.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The rules of the {@code restricted} level: current best practice. */
final class RestrictedSecurity extends PodSecuritySubject {
    private static final Set<String> RESTRICTED_VOLUMES = Set.of(
            "name",
            "configMap",
            "csi",
            "downwardAPI",
            "emptyDir",
            "ephemeral",
            "image",
            "persistentVolumeClaim",
            "projected",
            "secret");

    RestrictedSecurity(Place metadata, Place spec, List<String> broken) {
        super(metadata, spec, broken);
    }

    void check() {
        each(
                "allowPrivilegeEscalation != false",
                c -> !Boolean.FALSE.equals(
                        c.at("securityContext", "allowPrivilegeEscalation").value()),
                "must set securityContext.allowPrivilegeEscalation=false");
        capabilitiesRestricted();
        volumes();
        runAsNonRoot();
        runAsUser();
        seccompRestricted();
    }

    private void seccompRestricted() {
        if (seccompSetters() || !seccomp(spec).isEmpty()) {
            return;
        }
        List<String> names = which(c -> seccomp(c).isEmpty());
        if (!names.isEmpty()) {
            add(
                    "seccompProfile",
                    "pod or " + named(names)
                            + " must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"");
        }
    }

    private void capabilitiesRestricted() {
        if (isWindows()) {
            return;
        }
        List<String> keeping = which(c ->
                c.at("securityContext", "capabilities", "drop").texts().stream().noneMatch("ALL"::equals));
        Set<String> added = new TreeSet<>();
        List<String> adding = which(c -> {
            List<String> bad = c.at("securityContext", "capabilities", "add").texts().stream()
                    .filter(a -> !a.equals("NET_BIND_SERVICE"))
                    .toList();
            added.addAll(bad);
            return !bad.isEmpty();
        });
        List<String> details = new ArrayList<>();
        if (!keeping.isEmpty()) {
            details.add(named(keeping) + " must set securityContext.capabilities.drop=[\"ALL\"]");
        }
        if (!adding.isEmpty()) {
            details.add(named(adding) + " must not include " + quoted(new ArrayList<>(added))
                    + " in securityContext.capabilities.add");
        }
        if (!details.isEmpty()) {
            add("unrestricted capabilities", String.join("; ", details));
        }
    }

    private void volumes() {
        List<String> names = new ArrayList<>();
        Set<String> types = new TreeSet<>();
        for (Place volume : spec.field("volumes").items()) {
            List<String> bad = volume.map().entrySet().stream()
                    .filter(e -> e.getValue() != null && !RESTRICTED_VOLUMES.contains(e.getKey()))
                    .map(java.util.Map.Entry::getKey)
                    .toList();
            if (!bad.isEmpty()) {
                names.add(volume.text("name"));
                types.addAll(bad);
            }
        }
        if (!names.isEmpty()) {
            String uses = names.size() == 1 ? "uses" : "use";
            add(
                    "restricted volume types",
                    plural("volume", names.size()) + " " + quoted(names) + " " + uses + " "
                            + plural("restricted volume type", types.size()) + " " + quoted(new ArrayList<>(types)));
        }
    }

    private void runAsNonRoot() {
        if (Boolean.FALSE.equals(spec.field("hostUsers").value())) {
            return;
        }
        Object whole = spec.at("securityContext", "runAsNonRoot").value();
        List<String> setters = new ArrayList<>();
        if (Boolean.FALSE.equals(whole)) {
            setters.add("pod");
        }
        List<String> explicit = which(c ->
                Boolean.FALSE.equals(c.at("securityContext", "runAsNonRoot").value()));
        if (!explicit.isEmpty()) {
            setters.add(named(explicit));
        }
        if (!setters.isEmpty()) {
            add(
                    "runAsNonRoot != true",
                    String.join(" and ", setters) + " must not set securityContext.runAsNonRoot=false");
            return;
        }
        List<String> silent = which(c -> c.at("securityContext", "runAsNonRoot").absent());
        if (!Boolean.TRUE.equals(whole) && !silent.isEmpty()) {
            add("runAsNonRoot != true", "pod or " + named(silent) + " must set securityContext.runAsNonRoot=true");
        }
    }

    private void runAsUser() {
        if (Boolean.FALSE.equals(spec.field("hostUsers").value())) {
            return;
        }
        Predicate<Place> root = holder -> {
            Long user = holder.at("securityContext", "runAsUser").number();
            return user != null && user == 0;
        };
        List<String> setters = new ArrayList<>();
        if (root.test(spec)) {
            setters.add("pod");
        }
        List<String> names = which(root);
        if (!names.isEmpty()) {
            setters.add(named(names));
        }
        if (!setters.isEmpty()) {
            add("runAsUser=0", String.join(" and ", setters) + " must not set runAsUser=0");
        }
    }
}
