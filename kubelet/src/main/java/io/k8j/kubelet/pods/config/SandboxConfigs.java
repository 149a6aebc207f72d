package io.k8j.kubelet.pods.config;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.SeccompProfile;
import io.fabric8.kubernetes.api.model.Sysctl;
import io.k8j.kubelet.cri.v1.Int64Value;
import io.k8j.kubelet.cri.v1.LinuxPodSandboxConfig;
import io.k8j.kubelet.cri.v1.LinuxSandboxSecurityContext;
import io.k8j.kubelet.cri.v1.NamespaceMode;
import io.k8j.kubelet.cri.v1.NamespaceOption;
import io.k8j.kubelet.cri.v1.PodSandboxConfig;
import io.k8j.kubelet.cri.v1.PodSandboxMetadata;
import io.k8j.kubelet.cri.v1.PortMapping;
import io.k8j.kubelet.cri.v1.Protocol;
import io.k8j.kubelet.cri.v1.SecurityProfile;
import io.k8j.kubelet.cri.v1.SupplementalGroupsPolicy;
import io.k8j.kubelet.hostports.HostPort;
import io.k8j.kubelet.pods.plan.RuntimePod;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.kubelet.pods.spec.Labels;
import io.k8j.kubelet.pods.spec.NodeInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Describes a Pod's sandbox to the runtime. */
public final class SandboxConfigs {
    private static final int MAX_HOSTNAME = 63;
    private static final int MAX_FQDN = 64; // of the kernel
    /** What upstream allows without the administrator's word; anything else is refused. */
    private static final List<String> SAFE_SYSCTLS = List.of(
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

    private SandboxConfigs() {}

    /** What the runtime is told of a sandbox. */
    public static PodSandboxConfig of(Pod pod, int attempt, NodeInfo node) {
        String uid = pod.getMetadata().getUid();
        PodSandboxConfig.Builder config = PodSandboxConfig.newBuilder()
                .setMetadata(PodSandboxMetadata.newBuilder()
                        .setName(pod.getMetadata().getName())
                        .setNamespace(pod.getMetadata().getNamespace())
                        .setUid(uid)
                        .setAttempt(attempt))
                .setLogDirectory(logDirectory(pod, node).toString())
                .putLabels(Labels.POD_NAME, pod.getMetadata().getName())
                .putLabels(Labels.POD_NAMESPACE, pod.getMetadata().getNamespace())
                .putLabels(Labels.POD_UID, uid)
                .setDnsConfig(PodDns.of(pod, node).config())
                .setLinux(linux(pod, node));
        if (pod.getMetadata().getLabels() != null)
            config.putAllLabels(pod.getMetadata().getLabels());
        if (pod.getMetadata().getAnnotations() != null) {
            config.putAllAnnotations(pod.getMetadata().getAnnotations());
        }
        if (!hostNetwork(pod)) {
            // On the node's network there is no name of its own to set: the runtime would refuse one.
            config.setHostname(hostname(pod, node)).addAllPortMappings(portMappings(pod));
        }
        return config.build();
    }

    /** Whether the Pod is in the node's network. */
    public static boolean hostNetwork(Pod pod) {
        return Boolean.TRUE.equals(pod.getSpec().getHostNetwork());
    }

    /** Where the logs of a Pod's containers are. */
    public static Path logDirectory(Pod pod, NodeInfo node) {
        return node.logsDir()
                .resolve("%s_%s_%s"
                        .formatted(
                                pod.getMetadata().getNamespace(),
                                pod.getMetadata().getName(),
                                pod.getMetadata().getUid()));
    }

    /** The name that {@code hostname} prints in the Pod. */
    static String hostname(Pod pod, NodeInfo node) {
        if (pod.getSpec().getHostnameOverride() != null) return pod.getSpec().getHostnameOverride();
        String fqdn = fqdn(pod, node);
        if (Boolean.TRUE.equals(pod.getSpec().getSetHostnameAsFQDN()) && !fqdn.isEmpty()) return fqdn;
        return shortHostname(pod);
    }

    static String shortHostname(Pod pod) {
        String name = pod.getSpec().getHostname();
        if (name == null || name.isEmpty()) name = pod.getMetadata().getName();
        if (name.length() > MAX_HOSTNAME) name = name.substring(0, MAX_HOSTNAME).replaceAll("[-.]+$", "");
        return name;
    }

    /** Why the Pod cannot have its full name as hostname; empty if it can. */
    public static String hostnameTrouble(Pod pod, NodeInfo node) {
        String fqdn = fqdn(pod, node);
        boolean wanted = Boolean.TRUE.equals(pod.getSpec().getSetHostnameAsFQDN())
                && pod.getSpec().getHostnameOverride() == null;
        return !wanted || fqdn.length() <= MAX_FQDN
                ? ""
                : "failed to construct FQDN from pod hostname and cluster domain, FQDN %s is too long (%d characters is the max, %d characters requested)"
                        .formatted(fqdn, MAX_FQDN, fqdn.length());
    }

    /** The Pod's full name in the cluster's DNS; empty without a subdomain. */
    static String fqdn(Pod pod, NodeInfo node) {
        String subdomain = pod.getSpec().getSubdomain();
        if (subdomain == null || subdomain.isEmpty()) return "";
        return "%s.%s.%s.svc.%s"
                .formatted(shortHostname(pod), subdomain, pod.getMetadata().getNamespace(), node.clusterDomain());
    }

    private static List<PortMapping> portMappings(Pod pod) {
        List<PortMapping> result = new ArrayList<>();
        Stream<Container> containers = Stream.concat(
                ContainerRef.orEmpty(pod.getSpec().getInitContainers()).stream()
                        .filter(c -> "Always".equals(c.getRestartPolicy())),
                pod.getSpec().getContainers().stream());
        containers.flatMap(c -> ContainerRef.orEmpty(c.getPorts()).stream()).forEach(port -> {
            if (port.getHostPort() != null && port.getHostPort() > 0) result.add(mapping(port));
        });
        return result;
    }

    /** The ports of the node that lead to a Pod's sandbox; none while it has no address. */
    public static List<HostPort> hostPorts(Pod pod, RuntimePod runtime) {
        if (hostNetwork(pod)) return List.of();
        String ip = runtime.sandbox()
                .filter(RuntimePod.Sandbox::ready)
                .flatMap(sandbox ->
                        sandbox.ips().stream().filter(a -> !a.contains(":")).findFirst())
                .orElse("");
        if (ip.isEmpty()) return List.of();
        return portMappings(pod).stream()
                .filter(port ->
                        !port.getHostIp().contains(":") || port.getHostIp().equals("::"))
                .map(port -> new HostPort(
                        port.getProtocol().name().toLowerCase(Locale.ROOT),
                        port.getHostIp(),
                        port.getHostPort(),
                        ip,
                        port.getContainerPort()))
                .toList();
    }

    private static PortMapping mapping(ContainerPort port) {
        Protocol protocol = switch (port.getProtocol() == null ? "TCP" : port.getProtocol()) {
            case "UDP" -> Protocol.UDP;
            case "SCTP" -> Protocol.SCTP;
            default -> Protocol.TCP;
        };
        return PortMapping.newBuilder()
                .setProtocol(protocol)
                .setContainerPort(port.getContainerPort())
                .setHostPort(port.getHostPort())
                .setHostIp(port.getHostIP() == null ? "" : port.getHostIP())
                .build();
    }

    private static LinuxPodSandboxConfig linux(Pod pod, NodeInfo node) {
        PodSecurityContext wanted = pod.getSpec().getSecurityContext();
        LinuxSandboxSecurityContext.Builder security = LinuxSandboxSecurityContext.newBuilder()
                .setNamespaceOptions(namespaces(pod))
                .setPrivileged(anyPrivileged(pod))
                .setSeccomp(SecurityProfile.newBuilder().setProfileType(SecurityProfile.ProfileType.RuntimeDefault));
        LinuxPodSandboxConfig.Builder linux =
                LinuxPodSandboxConfig.newBuilder().setCgroupParent(Cgroups.parentOf(pod, node.cgroupRoot()));
        if (wanted != null) {
            security.setSupplementalGroupsPolicy(groupsPolicy(wanted));
            if (wanted.getRunAsUser() != null) security.setRunAsUser(int64(wanted.getRunAsUser()));
            if (wanted.getRunAsGroup() != null) security.setRunAsGroup(int64(wanted.getRunAsGroup()));
            security.addAllSupplementalGroups(groups(wanted));
            SeccompProfile seccomp = wanted.getSeccompProfile();
            if (seccomp != null && "Unconfined".equals(seccomp.getType())) {
                security.setSeccomp(
                        SecurityProfile.newBuilder().setProfileType(SecurityProfile.ProfileType.Unconfined));
            }
            for (Sysctl sysctl : ContainerRef.orEmpty(wanted.getSysctls())) {
                linux.putSysctls(sysctl.getName().replace('/', '.'), sysctl.getValue());
            }
        }
        return linux.setSecurityContext(security).build();
    }

    /** The first sysctl that nobody has allowed, as upstream's refusal tells it; empty if all may be set. */
    public static String forbiddenSysctl(Pod pod) {
        PodSecurityContext wanted = pod.getSpec().getSecurityContext();
        if (wanted == null) return "";
        for (Sysctl sysctl : ContainerRef.orEmpty(wanted.getSysctls())) {
            String name = sysctl.getName().replace('/', '.');
            if (!SAFE_SYSCTLS.contains(name)) return "forbidden sysctl: \"%s\" not allowlisted".formatted(name);
            if (hostNetwork(pod) && name.startsWith("net.")) {
                return "forbidden sysctl: \"%s\" not allowed with host net enabled".formatted(name);
            }
            if (Boolean.TRUE.equals(pod.getSpec().getHostIPC()) && name.startsWith("kernel.shm")) {
                return "forbidden sysctl: \"%s\" not allowed with host ipc enabled".formatted(name);
            }
        }
        return "";
    }

    static SupplementalGroupsPolicy groupsPolicy(PodSecurityContext security) {
        return "Strict".equals(security.getSupplementalGroupsPolicy())
                ? SupplementalGroupsPolicy.Strict
                : SupplementalGroupsPolicy.Merge;
    }

    static List<Long> groups(PodSecurityContext security) {
        List<Long> groups = new ArrayList<>(ContainerRef.orEmpty(security.getSupplementalGroups()));
        if (security.getFsGroup() != null) groups.add(security.getFsGroup());
        return groups;
    }

    static NamespaceOption.Builder namespaces(Pod pod) {
        boolean hostPid = Boolean.TRUE.equals(pod.getSpec().getHostPID());
        boolean shared = Boolean.TRUE.equals(pod.getSpec().getShareProcessNamespace());
        return NamespaceOption.newBuilder()
                .setNetwork(hostNetwork(pod) ? NamespaceMode.NODE : NamespaceMode.POD)
                .setIpc(Boolean.TRUE.equals(pod.getSpec().getHostIPC()) ? NamespaceMode.NODE : NamespaceMode.POD)
                .setPid(hostPid ? NamespaceMode.NODE : shared ? NamespaceMode.POD : NamespaceMode.CONTAINER);
    }

    private static boolean anyPrivileged(Pod pod) {
        return ContainerRef.allOf(pod).stream()
                .map(ref -> ref.container().getSecurityContext())
                .anyMatch(context -> context != null && Boolean.TRUE.equals(context.getPrivileged()));
    }

    static Int64Value int64(long value) {
        return Int64Value.newBuilder().setValue(value).build();
    }
}
