package io.k8j.junit;

import io.k8j.server.ServerConfig;
import io.k8j.server.flags.ApiServerFlags;
import io.k8j.server.flags.SchedulerFlags;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;

/** The settings of {@code k8j server} that make a cluster of a test. */
final class ServerSettings {
    private ServerSettings() {}

    static ServerConfig of(K8jOptions wanted, Path directory, int httpsPort) {
        return ServerConfig.simulated(
                directory,
                httpsPort,
                "memory",
                wanted.without(),
                wanted.nodes(),
                ApiServerFlags.parse(wanted.apiServerFlags()),
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
