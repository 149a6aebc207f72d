package io.k8j.apiserver.admission;

import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.GoQuote;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The rules of the {@code baseline} level: no known way to the host. */
final class BaselineSecurity extends PodSecuritySubject {
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
    private static final Set<String> SELINUX_TYPES =
            Set.of("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t");

    BaselineSecurity(Place metadata, Place spec, List<String> broken) {
        super(metadata, spec, broken);
    }

    /** @param overridden whether stricter rules of {@code restricted} take the place of some of these */
    void check(boolean overridden) {
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
            seccompSetters();
        }
        sysctls();
        windows();
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
}
