package io.k8j.scheduler;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.k8j.client.Client;
import io.k8j.client.EventRecorder;
import io.k8j.client.PatchType;
import io.k8j.client.Resources;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import io.k8j.scheduler.extender.Extenders;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.metrics.Metrics;
import io.k8j.scheduler.queue.QueuedPod;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes bindings and conditions, each on a virtual thread; writes about one Pod keep their order. At most 256 bindings
 * are under way, then the scheduling thread waits.
 */
final class PodWriter implements AutoCloseable {
    /**
     * A placement to be written.
     *
     * @param pod as assumed on its node
     * @param permission what to wait for first; null for nothing
     */
    record Binding(
            QueuedPod queued,
            PodInfo pod,
            String node,
            Profile profile,
            CycleState state,
            long begin,
            CompletableFuture<Status> permission) {}

    private static final Logger LOG = LoggerFactory.getLogger(PodWriter.class);
    private static final int BINDINGS_AT_ONCE = 256;

    private final Client client;
    private final Resources<Pod> pods;
    private final EventRecorder events;
    private final Extenders extenders;
    private final Metrics metrics;
    private final boolean expects;
    private final Consumer<Runnable> inbox;
    private final ExecutorService writers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("scheduler-write-", 0).factory());
    private final Semaphore room = new Semaphore(BINDINGS_AT_ONCE);

    /** @param expects whether Pods tell their node while their binding is prepared */
    PodWriter(
            Client client,
            EventRecorder events,
            Extenders extenders,
            Metrics metrics,
            boolean expects,
            Consumer<Runnable> inbox) {
        this.expects = expects;
        this.metrics = metrics;
        this.extenders = extenders;
        this.client = client;
        this.pods = client.resources(Pod.class);
        this.events = events;
        this.inbox = inbox;
    }

    ExecutorService writers() {
        return writers;
    }

    /** @param done told on the scheduling thread */
    void bind(Binding binding, BiConsumer<Binding, Status> done) throws InterruptedException {
        List<Plugin.PreBind> before = binding.profile.preBinds.stream()
                .filter(plugin -> !plugin.skips(binding.state, binding.pod))
                .toList();
        boolean counted = before.isEmpty()
                && binding.permission == null; // preparing may take minutes and must not hold up others
        if (counted) {
            room.acquire();
        }
        binding.queued.afterWrites(
                () -> {
                    Status status;
                    try {
                        status = write(binding, before);
                    } catch (RuntimeException e) {
                        LOG.atError()
                                .addKeyValue("pod", binding.pod)
                                .setCause(e)
                                .log("binding failed");
                        status = Status.error(String.valueOf(e.getMessage()));
                    } finally {
                        if (counted) {
                            room.release();
                        }
                    }
                    Status answer = status;
                    inbox.accept(() -> done.accept(binding, answer));
                },
                writers);
    }

    private Status write(Binding binding, List<Plugin.PreBind> before) {
        if (expects && (binding.permission != null || !before.isEmpty())) {
            expect(binding);
        }
        if (binding.permission != null) {
            Status allowed = permission(binding);
            if (!allowed.isSuccess()) {
                return allowed;
            }
        }
        long preparing = System.nanoTime();
        Status prepared = prepare(binding, before);
        metrics.point("PreBind", binding.profile.name, prepared, System.nanoTime() - preparing);
        if (!prepared.isSuccess()) return prepared;
        long binds = System.nanoTime();
        Status bound = bindBy(binding);
        metrics.point("Bind", binding.profile.name, bound, System.nanoTime() - binds);
        return bound;
    }

    private void timed(Binding binding, Plugin plugin, String point, Status status, long begin) {
        if (binding.state.isTimed()) metrics.plugin(plugin.name(), point, status, System.nanoTime() - begin);
    }

    private Status prepare(Binding binding, List<Plugin.PreBind> before) {
        for (Plugin.PreBind plugin : before) {
            try {
                long begin = System.nanoTime();
                Status status = plugin.preBind(binding.state, binding.pod, binding.node);
                timed(binding, plugin, "PreBind", status, begin);
                if (!status.isSuccess()) {
                    return status.isRejected()
                            ? status.by(plugin.name())
                            : Status.error(
                                    "running PreBind plugin \"%s\": %s".formatted(plugin.name(), status.message()));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Status.error("running PreBind plugin \"%s\": interrupted".formatted(plugin.name()));
            }
        }
        return Status.SUCCESS;
    }

    private Status bindBy(Binding binding) {
        Optional<Status> extender = extenders.bind(binding.pod, binding.node);
        if (extender.isPresent()) {
            Status status = extender.get();
            return status.isSuccess() ? told(binding) : Status.error("binding rejected: " + status.message());
        }
        for (Plugin.Bind plugin : binding.profile.binds) {
            long begin = System.nanoTime();
            Status status = plugin.bind(binding.state, binding.pod, binding.node);
            timed(binding, plugin, "Bind", status, begin);
            if (status.isSkip()) {
                continue;
            }
            if (!status.isSuccess()) {
                return Status.error(
                        "binding rejected: running Bind plugin \"%s\": %s".formatted(plugin.name(), status.message()));
            }
            return told(binding);
        }
        return Status.error("binding rejected: no bind plugin took the pod");
    }

    /** Tells others, such as an autoscaler, where a Pod is to go whose binding may take a while. */
    private void expect(Binding binding) {
        if (!binding.node.equals(binding.pod.nominatedNode())) {
            patchStatus(binding.pod, Map.of("nominatedNodeName", binding.node));
            binding.queued.expect(binding.node);
        }
    }

    private Status told(Binding binding) {
        events.normal(
                binding.pod.pod(),
                "Scheduled",
                Texts.shortened("Successfully assigned %s to %s".formatted(binding.pod.key(), binding.node)));
        binding.profile.postBinds.forEach(p -> p.postBind(binding.state, binding.pod, binding.node));
        return Status.SUCCESS;
    }

    private static Status permission(Binding binding) {
        try {
            return binding.permission.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Status.error("waiting on permit: interrupted");
        } catch (ExecutionException e) {
            return Status.error("waiting on permit: " + e.getCause().getMessage());
        }
    }

    /**
     * Sets the condition PodScheduled to False, and the nominated node.
     *
     * @param nominated empty to withdraw it, null to leave it
     */
    void condition(QueuedPod queued, String reason, String message, String nominated) {
        PodInfo pod = queued.pod();
        Map<String, Object> status = new LinkedHashMap<>();
        PodCondition known = conditionOf(pod.pod());
        boolean same = known != null
                && "False".equals(known.getStatus())
                && reason.equals(known.getReason())
                && message.equals(known.getMessage());
        if (!same) {
            String now = client.time().instant().truncatedTo(ChronoUnit.SECONDS).toString();
            Map<String, Object> condition = new LinkedHashMap<>();
            condition.put("type", "PodScheduled");
            condition.put("status", "False");
            condition.put("reason", reason);
            condition.put("message", message);
            condition.put("lastProbeTime", null);
            condition.put(
                    "lastTransitionTime",
                    known != null && "False".equals(known.getStatus()) ? known.getLastTransitionTime() : now);
            if (pod.pod().getMetadata().getGeneration() != null) {
                condition.put("observedGeneration", pod.pod().getMetadata().getGeneration());
            }
            status.put("conditions", List.of(condition));
        }
        if (nominated != null && !nominated.equals(queued.nominatedNode())) {
            status.put("nominatedNodeName", nominated.isEmpty() ? null : nominated);
            queued.expect(null); // the Pod itself will show it
        }
        if (!status.isEmpty()) {
            queued.afterWrites(() -> patchStatus(pod, status), writers);
        }
    }

    /** Empties the nominated node in the Pod's status. */
    void withdrawNomination(PodInfo pod) {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("nominatedNodeName", null);
        writers.execute(() -> patchStatus(pod, status));
    }

    private static PodCondition conditionOf(Pod pod) {
        return pod.getStatus().getConditions().stream()
                .filter(c -> c.getType().equals("PodScheduled"))
                .findFirst()
                .orElse(null);
    }

    private void patchStatus(PodInfo pod, Map<String, Object> status) {
        Map<String, Object> metadata = Map.of("uid", pod.uid());
        try {
            pods.patch(pod.key(), PatchType.STRATEGIC, Map.of("metadata", metadata, "status", status), "status");
        } catch (ApiException e) {
            if (!e.isNotFound() && !e.isConflict()) {
                LOG.atWarn()
                        .addKeyValue("pod", pod)
                        .addKeyValue("cause", e.getMessage())
                        .log("pod status refused");
            }
        } catch (TransportException e) {
            LOG.atWarn()
                    .addKeyValue("pod", pod)
                    .addKeyValue("cause", e.getMessage())
                    .log("pod status not written");
        }
    }

    /** Drops what has not begun and interrupts what has. */
    @Override
    public void close() {
        writers.shutdownNow();
        writers.close();
    }
}
