package io.k8j.apiserver.audit;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.JsonException;
import io.k8j.model.yaml.Yaml;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads policy files; what is wrong with one is told in upstream's words. */
public final class AuditPolicyFile {
    private static final List<String> LEVELS =
            Arrays.stream(AuditLevel.values()).map(AuditLevel::word).toList();
    private static final List<String> STAGES =
            Arrays.stream(AuditStage.values()).map(AuditStage::word).toList();

    private final List<FieldError> errors = new ArrayList<>();

    private AuditPolicyFile() {}

    /**
     * Reads a policy.
     *
     * @param name shown in errors
     * @throws IllegalArgumentException if it is none or its rules make no sense
     */
    public static AuditPolicy read(String name, byte[] text) {
        try {
            return new AuditPolicyFile().policy(Yaml.parse(text));
        } catch (JsonException e) {
            throw new IllegalArgumentException("failed decoding: " + e.getMessage() + ": from file " + name, e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + ": from file " + name, e);
        }
    }

    private AuditPolicy policy(Object parsed) {
        Map<?, ?> tree = parsed instanceof Map<?, ?> map ? map : Map.of();
        if (!"Policy".equals(tree.get("kind")) || !"audit.k8s.io/v1".equals(tree.get("apiVersion"))) {
            throw new IllegalArgumentException("failed decoding: no kind \"%s\" is registered for version \"%s\""
                    .formatted(text(tree.get("kind")), text(tree.get("apiVersion"))));
        }
        Set<AuditStage> omitted = stages(tree, "omitStages");
        boolean omitManaged = Boolean.TRUE.equals(tree.get("omitManagedFields"));
        List<AuditPolicy.Rule> rules = new ArrayList<>();
        List<?> list = tree.get("rules") instanceof List<?> some ? some : List.of();
        for (int i = 0; i < list.size(); i++) {
            Map<?, ?> rule = list.get(i) instanceof Map<?, ?> map ? map : Map.of();
            rules.add(rule(rule, "rules[" + i + "]", omitted, omitManaged));
        }
        if (!errors.isEmpty()) throw new IllegalArgumentException(FieldError.aggregate(errors));
        if (rules.isEmpty()) throw new IllegalArgumentException("loaded illegal policy with 0 rules");
        return new AuditPolicy(rules, omitted, omitManaged);
    }

    private AuditPolicy.Rule rule(Map<?, ?> tree, String at, Set<AuditStage> omitted, boolean omitManaged) {
        AuditLevel level = level(tree.get("level"), at + ".level");
        List<String> paths = strings(tree, "nonResourceURLs");
        checkPaths(paths, at + ".nonResourceURLs");
        List<AuditPolicy.Resources> resources = resources(tree, at + ".resources");
        Set<AuditStage> stages = stages(tree, at + ".omitStages");
        stages.addAll(omitted);
        List<String> namespaces = strings(tree, "namespaces");
        if (!paths.isEmpty() && (!resources.isEmpty() || !namespaces.isEmpty())) {
            errors.add(FieldError.invalid(
                    at + ".nonResourceURLs",
                    paths,
                    "rules cannot apply to both regular resources and non-resource URLs"));
        }
        Object own = tree.get("omitManagedFields");
        return new AuditPolicy.Rule(
                level,
                strings(tree, "users"),
                strings(tree, "userGroups"),
                strings(tree, "verbs"),
                resources,
                namespaces,
                paths,
                stages,
                own == null ? omitManaged : Boolean.TRUE.equals(own));
    }

    private AuditLevel level(Object value, String at) {
        if (text(value).isEmpty()) {
            errors.add(FieldError.required(at, ""));
        } else if (!LEVELS.contains(text(value))) {
            errors.add(FieldError.notSupported(at, text(value), LEVELS));
        } else {
            return AuditLevel.values()[LEVELS.indexOf(text(value))];
        }
        return AuditLevel.NONE;
    }

    private void checkPaths(List<String> paths, String at) {
        for (int i = 0; i < paths.size(); i++) {
            String path = paths.get(i);
            String here = at + "[" + i + "]";
            if (path.equals("*")) continue;
            if (!path.startsWith("/")) {
                errors.add(FieldError.invalid(here, path, "non-resource URL rules must begin with a '/' character"));
            }
            if (path.indexOf('*') >= 0 && path.indexOf('*') < path.length() - 1) {
                errors.add(FieldError.invalid(
                        here, path, "non-resource URL wildcards '*' must be the final character of the rule"));
            }
        }
    }

    private List<AuditPolicy.Resources> resources(Map<?, ?> rule, String at) {
        List<AuditPolicy.Resources> all = new ArrayList<>();
        for (Object each : rule.get("resources") instanceof List<?> list ? list : List.of()) {
            Map<?, ?> tree = each instanceof Map<?, ?> map ? map : Map.of();
            String group = text(tree.get("group"));
            List<String> names = strings(tree, "resourceNames");
            List<String> resources = strings(tree, "resources");
            if (!group.isEmpty() && !group.equals("*") && !group.matches("[a-z0-9]([-a-z0-9.]*[a-z0-9])?")) {
                errors.add(FieldError.invalid(
                        at + ".group",
                        group,
                        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters,"
                                + " '-' or '.', and must start and end with an alphanumeric character (e.g."
                                + " 'example.com', regex used for validation is"
                                + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"));
            }
            if (!names.isEmpty() && resources.isEmpty()) {
                errors.add(FieldError.invalid(
                        at + ".resourceNames", names, "using resourceNames requires at least one resource"));
            }
            all.add(new AuditPolicy.Resources(group, resources, names));
        }
        return all;
    }

    private Set<AuditStage> stages(Map<?, ?> tree, String at) {
        Set<AuditStage> stages = EnumSet.noneOf(AuditStage.class);
        List<String> words = strings(tree, "omitStages");
        for (int i = 0; i < words.size(); i++) {
            int index = STAGES.indexOf(words.get(i));
            if (index >= 0) {
                stages.add(AuditStage.values()[index]);
            } else {
                errors.add(FieldError.invalid(
                        at + "[" + i + "]",
                        words.get(i),
                        "allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic"));
            }
        }
        return stages;
    }

    private static List<String> strings(Map<?, ?> tree, String name) {
        return tree.get(name) instanceof List<?> list
                ? list.stream().map(AuditPolicyFile::text).toList()
                : List.of();
    }

    private static String text(Object value) {
        return value == null ? "" : value.toString();
    }
}
