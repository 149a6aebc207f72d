package io.k8j.junit;

import io.k8j.server.ServerConfig;
import io.k8j.server.flags.ApiServerFlags;
import io.k8j.server.flags.FlagValues;
import io.k8j.server.flags.SchedulerFlags;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The settings of {@code k8j server} that make a cluster of a test. */
final class ServerSettings {
    private ServerSettings() {}

    static ServerConfig of(K8jOptions wanted, Path directory, int httpsPort) {
        return new ServerConfig(
                directory,
                directory.resolve("kubeconfig.yaml"),
                "127.0.0.1",
                httpsPort,
                "127.0.0.1",
                List.of(),
                "node-0",
                "127.0.0.1",
                Map.of(),
                List.of(),
                "10.42.0.0/16",
                "10.43.0.0/16",
                "10.43.0.10",
                "cluster.local",
                "30000-32767",
                "memory",
                null,
                wanted.without(),
                ServerConfig.Runtime.SIMULATED,
                wanted.nodes(),
                false,
                null,
                false,
                0,
                "",
                null,
                ApiServerFlags.parse(wanted.apiServerFlags()),
                FlagValues.NONE,
                SchedulerFlags.parse(wanted.schedulerFlags()));
    }

    /** A port that is free now; somebody else may be faster. */
    static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return probe.getLocalPort();
        }
    }
}
