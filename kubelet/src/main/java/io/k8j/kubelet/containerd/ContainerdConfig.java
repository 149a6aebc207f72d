package io.k8j.kubelet.containerd;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32;

/**
 * Where our own containerd keeps its things and what it may do here.
 *
 * @param binary the program
 * @param root images and snapshots, which outlive a reboot
 * @param state sockets and shims' bundles, short enough that its socket's path fits 107 bytes
 * @param cniBinDir the CNI plugins
 * @param cniConfDir the Pod network's description, see {@link CniConfig#writeTo}
 * @param registryDir a directory for each registry with a {@code hosts.toml} that names its mirrors
 * @param logFile containerd's own log
 * @param snapshotter {@code overlayfs}, or {@code native} where the kernel cannot stack
 * @param restrictOomScoreAdj whether oom_score_adj may only be raised (no CAP_SYS_RESOURCE)
 */
public record ContainerdConfig(
        String binary,
        Path root,
        Path state,
        Path cniBinDir,
        Path cniConfDir,
        Path registryDir,
        Path logFile,
        String snapshotter,
        boolean restrictOomScoreAdj) {
    private static final int MAX_SOCKET_PATH = 107;

    public ContainerdConfig {
        if (state.resolve("containerd.sock").toString().length() > MAX_SOCKET_PATH) {
            throw new IllegalArgumentException("state directory " + state + ": too long for a Unix socket in it");
        }
    }

    /** The layout below a node's data directory, with sockets under {@code /run/k8j}, one directory per data directory. */
    public static ContainerdConfig under(Path dataDir, Path cniBinDir) {
        CRC32 hash = new CRC32();
        hash.update(dataDir.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8));
        Path base = dataDir.toAbsolutePath().resolve("agent");
        return new ContainerdConfig(
                "containerd",
                base.resolve("containerd"),
                Path.of("/run/k8j/%08x/containerd".formatted(hash.getValue())),
                cniBinDir,
                base.resolve("etc/cni/net.d"),
                base.resolve("etc/containerd/certs.d"),
                base.resolve("containerd.log"),
                "overlayfs",
                !Capabilities.mayRaiseLimits());
    }

    /** The socket for CRI and containerd's own API. */
    public Path socket() {
        return state.resolve("containerd.sock");
    }

    Path pidFile() {
        return state.resolve("containerd.pid");
    }

    Path configFile() {
        return state.resolve("config.toml");
    }

    /**
     * containerd's configuration, version 2, which releases from 1.3 to 2.x read. Network namespaces are kept with the
     * state: the first {@code ip netns add} on a machine mounts over {@code /run/netns} and hides those that are there,
     * whose Pods could then not be removed. CDI is off in 1.7 unless it is asked for, and unknown before.
     */
    String toml() {
        return """
                version = 2
                root = "%s"
                state = "%s"
                oom_score = 0
                disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", \
                "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs", \
                "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing"]

                [grpc]
                  address = "%s"

                [debug]
                  level = "warn"

                [plugins."io.containerd.internal.v1.opt"]
                  path = "%s/opt"

                [plugins."io.containerd.grpc.v1.cri"]
                  sandbox_image = "%s"
                  stream_server_address = "127.0.0.1"
                  stream_server_port = "0"
                  stream_idle_timeout = "4h0m0s"
                  restrict_oom_score_adj = %s
                  netns_mounts_under_state_dir = true
                  disable_hugetlb_controller = true
                  tolerate_missing_hugetlb_controller = true
                  enable_unprivileged_ports = true
                  enable_unprivileged_icmp = true
                  max_container_log_line_size = 16384
                  enable_cdi = true
                  cdi_spec_dirs = ["/etc/cdi", "/var/run/cdi"]

                [plugins."io.containerd.grpc.v1.cri".cni]
                  bin_dir = "%s"
                  conf_dir = "%s"

                [plugins."io.containerd.grpc.v1.cri".containerd]
                  snapshotter = "%s"
                  default_runtime_name = "runc"
                  ignore_rdt_not_enabled_errors = true

                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
                  runtime_type = "io.containerd.runc.v2"

                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                  SystemdCgroup = false

                [plugins."io.containerd.grpc.v1.cri".registry]
                  config_path = "%s"
                """.formatted(
                        root,
                        state,
                        socket(),
                        root,
                        PauseImage.NAME,
                        restrictOomScoreAdj,
                        cniBinDir,
                        cniConfDir,
                        snapshotter,
                        registryDir);
    }
}
