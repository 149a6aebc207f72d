package io.k8j.e2e.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.security.auth.module.UnixSystem;
import io.k8j.e2e.images.ImageArchive;
import io.k8j.e2e.images.ImageStore;
import io.k8j.e2e.images.Images;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A real containerd pulls from the registry and imports the archives. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContainerdPullIT {
    private record Run(int exit, String output) {}

    private Path directory;
    private Process containerd;
    private TestRegistry registry;
    private ImageStore images;

    @BeforeAll
    void start() throws IOException {
        assumeTrue(new UnixSystem().getUid() == 0, "containerd needs root");
        assumeTrue(
                Stream.of("containerd", "ctr")
                        .allMatch(tool -> Stream.of(System.getenv("PATH").split(":"))
                                .anyMatch(d -> Files.isExecutable(Path.of(d, tool)))),
                "there is no containerd on PATH");
        images = Images.orSkip();
        // A socket's path must be short, so not below target.
        directory = Files.createTempDirectory("k8j-ctr");
        Path config = Files.writeString(directory.resolve("config.toml"), """
                version = 2
                root = "%1$s/root"
                state = "%1$s/state"
                disabled_plugins = ["io.containerd.grpc.v1.cri"]
                [grpc]
                  address = "%1$s/sock"
                [plugins."io.containerd.internal.v1.opt"]
                  path = "%1$s/opt"
                """.formatted(directory));
        containerd = new ProcessBuilder("containerd", "--config", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        registry = TestRegistry.start(images, "docker.io");
        registry.writeHostsToml(directory.resolve("certs.d"));
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(ctr("version").exit()).isZero());
    }

    @AfterAll
    void stop() throws IOException, InterruptedException {
        if (containerd == null) {
            return;
        }
        registry.close();
        containerd.destroy();
        if (!containerd.waitFor(10, TimeUnit.SECONDS)) {
            containerd.destroyForcibly();
        }
        new ProcessBuilder("rm", "-rf", directory.toString()).start().waitFor();
    }

    private Run ctr(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(
                List.of("ctr", "--address", directory.resolve("sock").toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }

    private Run pull(String reference) throws IOException, InterruptedException {
        return ctr(
                "images",
                "pull",
                "--snapshotter",
                "native",
                "--hosts-dir",
                directory.resolve("certs.d").toString(),
                reference);
    }

    @Test
    void pullsWhatIsThereAndNotWhatIsNot() throws Exception {
        Run nginx = pull("docker.io/library/nginx:1.25.3");
        assertThat(nginx.exit()).as(nginx.output()).isZero();
        Run none = pull("docker.io/library/nginx:1.91");
        assertThat(none.exit()).isNotZero();
        assertThat(none.output()).contains("docker.io/library/nginx:1.91: not found");
        assertThat(registry.requests())
                .contains("HEAD /v2/library/nginx/manifests/1.25.3", "HEAD /v2/library/nginx/manifests/1.91");
    }

    @Test
    void importsBothArchiveFormats() throws Exception {
        Path oci = directory.resolve("oci.tar");
        ImageArchive.writeOci(
                images, List.of("docker.io/library/busybox:latest", "docker.io/library/busybox:1.36"), oci);
        Run imported = ctr("images", "import", "--snapshotter", "native", oci.toString());
        assertThat(imported.exit()).as(imported.output()).isZero();
        Path docker = directory.resolve("docker.tar");
        ImageArchive.writeDocker(images, List.of("docker.io/library/sleeper:latest"), docker);
        imported = ctr("images", "import", "--snapshotter", "native", docker.toString());
        assertThat(imported.exit()).as(imported.output()).isZero();
        assertThat(ctr("images", "list", "-q").output().lines())
                .contains(
                        "docker.io/library/busybox:latest",
                        "docker.io/library/busybox:1.36",
                        "docker.io/library/sleeper:latest");
    }
}
