package io.k8j.apiserver.virtual;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.verb.Call;
import io.k8j.apiserver.verb.Handler;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.GoDuration;
import io.k8j.model.json.Json;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.resource.ResourceRegistry;
import io.k8j.model.selector.FieldSelector;
import io.k8j.model.selector.LabelSelector;
import io.k8j.model.selector.SelectorException;
import io.k8j.model.usage.NodeUsage;
import io.k8j.model.usage.PodUsage;
import io.k8j.model.usage.Usage;
import io.k8j.model.usage.UsageSource;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * {@code metrics.k8s.io}: what nodes and running Pods use. Who is listed, and by which labels and fields, is decided by the
 * Nodes and Pods themselves; those of which nothing is known yet are left out of lists and not found alone, as
 * metrics-server has it.
 */
public final class ResourceUsage {
    private static final GroupVersionResource NODES = new GroupVersionResource("", "v1", "nodes");
    private static final GroupVersionResource PODS = new GroupVersionResource("", "v1", "pods");
    private static final String API_VERSION = ResourceRegistry.METRICS + "/v1beta1";
    private static final int NANO = 9;

    private final ObjectReader reader;
    private final UsageSource source;

    public ResourceUsage(ObjectReader reader, UsageSource source) {
        this.reader = reader;
        this.source = source;
    }

    public Handler nodes() {
        return call -> {
            List<ApiObject> nodes =
                    reader.list(NODES, "").stream().filter(selected(call)).toList();
            Map<String, NodeUsage> known = source.ofNodes(nodes, this::allPods);
            List<ApiObject> items = new ArrayList<>();
            for (ApiObject node : nodes) {
                NodeUsage usage = known.get(node.name());
                if (usage != null) items.add(node(node, usage, call));
            }
            return list(call, items);
        };
    }

    public Handler node() {
        return call -> {
            ApiObject node =
                    reader.get(NODES, "", call.name()).orElseThrow(() -> ApiException.notFound(NODES, call.name()));
            NodeUsage usage = source.ofNodes(List.of(node), this::allPods).get(node.name());
            if (usage == null) throw ApiException.notFound(unknown("nodemetrics"), call.name());
            return call.answerAsIs(200, node(node, usage, call));
        };
    }

    public Handler pods() {
        return call -> {
            Predicate<ApiObject> selected = selected(call);
            List<ApiObject> items = new ArrayList<>();
            for (ApiObject pod : reader.list(PODS, call.namespace())) {
                if (!runs(pod) || !selected.test(pod)) continue;
                source.ofPod(pod).ifPresent(usage -> items.add(pod(pod, usage, call)));
            }
            return list(call, items);
        };
    }

    public Handler pod() {
        return call -> {
            ApiObject pod = reader.get(PODS, call.namespace(), call.name())
                    .filter(ResourceUsage::runs)
                    .orElseThrow(() -> ApiException.notFound(PODS, call.name()));
            PodUsage usage = source.ofPod(pod)
                    .orElseThrow(
                            () -> ApiException.notFound(unknown("podmetrics"), call.namespace() + "/" + call.name()));
            return call.answerAsIs(200, pod(pod, usage, call));
        };
    }

    private Collection<ApiObject> allPods() {
        return reader.list(PODS, "").stream().filter(ResourceUsage::runs).toList();
    }

    private static boolean runs(ApiObject pod) {
        PodStatus status = pod.as(Pod.class).getStatus();
        return status != null && "Running".equals(status.getPhase());
    }

    private static GroupVersionResource unknown(String words) {
        return new GroupVersionResource(ResourceRegistry.METRICS, "v1beta1", words);
    }

    private static Predicate<ApiObject> selected(Call call) {
        LabelSelector labels;
        FieldSelector fields;
        try {
            labels = LabelSelector.parse(call.query("labelSelector"));
            fields = FieldSelector.parse(call.query("fieldSelector"));
        } catch (SelectorException e) {
            throw ApiException.badRequest(e.getMessage());
        }
        for (FieldSelector.Term term : fields.terms()) {
            if (!term.field().equals("metadata.name") && !term.field().equals("metadata.namespace")) {
                throw ApiException.badRequest(
                        "\"%s\" is not a known field selector: only \"metadata.name\",".formatted(term.field())
                                + " \"metadata.namespace\"");
            }
        }
        return object -> labels.matches(object.labels())
                && fields.matches(field -> field.equals("metadata.name") ? object.name() : object.namespace());
    }

    private static ApiResponse list(Call call, List<ApiObject> items) {
        ApiResponse.ApiList list = new ApiResponse.ApiList(items, "", "", null); // they have no versions
        return new ApiResponse(200, null, list, call.context().warnings());
    }

    private static ApiObject node(ApiObject node, NodeUsage usage, Call call) {
        Map<String, Object> tree = head("NodeMetrics", node, call, usage.timestamp());
        tree.put("window", GoDuration.format(usage.window()));
        tree.put("usage", amounts(usage.usage()));
        return ApiObject.ofOrderedJson(Json.write(tree));
    }

    private static ApiObject pod(ApiObject pod, PodUsage usage, Call call) {
        Map<String, Object> tree = head("PodMetrics", pod, call, usage.timestamp());
        tree.put("window", GoDuration.format(usage.window()));
        List<Object> containers = new ArrayList<>();
        usage.containers().forEach((name, used) -> {
            Map<String, Object> container = new LinkedHashMap<>();
            container.put("name", name);
            container.put("usage", amounts(used));
            containers.add(container);
        });
        tree.put("containers", containers);
        return ApiObject.ofOrderedJson(Json.write(tree));
    }

    private static Map<String, Object> head(String kind, ApiObject object, Call call, Instant timestamp) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", object.name());
        if (!object.namespace().isEmpty()) metadata.put("namespace", object.namespace());
        metadata.put("creationTimestamp", text(call.context().now()));
        if (!object.labels().isEmpty()) metadata.put("labels", object.labels());
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", kind);
        tree.put("apiVersion", API_VERSION);
        tree.put("metadata", metadata);
        tree.put("timestamp", text(timestamp));
        return tree;
    }

    private static String text(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static Map<String, Object> amounts(Usage usage) {
        Map<String, Object> amounts = new LinkedHashMap<>();
        amounts.put(
                "cpu",
                Quantity.of(BigDecimal.valueOf(usage.cpuNanos(), NANO), Quantity.Format.DECIMAL_SI)
                        .toString());
        amounts.put(
                "memory",
                Quantity.of(BigDecimal.valueOf(usage.memoryBytes()), Quantity.Format.BINARY_SI)
                        .toString());
        return amounts;
    }
}
