package io.k8j.model.schema;

import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Upstream's defaults that depend on other fields or on the kind around them, by type. Plain defaults are in {@code
 * semantics.tsv} and are filled before the rule of their type runs. Each rule may run again on its own result.
 */
final class DefaultRules {
    /** Fills one value in place. */
    interface Rule {
        void fill(Map<String, Object> value);
    }

    private static final String APPS = "io.k8s.api.apps.v1.";
    private static final String TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";
    private static final String RBAC = "rbac.authorization.k8s.io";

    private static final Map<String, Rule> RULES = rules();

    private DefaultRules() {}

    /** The rule for a type; null if it has none. */
    static Rule of(String typeName) {
        return typeName == null ? null : RULES.get(typeName);
    }

    private static Map<String, Rule> rules() {
        Map<String, Rule> rules = new LinkedHashMap<>(CoreDefaultRules.RULES);
        rules.put(APPS + "DeploymentSpec", DefaultRules::deploymentSpec);
        rules.put(APPS + "DaemonSet", DefaultRules::daemonSet);
        rules.put(APPS + "DaemonSetSpec", DefaultRules::daemonSetSpec);
        rules.put(APPS + "StatefulSetSpec", DefaultRules::statefulSetSpec);
        rules.put("io.k8s.api.batch.v1.Job", DefaultRules::job);
        rules.put("io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec", AutoscalerDefaultRules::spec);
        rules.put("io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler", AutoscalerDefaultRules::firstVersion);
        rules.put("io.k8s.api.networking.v1.NetworkPolicySpec", DefaultRules::networkPolicySpec);
        rules.put("io.k8s.api.rbac.v1.Subject", DefaultRules::subject);
        rules.put("io.k8s.api.rbac.v1.RoleRef", roleRef -> absent(roleRef, "apiGroup", RBAC));
        rules.put("io.k8s.api.storage.v1.CSIDriverSpec", spec -> {
            if (Trees.list(spec, "volumeLifecycleModes").isEmpty())
                spec.put("volumeLifecycleModes", new ArrayList<>(List.of("Persistent")));
        });
        rules.put(
                "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec",
                DefaultRules::customResourceDefinitionSpec);
        rules.put("io.k8s.api.resource.v1.ExactDeviceRequest", DefaultRules::deviceRequest);
        rules.put("io.k8s.api.resource.v1.DeviceSubRequest", DefaultRules::deviceRequest);
        return Map.copyOf(rules);
    }

    /** A counter that is set by the server, but belongs to whoever creates the object, as a default does. */
    private static void daemonSet(Map<String, Object> set) {
        if (Trees.get(set, "metadata", "annotations", TEMPLATE_GENERATION) == null) {
            Trees.set(set, "0", "metadata", "annotations", TEMPLATE_GENERATION);
        }
    }

    /** Sets a field that is absent or an empty string. */
    static void absent(Map<String, Object> object, String field, Object value) {
        Object found = object.get(field);
        if (found == null || found.equals("")) object.put(field, value);
    }

    /** The object in a field, made if it is absent. */
    static Map<String, Object> child(Map<String, Object> object, String field) {
        if (object.get(field) instanceof Map<?, ?> map) return Trees.asMap(map);
        Map<String, Object> made = new LinkedHashMap<>();
        object.put(field, made);
        return made;
    }

    private static void deploymentSpec(Map<String, Object> spec) {
        Map<String, Object> strategy = child(spec, "strategy");
        absent(strategy, "type", "RollingUpdate");
        if (!"RollingUpdate".equals(strategy.get("type"))) return;
        Map<String, Object> rolling = child(strategy, "rollingUpdate");
        if (rolling.get("maxUnavailable") == null) rolling.put("maxUnavailable", "25%");
        if (rolling.get("maxSurge") == null) rolling.put("maxSurge", "25%");
    }

    private static void daemonSetSpec(Map<String, Object> spec) {
        Map<String, Object> strategy = child(spec, "updateStrategy");
        absent(strategy, "type", "RollingUpdate");
        if (!"RollingUpdate".equals(strategy.get("type"))) return;
        Map<String, Object> rolling = child(strategy, "rollingUpdate");
        if (rolling.get("maxUnavailable") == null) rolling.put("maxUnavailable", 1L);
        if (rolling.get("maxSurge") == null) rolling.put("maxSurge", 0L);
    }

    private static void statefulSetSpec(Map<String, Object> spec) {
        Map<String, Object> strategy = child(spec, "updateStrategy");
        if (Trees.string(strategy, "type") == null
                || Trees.string(strategy, "type").isEmpty()) {
            strategy.put("type", "RollingUpdate");
            child(strategy, "rollingUpdate");
        }
        if ("RollingUpdate".equals(strategy.get("type"))
                && strategy.get("rollingUpdate") instanceof Map<?, ?> rolling) {
            absent(Trees.asMap(rolling), "partition", 0L);
        }
        for (Object claim : Trees.list(spec, "volumeClaimTemplates")) {
            Trees.map(claim).put("kind", "PersistentVolumeClaim");
            Trees.map(claim).put("apiVersion", "v1");
        }
    }

    private static void job(Map<String, Object> job) {
        Map<String, Object> spec = child(job, "spec");
        if (spec.get("completions") == null && spec.get("parallelism") == null) spec.put("completions", 1L);
        if (spec.get("parallelism") == null) spec.put("parallelism", 1L);
        if (spec.get("backoffLimit") == null)
            spec.put("backoffLimit", spec.get("backoffLimitPerIndex") == null ? 6L : (long) Integer.MAX_VALUE);
        Map<String, Object> labels = Trees.map(spec, "template", "metadata", "labels");
        if (!labels.isEmpty() && Trees.map(job, "metadata", "labels").isEmpty())
            child(job, "metadata").put("labels", Trees.deepCopy(labels));
        if (spec.get("completionMode") == null) spec.put("completionMode", "NonIndexed");
        if (spec.get("suspend") == null) spec.put("suspend", false);
        if (spec.get("manualSelector") == null) spec.put("manualSelector", false);
        if (spec.get("podReplacementPolicy") == null)
            spec.put("podReplacementPolicy", spec.get("podFailurePolicy") == null ? "TerminatingOrFailed" : "Failed");
    }

    private static void networkPolicySpec(Map<String, Object> spec) {
        if (!Trees.list(spec, "policyTypes").isEmpty()) return;
        List<Object> types = new ArrayList<>(List.of("Ingress"));
        if (!Trees.list(spec, "egress").isEmpty()) types.add("Egress");
        spec.put("policyTypes", types);
    }

    private static void subject(Map<String, Object> subject) {
        Object kind = subject.get("kind");
        if ("User".equals(kind) || "Group".equals(kind)) absent(subject, "apiGroup", RBAC);
    }

    private static void customResourceDefinitionSpec(Map<String, Object> spec) {
        Map<String, Object> names = child(spec, "names");
        String kind = Trees.string(names, "kind");
        if (kind != null && !kind.isEmpty()) {
            absent(names, "singular", kind.toLowerCase(Locale.ROOT));
            absent(names, "listKind", kind + "List");
        }
        if (spec.get("conversion") == null) child(spec, "conversion").put("strategy", "None");
    }

    private static void deviceRequest(Map<String, Object> request) {
        boolean exact = "ExactCount".equals(request.get("allocationMode"));
        Object count = request.get("count");
        if (exact && (count == null || count.equals(0L))) request.put("count", 1L);
    }
}
