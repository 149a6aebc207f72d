package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.k8j.e2e.cluster.Kubeconfig;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Pods as objects of the API, while their containers run. */
class PodObjectsIT extends ContainerTest {
    private Pod edit(String name, java.util.function.UnaryOperator<PodBuilder> change) {
        return client().pods()
                .withName(name)
                .edit(pod -> change.apply(new PodBuilder(pod)).build());
    }

    @Test
    @Conformance("node/Pods/1")
    void aDeadlineSetLaterEndsThePod() {
        createSleeper("late", "", "");
        awaitRunning("late");
        edit("late", pod -> pod.editSpec().withActiveDeadlineSeconds(2L).endSpec());
        Pod pod = awaitPod("late", "failed", p -> p.getStatus().getPhase().equals("Failed"));
        assertThat(pod.getStatus().getReason()).isEqualTo("DeadlineExceeded");
    }

    private record Seen(Watcher.Action action, Pod pod) {}

    private Watch watch(String label, List<Seen> into) {
        return client().pods().withLabel(label).watch(new Watcher<Pod>() {
            @Override
            public void eventReceived(Action action, Pod pod) {
                into.add(new Seen(action, pod));
            }

            @Override
            public void onClose(WatcherException cause) {
                // What was seen until then is what the test looks at.
            }
        });
    }

    @Test
    @Conformance("node/Pods/2")
    void aPodIsSeenFromItsCreationToItsDeletion() {
        List<Seen> seen = new CopyOnWriteArrayList<>();
        assertThat(client().pods().withLabel("time", "now").list().getItems()).isEmpty();
        try (Watch watch = watch("time", seen)) {
            create(podRunning("seen", "trap exit TERM; sleep 100000 & wait", "", "")
                    .replace("labels: {", "labels: {time: now, ")
                    .replace("terminationGracePeriodSeconds: 0", "terminationGracePeriodSeconds: 30"));
            assertThat(client().pods().withLabel("time", "now").list().getItems())
                    .hasSize(1);
            eventually(() -> assertThat(seen).anyMatch(s -> s.action() == Watcher.Action.ADDED));
            awaitRunning("seen");
            client().pods().withName("seen").delete();
            eventually(() -> assertThat(seen).anyMatch(s -> s.action() == Watcher.Action.DELETED));
        }
        Pod last = seen.getLast().pod();
        assertThat(last.getMetadata().getDeletionTimestamp()).isNotNull();
        assertThat(last.getMetadata().getDeletionGracePeriodSeconds()).isNotNull();
        assertThat(client().pods().withLabel("time", "now").list().getItems()).isEmpty();
    }

    @Test
    @Conformance("node/Pods/3")
    void anUpdatedLabelFindsThePod() {
        createSleeper("labelled", "", "");
        awaitRunning("labelled");
        edit("labelled", pod -> pod.editMetadata().addToLabels("time", "later").endMetadata());
        assertThat(client().pods().withLabel("time", "later").list().getItems()).hasSize(1);
    }

    @Test
    @Conformance("node/Pods/4")
    void servicesAreVariablesOfNewPods() {
        create("""
                apiVersion: v1
                kind: Service
                metadata: {name: fooservice}
                spec: {selector: {name: server}, ports: [{port: 8765, targetPort: 8080}]}
                """);
        String address =
                client().services().withName("fooservice").get().getSpec().getClusterIP();
        // The node hears of the Service on a watch of its own.
        eventually(() -> {
            client().pods().withName("once").withGracePeriod(0).delete();
            awaitGone("once");
            assertThat(outputOf("env", "", "").lines())
                    .contains(
                            "FOOSERVICE_SERVICE_HOST=" + address,
                            "FOOSERVICE_SERVICE_PORT=8765",
                            "FOOSERVICE_PORT=tcp://%s:8765".formatted(address),
                            "FOOSERVICE_PORT_8765_TCP=tcp://%s:8765".formatted(address),
                            "FOOSERVICE_PORT_8765_TCP_PROTO=tcp",
                            "FOOSERVICE_PORT_8765_TCP_PORT=8765",
                            "FOOSERVICE_PORT_8765_TCP_ADDR=" + address);
        });
    }

    @Test
    @Conformance("node/Pods/5")
    void aCollectionOfPodsIsDeletedByLabel() {
        IntStream.rangeClosed(1, 3)
                .forEach(i -> create(podRunning("pod-" + i, "sleep 100000", "", "")
                        .replace("labels: {", "labels: {type: Testing, ")));
        assertThat(client().pods().withLabel("type", "Testing").list().getItems())
                .hasSize(3);
        client().pods().withLabel("type", "Testing").withGracePeriod(0).delete();
        eventually(() -> assertThat(
                        client().pods().withLabel("type", "Testing").list().getItems())
                .isEmpty());
    }

    @Test
    @Conformance("node/Pods/6")
    void aPodHasTheAddressOfItsHost() {
        createSleeper("hosted", "", "");
        Pod pod = awaitPod("hosted", "with a host address", p -> p.getStatus().getHostIP() != null);
        assertThat(client().nodes()
                        .withName(pod.getSpec().getNodeName())
                        .get()
                        .getStatus()
                        .getAddresses())
                .anyMatch(a -> a.getType().equals("InternalIP")
                        && a.getAddress().equals(pod.getStatus().getHostIP()));
        assertThat(pod.getStatus().getHostIPs()).hasSize(1);
    }

    @Test
    @Conformance("node/Pods/7")
    void theStatusOfARunningPodIsPatched() {
        createSleeper("patched", "", "");
        awaitRunning("patched");
        Pod answer = client().pods()
                .withName("patched")
                .subresource("status")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"status\":{\"message\":\"Patched by the test\",\"reason\":\"E2E\"}}");
        assertThat(answer.getStatus().getMessage()).isEqualTo("Patched by the test");
        assertThat(answer.getStatus().getReason()).isEqualTo("E2E");
    }

    @Test
    @Conformance("node/Pods/8")
    void aPodGoesThroughPatchAndReplacementOfItsStatus() {
        List<Seen> seen = new CopyOnWriteArrayList<>();
        try (Watch watch = watch("test-pod-static", seen)) {
            create(podRunning("whole", "trap exit TERM; sleep 100000 & wait", "", "")
                    .replace("labels: {", "labels: {test-pod-static: \"true\", "));
            awaitReady("whole");
            client().pods()
                    .withName("whole")
                    .patch(
                            PatchContext.of(PatchType.STRATEGIC_MERGE),
                            "{\"metadata\":{\"labels\":{\"test-pod\":\"patched\"}},"
                                    + "\"spec\":{\"terminationGracePeriodSeconds\":0}}");
            eventually(() -> assertThat(seen)
                    .anyMatch(s -> s.action() == Watcher.Action.MODIFIED
                            && "patched"
                                    .equals(s.pod().getMetadata().getLabels().get("test-pod"))));
            assertThat(client().pods().withLabel("test-pod", "patched").list().getItems())
                    .hasSize(1);
            Pod answer = client().pods().withName("whole").editStatus(pod -> {
                var status = new PodBuilder(pod).editStatus();
                return status.editMatchingCondition(c -> c.getType().equals("Ready"))
                        .withStatus("False")
                        .endCondition()
                        .endStatus()
                        .build();
            });
            assertThat(isReady(answer)).isFalse();
            eventually(() -> assertThat(seen)
                    .anyMatch(s -> s.pod()
                                    .getMetadata()
                                    .getResourceVersion()
                                    .equals(answer.getMetadata().getResourceVersion())
                            && !isReady(s.pod())));
            client().pods().withLabel("test-pod-static").delete();
            eventually(() -> assertThat(seen).anyMatch(s -> s.action() == Watcher.Action.DELETED));
        }
    }

    /** Reads a WebSocket with one of the subprotocols until it closes; each message's first byte is its channel. */
    private static final class Frames implements WebSocket.Listener {
        private final ByteArrayOutputStream message = new ByteArrayOutputStream();
        private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
        private final ByteArrayOutputStream status = new ByteArrayOutputStream();
        private final boolean channels;
        private final CompletableFuture<String> whole = new CompletableFuture<>();

        Frames(boolean channels) {
            this.channels = channels;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            message.writeBytes(bytes);
            if (last) {
                byte[] all = message.toByteArray();
                message.reset();
                if (!channels) stdout.writeBytes(all);
                else if (all.length > 1 && all[0] == 1) stdout.write(all, 1, all.length - 1);
                else if (all.length > 1 && all[0] == 3) status.write(all, 1, all.length - 1);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            whole.complete(stdout.toString(StandardCharsets.UTF_8));
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            whole.completeExceptionally(error);
        }
    }

    private String readSocket(String path, String protocol, boolean channels) throws Exception {
        return readSocket(path, protocol, new Frames(channels));
    }

    private String readSocket(String path, String protocol, Frames frames) throws Exception {
        Kubeconfig kubeconfig = Kubeconfig.read(cluster().kubeconfig());
        try (HttpClient http =
                HttpClient.newBuilder().sslContext(kubeconfig.tls()).build()) {
            var builder = http.newWebSocketBuilder().subprotocols(protocol);
            kubeconfig.token().ifPresent(token -> builder.header("Authorization", "Bearer " + token));
            String server = kubeconfig.server().toString().replaceFirst("^http", "ws");
            WebSocket socket = builder.buildAsync(
                            URI.create("%s/api/v1/namespaces/%s/pods/%s".formatted(server, namespace(), path)), frames)
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(socket.getSubprotocol()).isEqualTo(protocol);
            return frames.whole.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    @Conformance("node/Pods/9")
    void commandsRunOverAWebSocket() throws Exception {
        createSleeper("target", "", "");
        awaitRunning("target");
        String path = "target/exec?stdout=1&stderr=1&container=c&command=echo&command=remote%20execution%20test";
        assertThat(readSocket(path, "v4.channel.k8s.io", true)).isEqualTo("remote execution test\n");
        assertThat(readSocket(path, "v5.channel.k8s.io", true)).isEqualTo("remote execution test\n");
        Frames oldest = new Frames(true);
        assertThat(readSocket(path, "channel.k8s.io", oldest)).isEqualTo("remote execution test\n");
        assertThat(oldest.status.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void theOldestProtocolSaysInASentenceWhyACommandFailed() throws Exception {
        createSleeper("target", "", "");
        awaitRunning("target");
        Frames frames = new Frames(true);
        readSocket("target/exec?stdout=1&container=c&command=false", "channel.k8s.io", frames);
        assertThat(frames.status.toString(StandardCharsets.UTF_8))
                .startsWith("command terminated with non-zero exit code");
    }

    @Test
    @Conformance("node/Pods/10")
    void logsAreReadOverAWebSocket() throws Exception {
        assertThat(outputOf("echo container is alive", "", "")).isEqualTo("container is alive\n");
        assertThat(readSocket("once/log?container=c", "binary.k8s.io", false)).isEqualTo("container is alive\n");
    }

    @Test
    @Conformance("node/PodsExtended/1")
    void equalRequestsAndLimitsAreGuaranteed() {
        createSleeper(
                "sure", "", "resources: {requests: {cpu: 100m, memory: 100Mi}, limits: {cpu: 100m, memory: 100Mi}}");
        assertThat(pod("sure").getStatus().getQosClass()).isEqualTo("Guaranteed");
    }

    @Test
    @Conformance("node/Sysctls/2")
    void aSafeSysctlIsSet() {
        assertThat(outputOf(
                        "sysctl kernel.shm_rmid_forced",
                        "securityContext: {sysctls: [{name: kernel.shm_rmid_forced, value: \"1\"}]}",
                        ""))
                .isEqualTo("kernel.shm_rmid_forced = 1\n");
    }
}
