package io.k8j.scheduler.extender;

import io.fabric8.kubernetes.api.model.Container;
import io.k8j.client.https.TlsContexts;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import io.k8j.model.typed.TypedCodec;
import io.k8j.scheduler.framework.Candidate;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.PodInfo;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Asks one extender. Every method blocks until it has answered or its time is over; all threads.
 *
 * @see <a href="https://pkg.go.dev/k8s.io/kube-scheduler/extender/v1">extender/v1</a>, whose fields are capitalized
 */
public final class Extender implements AutoCloseable {
    /** An extender answered with an error, or not at all. */
    public static final class ExtenderException extends Exception {
        private static final long serialVersionUID = 1;

        ExtenderException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * What is left of the nodes.
     *
     * @param fitting names, in the order asked
     * @param failed why, by node; another Pod's end may help
     * @param unresolvable why, by node; no Pod's end helps
     */
    public record Filtered(Set<String> fitting, Map<String, String> failed, Map<String, String> unresolvable) {}

    private final ExtenderConfig config;
    private final HttpClient http;

    public Extender(ExtenderConfig config) {
        this.config = config;
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(config.timeout());
        if ("https".equals(config.access().server().getScheme())) builder.sslContext(TlsContexts.of(config.access()));
        this.http = builder.build();
    }

    /** The URL prefix, which names it in messages. */
    public String name() {
        return config.access().server().toString();
    }

    public ExtenderConfig config() {
        return config;
    }

    /** Whether it has a say about this Pod. */
    public boolean isInterested(PodInfo pod) {
        if (config.managedResources().isEmpty()) return true;
        var spec = pod.pod().getSpec();
        return Stream.concat(spec.getContainers().stream(), spec.getInitContainers().stream())
                .map(Container::getResources)
                .filter(resources -> resources != null)
                .flatMap(resources -> Stream.of(resources.getRequests(), resources.getLimits()))
                .filter(amounts -> amounts != null)
                .anyMatch(amounts -> amounts.keySet().stream().anyMatch(config.managedResources()::contains));
    }

    /** Which of the nodes fit. */
    public Filtered filter(PodInfo pod, List<NodeInfo> nodes) throws ExtenderException {
        Map<String, Object> answer = Trees.asMap((Map<?, ?>) ask(config.filterVerb(), args(pod, nodes), Map.class));
        String error = Trees.string(answer, "Error");
        if (error != null && !error.isEmpty()) throw new ExtenderException(error, null);
        Set<String> known = new LinkedHashSet<>();
        nodes.forEach(node -> known.add(node.name()));
        Set<String> fitting = new LinkedHashSet<>();
        for (String name : fitting(answer)) {
            if (!known.contains(name)) {
                throw new ExtenderException(
                        "extender \"%s\" claims a filtered node \"%s\" which is not found in the input node list"
                                .formatted(name(), name),
                        null);
            }
            fitting.add(name);
        }
        return new Filtered(fitting, reasons(answer, "FailedNodes"), reasons(answer, "FailedAndUnresolvableNodes"));
    }

    private List<String> fitting(Map<String, Object> answer) {
        List<String> names = new ArrayList<>();
        if (config.nodeCacheCapable() && answer.get("NodeNames") instanceof List<?> list) {
            list.forEach(name -> names.add(String.valueOf(name)));
        } else if (Trees.get(answer, "Nodes", "items") instanceof List<?> items) {
            items.forEach(node -> names.add(Trees.string(node, "metadata", "name")));
        }
        return names;
    }

    private static Map<String, String> reasons(Map<String, Object> answer, String field) {
        Map<String, String> reasons = new LinkedHashMap<>();
        if (answer.get(field) instanceof Map<?, ?> map) {
            map.forEach((node, why) -> reasons.put(String.valueOf(node), String.valueOf(why)));
        }
        return reasons;
    }

    /** Scores from 0 to 10 by node, not yet weighted; nodes may be missing. */
    public Map<String, Long> prioritize(PodInfo pod, List<NodeInfo> nodes) throws ExtenderException {
        Map<String, Long> scores = new LinkedHashMap<>();
        for (Object entry : (List<?>) ask(config.prioritizeVerb(), args(pod, nodes), List.class)) {
            Long score = Trees.integer(entry, "Score");
            String host = Trees.string(entry, "Host");
            if (host != null && score != null) scores.put(host, score);
        }
        return scores;
    }

    /** Binds the Pod. */
    public void bind(PodInfo pod, String node) throws ExtenderException {
        Map<String, Object> args = new LinkedHashMap<>();
        args.put("PodName", pod.key().name());
        args.put("PodNamespace", pod.key().namespace());
        args.put("PodUID", pod.uid());
        args.put("Node", node);
        Map<?, ?> answer = (Map<?, ?>) ask(config.bindVerb(), args, Map.class);
        if (answer.get("Error") instanceof String error && !error.isEmpty()) throw new ExtenderException(error, null);
    }

    /**
     * What an extender makes of a candidate.
     *
     * @param victims uids of those that have to go
     * @param violations how many budgets that violates
     */
    public record MetaVictims(Set<String> victims, int violations) {}

    /** Which victims are left of a preemption's candidates, by node; nodes that it took away are missing. */
    public Map<String, MetaVictims> preempt(PodInfo pod, List<Candidate> candidates) throws ExtenderException {
        Map<String, Object> args = new LinkedHashMap<>();
        args.put("Pod", tree(pod));
        Map<String, Object> victims = new LinkedHashMap<>();
        candidates.forEach(candidate -> victims.put(candidate.node().name(), victims(candidate)));
        args.put(config.nodeCacheCapable() ? "NodeNameToMetaVictims" : "NodeNameToVictims", victims);
        Map<?, ?> answer = (Map<?, ?>) ask(config.preemptVerb(), args, Map.class);
        Map<String, MetaVictims> left = new LinkedHashMap<>();
        if (answer.get("NodeNameToMetaVictims") instanceof Map<?, ?> nodes) {
            nodes.forEach((node, those) -> left.put(String.valueOf(node), metaVictims(those)));
        }
        return left;
    }

    private Map<String, Object> victims(Candidate candidate) {
        Map<String, Object> victims = new LinkedHashMap<>();
        victims.put(
                "Pods",
                candidate.victims().stream()
                        .map(pod -> config.nodeCacheCapable() ? Map.of("UID", pod.uid()) : tree(pod))
                        .toList());
        victims.put("NumPDBViolations", (long) candidate.violations());
        return victims;
    }

    private static MetaVictims metaVictims(Object those) {
        Set<String> uids = new LinkedHashSet<>();
        if (Trees.get(those, "Pods") instanceof List<?> pods) {
            pods.forEach(pod -> uids.add(Trees.string(pod, "UID")));
        }
        Long violations = Trees.integer(those, "NumPDBViolations");
        return new MetaVictims(uids, violations == null ? 0 : violations.intValue());
    }

    private Map<String, Object> args(PodInfo pod, List<NodeInfo> nodes) {
        Map<String, Object> args = new LinkedHashMap<>();
        args.put("Pod", tree(pod));
        if (config.nodeCacheCapable()) {
            args.put("Nodes", null);
            args.put("NodeNames", nodes.stream().map(NodeInfo::name).toList());
        } else {
            Map<String, Object> list = new LinkedHashMap<>();
            list.put("metadata", Map.of());
            list.put(
                    "items",
                    nodes.stream().map(node -> TypedCodec.tree(node.node())).toList());
            args.put("Nodes", list);
            args.put("NodeNames", null);
        }
        return args;
    }

    private static Map<String, Object> tree(PodInfo pod) {
        return TypedCodec.tree(pod.pod());
    }

    private Object ask(String verb, Map<String, Object> args, Class<?> wanted) throws ExtenderException {
        HttpRequest request = HttpRequest.newBuilder(config.url(verb))
                .timeout(config.timeout())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.write(args)))
                .build();
        try {
            HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new ExtenderException(
                        "failed %s with extender at URL %s, code %d"
                                .formatted(verb, config.url(verb), response.statusCode()),
                        null);
            }
            return wanted.cast(Json.parse(response.body()));
        } catch (JsonException | ClassCastException e) {
            throw new ExtenderException(
                    "answer of extender at URL %s: %s".formatted(config.url(verb), e.getMessage()), e);
        } catch (IOException e) {
            throw new ExtenderException("Post \"%s\": %s".formatted(config.url(verb), e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExtenderException("Post \"%s\": interrupted".formatted(config.url(verb)), e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
