package io.k8j.scheduler;

import io.k8j.model.api.FieldError;
import io.k8j.model.yaml.Yaml;
import io.k8j.scheduler.extender.ExtenderConfig;
import io.k8j.scheduler.plugins.DefaultPlugins;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads {@code KubeSchedulerConfiguration} of {@code kubescheduler.config.k8s.io/v1}. */
final class SchedulerConfigFile {
    private static final String VERSION = "kubescheduler.config.k8s.io/v1";
    private static final String KIND = "KubeSchedulerConfiguration";

    private SchedulerConfigFile() {}

    static SchedulerConfig parse(byte[] yaml) {
        Map<String, Object> tree = map("configuration", Yaml.parse(yaml));
        if (!VERSION.equals(tree.get("apiVersion")) || !KIND.equals(tree.get("kind"))) {
            throw new IllegalArgumentException("no kind \"%s\" is registered for version \"%s\", want %s of %s"
                    .formatted(tree.get("kind"), tree.get("apiVersion"), KIND, VERSION));
        }
        List<FieldError> problems = ConfigChecks.of(tree);
        if (!problems.isEmpty()) throw new IllegalArgumentException(FieldError.aggregate(problems));
        List<SchedulerConfig.ProfileConfig> profiles = new ArrayList<>();
        for (Object profile : list("profiles", tree.get("profiles"))) {
            profiles.add(profile(map("profiles", profile)));
        }
        List<ExtenderConfig> extenders = new ArrayList<>();
        for (Object extender : list("extenders", tree.get("extenders"))) {
            extenders.add(ExtenderFile.parse(map("extenders", extender)));
        }
        return new SchedulerConfig(
                profiles.isEmpty() ? SchedulerConfig.DEFAULTS.profiles() : profiles,
                extenders,
                number(tree, "percentageOfNodesToScore", 0),
                seconds(tree, "podInitialBackoffSeconds", SchedulerConfig.DEFAULTS.podInitialBackoff()),
                seconds(tree, "podMaxBackoffSeconds", SchedulerConfig.DEFAULTS.podMaxBackoff()),
                SchedulerConfig.DEFAULTS.podMaxInUnschedulablePods(),
                SchedulerConfig.DEFAULTS.gates());
    }

    private static SchedulerConfig.ProfileConfig profile(Map<String, Object> tree) {
        Map<String, Map<String, Object>> args = new LinkedHashMap<>();
        for (Object entry : list("pluginConfig", tree.get("pluginConfig"))) {
            Map<String, Object> config = map("pluginConfig", entry);
            args.put(known("pluginConfig", config.get("name")), map("pluginConfig.args", config.get("args")));
        }
        Map<String, PluginSelection.Change> changes = new LinkedHashMap<>();
        for (Map.Entry<String, Object> point :
                map("plugins", tree.getOrDefault("plugins", Map.of())).entrySet()) {
            if (!point.getKey().equals("multiPoint") && !PluginSelection.POINTS.containsKey(point.getKey())) {
                throw new IllegalArgumentException("plugins: unknown extension point " + point.getKey());
            }
            changes.put(point.getKey(), change(point.getKey(), map(point.getKey(), point.getValue())));
        }
        Object name = tree.getOrDefault("schedulerName", "default-scheduler");
        return new SchedulerConfig.ProfileConfig(String.valueOf(name), new PluginSelection(changes), args);
    }

    private static PluginSelection.Change change(String point, Map<String, Object> tree) {
        List<PluginSelection.Enabled> enabled = new ArrayList<>();
        for (Object entry : list(point + ".enabled", tree.get("enabled"))) {
            Map<String, Object> plugin = map(point + ".enabled", entry);
            enabled.add(new PluginSelection.Enabled(
                    known(point + ".enabled", plugin.get("name")), number(plugin, "weight", 0)));
        }
        List<String> disabled = new ArrayList<>();
        for (Object entry : list(point + ".disabled", tree.get("disabled"))) {
            disabled.add(String.valueOf(map(point + ".disabled", entry).get("name")));
        }
        return new PluginSelection.Change(enabled, disabled);
    }

    private static String known(String where, Object name) {
        if (DefaultPlugins.ALL.stream().noneMatch(e -> e.name().equals(name))) {
            throw new IllegalArgumentException("%s: plugin \"%s\" does not exist".formatted(where, name));
        }
        return (String) name;
    }

    private static int number(Map<String, Object> tree, String name, int otherwise) {
        Object value = tree.get(name);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Number number) {
            return number.intValue();
        }
        throw new IllegalArgumentException("%s: want a number, found %s".formatted(name, value));
    }

    private static Duration seconds(Map<String, Object> tree, String name, Duration otherwise) {
        return Duration.ofSeconds(number(tree, name, (int) otherwise.toSeconds()));
    }

    private static List<?> list(String name, Object value) {
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list) {
            return list;
        }
        throw new IllegalArgumentException("%s: want a list, found %s".formatted(name, value));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(String name, Object value) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new IllegalArgumentException("%s: want an object, found %s".formatted(name, value));
    }
}
