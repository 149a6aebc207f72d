package io.k8j.kubelet.server;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.ObjectKey;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.ContainerState;
import io.k8j.kubelet.logs.LogOptions;
import io.k8j.kubelet.logs.LogReader;
import io.k8j.kubelet.pods.PodWorkers;
import io.k8j.kubelet.pods.plan.RuntimePod;
import io.k8j.kubelet.pods.plan.RuntimePod.RuntimeContainer;
import io.k8j.kubelet.pods.spec.ContainerRef;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Answers {@code /containerLogs/<namespace>/<pod>/<container>}. */
final class ContainerLogs {
    private static final long LOOK_NANOS = 500_000_000L;

    private final ContainerRuntime runtime;
    private final PodWorkers pods;

    ContainerLogs(ContainerRuntime runtime, PodWorkers pods) {
        this.runtime = runtime;
        this.pods = pods;
    }

    void serve(Exchange exchange, String[] parts) throws IOException, InterruptedException {
        if (parts.length != 5) {
            exchange.text(404, "404 page not found\n");
            return;
        }
        Optional<Pod> pod = pods.find(new ObjectKey(parts[2], parts[3]));
        if (pod.isEmpty()) {
            exchange.text(404, "pod \"%s\" does not exist\n".formatted(parts[3]));
            return;
        }
        String name = parts[4];
        if (ContainerRef.find(pod.get(), name).isEmpty()) {
            exchange.text(404, "container \"%s\" not found in pod \"%s\"\n".formatted(name, parts[3]));
            return;
        }
        LogOptions options;
        try {
            options = options(exchange);
        } catch (IllegalArgumentException | DateTimeException e) {
            exchange.text(400, "{\"message\": \"%s\"}".formatted(e.getMessage()));
            return;
        }
        copy(exchange, pod.get(), name, options, exchange.flag("previous"));
    }

    private void copy(Exchange exchange, Pod pod, String name, LogOptions options, boolean previous)
            throws IOException, InterruptedException {
        Optional<RuntimeContainer> run = previous ? previous(pod, name) : latest(pod, name);
        if (run.isEmpty()) {
            exchange.text(400, why(pod, name, previous));
            return;
        }
        Path log = pods.logDirectory(pod).resolve(name).resolve(run.get().attempt() + ".log");
        if (!Files.exists(log)) {
            // It has run, so its log was there: removed with the Pod, or never written to.
            exchange.text(200, "");
            return;
        }
        String id = run.get().id();
        try (OutputStream out = exchange.stream("text/plain")) {
            out.flush();
            Running running = new Running(id);
            LogReader.copy(log, options, out, () -> running.now(exchange));
        }
    }

    /** Asks the runtime now and then whether a container still runs. */
    private final class Running {
        private final String id;
        private long asked;
        private boolean last = true;

        Running(String id) {
            this.id = id;
        }

        boolean now(Exchange exchange) {
            if (!exchange.channel().isActive()) return false;
            if (System.nanoTime() - asked < LOOK_NANOS && last) return true;
            asked = System.nanoTime();
            try {
                last = runtime.containerStatus(id).getState() == ContainerState.CONTAINER_RUNNING;
            } catch (RuntimeFailure gone) {
                last = false;
            }
            return last;
        }
    }

    private Optional<RuntimePod> runtimeOf(Pod pod) {
        return pods.runtimeOf(pod.getMetadata().getUid());
    }

    private Optional<RuntimeContainer> latest(Pod pod, String name) {
        return runtimeOf(pod)
                .flatMap(seen -> seen.latest(name))
                .filter(run -> run.status().getState() != ContainerState.CONTAINER_CREATED
                        || runtime.containerStatus(run.id()).getState() != ContainerState.CONTAINER_CREATED);
    }

    /** The run that the status gives as the last one that ended. */
    private Optional<RuntimeContainer> previous(Pod pod, String name) {
        Optional<String> id = status(pod, name)
                .filter(status ->
                        status.getLastState() != null && status.getLastState().getTerminated() != null)
                .map(status -> status.getLastState().getTerminated().getContainerID());
        return runtimeOf(pod)
                .flatMap(seen -> seen.containers().stream()
                        .filter(run -> run.name().equals(name))
                        .filter(run -> id.filter(ended -> ended.endsWith("://" + run.id()))
                                .isPresent())
                        .findFirst());
    }

    private static Optional<ContainerStatus> status(Pod pod, String name) {
        if (pod.getStatus() == null) return Optional.empty();
        return Stream.of(
                        pod.getStatus().getContainerStatuses(),
                        pod.getStatus().getInitContainerStatuses(),
                        pod.getStatus().getEphemeralContainerStatuses())
                .flatMap(list -> list == null ? Stream.empty() : list.stream())
                .filter(status -> status.getName().equals(name))
                .findFirst();
    }

    private static String why(Pod pod, String name, boolean previous) {
        String who = "\"%s\" in pod \"%s\"".formatted(name, pod.getMetadata().getName());
        if (previous) return "previous terminated container " + who + " not found";
        String reason = status(pod, name)
                .filter(status -> status.getState() != null && status.getState().getWaiting() != null)
                .map(status -> status.getState().getWaiting().getReason())
                .orElse(null);
        if (reason == null) return "container " + who + " is not available";
        return switch (reason) {
            case "ErrImagePull" -> "container " + who + " is waiting to start: image can't be pulled";
            case "ImagePullBackOff" -> "container " + who + " is waiting to start: trying and failing to pull image";
            default -> "container " + who + " is waiting to start: " + reason;
        };
    }

    private static LogOptions options(Exchange exchange) {
        Instant since = null;
        if (!exchange.parameter("sinceTime").isEmpty()) since = Instant.parse(exchange.parameter("sinceTime"));
        if (!exchange.parameter("sinceSeconds").isEmpty()) {
            since = Instant.now().minusSeconds(Long.parseLong(exchange.parameter("sinceSeconds")));
        }
        String stream = exchange.parameter("stream");
        return new LogOptions(
                exchange.flag("follow"),
                number(exchange, "tailLines"),
                since,
                exchange.flag("timestamps"),
                number(exchange, "limitBytes"),
                List.of("Stdout", "Stderr").contains(stream) ? stream : "All");
    }

    private static Long number(Exchange exchange, String name) {
        String text = exchange.parameter(name);
        return text.isEmpty() ? null : Long.valueOf(text);
    }
}
