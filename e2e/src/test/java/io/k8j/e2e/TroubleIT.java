package io.k8j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.k8j.e2e.cluster.ApiClient;
import io.k8j.e2e.cluster.K8jServer;
import io.k8j.e2e.cluster.Kubeconfig;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a server says to trouble with its machine and its data: one clear sentence, an exit code, nothing damaged. */
class TroubleIT {
    private static Path directory;

    @BeforeAll
    static void prepare() throws IOException {
        K8jServer.assumeContainers();
        directory = Files.createDirectories(Path.of("target", "cluster").toAbsolutePath());
    }

    private static Path fresh() throws IOException {
        return Files.createTempDirectory(directory, "trouble");
    }

    /** Runs a shell command line in which {@code $K8J} is the command, in namespaces that {@code unshare} makes. */
    private static K8jServer.Ended changed(String unshare, String script) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/unshare")), "there is no unshare");
        List<String> command = new ArrayList<>(List.of("unshare", unshare, "sh", "-c", script));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("K8J", K8jServer.command().toString());
        Process run = builder.start();
        run.getOutputStream().close();
        String output = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(run.waitFor(2, TimeUnit.MINUTES)).as(output).isTrue();
        assumeTrue(!output.contains("unshare failed"), "this machine does not allow to make namespaces");
        return new K8jServer.Ended(run.exitValue(), output);
    }

    private static void isOneSentence(K8jServer.Ended ended, String... words) {
        assertThat(ended.output()).contains(words).doesNotContain("\tat ");
        assertThat(ended.output().lines().filter(line -> line.startsWith("k8j: ") || line.startsWith("k8j needs ")))
                .hasSize(1);
        assertThat(ended.exit()).isEqualTo(1);
    }

    @Test
    void withoutRootThereAreNoContainers() throws Exception {
        K8jServer.Ended refused = changed("--user", "exec $K8J server --data-dir=" + fresh());
        isOneSentence(refused, "running containers needs root: start it with sudo");
    }

    @Test
    void anOldJdkIsNotTaken() throws Exception {
        K8jServer.Ended refused = changed(
                "--mount",
                "mount -t tmpfs none /usr/lib/jvm && unset JAVA_HOME && exec env PATH=/usr/sbin:/usr/bin:/sbin:/bin"
                        + " $K8J version");
        isOneSentence(refused, "k8j needs a JDK 25 or newer", "set JAVA_HOME");
    }

    @Test
    void aMissingContainerdIsNamedIfNothingMayBeInstalled() throws Exception {
        K8jServer.Ended refused = changed(
                "--mount",
                "mount --bind /dev/null \"$(command -v containerd)\" && exec $K8J server --no-install"
                        + " --https-listen-port=0 --kubelet-port=0 --data-dir=" + fresh());
        isOneSentence(refused, "this machine lacks containerd", "--no-install", "k8j check-config");
    }

    @Test
    void theDataOfAnotherClusterIsRefusedAndLeftAlone() throws Exception {
        try (K8jServer server = K8jServer.controlPlane(11, fresh())) {
            server.start();
            server.terminate();
            K8jServer.Ended refused = K8jServer.run(List.of(
                    "server",
                    "--disable-agent",
                    "--https-listen-port=0",
                    "--data-dir=" + server.dataDirectory(),
                    "--write-kubeconfig=" + server.dataDirectory().resolve("other.yaml"),
                    "--service-cidr=172.20.0.0/16",
                    "--cluster-dns=172.20.0.10"));
            isOneSentence(refused, "belongs to a cluster with --", "choose another --data-dir");
            assertThat(server.dataDirectory().resolve("other.yaml")).doesNotExist();
            server.start();
        }
    }

    @Test
    void theDataOfAnotherVersionIsRefusedAndLeftAlone() throws Exception {
        try (K8jServer server = K8jServer.controlPlane(12, fresh())) {
            server.start();
            server.terminate();
            Path format = server.dataDirectory().resolve("server/db/store-format");
            String before = Files.readString(format);
            Files.writeString(format, before.replaceFirst("^k8j-store \\d+", "k8j-store 77"));
            K8jServer.Ended refused = K8jServer.run(server.startCommand());
            isOneSentence(refused, "has format 77, this server reads format", "use the server that wrote it");
            Files.writeString(format, before);
            server.start();
        }
    }

    @Test
    void aFullDiskStopsWritesOnlyUntilThereIsRoom() throws Exception {
        Path data = fresh();
        assumeTrue(mount("mount", "-t", "tmpfs", "-o", "size=48m,mode=0700", "none", data.toString()), "no tmpfs");
        try (K8jServer server = K8jServer.controlPlane(13, data)) {
            server.start();
            Path filler = data.resolve("filler");
            try (ApiClient api = new ApiClient(Kubeconfig.read(server.kubeconfig()))) {
                assertThat(create(api, "first").status()).isEqualTo(201);
                fill(filler);
                List<String> stored = new ArrayList<>();
                ApiClient.Answer refused = null;
                for (int i = 0; i < 400 && refused == null; i++) {
                    ApiClient.Answer answer = create(api, "more-" + i);
                    if (answer.status() == 201) stored.add("more-" + i);
                    else refused = answer;
                }
                assertThat(refused).as("a write without room").isNotNull();
                assertThat(refused.status()).isBetween(500, 599);
                assertThat(refused.json().path("kind").asString()).isEqualTo("Status");
                assertThat(refused.body()).doesNotContain("\tat ").contains("the disk is full");
                assertThat(api.get("/api/v1/namespaces/default/configmaps/first")
                                .at("/metadata/name")
                                .asString())
                        .isEqualTo("first");
                Files.delete(filler);
                await().atMost(Duration.ofMinutes(2))
                        .untilAsserted(
                                () -> assertThat(create(api, "after").status()).isIn(201, 409));
                for (String name : stored) api.get("/api/v1/namespaces/default/configmaps/" + name);
            }
            server.kill();
            server.start();
            try (ApiClient api = new ApiClient(Kubeconfig.read(server.kubeconfig()))) {
                api.get("/api/v1/namespaces/default/configmaps/first");
                api.get("/api/v1/namespaces/default/configmaps/after");
            }
        } finally {
            mount("umount", data.toString());
        }
    }

    private static boolean mount(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    }

    private static ApiClient.Answer create(ApiClient api, String name) throws IOException, InterruptedException {
        String body =
                "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"%s\"},\"data\":{\"k\":\"%s\"}}"
                        .formatted(name, "v".repeat(200_000));
        return api.send("POST", "/api/v1/namespaces/default/configmaps", "application/json", "application/json", body);
    }

    /** Takes all room that is left. */
    private static void fill(Path filler) throws IOException {
        byte[] block = new byte[1 << 12];
        try (var file = new RandomAccessFile(filler.toFile(), "rw")) {
            while (true) file.write(block);
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }
}
