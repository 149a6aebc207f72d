package io.k8j.controllers;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.Client;
import io.k8j.client.ControllerLoop;
import io.k8j.client.DeleteOptions;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.PatchType;
import io.k8j.model.api.ApiException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A scheduler and kubelets without containers: Pods are bound, run at once and are ready, and end when they are deleted.
 * A Pod's annotation {@code test/phase} gives another phase; {@code test/ready: "false"} lets it run without being
 * ready.
 */
final class SimulatedNodes implements AutoCloseable {
    private final Client client;
    private final Informer<Pod> pods;
    private final Informer<Node> nodes;
    private final ControllerLoop<ObjectKey> loop;
    private final AtomicInteger next = new AtomicInteger();

    SimulatedNodes(Client client) {
        this.client = client;
        this.pods = new Informer<>(client.resources(Pod.class), ListOptions.ALL);
        this.nodes = new Informer<>(client.resources(Node.class), ListOptions.ALL);
        this.loop = new ControllerLoop<>("simulated-nodes", client.time(), this::reconcile);
        pods.onChange(Handlers.any(pod -> loop.queue().add(ObjectKey.of(pod))));
        nodes.onChange(Handlers.any(
                node -> pods.all().forEach(pod -> loop.queue().add(ObjectKey.of(pod)))));
        nodes.start();
        pods.start();
        loop.start(4);
    }

    Node add(String name, Map<String, String> labels) {
        Node node = client.resources(Node.class)
                .create(new NodeBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withLabels(labels)
                        .endMetadata()
                        .withNewSpec()
                        .endSpec()
                        .build());
        return heartbeat(node, "True");
    }

    Node heartbeat(Node node, String ready) {
        Map<String, Object> condition = new LinkedHashMap<>();
        condition.put("type", "Ready");
        condition.put("status", ready);
        condition.put("reason", "KubeletReady");
        condition.put("lastHeartbeatTime", now());
        condition.put("lastTransitionTime", now());
        return client.resources(Node.class)
                .patch(
                        ObjectKey.of(node),
                        PatchType.STRATEGIC,
                        Map.of("status", Map.of("conditions", List.of(condition))),
                        "status");
    }

    private String now() {
        return client.time().instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private Outcome reconcile(ObjectKey key) {
        Optional<Pod> found = pods.get(key);
        if (found.isEmpty()) {
            return Outcome.DONE;
        }
        Pod pod = found.get();
        try {
            if (pod.getMetadata().getDeletionTimestamp() != null) {
                client.resources(Pod.class)
                        .deleteIfPresent(
                                key,
                                DeleteOptions.ofUid(pod.getMetadata().getUid()).gracePeriod(0));
            } else if (pod.getSpec().getNodeName() == null) {
                choose(pod).ifPresent(node -> bind(key, node));
            } else if (nodes.get(ObjectKey.of(pod.getSpec().getNodeName())).isPresent()) {
                run(key, pod);
            }
        } catch (ApiException e) {
            if (!e.isNotFound() && !e.isConflict()) {
                throw e;
            }
        }
        return Outcome.DONE;
    }

    private Optional<String> choose(Pod pod) {
        List<String> names = nodes.all().stream()
                .map(n -> n.getMetadata().getName())
                .sorted()
                .toList();
        if (pod.getSpec().getAffinity() != null && pod.getSpec().getAffinity().getNodeAffinity() != null) {
            for (NodeSelectorTerm term : pod.getSpec()
                    .getAffinity()
                    .getNodeAffinity()
                    .getRequiredDuringSchedulingIgnoredDuringExecution()
                    .getNodeSelectorTerms()) {
                if (!term.getMatchFields().isEmpty()) {
                    String wanted = term.getMatchFields().getFirst().getValues().getFirst();
                    return names.contains(wanted) ? Optional.of(wanted) : Optional.empty();
                }
            }
        }
        return names.isEmpty() ? Optional.empty() : Optional.of(names.get(next.getAndIncrement() % names.size()));
    }

    private void bind(ObjectKey key, String node) {
        Map<String, Object> binding = new LinkedHashMap<>();
        binding.put("apiVersion", "v1");
        binding.put("kind", "Binding");
        binding.put("metadata", Map.of("name", key.name(), "namespace", key.namespace()));
        binding.put("target", Map.of("apiVersion", "v1", "kind", "Node", "name", node));
        client.resources(Pod.class).createSubresource(key, "binding", binding);
    }

    private void run(ObjectKey key, Pod pod) {
        Map<String, String> annotations = pod.getMetadata().getAnnotations() == null
                ? Map.of()
                : pod.getMetadata().getAnnotations();
        String phase = annotations.getOrDefault("test/phase", "Running");
        boolean ready = phase.equals("Running") && !"false".equals(annotations.get("test/ready"));
        boolean isReady = pod.getStatus().getConditions().stream()
                .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
        if (phase.equals(pod.getStatus().getPhase()) && ready == isReady) {
            return;
        }
        Map<String, Object> condition = new LinkedHashMap<>();
        condition.put("type", "Ready");
        condition.put("status", ready ? "True" : "False");
        condition.put("lastTransitionTime", now());
        String ip = pod.getStatus().getPodIP() != null
                ? pod.getStatus().getPodIP()
                : "10.42.0." + (1 + next.incrementAndGet() % 250);
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("phase", phase);
        status.put("podIP", ip);
        status.put("podIPs", List.of(Map.of("ip", ip)));
        status.put("startTime", Instant.parse(now()).toString());
        status.put("conditions", List.of(condition));
        if (phase.equals("Succeeded") || phase.equals("Failed")) {
            int code = Integer.parseInt(annotations.getOrDefault("test/exit", phase.equals("Failed") ? "1" : "0"));
            status.put(
                    "containerStatuses",
                    List.of(Map.of(
                            "name",
                            pod.getSpec().getContainers().getFirst().getName(),
                            "image",
                            "x",
                            "imageID",
                            "x",
                            "ready",
                            false,
                            "restartCount",
                            0,
                            "state",
                            Map.of("terminated", Map.of("exitCode", code, "finishedAt", now())))));
        }
        client.resources(Pod.class).patch(key, PatchType.STRATEGIC, Map.of("status", status), "status");
    }

    @Override
    public void close() {
        pods.close();
        nodes.close();
        loop.close();
    }
}
