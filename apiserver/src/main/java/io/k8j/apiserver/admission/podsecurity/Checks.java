package io.k8j.apiserver.admission.podsecurity;

import io.k8j.apiserver.admission.podsecurity.Check.Revision;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** All rules with their history, in the order in which their violations are told. */
final class Checks {
    private static final Set<String> SYSCTLS = Set.of(
            "kernel.shm_rmid_forced",
            "net.ipv4.ip_local_port_range",
            "net.ipv4.tcp_syncookies",
            "net.ipv4.ping_group_range",
            "net.ipv4.ip_unprivileged_port_start");
    private static final Set<String> SYSCTLS_27 = and(SYSCTLS, "net.ipv4.ip_local_reserved_ports");
    private static final Set<String> SYSCTLS_29 = and(
            SYSCTLS_27,
            "net.ipv4.tcp_keepalive_time",
            "net.ipv4.tcp_fin_timeout",
            "net.ipv4.tcp_keepalive_intvl",
            "net.ipv4.tcp_keepalive_probes");
    private static final Set<String> SYSCTLS_32 = and(SYSCTLS_29, "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem");

    private static final Set<String> SELINUX = Set.of("", "container_t", "container_init_t", "container_kvm_t");
    private static final Set<String> SELINUX_31 = and(SELINUX, "container_engine_t");

    private static final List<Check> BASELINE = List.of(
            Check.of("appArmorProfile", Revision.of(0, ContextRules::appArmor)),
            Check.of("capabilities_baseline", Revision.of(0, ContextRules::capabilities)),
            Check.of("hostNamespaces", Revision.of(0, HostRules::namespaces)),
            Check.of("hostPathVolumes", Revision.of(0, HostRules::paths)),
            Check.of("hostPorts", Revision.of(0, HostRules::ports)),
            Check.of("hostProbesAndHostLifecycle", Revision.of(34, HostRules::probes)),
            Check.of("privileged", Revision.of(0, HostRules::privileged)),
            Check.of(
                    "procMount",
                    Revision.of(0, ContextRules::procMount),
                    Revision.of(35, rule(ContextRules::procMount).unless(Subject::hasOwnUsers))),
            Check.of(
                    "seLinuxOptions",
                    Revision.of(0, ContextRules.seLinux(SELINUX)),
                    Revision.of(31, ContextRules.seLinux(SELINUX_31))),
            Check.of(
                    "seccompProfile_baseline",
                    Revision.of(0, ContextRules::seccompAnnotations),
                    Revision.of(19, ContextRules::seccomp)),
            Check.of(
                    "sysctls",
                    Revision.of(0, HostRules.sysctls(SYSCTLS)),
                    Revision.of(27, HostRules.sysctls(SYSCTLS_27)),
                    Revision.of(29, HostRules.sysctls(SYSCTLS_29)),
                    Revision.of(32, HostRules.sysctls(SYSCTLS_32))),
            Check.of("windowsHostProcess", Revision.of(0, HostRules::windowsHostProcess)));

    private static final List<Check> RESTRICTED = List.of(
            Check.of(
                    "allowPrivilegeEscalation",
                    Revision.of(8, ContextRules::allowPrivilegeEscalation),
                    Revision.of(25, rule(ContextRules::allowPrivilegeEscalation).unless(Subject::isWindows))),
            Check.of(
                    "capabilities_restricted",
                    Revision.of(22, ContextRules::capabilitiesDropped, "capabilities_baseline"),
                    Revision.of(
                            25,
                            rule(ContextRules::capabilitiesDropped).unless(Subject::isWindows),
                            "capabilities_baseline")),
            Check.of("procMount_restricted", Revision.of(35, ContextRules::procMount, "procMount")),
            Check.of("restrictedVolumes", Revision.of(0, HostRules::volumes, "hostPathVolumes")),
            Check.of(
                    "runAsNonRoot",
                    Revision.of(0, ContextRules::runAsNonRoot),
                    Revision.of(35, rule(ContextRules::runAsNonRoot).unless(Subject::hasOwnUsers))),
            Check.of(
                    "runAsUser",
                    Revision.of(23, ContextRules::runAsUser),
                    Revision.of(35, rule(ContextRules::runAsUser).unless(Subject::hasOwnUsers))),
            Check.of(
                    "seccompProfile_restricted",
                    Revision.of(19, ContextRules::seccompRequired, "seccompProfile_baseline"),
                    Revision.of(
                            25,
                            rule(ContextRules::seccompRequired).unless(Subject::isWindows),
                            "seccompProfile_baseline")));

    /** The last version in which a rule changed; later ones are the same. */
    private static final int NEWEST = 35;

    private static final Map<LevelVersion, List<Check.Rule>> RULES = new ConcurrentHashMap<>();

    private Checks() {}

    private static Check.Rule rule(Check.Rule rule) {
        return rule;
    }

    private static Set<String> and(Set<String> known, String... more) {
        Set<String> all = new HashSet<>(known);
        all.addAll(List.of(more));
        return Set.copyOf(all);
    }

    /** What of a level in a version the Pod breaks, in upstream's order. */
    static List<Violation> violations(LevelVersion level, Subject pod) {
        if (level.isPrivileged()) return List.of();
        LevelVersion known = new LevelVersion(level.level(), Math.min(level.minor(), NEWEST));
        List<Violation> violations = new ArrayList<>();
        for (Check.Rule rule : RULES.computeIfAbsent(known, Checks::rules)) {
            Violation violation = rule.check(pod);
            if (violation != null) violations.add(violation);
        }
        return violations;
    }

    private static List<Check.Rule> rules(LevelVersion level) {
        List<Revision> strict = new ArrayList<>();
        if (level.level() == Level.RESTRICTED) {
            for (Check check : RESTRICTED) if (check.at(level.minor()) != null) strict.add(check.at(level.minor()));
        }
        Set<String> overridden = new HashSet<>();
        strict.forEach(revision -> overridden.addAll(revision.overrides()));
        List<Check.Rule> rules = new ArrayList<>();
        for (Check check : BASELINE) {
            Revision revision = check.at(level.minor());
            if (revision != null && !overridden.contains(check.id())) rules.add(revision.rule());
        }
        strict.forEach(revision -> rules.add(revision.rule()));
        return rules;
    }
}
