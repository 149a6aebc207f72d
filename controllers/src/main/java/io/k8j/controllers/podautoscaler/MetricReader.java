package io.k8j.controllers.podautoscaler;

import io.fabric8.kubernetes.api.model.autoscaling.v2.CrossVersionObjectReference;
import io.k8j.client.ResourceCatalog;
import io.k8j.controllers.support.Times;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.GoDuration;
import io.k8j.model.api.TransportException;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Trees;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.quantity.QuantityException;
import io.k8j.model.resource.GroupVersionResource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Asks the three metrics APIs, whoever serves them. Amounts are in thousandths. Blocks. Safe for all threads.
 *
 * @see <a href="https://github.com/kubernetes/metrics">k8s.io/metrics</a>
 */
final class MetricReader {
    private static final GroupVersionResource POD_METRICS =
            new GroupVersionResource("metrics.k8s.io", "v1beta1", "pods");
    private static final String CUSTOM = "custom.metrics.k8s.io";
    private static final String EXTERNAL = "external.metrics.k8s.io";
    private static final Duration USUAL_WINDOW = Duration.ofMinutes(1);

    private final ApiTransport transport;
    private final Supplier<List<ResourceCatalog.Entry>> catalog;

    /** @param catalog all resources, to find the name of a kind */
    MetricReader(ApiTransport transport, Supplier<List<ResourceCatalog.Entry>> catalog) {
        this.transport = transport;
        this.catalog = catalog;
    }

    /**
     * A resource's use by name of the Pod. Pods of which something is not known are missing.
     *
     * @param container only this container's; empty for the sum of all
     * @throws MetricException if nothing is known, in upstream's words
     */
    Map<String, PodSample> resource(String resource, String namespace, String selector, String container) {
        String words = "unable to fetch metrics from resource metrics API";
        List<Map<String, Object>> items =
                list(POD_METRICS, namespace, Map.of("labelSelector", selector), words, "get pods.metrics.k8s.io");
        if (items.isEmpty()) throw new MetricException("no metrics returned from resource metrics API");
        Map<String, PodSample> samples = new HashMap<>();
        for (Map<String, Object> item : items) {
            Long value = use(Trees.list(item, "containers"), resource, container);
            if (value == null) continue;
            samples.put(
                    Trees.string(item, "metadata", "name"),
                    new PodSample(time(item), window(Trees.string(item, "window")), value));
        }
        return samples;
    }

    private static Long use(List<Object> containers, String resource, String wanted) {
        Long sum = null;
        for (Object container : containers) {
            if (!wanted.isEmpty() && !wanted.equals(Trees.string(container, "name"))) continue;
            Object amount = Trees.get(container, "usage", resource);
            if (amount == null) return null;
            sum = (sum == null ? 0 : sum) + milli(amount);
        }
        return sum;
    }

    /** A metric that each Pod has, by name of the Pod. */
    Map<String, PodSample> pods(String metric, String namespace, String selector, String metricSelector) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("labelSelector", selector);
        if (!metricSelector.isEmpty()) query.put("metricLabelSelector", metricSelector);
        List<Map<String, Object>> items = values("pods", namespace, "*", metric, query);
        if (items.isEmpty()) throw new MetricException("no metrics returned from custom metrics API");
        Map<String, PodSample> samples = new HashMap<>();
        for (Map<String, Object> item : items) {
            Long seconds = Trees.integer(item, item.containsKey("windowSeconds") ? "windowSeconds" : "window");
            samples.put(
                    Trees.string(item, "describedObject", "name"),
                    new PodSample(
                            time(item),
                            seconds == null ? USUAL_WINDOW : Duration.ofSeconds(seconds),
                            milli(item.get("value"))));
        }
        return samples;
    }

    /** A metric of another object in the namespace, or of the namespace. */
    long object(String metric, String namespace, CrossVersionObjectReference about, String metricSelector) {
        Map<String, String> query = new LinkedHashMap<>();
        if (!metricSelector.isEmpty()) query.put("metricLabelSelector", metricSelector);
        String group = groupOf(about.getApiVersion());
        boolean isNamespace = group.isEmpty() && "Namespace".equals(about.getKind());
        // The name of another namespace would be a way out of one's own.
        List<Map<String, Object>> items = isNamespace
                ? values("metrics", namespace, metric, "", query)
                : values(resourceOf(group, about.getKind()), namespace, about.getName(), metric, query);
        if (items.size() != 1) {
            throw new MetricException("unable to fetch metrics from custom metrics API: the custom metrics API server"
                    + " returned %d results when we asked for exactly one".formatted(items.size()));
        }
        return milli(items.getFirst().get("value"));
    }

    private String resourceOf(String group, String kind) {
        for (ResourceCatalog.Entry entry : catalog.get()) {
            if (!entry.kind().equals(kind) || !entry.resource().group().equals(group)) continue;
            return group.isEmpty()
                    ? entry.resource().resource()
                    : entry.resource().resource() + "." + group;
        }
        throw new MetricException(
                "unable to fetch metrics from custom metrics API: unable to map kind %s to resource: no matches for kind \"%s\" in group \"%s\""
                        .formatted(group.isEmpty() ? kind : kind + "." + group, kind, group));
    }

    static String groupOf(String apiVersion) {
        int slash = apiVersion == null ? -1 : apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }

    /** Newer servers have the second version, older ones only the first. */
    private List<Map<String, Object>> values(
            String resource, String namespace, String name, String subresource, Map<String, String> query) {
        String words = "unable to fetch metrics from custom metrics API";
        try {
            return values("v1beta2", resource, namespace, name, subresource, query);
        } catch (ApiException e) {
            if (!isNotServed(e)) throw new MetricException(words + ": " + e.getMessage(), e);
        } catch (TransportException e) {
            throw new MetricException(words + ": " + e.getMessage(), e);
        }
        try {
            return values("v1beta1", resource, namespace, name, subresource, query);
        } catch (ApiException | TransportException e) {
            String message = e instanceof ApiException refused && isNotServed(refused)
                    ? "no custom metrics API (custom.metrics.k8s.io) registered"
                    : e.getMessage();
            throw new MetricException(words + ": " + message, e);
        }
    }

    /** Nobody serves the group version, as against: it has no such metric. */
    private static boolean isNotServed(ApiException e) {
        return e.code() == 404 && e.getMessage().startsWith("the server could not find the requested resource");
    }

    private List<Map<String, Object>> values(
            String version,
            String resource,
            String namespace,
            String name,
            String subresource,
            Map<String, String> query) {
        ApiObject answer = transport
                .call(new ApiCall(
                        Verb.GET,
                        new GroupVersionResource(CUSTOM, version, resource),
                        namespace,
                        name,
                        subresource,
                        query,
                        null,
                        null))
                .object();
        return items(answer.tree());
    }

    private static List<Map<String, Object>> items(Map<String, Object> tree) {
        List<Map<String, Object>> items = new ArrayList<>();
        for (Object item : Trees.list(tree, "items")) {
            if (item instanceof Map<?, ?> map) items.add(Trees.asMap(map));
        }
        return items;
    }

    /** All values of a metric of the world. */
    List<Long> external(String metric, String namespace, String metricSelector) {
        Map<String, String> query = metricSelector.isEmpty() ? Map.of() : Map.of("labelSelector", metricSelector);
        List<Map<String, Object>> items = list(
                new GroupVersionResource(EXTERNAL, "v1beta1", metric),
                namespace,
                query,
                "unable to fetch metrics from external metrics API",
                "get %s.%s".formatted(metric, EXTERNAL));
        if (items.isEmpty()) throw new MetricException("no metrics returned from external metrics API");
        return items.stream().map(item -> milli(item.get("value"))).toList();
    }

    private List<Map<String, Object>> list(
            GroupVersionResource resource, String namespace, Map<String, String> query, String words, String what) {
        try {
            return transport
                    .call(new ApiCall(Verb.LIST, resource, namespace, "", "", query, null, null))
                    .list()
                    .items()
                    .stream()
                    .map(ApiObject::tree)
                    .toList();
        } catch (ApiException e) {
            // Clients say what they asked for where the server's answer does not.
            boolean generic =
                    isNotServed(e) || e.getMessage().equals("the server is currently unable to handle the request");
            String suffix = generic && !e.getMessage().endsWith(")") ? " (" + what + ")" : "";
            throw new MetricException(words + ": " + e.getMessage() + suffix, e);
        } catch (TransportException e) {
            throw new MetricException(words + ": " + e.getMessage(), e);
        }
    }

    private static Instant time(Map<String, Object> item) {
        return Times.parse(Trees.string(item, "timestamp"));
    }

    private static Duration window(String text) {
        try {
            return text == null ? Duration.ZERO : GoDuration.parse(text);
        } catch (IllegalArgumentException e) {
            throw new MetricException(e.getMessage(), e);
        }
    }

    private static long milli(Object amount) {
        try {
            return Quantity.of(amount).milliValue();
        } catch (QuantityException e) {
            throw new MetricException(e.getMessage(), e);
        }
    }
}
