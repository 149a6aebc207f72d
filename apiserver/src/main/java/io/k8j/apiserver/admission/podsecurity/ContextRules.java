package io.k8j.apiserver.admission.podsecurity;

import static io.k8j.apiserver.admission.podsecurity.Subject.named;
import static io.k8j.apiserver.admission.podsecurity.Subject.plural;
import static io.k8j.apiserver.admission.podsecurity.Subject.quoted;

import io.k8j.apiserver.validation.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Rules about who the processes are and what the kernel lets them do. Each gives null if kept. */
final class ContextRules {
    private static final Set<String> USUAL_CAPABILITIES = Set.of(
            "AUDIT_WRITE",
            "CHOWN",
            "DAC_OVERRIDE",
            "FOWNER",
            "FSETID",
            "KILL",
            "MKNOD",
            "NET_BIND_SERVICE",
            "SETFCAP",
            "SETGID",
            "SETPCAP",
            "SETUID",
            "SYS_CHROOT");

    private ContextRules() {}

    static Violation allowPrivilegeEscalation(Subject pod) {
        List<String> names = pod.which(c -> !Boolean.FALSE.equals(
                c.at("securityContext", "allowPrivilegeEscalation").value()));
        return names.isEmpty()
                ? null
                : new Violation(
                        "allowPrivilegeEscalation != false",
                        named(names) + " must set securityContext.allowPrivilegeEscalation=false");
    }

    static Violation capabilities(Subject pod) {
        Set<String> added = new TreeSet<>();
        List<String> names = pod.which(c -> adds(c, USUAL_CAPABILITIES, added));
        return names.isEmpty()
                ? null
                : new Violation(
                        "non-default capabilities",
                        named(names) + " must not include " + quoted(added) + " in securityContext.capabilities.add");
    }

    private static boolean adds(Place container, Set<String> harmless, Set<String> found) {
        List<String> bad = container.at("securityContext", "capabilities", "add").texts().stream()
                .filter(a -> !harmless.contains(a))
                .toList();
        found.addAll(bad);
        return !bad.isEmpty();
    }

    static Violation capabilitiesDropped(Subject pod) {
        List<String> keeping = pod.which(
                c -> !c.at("securityContext", "capabilities", "drop").texts().contains("ALL"));
        Set<String> added = new TreeSet<>();
        List<String> adding = pod.which(c -> adds(c, Set.of("NET_BIND_SERVICE"), added));
        List<String> details = new ArrayList<>();
        if (!keeping.isEmpty()) details.add(named(keeping) + " must set securityContext.capabilities.drop=[\"ALL\"]");
        if (!adding.isEmpty()) {
            details.add(named(adding) + " must not include " + quoted(added) + " in securityContext.capabilities.add");
        }
        return details.isEmpty() ? null : new Violation("unrestricted capabilities", String.join("; ", details));
    }

    static Violation appArmor(Subject pod) {
        Predicate<Place> bad = holder -> {
            Place profile = holder.at("securityContext", "appArmorProfile");
            return profile.present() && !List.of("RuntimeDefault", "Localhost").contains(profile.text("type"));
        };
        Set<String> types = new TreeSet<>();
        if (bad.test(pod.spec)) types.add(appArmorType(pod.spec));
        pod.containers.stream().filter(bad).forEach(c -> types.add(appArmorType(c)));
        List<String> values = new ArrayList<>(types);
        String setters = pod.setters(bad);
        Set<String> annotations = new TreeSet<>();
        pod.metadata.field("annotations").map().forEach((key, value) -> {
            boolean unconfined = key.startsWith("container.apparmor.security.beta.kubernetes.io/")
                    && value instanceof String v
                    && !v.isEmpty()
                    && !v.equals("runtime/default")
                    && !v.startsWith("localhost/");
            if (unconfined) annotations.add(key + "=\"" + value + "\"");
        });
        if (!annotations.isEmpty()) {
            values.addAll(annotations);
            setters += (setters.isEmpty() ? "" : " and ") + plural("annotation", annotations.size());
        }
        return setters.isEmpty()
                ? null
                : new Violation(
                        plural("forbidden AppArmor profile", values.size()),
                        setters + " must not set AppArmor profile type to " + quoted(values));
    }

    private static String appArmorType(Place holder) {
        return holder.at("securityContext", "appArmorProfile", "type").text();
    }

    static Violation procMount(Subject pod) {
        Set<String> types = new TreeSet<>();
        List<String> names = pod.which(c -> {
            Place type = c.at("securityContext", "procMount");
            boolean bad = type.present() && !type.text().equals("Default");
            if (bad) types.add(type.text());
            return bad;
        });
        return names.isEmpty()
                ? null
                : new Violation(
                        "procMount", named(names) + " must not set securityContext.procMount to " + quoted(types));
    }

    /** Looks for SELinux labels beyond those of containers. */
    static Check.Rule seLinux(Set<String> types) {
        return pod -> {
            Set<String> bad = new TreeSet<>();
            Set<String> set = new TreeSet<>((a, b) -> b.compareTo(a)); // user before role
            String setters = pod.setters(holder -> {
                Place options = holder.at("securityContext", "seLinuxOptions");
                boolean wrong = options.present() && !types.contains(options.text("type"));
                if (wrong) bad.add(options.text("type"));
                for (String field : List.of("user", "role")) {
                    if (options.text(field).isEmpty()) continue;
                    set.add(field + " may not be set");
                    wrong = true;
                }
                return wrong;
            });
            if (setters.isEmpty()) return null;
            List<String> what = new ArrayList<>();
            if (!bad.isEmpty()) what.add(plural("type", bad.size()) + " " + quoted(bad));
            what.addAll(set);
            return new Violation(
                    "seLinuxOptions",
                    setters + " set forbidden securityContext.seLinuxOptions: " + String.join("; ", what));
        };
    }

    static Violation runAsNonRoot(Subject pod) {
        String setters = pod.setters(h ->
                Boolean.FALSE.equals(h.at("securityContext", "runAsNonRoot").value()));
        if (!setters.isEmpty()) {
            return new Violation("runAsNonRoot != true", setters + " must not set securityContext.runAsNonRoot=false");
        }
        if (pod.spec.at("securityContext", "runAsNonRoot").isTrue()) return null;
        List<String> silent =
                pod.which(c -> c.at("securityContext", "runAsNonRoot").absent());
        return silent.isEmpty()
                ? null
                : new Violation(
                        "runAsNonRoot != true",
                        "pod or " + named(silent) + " must set securityContext.runAsNonRoot=true");
    }

    static Violation runAsUser(Subject pod) {
        String setters = pod.setters(h -> {
            Place user = h.at("securityContext", "runAsUser");
            return user.present() && user.number(-1) == 0;
        });
        return setters.isEmpty() ? null : new Violation("runAsUser=0", setters + " must not set runAsUser=0");
    }

    /** Seccomp as it was before 1.19: by annotations. */
    static Violation seccompAnnotations(Subject pod) {
        Place annotations = pod.metadata.field("annotations");
        Set<String> forbidden = new TreeSet<>();
        List<String> keys = new ArrayList<>(List.of("seccomp.security.alpha.kubernetes.io/pod"));
        pod.containers.forEach(c -> keys.add("container.seccomp.security.alpha.kubernetes.io/" + c.text("name")));
        for (String key : keys) {
            Place value = annotations.field(key);
            boolean bad = value.present()
                    && !List.of("runtime/default", "docker/default").contains(value.text())
                    && !value.text().startsWith("localhost/");
            if (bad) forbidden.add(key + "=\"" + value.text() + "\"");
        }
        return forbidden.isEmpty()
                ? null
                : new Violation(
                        "seccompProfile",
                        "forbidden " + plural("annotation", forbidden.size()) + " " + String.join(", ", forbidden));
    }

    private static Place profile(Place holder) {
        return holder.at("securityContext", "seccompProfile");
    }

    private static boolean isUnsafe(Place holder) {
        return profile(holder).present()
                && !List.of("RuntimeDefault", "Localhost")
                        .contains(profile(holder).text("type"));
    }

    static Violation seccomp(Subject pod) {
        String setters = pod.setters(ContextRules::isUnsafe);
        if (setters.isEmpty()) return null;
        Set<String> values = new TreeSet<>();
        if (isUnsafe(pod.spec)) values.add(profile(pod.spec).text("type"));
        pod.containers.stream()
                .filter(ContextRules::isUnsafe)
                .forEach(c -> values.add(profile(c).text("type")));
        return new Violation(
                "seccompProfile", setters + " must not set securityContext.seccompProfile.type to " + quoted(values));
    }

    static Violation seccompRequired(Subject pod) {
        Violation unsafe = seccomp(pod);
        if (unsafe != null || profile(pod.spec).present()) return unsafe;
        List<String> silent = pod.which(c -> profile(c).absent());
        return silent.isEmpty()
                ? null
                : new Violation(
                        "seccompProfile",
                        "pod or " + named(silent)
                                + " must set securityContext.seccompProfile.type to \"RuntimeDefault\" or"
                                + " \"Localhost\"");
    }
}
