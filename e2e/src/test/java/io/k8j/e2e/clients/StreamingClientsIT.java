package io.k8j.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.fabric8.kubernetes.client.dsl.ContainerResource;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.k8j.e2e.cluster.SharedCluster;
import io.kubernetes.client.Exec;
import io.kubernetes.client.PodLogs;
import io.kubernetes.client.PortForward;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** exec, logs and port-forward into real containers, with each client's own code for streams. */
class StreamingClientsIT {
    private static final long PATIENCE_SECONDS = 300;
    private static final String NAMESPACE = "streaming-clients";
    private static final String POD = """
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: streams}
        spec:
          terminationGracePeriodSeconds: 0
          containers:
          - name: c
            image: busybox:1.36
            imagePullPolicy: IfNotPresent
            command: [sh, -c, "echo hello; sleep 100000"]
          - name: server
            image: nginx:1.25.3
            imagePullPolicy: IfNotPresent
            command: [nginx, -c, /etc/nginx/netexec.conf]
            readinessProbe: {httpGet: {port: 8080}, periodSeconds: 1}
        """;

    private static Path kubeconfig;
    private static KubernetesClient fabric8;
    private static ApiClient official;

    @BeforeAll
    static void startThePod() throws IOException {
        kubeconfig = SharedCluster.orSkip().kubeconfig();
        String text = Files.readString(kubeconfig);
        fabric8 = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(text))
                .build();
        official = ClientBuilder.kubeconfig(KubeConfig.loadKubeConfig(new java.io.StringReader(text)))
                .build();
        fabric8.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(NAMESPACE)
                        .endMetadata()
                        .build())
                .create();
        fabric8.serviceAccounts()
                .inNamespace(NAMESPACE)
                .withName("default")
                .waitUntilCondition(account -> account != null, PATIENCE_SECONDS, TimeUnit.SECONDS);
        fabric8.load(new ByteArrayInputStream(POD.getBytes(StandardCharsets.UTF_8)))
                .inNamespace(NAMESPACE)
                .create();
        fabric8.pods().inNamespace(NAMESPACE).withName("streams").waitUntilReady(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @AfterAll
    static void deleteTheNamespace() {
        if (fabric8 == null) return;
        fabric8.namespaces().withName(NAMESPACE).delete();
        fabric8.close();
        official.getHttpClient().dispatcher().executorService().shutdownNow();
        official.getHttpClient().connectionPool().evictAll();
    }

    private static ContainerResource container(String name) {
        return fabric8.pods().inNamespace(NAMESPACE).withName("streams").inContainer(name);
    }

    private static String ask(int port) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/over/there".formatted(port)))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    @Test
    void fabric8RunsACommand() throws Exception {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var typed = new ByteArrayInputStream("word\n".getBytes(StandardCharsets.UTF_8));
        try (ExecWatch exec = container("c")
                .readingInput(typed)
                .writingOutput(out)
                .writingError(err)
                .exec("sh", "-c", "read line; echo got $line; echo err >&2; exit 7")) {
            assertThat(exec.exitCode().get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(7);
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("got word\n");
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("err\n");
    }

    @Test
    void fabric8ReadsLogsAndForwardsAPort() throws Exception {
        assertThat(container("c").getLog()).isEqualTo("hello\n");
        try (LocalPortForward forward =
                fabric8.pods().inNamespace(NAMESPACE).withName("streams").portForward(8080)) {
            assertThat(ask(forward.getLocalPort())).isEqualTo("GET /over/there\n");
        }
    }

    private static String all(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void theOfficialClientRunsACommand() throws IOException, ApiException, InterruptedException {
        String[] command = {"sh", "-c", "read line; echo got $line; echo err >&2; exit 7"};
        Process exec = new Exec(official).exec(NAMESPACE, "streams", command, "c", true, false);
        try {
            // The client gives out no streams once the command has ended.
            InputStream out = exec.getInputStream();
            InputStream err = exec.getErrorStream();
            exec.getOutputStream().write("word\n".getBytes(StandardCharsets.UTF_8));
            exec.getOutputStream().flush();
            assertThat(all(out)).isEqualTo("got word\n");
            assertThat(all(err)).isEqualTo("err\n");
            assertThat(exec.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(exec.exitValue()).isEqualTo(7);
        } finally {
            exec.destroy();
        }
    }

    @Test
    void theOfficialClientFollowsLogs() throws IOException, ApiException {
        try (var lines = new BufferedReader(new InputStreamReader(
                new PodLogs(official).streamNamespacedPodLog(NAMESPACE, "streams", "c"), StandardCharsets.UTF_8))) {
            assertThat(lines.readLine()).isEqualTo("hello");
        }
    }

    @Test
    void theOfficialClientForwardsAPort() throws IOException, ApiException {
        var forward = new PortForward(official).forward(NAMESPACE, "streams", List.of(8080));
        forward.getOutboundStream(8080).write("GET /over/there HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        forward.getOutboundStream(8080).flush();
        var answer = new BufferedReader(new InputStreamReader(forward.getInputStream(8080), StandardCharsets.UTF_8));
        assertThat(answer.readLine()).startsWith("HTTP/1.1 200");
        Awaitility.await().until(() -> "GET /over/there".equals(answer.readLine()));
    }

    @Test
    void theJavaScriptClientStreams(@TempDir Path directory) throws IOException, InterruptedException {
        NodeSuite.orSkip(directory, "streams.test.mjs").passes("streams.test.mjs", 4, kubeconfig, NAMESPACE);
    }
}
