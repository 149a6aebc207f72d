package io.k8j.apiserver.metrics;

import io.k8j.apiserver.resource.ResourceTable;
import io.k8j.apiserver.resource.StoredResource;
import io.k8j.model.feature.FeatureGate;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.metrics.MetricText;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** {@code kubernetes_build_info} and how many objects there are of which kind. */
public final class ServerMetrics {
    private ServerMetrics() {}

    /**
     * Appends the metrics in Prometheus' text format.
     *
     * @param version body of {@code /version}
     */
    public static void write(StringBuilder out, Map<String, Object> version, FeatureGates gates, ResourceTable table) {
        Map<String, String> names = Map.of(
                "buildDate", "build_date",
                "compiler", "compiler",
                "gitCommit", "git_commit",
                "gitTreeState", "git_tree_state",
                "gitVersion", "git_version",
                "goVersion", "go_version",
                "major", "major",
                "minor", "minor",
                "platform", "platform");
        String labels = version.entrySet().stream()
                .filter(entry -> names.containsKey(entry.getKey()))
                .map(entry -> MetricText.label(names.get(entry.getKey()), String.valueOf(entry.getValue())))
                .sorted()
                .collect(Collectors.joining(","));
        MetricText.family(
                out,
                "kubernetes_build_info",
                "BETA",
                "A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state,"
                        + " build date, Go version, and compiler from which Kubernetes was built, and platform on which it"
                        + " is running.",
                "gauge",
                Map.of(labels, 1));
        features(out, gates);
        // Each rule is written once here, so there is no second opinion that could differ.
        MetricText.single(
                out,
                "apiserver_validation_declarative_validation_mismatch_total",
                "BETA",
                "Number of times declarative validation results differed from handwritten validation results for core"
                        + " types.",
                "counter",
                0);
        MetricText.single(
                out,
                "apiserver_validation_declarative_validation_panic_total",
                "BETA",
                "Number of times declarative validation has panicked during validation.",
                "counter",
                0);
        TreeMap<String, Number> old = new TreeMap<>();
        TreeMap<String, Number> objects = new TreeMap<>();
        for (StoredResource stored : table.storages()) {
            int count = stored.cache().snapshot().objects().size();
            old.put(MetricText.label("resource", stored.id().toString()), count);
            objects.put(
                    MetricText.label("group", stored.id().group()) + ","
                            + MetricText.label("resource", stored.id().resource()),
                    count);
        }
        MetricText.family(
                out,
                "apiserver_storage_objects",
                "STABLE",
                "[DEPRECATED, consider using apiserver_resource_objects instead] Number of stored objects at the time"
                        + " of last check split by kind. In case of a fetching error, the value will be -1.",
                "gauge",
                old);
        MetricText.family(
                out,
                "apiserver_resource_objects",
                "ALPHA",
                "Number of stored objects at the time of last check split by kind. In case of a fetching error, the"
                        + " value will be -1.",
                "gauge",
                objects);
    }

    private static void features(StringBuilder out, FeatureGates gates) {
        TreeMap<String, Number> enabled = new TreeMap<>();
        for (FeatureGate gate : FeatureGates.known()) {
            String labels = MetricText.label("name", gate.name()) + "," + MetricText.label("stage", gate.stage());
            enabled.put(labels, gates.isOn(gate.name()) ? 1 : 0);
        }
        MetricText.family(
                out,
                "kubernetes_feature_enabled",
                "BETA",
                "This metric records the data about the stage and enablement of a k8s feature.",
                "gauge",
                enabled);
    }
}
