package io.k8j.apiserver.admission;

import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.GoQuote;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The rules of the Pod security standards, each with the sentence that names what breaks it. */
final class PodSecurityChecks {
    private static final Set<String> BASELINE_CAPABILITIES = Set.of(
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
    private static final Set<String> SAFE_SYSCTLS = Set.of(
            "kernel.shm_rmid_forced",
            "net.ipv4.ip_local_port_range",
            "net.ipv4.tcp_syncookies",
            "net.ipv4.ping_group_range",
            "net.ipv4.ip_unprivileged_port_start",
            "net.ipv4.ip_local_reserved_ports",
            "net.ipv4.tcp_keepalive_time",
            "net.ipv4.tcp_fin_timeout",
            "net.ipv4.tcp_keepalive_intvl",
            "net.ipv4.tcp_keepalive_probes",
            "net.ipv4.tcp_rmem",
            "net.ipv4.tcp_wmem");
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
    private static final Set<String> SELINUX_TYPES =
            Set.of("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t");

    private final Place metadata;
    private final Place spec;
    private final List<Place> containers = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();

    private PodSecurityChecks(Place metadata, Place spec) {
        this.metadata = metadata;
        this.spec = spec;
        for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
            containers.addAll(spec.field(list).items());
        }
    }

    /** What breaks a level, joined to one text; empty if nothing does. */
    static String violations(String level, Place metadata, Place spec) {
        PodSecurityChecks checks = new PodSecurityChecks(metadata, spec);
        switch (level) {
            case "baseline" -> checks.baseline(false);
            case "restricted" -> {
                checks.baseline(true);
                checks.restricted();
            }
            default -> {}
        }
        return String.join(", ", checks.broken);
    }

    private void baseline(boolean overridden) {
        appArmor();
        if (!overridden) {
            capabilities();
        }
        hostNamespaces();
        if (!overridden) {
            hostPath();
        }
        hostPorts();
        hostProbes();
        each(
                "privileged",
                c -> c.at("securityContext", "privileged").isTrue(),
                "must not set securityContext.privileged=true");
        procMount();
        seLinux();
        if (!overridden) {
            seccompBaseline();
        }
        sysctls();
        windows();
    }

    private void restricted() {
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

    private void add(String reason, String detail) {
        broken.add(detail.isEmpty() ? reason : reason + " (" + detail + ")");
    }

    private static String plural(String word, int n) {
        return n == 1 ? word : word + "s";
    }

    private static String quoted(List<String> names) {
        return names.stream().map(GoQuote::quote).collect(Collectors.joining(", "));
    }

    private static String named(List<String> names) {
        return plural("container", names.size()) + " " + quoted(names);
    }

    private List<String> which(Predicate<Place> bad) {
        return containers.stream().filter(bad).map(c -> c.text("name")).toList();
    }

    private void each(String reason, Predicate<Place> bad, String must) {
        List<String> names = which(bad);
        if (!names.isEmpty()) {
            add(reason, named(names) + " " + must);
        }
    }

    private void appArmor() {
        List<String> details = new ArrayList<>();
        List<String> setters = new ArrayList<>();
        if (spec.at("securityContext", "appArmorProfile", "type").text().equals("Unconfined")) {
            setters.add("pod");
        }
        List<String> names = which(
                c -> c.at("securityContext", "appArmorProfile", "type").text().equals("Unconfined"));
        if (!names.isEmpty()) {
            setters.add(named(names));
        }
        int count = setters.isEmpty() ? 0 : 1;
        if (count > 0) {
            details.add(String.join(" and ", setters) + " must not set AppArmor profile type to \"Unconfined\"");
        }
        Set<String> annotations = new TreeSet<>();
        metadata.field("annotations").map().forEach((key, value) -> {
            if (key.startsWith("container.apparmor.security.beta.kubernetes.io/")
                    && value instanceof String v
                    && !v.isEmpty()
                    && !v.equals("runtime/default")
                    && !v.startsWith("localhost/")) {
                annotations.add(key + "=" + GoQuote.quote(v));
            }
        });
        if (!annotations.isEmpty()) {
            details.add(plural("annotation", annotations.size()) + " " + String.join(", ", annotations));
        }
        if (!details.isEmpty()) {
            add(plural("forbidden AppArmor profile", count + annotations.size()), String.join("; ", details));
        }
    }

    private void capabilities() {
        Set<String> added = new TreeSet<>();
        List<String> names = which(c -> {
            List<String> bad = c.at("securityContext", "capabilities", "add").texts().stream()
                    .filter(a -> !BASELINE_CAPABILITIES.contains(a))
                    .toList();
            added.addAll(bad);
            return !bad.isEmpty();
        });
        if (!names.isEmpty()) {
            add(
                    "non-default capabilities",
                    named(names) + " must not include " + quoted(new ArrayList<>(added))
                            + " in securityContext.capabilities.add");
        }
    }

    private void hostNamespaces() {
        List<String> set = new ArrayList<>();
        for (String field : List.of("hostNetwork", "hostPID", "hostIPC")) {
            if (spec.isTrue(field)) {
                set.add(field + "=true");
            }
        }
        if (!set.isEmpty()) {
            add("host namespaces", String.join(", ", set));
        }
    }

    private void hostPath() {
        List<String> names = spec.field("volumes").items().stream()
                .filter(v -> v.field("hostPath").present())
                .map(v -> v.text("name"))
                .toList();
        if (!names.isEmpty()) {
            add("hostPath volumes", plural("volume", names.size()) + " " + quoted(names));
        }
    }

    private void hostPorts() {
        Set<String> ports = new TreeSet<>();
        List<String> names = which(c -> {
            int before = ports.size();
            boolean any = false;
            for (Place port : c.field("ports").items()) {
                if (port.number("hostPort") != 0) {
                    ports.add(Long.toString(port.number("hostPort")));
                    any = true;
                }
            }
            return any || ports.size() > before;
        });
        if (!names.isEmpty()) {
            String uses = names.size() == 1 ? "uses" : "use";
            add(
                    "hostPort",
                    named(names) + " " + uses + " " + plural("hostPort", ports.size()) + " "
                            + String.join(", ", ports));
        }
    }

    private void hostProbes() {
        Set<String> hosts = new TreeSet<>();
        List<String> names = which(c -> {
            boolean any = false;
            for (Place handler : List.of(
                    c.field("livenessProbe"),
                    c.field("readinessProbe"),
                    c.field("startupProbe"),
                    c.at("lifecycle", "postStart"),
                    c.at("lifecycle", "preStop"))) {
                for (String kind : List.of("httpGet", "tcpSocket")) {
                    String host = handler.at(kind, "host").text();
                    if (!host.isEmpty()) {
                        hosts.add(host);
                        any = true;
                    }
                }
            }
            return any;
        });
        if (!names.isEmpty()) {
            String uses = names.size() == 1 ? "uses" : "use";
            add(
                    "probe or lifecycle host",
                    named(names) + " " + uses + " probe or lifecycle " + plural("host", hosts.size()) + " "
                            + quoted(new ArrayList<>(hosts)));
        }
    }

    private void procMount() {
        if (Boolean.FALSE.equals(spec.field("hostUsers").value())) {
            return;
        }
        Set<String> types = new TreeSet<>();
        List<String> names = which(c -> {
            String type = c.at("securityContext", "procMount").text();
            boolean bad = !type.isEmpty() && !type.equals("Default");
            if (bad) {
                types.add(type);
            }
            return bad;
        });
        if (!names.isEmpty()) {
            add(
                    "procMount",
                    named(names) + " must not set securityContext.procMount to " + quoted(new ArrayList<>(types)));
        }
    }

    private void seLinux() {
        Set<String> types = new TreeSet<>();
        boolean[] others = new boolean[2];
        Predicate<Place> bad = context -> {
            Place options = context.at("securityContext", "seLinuxOptions");
            boolean type = !SELINUX_TYPES.contains(options.text("type"));
            if (type) {
                types.add(options.text("type"));
            }
            others[0] |= !options.text("user").isEmpty();
            others[1] |= !options.text("role").isEmpty();
            return type
                    || !options.text("user").isEmpty()
                    || !options.text("role").isEmpty();
        };
        List<String> setters = new ArrayList<>();
        if (bad.test(spec)) {
            setters.add("pod");
        }
        List<String> names = which(bad);
        if (!names.isEmpty()) {
            setters.add(named(names));
        }
        if (setters.isEmpty()) {
            return;
        }
        List<String> what = new ArrayList<>();
        if (!types.isEmpty()) {
            what.add(plural("type", types.size()) + " " + quoted(new ArrayList<>(types)));
        }
        if (others[0]) {
            what.add("user may not be set");
        }
        if (others[1]) {
            what.add("role may not be set");
        }
        add(
                "seLinuxOptions",
                String.join(" and ", setters) + " set forbidden securityContext.seLinuxOptions: "
                        + String.join("; ", what));
    }

    private static boolean isUnsafe(String seccomp) {
        return !seccomp.isEmpty() && !seccomp.equals("RuntimeDefault") && !seccomp.equals("Localhost");
    }

    private static String seccomp(Place holder) {
        return holder.at("securityContext", "seccompProfile", "type").text();
    }

    /** Names who set a forbidden seccomp type. */
    private boolean seccompSetters() {
        Set<String> values = new LinkedHashSet<>();
        List<String> setters = new ArrayList<>();
        if (isUnsafe(seccomp(spec))) {
            setters.add("pod");
            values.add(seccomp(spec));
        }
        List<String> names = which(c -> isUnsafe(seccomp(c)));
        if (!names.isEmpty()) {
            setters.add(named(names));
            containers.stream()
                    .map(PodSecurityChecks::seccomp)
                    .filter(PodSecurityChecks::isUnsafe)
                    .forEach(values::add);
        }
        if (setters.isEmpty()) {
            return false;
        }
        add(
                "seccompProfile",
                String.join(" and ", setters) + " must not set securityContext.seccompProfile.type to "
                        + quoted(new ArrayList<>(values)));
        return true;
    }

    private void seccompBaseline() {
        seccompSetters();
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

    private void sysctls() {
        List<String> names = spec.at("securityContext", "sysctls").items().stream()
                .map(s -> s.text("name"))
                .filter(n -> !SAFE_SYSCTLS.contains(n))
                .toList();
        if (!names.isEmpty()) {
            add("forbidden sysctls", String.join(", ", names));
        }
    }

    private void windows() {
        List<String> setters = new ArrayList<>();
        Predicate<Place> bad = holder ->
                holder.at("securityContext", "windowsOptions", "hostProcess").isTrue();
        if (bad.test(spec)) {
            setters.add("pod");
        }
        List<String> names = which(bad);
        if (!names.isEmpty()) {
            setters.add(named(names));
        }
        if (!setters.isEmpty()) {
            add(
                    "hostProcess",
                    String.join(" and ", setters) + " must not set securityContext.windowsOptions.hostProcess=true");
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

    private boolean isWindows() {
        return spec.at("os", "name").text().equals("windows");
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
