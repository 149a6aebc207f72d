package io.k8j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.k8j.e2e.cluster.ApiClient;
import io.k8j.e2e.cluster.K8jServer;
import io.k8j.e2e.cluster.Kubeconfig;
import io.k8j.e2e.cluster.Leftovers;
import io.k8j.e2e.images.ImageArchive;
import io.k8j.e2e.images.ImageStore;
import io.k8j.e2e.images.Images;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import tools.jackson.databind.JsonNode;

/**
 * A server that was killed, and could clear up nothing itself, leaves nothing behind once {@code k8j stop --all} or
 * {@code k8j uninstall} was run: no process, mount, rule, namespace, cgroup, interface or file.
 */
@Isolated
@Order(Integer.MAX_VALUE - 2)
class KilledServerIT {
    private static final String PODS = "/api/v1/namespaces/default/pods";

    @Test
    void stopAllAndUninstallClearUpAfterAKill() throws IOException, InterruptedException {
        K8jServer.assumeContainers();
        ImageStore images = Images.orSkip();
        Path directory = Files.createDirectories(Path.of("target", "cluster").toAbsolutePath());
        Path data = Files.createTempDirectory(directory, "killed");
        Leftovers leftovers = Leftovers.lookBefore(data);
        try (K8jServer server = K8jServer.withContainers(2, data)) {
            server.start();
            Path archive = directory.resolve("killed-sleeper.tar");
            ImageArchive.writeOci(images, List.of("docker.io/library/sleeper:latest"), archive);
            server.k8j("images", "import", archive.toString());
            runPods(server);
            server.kill();
            assertThat(leftovers.find()).as("there is something to clear up").hasSizeGreaterThan(5);
            server.k8j("stop", "--all");
            assertThat(leftovers.find()).isEmpty();

            server.start(); // the data is still there, and the Pods come back
            try (ApiClient api = client(server)) {
                await().atMost(Duration.ofMinutes(3))
                        .untilAsserted(() -> assertThat(readyPods(api)).isEqualTo(3));
            }
            server.killContainerd();
            server.kill();
            server.k8j("uninstall", "--yes");
            assertThat(leftovers.find()).isEmpty();
            assertThat(data).doesNotExist();
            server.k8j("stop", "--all"); // once more: there is nothing, which is no error
        }
    }

    private static ApiClient client(K8jServer server) throws IOException {
        return new ApiClient(Kubeconfig.read(server.kubeconfig()));
    }

    /** Pods with all that a node makes for them: mounts in memory and on disk, host ports, rules of a Service. */
    private static void runPods(K8jServer server) throws IOException, InterruptedException {
        try (ApiClient api = client(server)) {
            await().atMost(Duration.ofMinutes(2))
                    .ignoreException(IOException.class)
                    .untilAsserted(() -> api.get("/api/v1/namespaces/default/serviceaccounts/default"));
            post(api, "/api/v1/namespaces/default/services", """
                {"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"type":"NodePort",
                  "selector":{"app":"web"},"ports":[{"port":80}]}}""");
            for (int i = 0; i < 3; i++) {
                post(api, PODS, """
                    {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-%d","labels":{"app":"web"}},"spec":{
                      "terminationGracePeriodSeconds":0,
                      "volumes":[{"name":"memory","emptyDir":{"medium":"Memory"}},{"name":"disk","emptyDir":{}}],
                      "containers":[{"name":"c","image":"sleeper","imagePullPolicy":"IfNotPresent",
                        "resources":{"limits":{"cpu":"200m","memory":"64Mi"}},
                        "ports":[{"containerPort":80,"hostPort":%d}],
                        "volumeMounts":[{"name":"memory","mountPath":"/memory"},{"name":"disk","mountPath":"/disk"}]}]}}
                    """.formatted(i, 28_310 + i));
            }
            await().atMost(Duration.ofMinutes(3))
                    .untilAsserted(() -> assertThat(readyPods(api)).isEqualTo(3));
        }
    }

    private static void post(ApiClient api, String path, String body) throws IOException, InterruptedException {
        var answer = api.send("POST", path, "application/json", "application/json", body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    }

    private static long readyPods(ApiClient api) throws IOException, InterruptedException {
        long ready = 0;
        for (JsonNode pod : api.get(PODS).path("items")) {
            if (pod.at("/status/containerStatuses/0/ready").asBoolean()) ready++;
        }
        return ready;
    }
}
