package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.dsl.ContainerResource;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.k8j.e2e.cluster.SharedCluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The base of tests that look at real containers: each test has a namespace of its own in the shared cluster, so that
 * all may run at the same time.
 */
@Execution(ExecutionMode.CONCURRENT)
abstract class ContainerTest {
    /** Far longer than anything takes on a machine that is busy with other things. */
    static final Duration PATIENCE = Duration.ofMinutes(5);

    static final String BUSYBOX = "busybox:1.36";

    /** A server that answers on HTTP port 8080 and on UDP port 8081; see the image's {@code netexec.conf}. */
    static final String SERVER = """
            image: nginx:1.25.3
            imagePullPolicy: IfNotPresent
            command: [nginx, -c, /etc/nginx/netexec.conf]
            """;

    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static SharedCluster administered; // guarded by the class
    private static NamespacedKubernetesClient administrator; // guarded by the class; its client

    private SharedCluster cluster;
    private NamespacedKubernetesClient client;

    private static synchronized NamespacedKubernetesClient administrator(SharedCluster cluster) throws IOException {
        if (administered != cluster) {
            // Of a cluster that was started anew, the client before knows nothing.
            administered = cluster;
            Config config = Config.fromKubeconfig(Files.readString(cluster.kubeconfig()));
            config.setRequestTimeout((int) PATIENCE.toMillis());
            administrator =
                    new KubernetesClientBuilder().withConfig(config).build().adapt(NamespacedKubernetesClient.class);
        }
        return administrator;
    }

    @BeforeEach
    void makeNamespace() throws IOException {
        cluster = SharedCluster.orSkip();
        client = administrator(cluster).inNamespace(newNamespace());
    }

    @AfterEach
    void deleteNamespace() {
        if (client != null) client.namespaces().withName(namespace()).delete();
    }

    /** Makes one more namespace, whose Pods can be made at once; the caller deletes it. */
    final String newNamespace() throws IOException {
        String name = "conformance-" + NUMBERS.incrementAndGet();
        KubernetesClient all = administrator(cluster);
        all.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create();
        // A Pod made before the namespace's account would be refused.
        eventually(() -> assertThat(all.serviceAccounts()
                        .inNamespace(name)
                        .withName("default")
                        .get())
                .isNotNull());
        return name;
    }

    final SharedCluster cluster() {
        return cluster;
    }

    /** The administrator's client, for the test's namespace unless another one is named. */
    final NamespacedKubernetesClient client() {
        return client;
    }

    final String namespace() {
        return client.getNamespace();
    }

    /** Makes all objects of the documents, in the test's namespace. */
    final void create(String yaml) {
        // Without the line before it, what begins with a brace would be read as JSON.
        for (HasMetadata object : client.load(stream("---\n" + yaml)).items()) {
            client.resource(object).inNamespace(namespace()).create();
        }
    }

    static java.io.InputStream stream(String text) {
        return new java.io.ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    final void configMap(String name, Map<String, String> data) {
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withData(data)
                        .build())
                .create();
    }

    /** Repeats checks until they hold; in the end the last failure is the test's. */
    static void eventually(ThrowingRunnable checks) {
        await().atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(checks);
    }

    final Pod pod(String name) {
        return client.pods().withName(name).get();
    }

    /** Waits until a Pod is as wanted; a failure shows its state and events. */
    final Pod awaitPod(String name, String what, Predicate<Pod> wanted) {
        await().atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> {
                    Pod now = pod(name);
                    if (now == null || !wanted.test(now)) {
                        throw new AssertionError("Pod %s is not %s: %s%nevents: %s"
                                .formatted(name, what, now == null ? "gone" : now.getStatus(), events(name)));
                    }
                });
        return pod(name);
    }

    final Pod awaitRunning(String name) {
        return awaitPod(name, "running", p -> "Running".equals(p.getStatus().getPhase()));
    }

    final Pod awaitReady(String name) {
        return awaitPod(name, "ready", ContainerTest::isReady);
    }

    static boolean isReady(Pod pod) {
        return pod.getStatus().getConditions().stream()
                .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
    }

    final Pod awaitPhase(String name, String phase) {
        return awaitPod(name, phase, p -> {
            String now = p.getStatus().getPhase();
            boolean over = List.of("Succeeded", "Failed").contains(now);
            if (over && !now.equals(phase)) {
                throw new IllegalStateException("Pod %s %s: %s %s".formatted(name, now, p.getStatus(), logs(name)));
            }
            return now.equals(phase);
        });
    }

    final void awaitGone(String name) {
        eventually(() -> assertThat(pod(name)).isNull());
    }

    /** Why and what, one line for each event of an object of the test's namespace. */
    final List<String> events(String name) {
        return client.v1().events().list().getItems().stream()
                .filter(e -> name.equals(e.getInvolvedObject().getName()))
                .map(e -> e.getReason() + ": " + e.getMessage())
                .toList();
    }

    final String logs(String name) {
        return client.pods().withName(name).getLog();
    }

    final String logs(String name, String container) {
        return client.pods().withName(name).inContainer(container).getLog();
    }

    final int restarts(String name) {
        return restarts(pod(name));
    }

    static int restarts(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream()
                .mapToInt(s -> s.getRestartCount())
                .sum();
    }

    /**
     * The manifest of a Pod with container {@code c} of busybox, which runs a script.
     *
     * @param podFields fields of its spec, as YAML
     * @param containerFields fields of its container, as YAML
     */
    static String podRunning(String name, String script, String podFields, String containerFields) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, labels: {app: %s}}
                spec:
                  terminationGracePeriodSeconds: 0
                %s
                  containers:
                  - name: c
                    image: %s
                    imagePullPolicy: IfNotPresent
                    command: [sh, -c, %s]
                %s
                """.formatted(
                        name,
                        name,
                        podFields.indent(2).stripTrailing(),
                        BUSYBOX,
                        quoted(script),
                        containerFields.indent(4).stripTrailing());
    }

    /** A Pod that sleeps until it is deleted. */
    final void createSleeper(String name, String podFields, String containerFields) {
        create(podRunning(name, "trap exit TERM; sleep 100000 & wait", podFields, containerFields));
    }

    /** Runs a script to its successful end in a Pod and returns what it printed. */
    final String outputOf(String script, String podFields, String containerFields) {
        create(podRunning("once", script, "restartPolicy: Never\n" + podFields, containerFields));
        return endOf("once");
    }

    /** Waits for a Pod's successful end and returns what it printed. */
    final String endOf(String name) {
        awaitPhase(name, "Succeeded");
        return logs(name);
    }

    /** A string of YAML. */
    static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    /** How a command in a container ended. */
    record Ended(int exit, String stdout, String stderr) {}

    final Ended exec(String pod, String container, String... command) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        ContainerResource target = client.pods().withName(pod).inContainer(container);
        try (ExecWatch watch = target.writingOutput(out).writingError(err).exec(command)) {
            int exit = watch.exitCode().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return new Ended(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("exec in %s: %s".formatted(pod, String.join(" ", command)), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Runs a script in a container named {@code c} and returns what it printed; it has to succeed. */
    final String shell(String pod, String script) {
        Ended ended = exec(pod, "c", "sh", "-c", script);
        assertThat(ended.exit()).as(script + ": " + ended).isZero();
        return ended.stdout();
    }

    /** The Pod's container statuses by name. */
    static Map<String, io.fabric8.kubernetes.api.model.ContainerStatus> statuses(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream().collect(Collectors.toMap(s -> s.getName(), s -> s));
    }
}
