package io.k8j.apiserver.flowcontrol;

import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which requests belong together, compiled from a FlowSchema object. Immutable but for its counters.
 *
 * @param level name of its priority level
 * @param distinguisher what tells flows apart: {@code ByUser}, {@code ByNamespace}, or empty for nothing
 */
record FlowSchema(
        String name,
        String uid,
        long precedence,
        String level,
        String distinguisher,
        List<Rules> rules,
        FlowStats stats) {
    /** Requests of these subjects that one of the rules fits. */
    record Rules(List<Subject> subjects, List<ResourceRule> resources, List<PathRule> paths) {
        boolean fit(Attributes request) {
            return fitsSubject(request.user()) && (request.path() == null ? fitsResource(request) : fitsPath(request));
        }

        private boolean fitsSubject(UserInfo user) {
            for (Subject subject : subjects) if (subject.fits(user)) return true;
            return false;
        }

        private boolean fitsResource(Attributes request) {
            for (ResourceRule rule : resources) if (rule.fits(request)) return true;
            return false;
        }

        private boolean fitsPath(Attributes request) {
            for (PathRule rule : paths) if (rule.fits(request)) return true;
            return false;
        }
    }

    /** @param kind {@code User}, {@code Group} or {@code ServiceAccount} */
    record Subject(String kind, String namespace, String name) {
        boolean fits(UserInfo user) {
            return switch (kind) {
                case "User" -> name.equals("*") || name.equals(user.name());
                case "Group" -> name.equals("*") || user.groups().contains(name);
                case "ServiceAccount" -> {
                    String prefix = "system:serviceaccount:" + namespace + ":";
                    yield user.name().startsWith(prefix)
                            && (name.equals("*")
                                    || user.name().length() == prefix.length() + name.length()
                                            && user.name().endsWith(name));
                }
                default -> false;
            };
        }
    }

    /** Requests about resources. */
    record ResourceRule(
            List<String> verbs, List<String> groups, List<String> resources, List<String> namespaces, boolean cluster) {
        boolean fits(Attributes request) {
            if (!has(verbs, request.verb()) || !has(groups, request.apiGroup())) return false;
            boolean any = isAny(resources);
            if (!any) {
                String sub = request.subresource();
                String wanted = sub.isEmpty() ? request.resource() : request.resource() + "/" + sub;
                if (!resources.contains(wanted)) return false;
            }
            return request.namespace().isEmpty() ? cluster : has(namespaces, request.namespace());
        }
    }

    /** Requests about other paths. */
    record PathRule(List<String> verbs, List<String> paths) {
        boolean fits(Attributes request) {
            if (!has(verbs, request.verb())) return false;
            for (String pattern : paths) {
                if (pattern.equals("*") || pattern.equals(request.path())) return true;
                String prefix = pattern.endsWith("*") ? pattern.substring(0, pattern.length() - 1) : pattern;
                if (request.path().startsWith(prefix.endsWith("/") ? prefix : prefix + "/")) return true;
            }
            return false;
        }
    }

    private static boolean isAny(List<String> list) {
        return list.size() == 1 && list.getFirst().equals("*");
    }

    private static boolean has(List<String> list, String wanted) {
        return isAny(list) || list.contains(wanted);
    }

    boolean fits(Attributes request) {
        for (Rules some : rules) if (some.fit(request)) return true;
        return false;
    }

    /** What tells the request's flow from others; empty if nothing does. */
    String distinguish(Attributes request) {
        return switch (distinguisher) {
            case "ByUser" -> request.user().name();
            case "ByNamespace" -> request.namespace();
            default -> "";
        };
    }

    /** A number that is the same for all requests of one flow. */
    long flow(Attributes request) {
        String who = distinguish(request);
        long hash = 0xcbf29ce484222325L; // FNV-1a, then mixed so that all bits count
        for (int i = 0; i < name.length(); i++) hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
        hash = hash * 0x100000001b3L;
        for (int i = 0; i < who.length(); i++) hash = (hash ^ who.charAt(i)) * 0x100000001b3L;
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }

    /** Compiles an object's tree. */
    static FlowSchema of(Map<String, Object> tree, FlowStats stats) {
        List<Rules> rules = new ArrayList<>();
        for (Object each : Trees.list(tree, "spec", "rules")) {
            rules.add(new Rules(
                    Trees.list(each, "subjects").stream()
                            .map(FlowSchema::subject)
                            .toList(),
                    Trees.list(each, "resourceRules").stream()
                            .map(rule -> new ResourceRule(
                                    strings(rule, "verbs"),
                                    strings(rule, "apiGroups"),
                                    strings(rule, "resources"),
                                    strings(rule, "namespaces"),
                                    Trees.isTrue(rule, "clusterScope")))
                            .toList(),
                    Trees.list(each, "nonResourceRules").stream()
                            .map(rule -> new PathRule(strings(rule, "verbs"), strings(rule, "nonResourceURLs")))
                            .toList()));
        }
        Long precedence = Trees.integer(tree, "spec", "matchingPrecedence");
        return new FlowSchema(
                text(tree, "metadata", "name"),
                text(tree, "metadata", "uid"),
                precedence == null ? 1000 : precedence,
                text(tree, "spec", "priorityLevelConfiguration", "name"),
                text(tree, "spec", "distinguisherMethod", "type"),
                rules,
                stats);
    }

    private static Subject subject(Object tree) {
        String kind = text(tree, "kind");
        return switch (kind) {
            case "User" -> new Subject(kind, "", text(tree, "user", "name"));
            case "Group" -> new Subject(kind, "", text(tree, "group", "name"));
            default ->
                new Subject(kind, text(tree, "serviceAccount", "namespace"), text(tree, "serviceAccount", "name"));
        };
    }

    private static List<String> strings(Object tree, String field) {
        return Trees.list(tree, field).stream().map(String::valueOf).toList();
    }

    private static String text(Object tree, String... path) {
        String found = Trees.string(tree, path);
        return found == null ? "" : found;
    }
}
