package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Holds Pods to the level that their namespace's labels ask for, and warns of what would break it. */
record PodSecurity(ObjectReader reader) implements AdmissionPlugin {
    private static final String LABEL = "pod-security.kubernetes.io/";
    private static final List<String> LEVELS = List.of("privileged", "baseline", "restricted");
    private static final Map<String, String[]> TEMPLATES = Map.of(
            "replicationcontrollers", new String[] {"spec", "template"},
            "podtemplates", new String[] {"template"},
            "replicasets.apps", new String[] {"spec", "template"},
            "deployments.apps", new String[] {"spec", "template"},
            "statefulsets.apps", new String[] {"spec", "template"},
            "daemonsets.apps", new String[] {"spec", "template"},
            "jobs.batch", new String[] {"spec", "template"},
            "cronjobs.batch", new String[] {"spec", "jobTemplate", "spec", "template"});

    @Override
    public String name() {
        return "PodSecurity";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        boolean write = request.operation() == Operation.CREATE || request.operation() == Operation.UPDATE;
        String resource = request.context().resource().qualified();
        String subresource = Ask.subresource(request);
        return write
                && (resource.equals("pods") && (subresource.isEmpty() || subresource.equals("ephemeralcontainers"))
                        || subresource.isEmpty() && (resource.equals("namespaces") || TEMPLATES.containsKey(resource)));
    }

    @Override
    public void validate(AdmissionRequest request) {
        String resource = request.context().resource().qualified();
        if (resource.equals("namespaces")) {
            namespace(request);
            return;
        }
        Map<String, String> labels = reader.get(Ask.NAMESPACES, "", Ask.namespace(request))
                .map(ApiObject::labels)
                .orElse(Map.of());
        if (labels.keySet().stream().noneMatch(k -> k.startsWith(LABEL))) {
            return;
        }
        boolean pod = resource.equals("pods");
        Place holder = pod ? Ask.object(request) : Ask.object(request).at(TEMPLATES.get(resource));
        if (holder.field("spec").absent() || pod && !isSignificant(request)) {
            return;
        }
        if (pod) {
            String broken = check(labels, "enforce", holder);
            if (!broken.isEmpty()) {
                throw Ask.forbidden(request, "violates PodSecurity " + broken);
            }
        }
        String warning = check(labels, "warn", holder);
        if (!warning.isEmpty()) {
            request.context().warn("would violate PodSecurity " + warning);
        }
    }

    /** The level with what breaks it; empty if nothing does. */
    private static String check(Map<String, String> labels, String mode, Place holder) {
        String level = labels.getOrDefault(LABEL + mode, "privileged");
        // An unknown level is taken as the strictest, so that a typing error does not open the gate.
        String effective = LEVELS.contains(level) ? level : "restricted";
        String violations = PodSecurityChecks.violations(effective, holder.field("metadata"), holder.field("spec"));
        String version = labels.getOrDefault(LABEL + mode + "-version", "latest");
        return violations.isEmpty() ? "" : "\"" + effective + ":" + version + "\": " + violations;
    }

    /** Whether an update touches what the rules look at; labels and the like do not. */
    private static boolean isSignificant(AdmissionRequest request) {
        return request.operation() == Operation.CREATE
                || !Trees.deepEquals(
                        Ask.object(request).field("spec").value(),
                        Ask.old(request).field("spec").value());
    }

    private void namespace(AdmissionRequest request) {
        Place now = Ask.object(request).at("metadata", "labels");
        Place before = Ask.old(request).at("metadata", "labels");
        List<FieldError> errors = new ArrayList<>();
        for (String mode : List.of("enforce", "audit", "warn")) {
            Place level = now.key(LABEL + mode);
            if (level.present()
                    && !LEVELS.contains(level.text())
                    && !level.text().equals(before.field(LABEL + mode).text())) {
                errors.add(
                        FieldError.invalid(level.path(), level.text(), "must be one of " + String.join(", ", LEVELS)));
            }
            Place version = now.key(LABEL + mode + "-version");
            if (version.present()
                    && !version.text().equals("latest")
                    && !version.text().matches("v1\\.\\d+")) {
                errors.add(FieldError.invalid(version.path(), version.text(), "must be \"latest\" or \"v1.x\""));
            }
        }
        String name = Ask.object(request).at("metadata", "name").text();
        if (!errors.isEmpty()) {
            throw ApiException.invalid(request.kind(), name, errors);
        }
        if (request.operation() == Operation.UPDATE) {
            existing(request, name, now, before);
        }
    }

    /** Tells whoever tightens a namespace which of its Pods would not pass any more. */
    private void existing(AdmissionRequest request, String namespace, Place now, Place before) {
        String level = now.field(LABEL + "enforce").text();
        String old = before.field(LABEL + "enforce").text();
        if (!LEVELS.contains(level) || LEVELS.indexOf(level) <= Math.max(0, LEVELS.indexOf(old))) {
            return;
        }
        Map<String, List<String>> pods = new TreeMap<>();
        for (ApiObject pod : reader.list(Ask.PODS, namespace)) {
            Place tree = Ask.tree(pod);
            String violations = PodSecurityChecks.violations(level, tree.field("metadata"), tree.field("spec"));
            if (!violations.isEmpty()) {
                // Only the reasons are shown here, not whose containers they are.
                String reasons = violations.replaceAll(" \\([^()]*(\\[[^]]*])?[^()]*\\)", "");
                pods.computeIfAbsent(reasons, k -> new ArrayList<>()).add(pod.name());
            }
        }
        if (pods.isEmpty()) {
            return;
        }
        String version = now.field(LABEL + "enforce-version").present()
                ? now.field(LABEL + "enforce-version").text()
                : "latest";
        request.context()
                .warn("existing pods in namespace \"%s\" violate the new PodSecurity enforce level \"%s:%s\""
                        .formatted(namespace, level, version));
        Map<String, String> lines = new LinkedHashMap<>();
        pods.forEach((reasons, names) -> {
            names.sort(null);
            int more = names.size() - 1;
            String who = names.getFirst() + (more == 0 ? "" : " (and " + more + " other pod" + (more > 1 ? "s)" : ")"));
            lines.put(who, reasons);
        });
        lines.forEach((who, reasons) -> request.context().warn(who + ": " + reasons));
    }
}
