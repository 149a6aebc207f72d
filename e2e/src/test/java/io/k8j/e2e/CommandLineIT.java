package io.k8j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.k8j.e2e.cluster.K8jServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the command line says to wrong use and to trouble: one sentence and an exit code. */
class CommandLineIT {
    private static Path directory;

    @BeforeAll
    static void prepare() throws IOException {
        assumeTrue(K8jServer.isBuildable(), "there is no ./k8j to start");
        directory = Files.createDirectories(Path.of("target", "cluster").toAbsolutePath());
    }

    private static K8jServer.Ended k8j(String... arguments) throws IOException, InterruptedException {
        return K8jServer.run(List.of(arguments));
    }

    private static Path fresh() throws IOException {
        return Files.createTempDirectory(directory, "cli");
    }

    @Test
    void versionNamesTheApiLevel() throws Exception {
        K8jServer.Ended version = k8j("version");
        assertThat(version.exit()).isZero();
        assertThat(version.output()).contains("v1.36.");
    }

    @Test
    void anUnknownFlagIsWrongUse() throws Exception {
        K8jServer.Ended server = k8j("server", "--no-such-flag");
        assertThat(server.exit()).isEqualTo(2);
        assertThat(server.output()).contains("--no-such-flag").doesNotContain("\tat ");
        assertThat(k8j("no-such-command").exit()).isEqualTo(2);
    }

    @Test
    void aWrongValueIsWrongUseAndNamesTheFlag() throws Exception {
        K8jServer.Ended server =
                k8j("server", "--disable-agent", "--data-dir=" + fresh(), "--service-cidr=10.0.0.0/99");
        assertThat(server.exit()).isEqualTo(2);
        assertThat(server.output()).contains("service-cidr").doesNotContain("\tat ");
    }

    @Test
    void aPortInUseIsNamed() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Path data = fresh();
            K8jServer.Ended server = k8j(
                    "server",
                    "--disable-agent",
                    "--data-dir=" + data,
                    "--write-kubeconfig=" + data.resolve("kubeconfig.yaml"),
                    "--bind-address=127.0.0.1",
                    "--https-listen-port=" + taken.getLocalPort());
            assertThat(server.exit()).isEqualTo(1);
            assertThat(server.output()).contains("port " + taken.getLocalPort()).doesNotContain("\tat ");
        }
    }

    @Test
    void aSecondServerOnTheSameDataIsRefused() throws Exception {
        try (K8jServer first = K8jServer.controlPlane(3, fresh())) {
            first.start();
            K8jServer.Ended second = k8j(
                    "server",
                    "--disable-agent",
                    "--data-dir=" + first.dataDirectory(),
                    "--write-kubeconfig=" + first.kubeconfig(),
                    "--https-listen-port=0");
            assertThat(second.exit()).isEqualTo(1);
            assertThat(second.output())
                    .contains(first.dataDirectory().toString())
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void sigtermStopsCleanlyAndTheDataIsThereAgain() throws Exception {
        try (K8jServer server = K8jServer.controlPlane(4, fresh())) {
            server.start();
            server.terminate();
            server.start();
            assertThat(server.logTail()).doesNotContain("\tat ");
        }
    }

    @Test
    void stoppingWhatDoesNotRunIsNoError() throws Exception {
        K8jServer.Ended stop = k8j("stop", "--all", "--data-dir=" + fresh());
        assertThat(stop.output()).doesNotContain("\tat ");
        assertThat(stop.exit()).isZero();
    }
}
