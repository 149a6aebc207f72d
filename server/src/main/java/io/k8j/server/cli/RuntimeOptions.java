package io.k8j.server.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What runs the containers of a node, and where its kubelet listens. */
final class RuntimeOptions {
    @Option(
            names = "--container-runtime-endpoint",
            paramLabel = "SOCKET",
            description = "A running containerd (default: one of our own).")
    String containerRuntimeEndpoint;

    @Option(
            names = "--no-install",
            negatable = false,
            description = "Refuse to start instead of installing missing programs.")
    boolean noInstall;

    @Option(
            names = "--kubelet-port",
            paramLabel = "PORT",
            description = "Port of the kubelet's API.",
            defaultValue = "10250")
    int kubeletPort;

    @Option(
            names = "--registries-dir",
            paramLabel = "DIR",
            description = "containerd's certs.d directory with mirrors and registries' settings.")
    Path registriesDir;
}
