package io.k8j.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.time.SystemTime;
import io.k8j.server.KubeconfigFile;
import io.k8j.server.ServerConfig;
import io.k8j.server.Steps;
import io.k8j.server.controlplane.ClusterCertificates;
import io.k8j.server.controlplane.ControlPlane;
import io.k8j.server.flags.ApiServerFlags;
import io.k8j.server.flags.FlagValues;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class OperationFlagsTest {
    @TempDir
    Path directory;

    private String run(int expected, String... arguments) {
        StringWriter out = new StringWriter();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        CommandLine line = Main.commandLine(new PrintStream(errors, true, StandardCharsets.UTF_8));
        line.setOut(new PrintWriter(out));
        List<String> all = new ArrayList<>(List.of("secrets-encrypt"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--kubeconfig", directory.resolve("kubeconfig.yaml").toString()));
        int code = line.execute(all.toArray(String[]::new));
        assertThat(code).as(errors.toString(StandardCharsets.UTF_8)).isEqualTo(expected);
        return out + errors.toString(StandardCharsets.UTF_8);
    }

    private ServerConfig config(int port, String... flags) {
        return ServerConfig.simulated(
                directory,
                port,
                "embedded",
                Set.of("controllers", "scheduler"),
                0,
                ApiServerFlags.parse(List.of(flags)),
                FlagValues.NONE);
    }

    private static int freePort() throws Exception {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return probe.getLocalPort();
        }
    }

    @Test
    void keysAreShownAndRotatedWithK3sWords() throws Exception {
        int port = freePort();
        Steps steps = new Steps(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false);
        try (SystemTime time = new SystemTime();
                ClusterCertificates certificates =
                        ClusterCertificates.inMemory(List.of("127.0.0.1"), List.of("127.0.0.1"), time);
                ControlPlane plane = ControlPlane.start(config(port), "127.0.0.1", certificates, time, steps)) {
            Files.writeString(
                    directory.resolve("kubeconfig.yaml"),
                    KubeconfigFile.render(
                            "https://127.0.0.1:" + port, certificates.authorityPem(), certificates.admin()));
            Path file = directory.resolve("server/cred/encryption-config.json");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");

            assertThat(run(0, "status")).isEqualTo("""
                Encryption Status: Enabled
                Current Rotation Stage: start
                Server Encryption Hashes: All hashes match

                Active  Key Type  Name
                ------  --------  ----
                 *      AES-GCM   key1
                """);
            assertThat(run(1, "rotate"))
                    .contains("error, incorrect stage start found")
                    .hasLineCount(1);
            assertThat(run(0, "prepare")).isEqualTo("prepare completed successfully\n");
            assertThat(run(0, "rotate")).isEqualTo("rotate completed successfully\n");
            assertThat(run(0, "reencrypt")).isEqualTo("reencryption started\n");
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> run(0, "status").contains("reencrypt_finished"));
            assertThat(run(0, "status")).contains(" *      AES-GCM   key2").doesNotContain("key1");
            assertThat(run(0, "disable")).isEqualTo("secrets-encryption disabled\n");
            assertThat(run(0, "status")).startsWith("Encryption Status: Disabled");
            assertThat(plane.apiServer()).isNotNull();
        }
    }

    @Test
    void aFileOfTheUsersIsUsedAndLeftAlone() throws Exception {
        Path file = directory.resolve("mine.yaml");
        String text = "{kind: EncryptionConfiguration, apiVersion: apiserver.config.k8s.io/v1, resources: [{resources:"
                + " [configmaps], providers: [{secretbox: {keys: [{name: k, secret:"
                + " AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=}]}}]}]}";
        Files.writeString(file, text);
        int port = freePort();
        Steps steps = new Steps(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false);
        try (SystemTime time = new SystemTime();
                ClusterCertificates certificates =
                        ClusterCertificates.inMemory(List.of("127.0.0.1"), List.of("127.0.0.1"), time);
                ControlPlane plane = ControlPlane.start(
                        config(port, "encryption-provider-config=" + file), "127.0.0.1", certificates, time, steps)) {
            Files.writeString(
                    directory.resolve("kubeconfig.yaml"),
                    KubeconfigFile.render(
                            "https://127.0.0.1:" + port, certificates.authorityPem(), certificates.admin()));

            assertThat(run(1, "rotate-keys"))
                    .contains("--encryption-provider-config")
                    .hasLineCount(1);
            assertThat(Files.readString(file)).isEqualTo(text);
            assertThat(directory.resolve("server/cred")).doesNotExist();
            assertThat(plane.apiServer()).isNotNull();
        }
    }

    @Test
    void auditFlagsMakeALogFile() throws Exception {
        Path policy = directory.resolve("policy.yaml");
        Files.writeString(policy, "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n");
        Path log = directory.resolve("logs/audit.log");
        Steps steps = new Steps(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false);
        try (SystemTime time = new SystemTime();
                ClusterCertificates certificates =
                        ClusterCertificates.inMemory(List.of("127.0.0.1"), List.of("127.0.0.1"), time);
                ControlPlane plane = ControlPlane.start(
                        config(
                                freePort(),
                                "audit-policy-file=" + policy,
                                "audit-log-path=" + log,
                                "audit-log-mode=batch"),
                        "127.0.0.1",
                        certificates,
                        time,
                        steps)) {
            assertThat(plane.apiServer()).isNotNull();
            plane.apiServer()
                    .core()
                    .transport(io.k8j.apiserver.spi.UserInfo.of("someone", "system:masters"), "tester")
                    .call(new io.k8j.model.api.ApiCall(
                            io.k8j.model.api.Verb.LIST,
                            new io.k8j.model.resource.GroupVersionResource("", "v1", "namespaces"),
                            "",
                            "",
                            "",
                            Map.of(),
                            null,
                            null));
        }
        assertThat(Files.readAllLines(log))
                .anySatisfy(line -> assertThat(line)
                        .startsWith("{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"Metadata\"")
                        .contains("\"username\":\"someone\"", "\"stage\":\"ResponseComplete\""));
    }
}
