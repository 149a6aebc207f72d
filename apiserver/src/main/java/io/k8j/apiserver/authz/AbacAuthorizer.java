package io.k8j.apiserver.authz;

import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.RuleResolver;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides by a list of policies that an administrator wrote, one on a line of a file. The first that fits allows.
 *
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/abac/">Using ABAC authorization</a>
 */
public final class AbacAuthorizer implements Authorizer, RuleResolver {
    private static final String VERSION = "abac.authorization.kubernetes.io/v1beta1";
    private static final String ANYBODY = "system:authenticated";
    private static final List<String> READING = List.of("get", "list", "watch");

    /**
     * Who may do what; an empty text fits nothing but the empty one, {@code *} everything.
     *
     * @param readOnly whether it allows reading only
     */
    public record Policy(
            String user,
            String group,
            boolean readOnly,
            String apiGroup,
            String resource,
            String namespace,
            String nonResourcePath) {
        /** A user or group {@code *} is everybody who is known. */
        public Policy {
            if (user.equals("*") || group.equals("*")) {
                user = "";
                group = ANYBODY;
            }
        }

        private boolean isAbout(UserInfo who) {
            if (user.isEmpty() && group.isEmpty()) return false;
            if (!user.isEmpty() && !user.equals(who.name())) return false;
            return group.isEmpty() || who.groups().contains(group);
        }

        private boolean fits(Attributes wanted) {
            if (!isAbout(wanted.user())) return false;
            if (readOnly && !READING.contains(wanted.verb())) return false;
            if (wanted.path() != null) return fitsPath(wanted.path());
            return fits(namespace, wanted.namespace())
                    && fits(resource, wanted.resource())
                    && fits(apiGroup, wanted.apiGroup());
        }

        private boolean fitsPath(String path) {
            if (fits(nonResourcePath, path)) return true;
            return nonResourcePath.endsWith("*") && path.startsWith(nonResourcePath.replaceFirst("\\*+$", ""));
        }

        private static boolean fits(String pattern, String value) {
            return pattern.equals("*") || pattern.equals(value);
        }

        private List<String> verbs() {
            return readOnly ? READING : List.of("*");
        }
    }

    private final List<Policy> policies;

    public AbacAuthorizer(List<Policy> policies) {
        this.policies = List.copyOf(policies);
    }

    /**
     * Reads the text of a policy file: an object a line, empty lines and those that begin with {@code #} left out.
     *
     * @param name of the file, for messages
     * @throws IllegalArgumentException for the first line that is no policy, in upstream's words
     */
    public static List<Policy> read(String name, String text) {
        List<Policy> policies = new ArrayList<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) continue;
            try {
                policies.add(policy(Json.parseObject(line)));
            } catch (JsonException | IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "error reading policy file %s, line %d: %s: %s"
                                .formatted(name, i + 1, lines.get(i), e.getMessage()),
                        e);
            }
        }
        return policies;
    }

    private static Policy policy(Map<String, Object> tree) {
        if (!tree.containsKey("apiVersion") && !tree.containsKey("kind")) return unversioned(tree);
        if (!VERSION.equals(tree.get("apiVersion")) || !"Policy".equals(tree.get("kind"))) {
            throw new IllegalArgumentException("no kind \"%s\" is registered for version \"%s\""
                    .formatted(tree.get("kind"), tree.get("apiVersion")));
        }
        Map<String, Object> spec = Trees.map(tree, "spec");
        return new Policy(
                text(spec, "user"),
                text(spec, "group"),
                Trees.isTrue(spec, "readonly"),
                text(spec, "apiGroup"),
                text(spec, "resource"),
                text(spec, "namespace"),
                text(spec, "nonResourcePath"));
    }

    /** The first form, where what is not said is everything. */
    private static Policy unversioned(Map<String, Object> tree) {
        String user = text(tree, "user");
        String group = text(tree, "group");
        String namespace = text(tree, "namespace");
        String resource = text(tree, "resource");
        return new Policy(
                user,
                user.isEmpty() && group.isEmpty() ? ANYBODY : group,
                Trees.isTrue(tree, "readonly"),
                "*",
                resource.isEmpty() ? "*" : resource,
                namespace.isEmpty() ? "*" : namespace,
                namespace.isEmpty() && resource.isEmpty() ? "*" : "");
    }

    private static String text(Map<String, Object> tree, String field) {
        Object value = tree.get(field);
        if (value == null) return "";
        if (value instanceof String text) return text;
        throw new IllegalArgumentException("json: cannot unmarshal " + value + " into Go struct field of type string");
    }

    @Override
    public Decision authorize(Attributes wanted) {
        for (Policy policy : policies) if (policy.fits(wanted)) return new Decision.Allow("");
        return new Decision.NoOpinion("No policy matched.");
    }

    @Override
    public Rules rules(UserInfo user, String namespace) {
        List<Map<String, Object>> resources = new ArrayList<>();
        List<Map<String, Object>> paths = new ArrayList<>();
        for (Policy policy : policies) {
            if (!policy.isAbout(user) || !Policy.fits(policy.namespace, namespace)) continue;
            if (!policy.resource.isEmpty()) {
                Map<String, Object> rule = new LinkedHashMap<>();
                rule.put("verbs", policy.verbs());
                rule.put("apiGroups", List.of(policy.apiGroup));
                rule.put("resources", List.of(policy.resource));
                resources.add(rule);
            }
            if (!policy.nonResourcePath.isEmpty()) {
                Map<String, Object> rule = new LinkedHashMap<>();
                rule.put("verbs", policy.verbs());
                rule.put("nonResourceURLs", List.of(policy.nonResourcePath));
                paths.add(rule);
            }
        }
        return new Rules(resources, paths, false, "");
    }
}
