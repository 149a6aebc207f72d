package io.k8j.kubelet.server;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.ObjectKey;
import io.k8j.kubelet.KubeletConfig;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.ContainerState;
import io.k8j.kubelet.pods.PodWorkers;
import io.k8j.kubelet.pods.plan.RuntimePod;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.model.api.ApiObject;
import io.k8j.model.time.Time;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Answers {@code /run/<namespace>/<pod>[/<uid>]/<container>} and {@code /checkpoint/<namespace>/<pod>/<container>}.
 * Thread-safe.
 */
final class ContainerCalls {
    private final KubeletConfig config;
    private final ContainerRuntime runtime;
    private final PodWorkers pods;
    private final Time time;

    ContainerCalls(KubeletConfig config, ContainerRuntime runtime, PodWorkers pods, Time time) {
        this.config = config;
        this.runtime = runtime;
        this.pods = pods;
        this.time = time;
    }

    /** Runs a command to its end and answers what it wrote. */
    void run(Exchange exchange, String[] parts) {
        if (!accepts(exchange, parts.length == 5 || parts.length == 6)) return;
        Optional<Pod> pod = pods.find(new ObjectKey(parts[2], parts[3]));
        if (pod.isEmpty()) {
            exchange.text(404, "pod does not exist");
            return;
        }
        String name = parts[parts.length - 1];
        Optional<String> id = running(pod.get(), name)
                .filter(run -> parts.length == 5
                        || parts[4].equals(pod.get().getMetadata().getUid()));
        if (id.isEmpty()) {
            exchange.text(500, "container not found (\"%s\")".formatted(name));
            return;
        }
        try {
            List<String> command = List.of(exchange.parameter("cmd").split(" "));
            var answer = runtime.execSync(id.get(), command, Duration.ZERO);
            if (answer.getExitCode() != 0) {
                exchange.text(
                        500,
                        "command '%s' exited with %d: %s"
                                .formatted(
                                        String.join(" ", command),
                                        answer.getExitCode(),
                                        answer.getStderr().toStringUtf8()));
                return;
            }
            byte[] out = answer.getStdout().concat(answer.getStderr()).toByteArray();
            exchange.answer(200, "application/json", out);
        } catch (RuntimeFailure e) {
            exchange.text(500, e.getMessage());
        }
    }

    /** Has the runtime write a container's state into a file, whose name is answered. */
    void checkpoint(Exchange exchange, String[] parts) throws IOException {
        if (!accepts(exchange, parts.length == 5)) return;
        Optional<Pod> pod = pods.find(new ObjectKey(parts[2], parts[3]));
        if (pod.isEmpty()) {
            exchange.text(404, "pod does not exist");
            return;
        }
        String name = parts[4];
        if (ContainerRef.find(pod.get(), name).isEmpty()) {
            exchange.text(404, "container %s does not exist".formatted(name));
            return;
        }
        Duration timeout;
        try {
            List<String> given = exchange.query().getOrDefault("timeout", List.of());
            timeout = Duration.ofSeconds(given.isEmpty() ? 0 : Long.parseLong(given.getLast()));
        } catch (NumberFormatException e) {
            exchange.text(404, "cannot parse value of timeout parameter");
            return;
        }
        try {
            String id = running(pod.get(), name)
                    .orElseThrow(() -> new IllegalArgumentException("container \"%s\" not found".formatted(name)));
            Path directory = Files.createDirectories(config.rootDir().resolve("checkpoints"));
            Path file = directory.resolve("checkpoint-%s_%s-%s-%s.tar"
                    .formatted(parts[3], parts[2], name, time.instant().truncatedTo(ChronoUnit.SECONDS)));
            runtime.checkpointContainer(id, file, timeout);
            exchange.answer(
                    200,
                    "application/json",
                    ApiObject.writeJson(Map.of("items", List.of(file.toString())))
                            .getBytes(StandardCharsets.UTF_8));
        } catch (RuntimeFailure | IllegalArgumentException e) {
            exchange.text(
                    500, "checkpointing of %s/%s/%s failed (%s)".formatted(parts[2], parts[3], name, e.getMessage()));
        }
    }

    private static boolean accepts(Exchange exchange, boolean known) {
        if (!known) exchange.text(404, "404 page not found\n");
        else if (!exchange.method().equals("POST")) exchange.text(405, "405: Method Not Allowed");
        else return true;
        return false;
    }

    private Optional<String> running(Pod pod, String name) {
        return pods.runtimeOf(pod.getMetadata().getUid())
                .flatMap(seen -> seen.latest(name))
                .filter(run -> run.running()
                        || runtime.containerStatus(run.id()).getState() == ContainerState.CONTAINER_RUNNING)
                .map(RuntimePod.RuntimeContainer::id);
    }
}
