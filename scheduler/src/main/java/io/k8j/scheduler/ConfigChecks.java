package io.k8j.scheduler;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.validation.Names;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks the values of {@code KubeSchedulerConfiguration} as upstream does, in its words. */
final class ConfigChecks {
    private final List<FieldError> errors = new ArrayList<>();

    private ConfigChecks() {}

    /** Everything that is wrong; fields of another form than the type's are left to those who read them. */
    static List<FieldError> of(Map<String, Object> config) {
        ConfigChecks checks = new ConfigChecks();
        checks.range(
                "parallelism", number(config, "parallelism", 16), 1, "should be an integer value greater than zero");
        checks.profiles(Trees.list(config, "profiles"));
        checks.percentage("percentageOfNodesToScore", config);
        long first = number(config, "podInitialBackoffSeconds", 1);
        long longest = number(config, "podMaxBackoffSeconds", 10);
        checks.range("podInitialBackoffSeconds", first, 1, "must be greater than 0");
        checks.range(
                "podMaxBackoffSeconds", longest, first, "must be greater than or equal to PodInitialBackoffSeconds");
        checks.extenders(Trees.list(config, "extenders"));
        return checks.errors;
    }

    private static long number(Map<String, Object> tree, String field, long otherwise) {
        return tree.get(field) instanceof Number number ? number.longValue() : otherwise;
    }

    private void range(String path, long value, long least, String otherwise) {
        if (value < least) errors.add(FieldError.invalid(path, value, otherwise));
    }

    private void percentage(String path, Map<String, Object> of) {
        long value = number(of, "percentageOfNodesToScore", 0);
        if (value < 0 || value > 100) errors.add(FieldError.invalid(path, value, "not in valid range [0-100]"));
    }

    private void profiles(List<Object> profiles) {
        Map<String, Integer> names = new HashMap<>();
        Object order = null;
        for (int i = 0; i < profiles.size(); i++) {
            Map<String, Object> profile = Trees.map(profiles.get(i));
            String path = "profiles[" + i + "]";
            percentage(path + ".percentageOfNodesToScore", profile);
            pluginConfig(path, Trees.list(profile, "pluginConfig"));
            String name = String.valueOf(profile.getOrDefault("schedulerName", "default-scheduler"));
            if (name.isEmpty()) errors.add(FieldError.required(path + ".schedulerName", ""));
            Integer same = names.put(name, i);
            if (same != null) {
                errors.add(FieldError.duplicate(path + ".schedulerName", "profiles[" + same + "].schedulerName"));
            }
            Map<String, Object> sort = Trees.map(profile, "plugins", "queueSort");
            int count = Trees.list(sort, "enabled").size();
            if (i == 0 && count > 1) {
                errors.add(FieldError.invalid(
                        path + ".plugins.queueSort.Enabled", count, "only one queue sort plugin can be enabled"));
            }
            if (i == 0) order = sort;
            else if (!Trees.deepEquals(order, sort)) {
                errors.add(FieldError.invalid(path + ".plugins.queueSort", sort, "must be the same for all profiles"));
            }
        }
    }

    private void pluginConfig(String profile, List<Object> configs) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < configs.size(); i++) {
            Map<String, Object> config = Trees.map(configs.get(i));
            String name = String.valueOf(config.get("name"));
            String path = profile + ".pluginConfig[" + i + "]";
            if (!seen.add(name)) errors.add(FieldError.duplicate(path, name));
            if (config.get("args") != null && !(config.get("args") instanceof Map)) continue;
            Map<String, Object> args = Trees.map(config, "args");
            String at = path + ".args";
            switch (name) {
                case "DefaultPreemption" -> preemption(at, args);
                case "InterPodAffinity" -> between(at, args, "hardPodAffinityWeight", 1, 0, 100);
                case "NodeResourcesBalancedAllocation" -> balanced(at, Trees.list(args, "resources"));
                case "NodeResourcesFit" -> fit(at, args);
                case "PodTopologySpread" -> spread(at, args);
                case "VolumeBinding" -> volumeBinding(at, args);
                default -> {}
            }
        }
    }

    private void between(String path, Map<String, Object> of, String field, long otherwise, long least, long most) {
        long value = number(of, field, otherwise);
        if (value < least || value > most) {
            errors.add(FieldError.invalid(
                    path + "." + field, value, "not in valid range [%d, %d]".formatted(least, most)));
        }
    }

    private void preemption(String at, Map<String, Object> args) {
        long percentage = number(args, "minCandidateNodesPercentage", 10);
        long absolute = number(args, "minCandidateNodesAbsolute", 100);
        between(at, args, "minCandidateNodesPercentage", 10, 0, 100);
        range(at + ".minCandidateNodesAbsolute", absolute, 0, "not in valid range [0, inf)");
        if (percentage == 0 && absolute == 0) {
            String zero = "cannot be zero at the same time as ";
            errors.add(FieldError.invalid(at + ".minCandidateNodesPercentage", 0, zero + "minCandidateNodesAbsolute"));
            errors.add(FieldError.invalid(at + ".minCandidateNodesAbsolute", 0, zero + "minCandidateNodesPercentage"));
        }
    }

    private void balanced(String at, List<Object> resources) {
        Set<Object> seen = new HashSet<>();
        for (int i = 0; i < resources.size(); i++) {
            Map<String, Object> resource = Trees.map(resources.get(i));
            String path = at + ".resources[" + i + "]";
            if (!seen.add(resource.get("name"))) errors.add(FieldError.duplicate(path + ".name", resource.get("name")));
            long weight = number(resource, "weight", 1);
            if (weight != 1) errors.add(FieldError.invalid(path + ".weight", weight, "must be 1"));
        }
    }

    private void fit(String at, Map<String, Object> args) {
        List<Object> ignored = Trees.list(args, "ignoredResources");
        for (int i = 0; i < ignored.size(); i++) name(at + ".ignoredResources[" + i + "]", ignored.get(i));
        List<Object> groups = Trees.list(args, "ignoredResourceGroups");
        for (int i = 0; i < groups.size(); i++) {
            String path = at + ".ignoredResourceGroups[" + i + "]";
            if (String.valueOf(groups.get(i)).contains("/")) {
                errors.add(FieldError.invalid(path, groups.get(i), "resource group name can't contain '/'"));
            }
            name(path, groups.get(i));
        }
        if (args.get("scoringStrategy") == null) return;
        Map<String, Object> strategy = Trees.map(args, "scoringStrategy");
        String path = at + ".scoringStrategy";
        Object type = strategy.getOrDefault("type", "LeastAllocated");
        List<String> types = List.of("LeastAllocated", "MostAllocated", "RequestedToCapacityRatio");
        if (!types.contains(type)) errors.add(FieldError.notSupported(path + ".type", type, types));
        weights(path, Trees.list(strategy, "resources"));
        boolean ratio = "RequestedToCapacityRatio".equals(type);
        boolean given = strategy.get("requestedToCapacityRatio") != null;
        if (ratio && !given) {
            errors.add(FieldError.required(
                    path + ".requestedToCapacityRatio", "must be specified when type is RequestedToCapacityRatio"));
        } else if (!ratio && given) {
            errors.add(FieldError.forbidden(
                    path + ".requestedToCapacityRatio", "must be nil when type is not RequestedToCapacityRatio"));
        } else if (ratio) {
            shape(path + ".requestedToCapacityRatio.shape", Trees.list(strategy, "requestedToCapacityRatio", "shape"));
        }
    }

    private void name(String path, Object value) {
        for (String problem : Names.qualifiedName(String.valueOf(value))) {
            errors.add(FieldError.invalid(path, value, problem));
        }
    }

    private void weights(String strategy, List<Object> resources) {
        for (int i = 0; i < resources.size(); i++) {
            Map<String, Object> resource = Trees.map(resources.get(i));
            long weight = number(resource, "weight", 1);
            if (weight <= 0 || weight > 100) {
                errors.add(FieldError.invalid(
                        strategy + ".resources[" + i + "].weight",
                        weight,
                        "resource weight of %s not in valid range (0, 100]".formatted(resource.get("name"))));
            }
        }
    }

    private void shape(String path, List<Object> points) {
        if (points.isEmpty()) {
            errors.add(FieldError.required(path, "at least one point must be specified"));
            return;
        }
        long before = -1;
        for (int i = 0; i < points.size(); i++) {
            long utilization = number(Trees.map(points.get(i)), "utilization", 0);
            if (i > 0 && before >= utilization) {
                errors.add(FieldError.invalid(
                        path + "[" + i + "].utilization", utilization, "values must be sorted in increasing order"));
                break;
            }
            before = utilization;
        }
        for (int i = 0; i < points.size(); i++) {
            Map<String, Object> point = Trees.map(points.get(i));
            between(path + "[" + i + "]", point, "utilization", 0, 0, 100);
            between(path + "[" + i + "]", point, "score", 0, 0, 10);
        }
    }

    private void spread(String at, Map<String, Object> args) {
        List<Object> constraints = Trees.list(args, "defaultConstraints");
        Object type = args.getOrDefault("defaultingType", "System");
        if (!type.equals("System") && !type.equals("List")) {
            errors.add(FieldError.notSupported(at + ".defaultingType", type, List.of("System", "List")));
        } else if (type.equals("System") && !constraints.isEmpty()) {
            errors.add(FieldError.invalid(at + ".defaultingType", type, "when .defaultConstraints are not empty"));
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < constraints.size(); i++) {
            Map<String, Object> constraint = Trees.map(constraints.get(i));
            String path = at + ".defaultConstraints[" + i + "]";
            range(path + ".maxSkew", number(constraint, "maxSkew", 0), 1, "not in valid range (0, inf)");
            Object key = constraint.getOrDefault("topologyKey", "");
            if (key.equals("")) errors.add(FieldError.required(path + ".topologyKey", "can not be empty"));
            else name(path + ".topologyKey", key);
            Object when = constraint.getOrDefault("whenUnsatisfiable", "");
            List<String> actions = List.of("DoNotSchedule", "ScheduleAnyway");
            if (when.equals("")) errors.add(FieldError.required(path + ".whenUnsatisfiable", "can not be empty"));
            else if (!actions.contains(when)) {
                errors.add(FieldError.notSupported(path + ".whenUnsatisfiable", when, actions));
            }
            if (constraint.get("labelSelector") != null) {
                errors.add(FieldError.forbidden(
                        path + ".labelSelector",
                        "constraint must not define a selector, as they deduced for each pod"));
            }
            if (!seen.add(key + " " + when)) errors.add(FieldError.duplicate(path, "{" + key + ", " + when + "}"));
        }
    }

    private void volumeBinding(String at, Map<String, Object> args) {
        range(
                at + ".bindTimeoutSeconds",
                number(args, "bindTimeoutSeconds", 600),
                0,
                "invalid BindTimeoutSeconds, should not be a negative value");
        if (args.get("shape") != null) {
            errors.add(FieldError.invalid(
                    at + ".shape",
                    args.get("shape"),
                    "unexpected field `shape`, remove it or turn on the feature gate StorageCapacityScoring"));
        }
    }

    private void extenders(List<Object> extenders) {
        int binders = 0;
        Set<Object> managed = new HashSet<>();
        for (int i = 0; i < extenders.size(); i++) {
            Map<String, Object> extender = Trees.map(extenders.get(i));
            String path = "extenders[" + i + "]";
            if (!"".equals(extender.getOrDefault("prioritizeVerb", ""))) {
                range(path + ".weight", number(extender, "weight", 0), 1, "must have a positive weight applied to it");
            }
            if (!"".equals(extender.getOrDefault("bindVerb", ""))) binders++;
            List<Object> resources = Trees.list(extender, "managedResources");
            for (int j = 0; j < resources.size(); j++) {
                Object name = Trees.map(resources.get(j)).get("name");
                String at = path + ".managedResources[" + j + "].name";
                name(at, name);
                if (!managed.add(name)) {
                    errors.add(FieldError.invalid(at, name, "duplicate extender managed resource name"));
                }
            }
        }
        if (binders > 1) {
            errors.add(FieldError.invalid(
                    "extenders",
                    "found %d extenders implementing bind".formatted(binders),
                    "only one extender can implement bind"));
        }
    }
}
