package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.kubelet.pods.plan.RuntimePod;
import io.k8j.kubelet.pods.plan.RuntimePod.RuntimeContainer;
import io.k8j.kubelet.pods.plan.RuntimePod.Sandbox;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.kubelet.probes.Probes;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Has the running containers of one Pod probed, and only those. Owned by its worker. */
final class ProbeFeed {
    private final PodContext context;
    private final Probes probes;
    private boolean adopted;

    ProbeFeed(PodContext context, Probes probes) {
        this.context = context;
        this.probes = probes;
    }

    /** Tells the probes what runs; {@code hooked} are runs whose postStart hook is not done. */
    void observe(Pod now, RuntimePod runtime, Set<String> hooked) {
        Set<String> running = new HashSet<>();
        String ip = podIp(runtime);
        for (ContainerRef ref : ContainerRef.allOf(now)) {
            Optional<RuntimeContainer> run = runtime.latest(ref.name()).filter(RuntimeContainer::running);
            if (run.isEmpty() || hooked.contains(run.get().id())) continue;
            running.add(run.get().id());
            var known = adopted ? Optional.<ContainerStatus>empty() : status(now, run.get());
            long nanos = run.get().status().getStartedAt();
            probes.observe(
                    ref.container(),
                    run.get().id(),
                    Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000),
                    ip,
                    known.map(status -> Boolean.TRUE.equals(status.getStarted()))
                            .orElse(false),
                    known.map(status -> Boolean.TRUE.equals(status.getReady())).orElse(false));
        }
        adopted = true;
        probes.retain(running);
    }

    /** What the API already says of a run: known from before a restart of the node agent. */
    private static Optional<ContainerStatus> status(Pod now, RuntimeContainer run) {
        if (now.getStatus() == null) return Optional.empty();
        return Stream.of(now.getStatus().getContainerStatuses(), now.getStatus().getInitContainerStatuses())
                .flatMap(list -> ContainerRef.orEmpty(list).stream())
                .filter(status -> status.getContainerID() != null
                        && status.getContainerID().endsWith("://" + run.id()))
                .findFirst();
    }

    /** Where probes and hooks reach the Pod. */
    String podIp(RuntimePod runtime) {
        return runtime.sandbox()
                .map(Sandbox::ips)
                .filter(ips -> !ips.isEmpty())
                .map(List::getFirst)
                .orElseGet(() -> context.node().ips().isEmpty()
                        ? "127.0.0.1"
                        : context.node().ips().getFirst());
    }
}
