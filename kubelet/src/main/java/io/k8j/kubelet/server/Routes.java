package io.k8j.kubelet.server;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodListBuilder;
import io.k8j.client.ObjectKey;
import io.k8j.kubelet.KubeletConfig;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.AttachRequest;
import io.k8j.kubelet.cri.v1.ContainerState;
import io.k8j.kubelet.cri.v1.ExecRequest;
import io.k8j.kubelet.cri.v1.PortForwardRequest;
import io.k8j.kubelet.pods.PodWorkers;
import io.k8j.kubelet.pods.plan.RuntimePod;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.model.api.ApiObject;
import io.k8j.model.time.Time;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The paths of the node agent's API, and what answers them. Thread-safe; each call blocks until all is answered. */
final class Routes {
    private static final String JSON = "application/json";
    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

    private final KubeletConfig config;
    private final ContainerRuntime runtime;
    private final PodWorkers pods;
    private final Stats stats;
    private final Streams streams;
    private final ContainerLogs logs;
    private final ContainerCalls calls;

    Routes(KubeletConfig config, ContainerRuntime runtime, PodWorkers pods, Stats stats, Streams streams, Time time) {
        this.config = config;
        this.runtime = runtime;
        this.pods = pods;
        this.stats = stats;
        this.streams = streams;
        this.logs = new ContainerLogs(runtime, pods);
        this.calls = new ContainerCalls(config, runtime, pods, time);
    }

    void serve(Exchange exchange) throws IOException, InterruptedException {
        String path = exchange.path().replaceAll("/+$", "");
        String[] parts = path.split("/");
        String first = parts.length > 1 ? parts[1] : "";
        switch (first) {
            case "healthz" -> health(exchange, path);
            case "pods" -> json(exchange, podList(pods.pods()));
            case "runningpods" -> json(exchange, podList(running()));
            case "containerLogs" -> logs.serve(exchange, parts);
            case "exec" -> stream(exchange, parts, this::exec);
            case "attach" -> stream(exchange, parts, this::attach);
            case "portForward" -> stream(exchange, parts, this::portForward);
            case "run" -> calls.run(exchange, parts);
            case "checkpoint" -> calls.checkpoint(exchange, parts);
            case "stats" -> json(exchange, stats.summary());
            case "metrics" -> metrics(exchange, path);
            case "logs" -> nodeLogs(exchange);
            case "configz" -> json(exchange, Map.of("kubeletconfig", Configz.of(config)));
            default -> exchange.text(404, "404 page not found\n");
        }
    }

    private static void health(Exchange exchange, String path) {
        String text = HealthPort.healthz(path, exchange.query().containsKey("verbose"));
        exchange.text(text == null ? 404 : 200, text == null ? "404 page not found\n" : text);
    }

    private void nodeLogs(Exchange exchange) throws IOException {
        if (config.simulated()) exchange.text(404, "404 page not found\n");
        else new NodeLogs(NodeLogs.SYSTEM).serve(exchange, exchange.path().substring("/logs".length()));
    }

    private void metrics(Exchange exchange, String path) {
        String body = switch (path) {
            case "/metrics" -> stats.ownMetrics();
            case "/metrics/resource" -> stats.resourceMetrics();
            case "/metrics/cadvisor" -> stats.containerMetrics();
            case "/metrics/probes" -> stats.probeMetrics();
            default -> null;
        };
        if (body == null) exchange.text(404, "404 page not found\n");
        else exchange.answer(200, METRICS, body.getBytes(StandardCharsets.UTF_8));
    }

    private static void json(Exchange exchange, Object tree) {
        exchange.answer(200, JSON, ApiObject.writeJson(tree).getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, Object> podList(List<Pod> items) {
        return ApiObject.treeOf(new PodListBuilder().withItems(items).build());
    }

    private List<Pod> running() {
        return pods.pods().stream()
                .filter(pod -> pods.runtimeOf(pod.getMetadata().getUid())
                        .flatMap(RuntimePod::sandbox)
                        .filter(RuntimePod.Sandbox::ready)
                        .isPresent())
                .toList();
    }

    /** Finds where a stream goes to. */
    private interface Target {
        URI of(Exchange exchange, Pod pod, String container);
    }

    /** Paths are {@code /exec/<namespace>/<pod>[/<uid>]/<container>}; port forwarding has no container. */
    private void stream(Exchange exchange, String[] parts, Target target) {
        boolean forward = parts[1].equals("portForward");
        if (parts.length < (forward ? 4 : 5)) {
            exchange.text(404, "404 page not found\n");
            return;
        }
        Optional<Pod> pod = pods.find(new ObjectKey(parts[2], parts[3]));
        if (pod.isEmpty()) {
            exchange.text(404, "pod does not exist\n");
            return;
        }
        String container = forward ? "" : parts[parts.length - 1];
        int uidAt = forward ? 4 : parts.length == 6 ? 4 : parts.length;
        if (uidAt < parts.length && !parts[uidAt].equals(pod.get().getMetadata().getUid())) {
            exchange.text(404, "pod not found\n");
            return;
        }
        try {
            if (!exchange.upgrades()) {
                exchange.text(400, "you must specify at least one of SPDY or WebSocket by the header Upgrade");
                return;
            }
            if (forward && exchange.headers().get("Upgrade").equalsIgnoreCase("SPDY/3.1")) {
                String sandbox = runningSandbox(pod.get());
                OptionalLong process = runtime.sandboxProcess(sandbox);
                if (process.isPresent()) {
                    String uid = pod.get().getMetadata().getUid();
                    streams.forward(exchange, new PortForward(sandbox, uid, process.getAsLong()));
                    return;
                }
            }
            streams.pass(exchange, target.of(exchange, pod.get(), container));
        } catch (IllegalArgumentException e) {
            exchange.text(404, e.getMessage());
        } catch (RuntimeFailure e) {
            exchange.text(500, e.getMessage());
        }
    }

    private Optional<String> runningContainer(Pod pod, String name) {
        return pods.runtimeOf(pod.getMetadata().getUid())
                .flatMap(seen -> seen.latest(name))
                .filter(run -> run.running()
                        || runtime.containerStatus(run.id()).getState() == ContainerState.CONTAINER_RUNNING)
                .map(RuntimePod.RuntimeContainer::id);
    }

    private URI exec(Exchange exchange, Pod pod, String container) {
        String id = runningContainer(pod, container)
                .orElseThrow(() -> new IllegalArgumentException("container not found (\"%s\")".formatted(container)));
        boolean tty = exchange.flag("tty");
        return runtime.exec(ExecRequest.newBuilder()
                .setContainerId(id)
                .addAllCmd(exchange.query().getOrDefault("command", List.of()))
                .setTty(tty)
                .setStdin(exchange.flag("input") || exchange.flag("stdin"))
                .setStdout(exchange.flag("output") || exchange.flag("stdout"))
                .setStderr(!tty && (exchange.flag("error") || exchange.flag("stderr")))
                .build());
    }

    private URI attach(Exchange exchange, Pod pod, String container) {
        String id = runningContainer(pod, container)
                .orElseThrow(() -> new IllegalArgumentException("container %s not found in pod %s_%s"
                        .formatted(
                                container,
                                pod.getMetadata().getName(),
                                pod.getMetadata().getNamespace())));
        boolean tty = ContainerRef.find(pod, container)
                .map(ref -> Boolean.TRUE.equals(ref.container().getTty()))
                .orElse(false);
        return runtime.attach(AttachRequest.newBuilder()
                .setContainerId(id)
                .setTty(tty)
                .setStdin(exchange.flag("input") || exchange.flag("stdin"))
                .setStdout(exchange.flag("output") || exchange.flag("stdout"))
                .setStderr(!tty && (exchange.flag("error") || exchange.flag("stderr")))
                .build());
    }

    private URI portForward(Exchange exchange, Pod pod, String none) {
        PortForwardRequest.Builder request = PortForwardRequest.newBuilder().setPodSandboxId(runningSandbox(pod));
        for (String ports : exchange.query().getOrDefault("port", List.of())) {
            for (String port : ports.split(",")) request.addPort(Integer.parseInt(port));
        }
        return runtime.portForward(request.build());
    }

    private String runningSandbox(Pod pod) {
        return pods.runtimeOf(pod.getMetadata().getUid())
                .flatMap(RuntimePod::sandbox)
                .filter(RuntimePod.Sandbox::ready)
                .map(RuntimePod.Sandbox::id)
                .orElseThrow(() -> new IllegalArgumentException(
                        "pod not found (\"%s\")".formatted(pod.getMetadata().getName())));
    }
}
