package io.k8j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.k8j.e2e.cluster.ApiClient;
import io.k8j.e2e.cluster.K8jServer;
import io.k8j.e2e.cluster.Kubeconfig;
import io.k8j.e2e.cluster.Leftovers;
import io.k8j.e2e.images.ImageArchive;
import io.k8j.e2e.images.Images;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.Isolated;
import tools.jackson.databind.JsonNode;

/**
 * Kills the server with {@code kill -9} while clients write, and starts it again: no acknowledged write may be missing,
 * and containers must go on as if nothing had happened. {@code -Dk8j.crash.rounds=N} sets the number of rounds (3).
 */
@Isolated
@Order(Integer.MAX_VALUE - 1)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CrashLoadIT {
    private static final int ROUNDS = Integer.getInteger("k8j.crash.rounds", 3);
    private static final int WRITERS = 8;
    private static final String PODS = "/api/v1/namespaces/crash/pods";

    private final WriteLoad load = new WriteLoad("crash", WRITERS);
    private K8jServer server;
    private Leftovers leftovers;

    @BeforeAll
    void start() throws IOException, InterruptedException {
        K8jServer.assumeContainers();
        var images = Images.orSkip();
        Path directory = Files.createDirectories(Path.of("target", "cluster").toAbsolutePath());
        Path data = Files.createTempDirectory(directory, "crash");
        leftovers = Leftovers.lookBefore(data);
        server = K8jServer.withContainers(1, data);
        server.start();
        Path archive = directory.resolve("sleeper.tar");
        ImageArchive.writeOci(
                images, List.of("docker.io/library/sleeper:latest", "docker.io/library/busybox:latest"), archive);
        server.k8j("images", "import", archive.toString());
        try (ApiClient api = client()) {
            post(
                    api,
                    "/api/v1/namespaces",
                    "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"crash\"}}");
            await().atMost(Duration.ofSeconds(120))
                    .ignoreException(IOException.class)
                    .untilAsserted(() -> api.get("/api/v1/namespaces/crash/serviceaccounts/default"));
            for (int i = 0; i < 2; i++) {
                post(api, PODS, """
                    {"apiVersion":"v1","kind":"Pod","metadata":{"name":"steady-%d"},"spec":{
                      "terminationGracePeriodSeconds":0,
                      "containers":[{"name":"c","image":"sleeper","imagePullPolicy":"IfNotPresent"}]}}
                    """.formatted(i));
            }
            await().atMost(Duration.ofSeconds(180))
                    .untilAsserted(() -> assertThat(containers(api)).hasSize(2));
        }
    }

    private static void post(ApiClient api, String path, String body) throws IOException, InterruptedException {
        var answer = api.send("POST", path, "application/json", "application/json", body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    }

    private ApiClient client() throws IOException {
        return new ApiClient(Kubeconfig.read(server.kubeconfig()));
    }

    /** The ID and restart count of each container that is ready. */
    private static Map<String, String> containers(ApiClient api) throws IOException, InterruptedException {
        var found = new TreeMap<String, String>();
        for (JsonNode pod : api.get(PODS).path("items")) {
            JsonNode status = pod.at("/status/containerStatuses/0");
            if (status.path("ready").asBoolean()) {
                found.put(
                        pod.at("/metadata/name").asString(),
                        status.path("containerID").asString() + " restarts="
                                + status.path("restartCount").asInt());
            }
        }
        return found;
    }

    /** The processes of the steady containers with the time they started, as the kernel knows them. */
    private Map<Long, String> processes() {
        var found = new TreeMap<Long, String>();
        try (var all = ProcessHandle.allProcesses()) {
            all.forEach(p -> {
                try {
                    String root = Files.readString(Path.of("/proc/" + p.pid() + "/cmdline"));
                    String mounts = Files.readString(Path.of("/proc/" + p.pid() + "/mountinfo"));
                    if (root.startsWith("/sleep\0")
                            && mounts.contains(server.dataDirectory().toString())) {
                        String stat = Files.readString(Path.of("/proc/" + p.pid() + "/stat"));
                        found.put(p.pid(), stat.substring(stat.lastIndexOf(')')).split(" ")[20]);
                    }
                } catch (IOException ended) {
                    // It ended between the list and the look.
                }
            });
        }
        return found;
    }

    @Test
    @Order(1)
    void noAcknowledgedWriteIsLostAndContainersGoOn() throws Exception {
        var random = new Random(ROUNDS);
        Map<String, String> containersBefore;
        try (ApiClient api = client()) {
            containersBefore = containers(api);
        }
        Map<Long, String> processesBefore = processes();
        assertThat(containersBefore.values()).allSatisfy(c -> assertThat(c).endsWith("restarts=0"));
        for (int round = 1; round <= ROUNDS; round++) {
            String name = "round " + round + " of " + ROUNDS;
            int written;
            try (ApiClient api = client();
                    WriteLoad.Run run = load.start(api)) {
                await().atMost(Duration.ofSeconds(120)).until(() -> run.acknowledged() > 0);
                TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(2000));
                server.kill();
                written = run.stop();
            }
            assertThat(written).as("writes acknowledged in " + name).isPositive();
            server.start();
            try (ApiClient api = client()) {
                assertThat(load.missing(api))
                        .as("acknowledged writes that are missing after " + name)
                        .isEmpty();
                await().atMost(Duration.ofSeconds(180))
                        .untilAsserted(() -> assertThat(nodeIsReady(api)).isTrue());
                assertThat(containers(api)).as("containers after " + name).isEqualTo(containersBefore);
            }
            assertThat(processes()).as("processes after " + name).isEqualTo(processesBefore);
        }
    }

    @Test
    @Order(2)
    void aKilledContainerdComesBackAndPodsGoOn() throws Exception {
        Map<Long, String> processesBefore = processes();
        assertThat(server.killContainerd()).as("a containerd to kill").isTrue();
        try (ApiClient api = client()) {
            Map<String, String> containersBefore = containers(api);
            post(api, PODS, """
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"after"},"spec":{
                  "terminationGracePeriodSeconds":0,
                  "containers":[{"name":"c","image":"busybox","imagePullPolicy":"IfNotPresent","command":["sleep","100000"]}]}}
                """);
            await().atMost(Duration.ofSeconds(180))
                    .untilAsserted(() -> assertThat(containers(api)).containsKey("after"));
            assertThat(containers(api)).containsAllEntriesOf(containersBefore);
        }
        assertThat(processes()).isEqualTo(processesBefore);
    }

    private boolean nodeIsReady(ApiClient api) throws IOException, InterruptedException {
        for (JsonNode condition : api.get("/api/v1/nodes/" + server.nodeName()).at("/status/conditions")) {
            if (condition.path("type").asString().equals("Ready")) {
                return condition.path("status").asString().equals("True");
            }
        }
        return false;
    }

    @AfterAll
    void stop() throws IOException, InterruptedException {
        if (server != null) {
            server.stopAll();
            assertThat(leftovers.find()).isEmpty();
        }
    }
}
