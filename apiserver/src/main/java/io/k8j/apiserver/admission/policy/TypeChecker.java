package io.k8j.apiserver.admission.policy;

import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import io.k8j.apiserver.admission.Versions;
import io.k8j.apiserver.admission.expression.AdmissionEnvironment;
import io.k8j.apiserver.admission.expression.AdmissionEnvironment.Options;
import io.k8j.apiserver.admission.expression.Program;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.schema.Schema;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Checks a policy's expressions against the types of the objects that it names. Pure, but for the types served. */
final class TypeChecker {
    private static final int MOST_TYPES = 10;
    private static final String FAILED = "compilation failed: ";

    private final Versions versions;

    TypeChecker(Versions versions) {
        this.versions = versions;
    }

    /** Warnings of {@code status.typeChecking}: maps of {@code fieldRef} and {@code warning}. */
    List<Object> check(Place policy) {
        Place spec = policy.field("spec");
        Map<GroupVersionKind, AdmissionEnvironment> environments = new LinkedHashMap<>();
        for (GroupVersionKind kind : kinds(spec)) {
            Schema schema = versions.schema(kind);
            if (schema != null) environments.put(kind, environment(spec, kind, schema));
        }
        List<Object> warnings = new ArrayList<>();
        for (Place v : spec.field("validations").items()) {
            check(v.field("expression"), environments, warnings);
            if (!v.text("messageExpression").isEmpty()) check(v.field("messageExpression"), environments, warnings);
        }
        return warnings;
    }

    private static void check(
            Place expression, Map<GroupVersionKind, AdmissionEnvironment> environments, List<Object> warnings) {
        List<String> faults = new ArrayList<>();
        environments.forEach((kind, e) -> {
            Program program = e.compile(expression.text());
            if (program.fault() != null) {
                String fault = program.fault().startsWith(FAILED)
                        ? program.fault().substring(FAILED.length())
                        : program.fault();
                faults.add("%s/%s, Kind=%s: %s\n".formatted(kind.group(), kind.version(), kind.kind(), fault));
            }
        });
        if (faults.isEmpty()) return;
        Map<String, Object> warning = new LinkedHashMap<>();
        warning.put("fieldRef", expression.path());
        warning.put("warning", String.join("\n", faults));
        warnings.add(warning);
    }

    private AdmissionEnvironment environment(Place spec, GroupVersionKind kind, Schema schema) {
        ObjectTypes types = new ObjectTypes();
        CelType object = types.of(schema, kind.kind());
        Place paramKind = spec.field("paramKind");
        CelType params = SimpleType.DYN;
        if (paramKind.present()) {
            Schema known = versions.schema(GroupVersionKind.of(paramKind.text("apiVersion"), paramKind.text("kind")));
            if (known != null) params = types.of(known, paramKind.text("kind") + "-params");
        }
        Options options = new Options(paramKind.present(), true, false);
        Map<String, CelType> variables = new LinkedHashMap<>();
        for (Place v : spec.field("variables").items()) {
            CelType type = AdmissionEnvironment.of(options, variables, object, params, types.structs())
                    .compile(v.text("expression"))
                    .type();
            variables.put(v.text("name"), type == null ? SimpleType.DYN : type);
        }
        return AdmissionEnvironment.of(options, variables, object, params, types.structs());
    }

    /** The kinds that the policy names without wildcards, sorted. */
    private List<GroupVersionKind> kinds(Place spec) {
        TreeSet<GroupVersionKind> kinds = new TreeSet<>(Comparator.comparing(GroupVersionKind::group)
                .thenComparing(GroupVersionKind::version)
                .thenComparing(GroupVersionKind::kind));
        for (Place rule : spec.at("matchConstraints", "resourceRules").items()) {
            List<String> groups =
                    rule.field("apiGroups").texts().stream().sorted().toList();
            List<String> numbers =
                    rule.field("apiVersions").texts().stream().sorted().toList();
            List<String> resources = rule.field("resources").texts().stream()
                    .filter(r -> !r.contains("*") && !r.contains("/"))
                    .sorted()
                    .toList();
            boolean wild = groups.stream().anyMatch(g -> g.contains("*"))
                    || numbers.stream().anyMatch(v -> v.contains("*"));
            if (wild) continue;
            for (String group : groups) {
                for (String version : numbers) {
                    for (String resource : resources) {
                        GroupVersionKind kind = versions.kind(new GroupVersionResource(group, version, resource), "");
                        if (kind != null && kinds.size() < MOST_TYPES) kinds.add(kind);
                    }
                }
            }
        }
        return List.copyOf(kinds);
    }
}
