package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.PodSandboxConfig;
import io.k8j.kubelet.pods.config.Cgroups;
import io.k8j.kubelet.pods.config.PodDns;
import io.k8j.kubelet.pods.config.SandboxConfigs;
import io.k8j.kubelet.pods.plan.RuntimePod;
import io.k8j.kubelet.pods.plan.RuntimePod.RuntimeContainer;
import io.k8j.kubelet.pods.plan.RuntimePod.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Makes and removes the sandboxes of one Pod. Owned by its worker. */
final class Sandboxes {
    /** What became of the wish for a sandbox. */
    enum Made {
        DONE,
        /** Nobody wants it any more. */
        UNWANTED,
        /** Told in an event; to be tried again. */
        FAILED
    }

    private static final int KEPT_RUNS = 1;

    private final PodContext context;
    private final BooleanSupplier unwanted;

    Sandboxes(PodContext context, BooleanSupplier unwanted) {
        this.context = context;
        this.unwanted = unwanted;
    }

    Made make(Pod now, int attempt) throws IOException, InterruptedException {
        String trouble = SandboxConfigs.hostnameTrouble(now, context.node());
        if (!trouble.isEmpty()) {
            String failed = "Failed to create pod sandbox: " + trouble;
            context.events().warning(now, "FailedCreatePodSandBox", failed);
            return Made.FAILED;
        }
        for (String warning : PodDns.of(now, context.node()).warnings()) {
            context.events().warning(now, "DNSConfigForming", warning);
        }
        Cgroups.create(now, context.node());
        Files.createDirectories(SandboxConfigs.logDirectory(now, context.node()));
        Files.createDirectories(context.node().podDir(now.getMetadata().getUid()));
        context.sandboxSlots().acquire();
        try {
            if (unwanted.getAsBoolean()) return Made.UNWANTED;
            String runtimeClass = now.getSpec().getRuntimeClassName();
            String handler =
                    runtimeClass == null ? "" : context.runtimeHandlers().apply(runtimeClass);
            run(SandboxConfigs.of(now, attempt, context.node()), handler);
            return Made.DONE;
        } catch (RuntimeFailure e) {
            context.events().warning(now, "FailedCreatePodSandBox", "Failed to create pod sandbox: " + e.getMessage());
            return Made.FAILED;
        } finally {
            context.sandboxSlots().release();
        }
    }

    private void run(PodSandboxConfig config, String handler) {
        long begin = context.time().nanoTime();
        boolean failed = true;
        try {
            context.runtime().runPodSandbox(config, handler);
            failed = false;
        } finally {
            context.podMetrics().sandbox(handler, context.time().nanoTime() - begin, failed);
        }
    }

    /** Stops all, since the Pod gets a new one. */
    void stop(Pod now, RuntimePod runtime) {
        if (runtime.sandboxes().isEmpty()) return;
        context.events().normal(now, "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
        for (Sandbox sandbox : runtime.sandboxes()) context.runtime().stopPodSandbox(sandbox.id());
    }

    /** Keeps the newest ended run of each container, for its log and its last state; removes older ones. */
    void removeOldRuns(RuntimePod runtime) {
        Map<String, Integer> kept = new HashMap<>();
        for (RuntimeContainer container : runtime.containers()) {
            if (!container.exited()) continue;
            if (kept.merge(container.name(), 1, Integer::sum) > KEPT_RUNS) {
                context.runtime().removeContainer(container.id());
            }
        }
        List<Sandbox> sandboxes = runtime.sandboxes();
        for (int i = 1; i < sandboxes.size(); i++) {
            String old = sandboxes.get(i).id();
            boolean used =
                    runtime.containers().stream().anyMatch(c -> c.sandboxId().equals(old) && c.running());
            if (!sandboxes.get(i).ready() && !used && i > KEPT_RUNS)
                context.runtime().removePodSandbox(old);
        }
    }
}
