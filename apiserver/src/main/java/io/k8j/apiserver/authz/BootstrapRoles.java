package io.k8j.apiserver.authz;

import io.k8j.apiserver.resource.ServedApis;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.json.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The ClusterRoles and bindings that every cluster has and the Roles of the system's namespaces, read from tables. */
final class BootstrapRoles {
    private static final List<String> FILES =
            List.of("bootstrap-roles.txt", "controller-roles.txt", "namespaced-roles.txt", "own-roles.txt");
    private static final String CONTROLLER = "system:controller:";
    private static final String AUTOUPDATE = "rbac.authorization.kubernetes.io/autoupdate";
    private static final List<String> READ = List.of("get", "list", "watch");
    private static final List<String> WRITE = List.of("create", "delete", "deletecollection", "patch", "update");

    private final List<Map<String, Object>> roles = new ArrayList<>();
    private final List<Map<String, Object>> bindings = new ArrayList<>();
    private final List<Map<String, Object>> localRoles = new ArrayList<>();
    private final List<Map<String, Object>> localBindings = new ArrayList<>();
    private Map<String, Object> last; // the role that the next rules belong to

    private final FeatureGates gates;

    private BootstrapRoles(FeatureGates gates) {
        this.gates = gates;
    }

    /** @param apis features that are on, some of which bring rules of their own, and what is served */
    static BootstrapRoles read(ServedApis apis) {
        BootstrapRoles read = new BootstrapRoles(apis.gates());
        FILES.forEach(read::readFile);
        if (apis.usage() != null) read.readFile("usage-roles.txt");
        return read;
    }

    private void readFile(String file) {
        try (InputStream in = BootstrapRoles.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("resource " + file + " is not on the class path");
            }
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(this::line);
        } catch (IOException e) {
            throw new UncheckedIOException("read " + file, e);
        }
    }

    /** ClusterRoles as trees. */
    List<Map<String, Object>> roles() {
        return roles;
    }

    /** ClusterRoleBindings as trees; one without subjects binds nobody until somebody adds them. */
    List<Map<String, Object>> bindings() {
        return bindings;
    }

    /** Roles of the system's namespaces, as trees. */
    List<Map<String, Object>> localRoles() {
        return localRoles;
    }

    /** RoleBindings of the system's namespaces, as trees. */
    List<Map<String, Object>> localBindings() {
        return localBindings;
    }

    private void line(String written) {
        String line = written;
        if (line.startsWith("?")) { // only with a feature; so are its rules
            int space = line.indexOf(' ');
            if (!gates.isOn(line.substring(1, space))) return;
            line = line.substring(space + 1);
        }
        if (line.startsWith("role ")) {
            roles.add(role(line.substring(5).split(" ")));
            last = roles.getLast();
        } else if (line.startsWith("local ")) {
            String[] words = line.split(" ");
            localRoles.add(in(words[1], "Role", role(new String[] {words[2]})));
            last = localRoles.getLast();
        } else if (line.startsWith("local-binding ")) {
            String[] words = line.substring(14).split(" ", 2);
            Map<String, Object> binding = in(words[0], "RoleBinding", binding(words[1].split("\\|", -1)));
            Trees.set(binding, "Role", "roleRef", "kind");
            localBindings.add(binding);
        } else if (line.startsWith("controller ")) {
            String name = line.substring(11).strip();
            roles.add(role(new String[] {CONTROLLER + name}));
            last = roles.getLast();
            bindings.add(binding(new String[] {CONTROLLER + name, "account:kube-system/" + name}));
        } else if (line.startsWith("binding ")) {
            bindings.add(binding(line.substring(8).split("\\|", -1)));
        } else {
            String rule = line.strip();
            if (rule.startsWith("?")) { // only with a feature
                int space = rule.indexOf(' ');
                if (!gates.isOn(rule.substring(1, space))) return;
                rule = rule.substring(space + 1);
            }
            rules(last).add(rule(rule));
        }
    }

    private static Map<String, Object> in(String namespace, String kind, Map<String, Object> object) {
        object.put("kind", kind);
        Trees.set(object, namespace, "metadata", "namespace");
        return object;
    }

    @SuppressWarnings("unchecked")
    private static List<Object> rules(Map<String, Object> role) {
        return (List<Object>) role.get("rules");
    }

    private static Map<String, Object> role(String[] words) {
        Map<String, Object> labels = new LinkedHashMap<>();
        labels.put("kubernetes.io/bootstrapping", "rbac-defaults");
        Map<String, Object> role = object("ClusterRole", words[0], labels);
        for (int i = 1; i < words.length; i++) {
            if (words[i].startsWith("aggregate-to-")) {
                labels.put("rbac.authorization.k8s.io/" + words[i], "true");
            } else if (words[i].equals("aggregates")) {
                Map<String, Object> selector = new LinkedHashMap<>();
                selector.put(
                        "matchLabels",
                        new LinkedHashMap<>(Map.of("rbac.authorization.k8s.io/aggregate-to-" + words[++i], "true")));
                Map<String, Object> rule = new LinkedHashMap<>();
                rule.put("clusterRoleSelectors", new ArrayList<>(List.of(selector)));
                role.put("aggregationRule", rule);
            }
        }
        role.put("rules", new ArrayList<>());
        return role;
    }

    private static Map<String, Object> rule(String line) {
        if (line.equals("events")) {
            return tree(
                    List.of("create", "patch", "update"), "apiGroups", List.of("", "events.k8s.io"), List.of("events"));
        }
        String[] parts = line.split("\\|");
        List<String> verbs = verbs(words(parts[0]));
        if (parts[1].strip().equals("paths")) {
            Map<String, Object> rule = new LinkedHashMap<>();
            rule.put("verbs", verbs);
            rule.put("nonResourceURLs", words(parts[2]));
            return rule;
        }
        List<String> groups = new ArrayList<>(words(parts[1]));
        groups.replaceAll(group -> group.equals("core") ? "" : group);
        Map<String, Object> rule = tree(verbs, "apiGroups", groups, words(parts[2]));
        if (parts.length > 3) {
            rule.put("resourceNames", words(parts[3]));
        }
        return rule;
    }

    private static Map<String, Object> tree(
            List<String> verbs, String groupsKey, List<String> groups, List<String> resources) {
        Map<String, Object> rule = new LinkedHashMap<>();
        rule.put("verbs", new ArrayList<>(verbs));
        rule.put(groupsKey, new ArrayList<>(groups));
        rule.put("resources", new ArrayList<>(resources));
        return rule;
    }

    private static List<String> verbs(List<String> words) {
        TreeSet<String> verbs = new TreeSet<>();
        for (String word : words) {
            switch (word) {
                case "read" -> verbs.addAll(READ);
                case "write" -> verbs.addAll(WRITE);
                case "all" -> {
                    verbs.addAll(READ);
                    verbs.addAll(WRITE);
                }
                default -> verbs.add(word);
            }
        }
        return new ArrayList<>(verbs);
    }

    private static Map<String, Object> binding(String[] parts) {
        String role = parts[0].strip();
        Map<String, Object> labels = new LinkedHashMap<>();
        labels.put("kubernetes.io/bootstrapping", "rbac-defaults");
        String name = parts.length > 2 ? parts[2].strip() : role;
        Map<String, Object> binding = object("ClusterRoleBinding", name, labels);
        Map<String, Object> reference = new LinkedHashMap<>();
        reference.put("apiGroup", "rbac.authorization.k8s.io");
        reference.put("kind", "ClusterRole");
        reference.put("name", role);
        binding.put("roleRef", reference);
        List<Object> subjects = new ArrayList<>();
        words(parts[1]).forEach(word -> subjects.add(subject(word)));
        if (!subjects.isEmpty()) {
            binding.put("subjects", subjects);
        }
        return binding;
    }

    private static Map<String, Object> subject(String word) {
        int colon = word.indexOf(':');
        String name = word.substring(colon + 1);
        Map<String, Object> subject = new LinkedHashMap<>();
        switch (word.substring(0, colon)) {
            case "account" -> {
                subject.put("kind", "ServiceAccount");
                subject.put("name", name.substring(name.indexOf('/') + 1));
                subject.put("namespace", name.substring(0, name.indexOf('/')));
            }
            case "group", "user" -> {
                subject.put("apiGroup", "rbac.authorization.k8s.io");
                subject.put("kind", word.startsWith("group") ? "Group" : "User");
                subject.put("name", name);
            }
            default -> throw new IllegalStateException("unknown subject " + word);
        }
        return subject;
    }

    private static Map<String, Object> object(String kind, String name, Map<String, Object> labels) {
        Map<String, Object> annotations = new LinkedHashMap<>();
        annotations.put(AUTOUPDATE, "true");
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", name);
        metadata.put("labels", labels);
        metadata.put("annotations", annotations);
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("apiVersion", "rbac.authorization.k8s.io/v1");
        object.put("kind", kind);
        object.put("metadata", metadata);
        return object;
    }

    private static List<String> words(String text) {
        String stripped = text.strip();
        return stripped.isEmpty() ? List.of() : new ArrayList<>(List.of(stripped.split("\\s+")));
    }
}
