package io.k8j.bench;

import io.k8j.model.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Objects as clusters really have them. */
public final class Samples {
    private Samples() {}

    private static Map<String, Object> object(String apiVersion, String kind, String name) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("apiVersion", apiVersion);
        object.put("kind", kind);
        object.put("metadata", new LinkedHashMap<>(Map.of("name", name)));
        return object;
    }

    /** About {@code bytes} long. */
    static byte[] configMap(String name, int bytes, String value) {
        Map<String, Object> object = object("v1", "ConfigMap", name);
        object.put("data", Map.of("value", value, "filler", "x".repeat(Math.max(0, bytes - 150))));
        return Json.write(object);
    }

    /** A Pod as a Deployment makes it, about 1.6 kB once it is stored. */
    static byte[] pod(String name, String image, String scheduler) {
        Map<String, Object> object = object("v1", "Pod", name);
        ((Map<String, Object>) cast(object.get("metadata")))
                .putAll(Map.of(
                        "labels", Map.of("app", "bench", "pod-template-hash", "5d9c7b8f6d"),
                        "annotations", Map.of("bench.k8j.io/run", "0123456789abcdef")));
        Map<String, Object> container = new LinkedHashMap<>();
        container.put("name", "main");
        container.put("image", image);
        container.put("imagePullPolicy", "IfNotPresent");
        container.put("resources", Map.of("requests", Map.of("cpu", "10m", "memory", "16Mi")));
        container.put("env", List.of(Map.of("name", "A", "value", "1"), Map.of("name", "B", "value", "2")));
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("containers", List.of(container));
        spec.put("terminationGracePeriodSeconds", 0);
        if (scheduler != null) {
            spec.put("schedulerName", scheduler);
        }
        object.put("spec", spec);
        return Json.write(object);
    }

    static byte[] secret(String name) {
        Map<String, Object> object = object("v1", "Secret", name);
        object.put("stringData", Map.of("password", "0123456789abcdef"));
        return Json.write(object);
    }

    /** The digits behind a mark; -1 if it is not there. */
    static long numberAfter(byte[] json, byte[] mark) {
        for (int i = 0; i + mark.length < json.length; i++) {
            if (java.util.Arrays.equals(json, i, i + mark.length, mark, 0, mark.length)) {
                long number = 0;
                for (int j = i + mark.length; j < json.length && json[j] >= '0' && json[j] <= '9'; j++) {
                    number = number * 10 + json[j] - '0';
                }
                return number;
            }
        }
        return -1;
    }

    public static byte[] lease(String name, String resourceVersion, int number) {
        Map<String, Object> object = object("coordination.k8s.io/v1", "Lease", name);
        if (resourceVersion != null) {
            ((Map<String, Object>) cast(object.get("metadata"))).put("resourceVersion", resourceVersion);
        }
        object.put(
                "spec",
                Map.of(
                        "holderIdentity",
                        name,
                        "leaseDurationSeconds",
                        40,
                        "renewTime",
                        "2026-01-01T%02d:%02d:%02d.000000Z"
                                .formatted(number / 3600 % 24, number / 60 % 60, number % 60)));
        return Json.write(object);
    }

    public static byte[] node(String name) {
        Map<String, Object> object = object("v1", "Node", name);
        ((Map<String, Object>) cast(object.get("metadata")))
                .put("labels", Map.of("kubernetes.io/hostname", name, "kubernetes.io/os", "linux", "type", "bench"));
        Map<String, Object> amounts =
                Map.of("cpu", "32", "memory", "256Gi", "pods", "110", "ephemeral-storage", "100Gi");
        List<Object> conditions = new ArrayList<>();
        conditions.add(Map.of(
                "type", "Ready",
                "status", "True",
                "reason", "KubeletReady",
                "lastHeartbeatTime",
                        java.time.Instant.now()
                                .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                                .toString(),
                "lastTransitionTime",
                        java.time.Instant.now()
                                .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                                .toString()));
        object.put("status", Map.of("capacity", amounts, "allocatable", amounts, "conditions", conditions));
        return Json.write(object);
    }

    @SuppressWarnings("unchecked")
    private static <T> T cast(Object value) {
        return (T) value;
    }
}
