package io.k8j.apiserver.audit;

import io.k8j.apiserver.spi.Authorizer.Attributes;
import java.util.List;
import java.util.Set;

/**
 * Which requests are recorded, and how much of them: {@code Policy} of {@code audit.k8s.io/v1}. The first rule that fits
 * decides; what no rule fits is not recorded.
 */
public record AuditPolicy(List<Rule> rules, Set<AuditStage> omitStages, boolean omitManagedFields) {
    /** What a request is recorded with. */
    public record Decision(AuditLevel level, Set<AuditStage> omitStages, boolean omitManagedFields) {}

    /** Resources of one group; empty lists stand for all. */
    public record Resources(String group, List<String> resources, List<String> names) {}

    /**
     * One rule; empty lists fit everything.
     *
     * @param omitStages the policy's included
     * @param omitManagedFields the policy's, unless the rule says otherwise
     */
    public record Rule(
            AuditLevel level,
            List<String> users,
            List<String> groups,
            List<String> verbs,
            List<Resources> resources,
            List<String> namespaces,
            List<String> paths,
            Set<AuditStage> omitStages,
            boolean omitManagedFields) {
        boolean fits(Attributes request) {
            if (!users.isEmpty() && !users.contains(request.user().name())) return false;
            if (!groups.isEmpty() && groups.stream().noneMatch(request.user().groups()::contains)) return false;
            if (!verbs.isEmpty() && !verbs.contains(request.verb())) return false;
            if (!namespaces.isEmpty() || !resources.isEmpty()) return fitsResource(request);
            return paths.isEmpty() || request.path() != null && paths.stream().anyMatch(p -> fits(p, request.path()));
        }

        private static boolean fits(String pattern, String path) {
            return pattern.equals("*")
                    || pattern.equals(path)
                    || pattern.endsWith("*") && path.startsWith(pattern.replaceAll("\\*+$", ""));
        }

        private boolean fitsResource(Attributes request) {
            if (request.path() != null) return false;
            if (!namespaces.isEmpty() && !namespaces.contains(request.namespace())) return false;
            return resources.isEmpty() || resources.stream().anyMatch(some -> fits(some, request));
        }

        private static boolean fits(Resources some, Attributes request) {
            if (!some.group().equals(request.apiGroup()) && !some.group().equals("*")) return false;
            if (some.resources().isEmpty()) return true;
            if (!some.names().isEmpty() && !some.names().contains(request.name())) return false;
            String sub = request.subresource();
            String whole = sub.isEmpty() ? request.resource() : request.resource() + "/" + sub;
            return some.resources().stream()
                    .anyMatch(pattern -> pattern.equals(whole)
                            || pattern.equals("*")
                            || !sub.isEmpty() && pattern.equals("*/" + sub)
                            || pattern.equals(request.resource() + "/*"));
        }
    }

    /** Finds out how a request is recorded. */
    public Decision decide(Attributes request) {
        for (Rule rule : rules) {
            if (rule.fits(request)) return new Decision(rule.level(), rule.omitStages(), rule.omitManagedFields());
        }
        return new Decision(AuditLevel.NONE, omitStages, omitManagedFields);
    }
}
