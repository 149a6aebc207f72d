package io.k8j.apiserver.streaming;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Trees;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Builds the kubelet's request targets for logs and streams, and checks what the client asks for. */
public final class PodStreams {
    private static final List<String> LOG_PARAMETERS = List.of(
            "follow", "previous", "sinceSeconds", "sinceTime", "timestamps", "tailLines", "limitBytes", "stream");
    private static final List<String> FLAGS = List.of("stdin", "stdout", "stderr", "tty");
    private static final Map<String, String> KUBELET_NAMES =
            Map.of("stdin", "input", "stdout", "output", "stderr", "error", "tty", "tty");

    private PodStreams() {}

    /** {@code /containerLogs/…}. */
    public static String logTarget(ApiObject pod, Map<String, List<String>> query) {
        Map<String, Object> tree = pod.tree();
        String container = container(pod, tree, query);
        String parameters = LOG_PARAMETERS.stream()
                .filter(query::containsKey)
                .map(name -> name + "=" + encode(query.get(name).getFirst()))
                .collect(Collectors.joining("&"));
        return "/containerLogs/%s/%s/%s%s"
                .formatted(pod.namespace(), pod.name(), container, parameters.isEmpty() ? "" : "?" + parameters);
    }

    /** {@code /exec/…}, {@code /attach/…} or {@code /portForward/…}. */
    public static String streamTarget(String subresource, ApiObject pod, Map<String, List<String>> query) {
        Map<String, Object> tree = pod.tree();
        if (subresource.equals("portforward")) {
            String ports = query.getOrDefault("ports", List.of()).stream()
                    .map(port -> "port=" + encode(port))
                    .collect(Collectors.joining("&"));
            return "/portForward/%s/%s%s".formatted(pod.namespace(), pod.name(), ports.isEmpty() ? "" : "?" + ports);
        }
        String phase = Trees.string(tree, "status", "phase");
        if ("Succeeded".equals(phase) || "Failed".equals(phase)) {
            throw ApiException.badRequest("cannot exec into a container in a completed pod; current phase is " + phase);
        }
        String container = container(pod, tree, query);
        List<String> parameters = new ArrayList<>();
        for (String flag : FLAGS) {
            String value = query.containsKey(flag) ? query.get(flag).getFirst() : "";
            if (value.equals("true") || value.equals("1")) {
                parameters.add(KUBELET_NAMES.get(flag) + "=1");
            }
        }
        query.getOrDefault("command", List.of()).forEach(word -> parameters.add("command=" + encode(word)));
        return "/%s/%s/%s/%s?%s"
                .formatted(subresource, pod.namespace(), pod.name(), container, String.join("&", parameters));
    }

    private static String container(ApiObject pod, Map<String, Object> tree, Map<String, List<String>> query) {
        List<String> containers = names(tree, "containers");
        List<String> all = new ArrayList<>(names(tree, "initContainers"));
        all.addAll(containers);
        all.addAll(names(tree, "ephemeralContainers"));
        String wanted = query.containsKey("container") ? query.get("container").getFirst() : "";
        if (wanted.isEmpty()) {
            if (containers.size() == 1) return containers.getFirst();
            throw ApiException.badRequest("a container name must be specified for pod %s, choose one of: [%s]"
                    .formatted(pod.name(), String.join(" ", all)));
        }
        if (!all.contains(wanted)) {
            throw ApiException.badRequest("container %s is not valid for pod %s".formatted(wanted, pod.name()));
        }
        return wanted;
    }

    private static List<String> names(Map<String, Object> pod, String field) {
        return Trees.list(pod, "spec", field).stream()
                .map(c -> c instanceof Map<?, ?> map ? String.valueOf(map.get("name")) : "")
                .toList();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
