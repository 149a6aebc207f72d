package io.k8j.model.openapi;

import io.k8j.model.json.Json;
import io.k8j.model.resource.ResourceInfo;
import io.k8j.model.resource.ResourceRegistry;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The kinds of {@code metrics.k8s.io}, which are no part of the API server's own types upstream: metrics-server brings
 * them along. Source: k8s.io/metrics, pkg/apis/metrics/v1beta1.
 */
final class UsageSchemas {
    private static final String PACKAGE = "io.k8s.metrics.pkg.apis.metrics.v1beta1.";

    private static final String TIMES = """
              "timestamp": {
                "description": "The following fields define time interval from which metrics were collected from the interval [Timestamp-Window, Timestamp].",
                "type": "string", "format": "date-time"},
              "window": {"type": "string"},
            """;

    private static final String USAGE = """
            "usage": {
              "description": "The memory usage is the memory working set.",
              "type": "object", "additionalProperties": {"type": "string"}}
            """;

    private static final Map<String, String> SCHEMAS =
            Map.of("NodeMetrics", """
            {"description": "NodeMetrics sets resource usage metrics of a node.",
             "type": "object", "required": ["timestamp", "window", "usage"],
             "properties": {
            """ + TIMES + USAGE + "}}", "PodMetrics", """
            {"description": "PodMetrics sets resource usage metrics of a pod.",
             "type": "object", "required": ["timestamp", "window", "containers"],
             "properties": {
            """ + TIMES + """
              "containers": {
                "description": "Metrics for all containers are collected within the same time window.",
                "type": "array", "x-kubernetes-list-type": "atomic",
                "items": {
                  "description": "ContainerMetrics sets resource usage metrics of a container.",
                  "type": "object", "required": ["name", "usage"],
                  "properties": {
                    "name": {
                      "description": "Container name corresponding to the one from pod.spec.containers.",
                      "type": "string"},
            """ + USAGE + "}}}}}");

    private UsageSchemas() {}

    static boolean describes(ResourceInfo info) {
        return info.gvk().group().equals(ResourceRegistry.METRICS);
    }

    static ApiKind kind(ResourceInfo info) {
        String schema = SCHEMAS.get(info.gvk().kind());
        return new ApiKind(
                info, PACKAGE + info.gvk().kind(), Json.parseObject(schema.getBytes(StandardCharsets.UTF_8)));
    }
}
