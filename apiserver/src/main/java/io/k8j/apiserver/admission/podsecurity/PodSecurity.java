package io.k8j.apiserver.admission.podsecurity;

import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.FieldError;
import io.k8j.model.time.Time;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Holds Pods to the level that their namespace's labels ask for, and warns of what would break it. */
public final class PodSecurity implements AdmissionPlugin {
    private static final Map<String, String[]> TEMPLATES = Map.of(
            "replicationcontrollers", new String[] {"spec", "template"},
            "podtemplates", new String[] {"template"},
            "replicasets.apps", new String[] {"spec", "template"},
            "deployments.apps", new String[] {"spec", "template"},
            "statefulsets.apps", new String[] {"spec", "template"},
            "daemonsets.apps", new String[] {"spec", "template"},
            "jobs.batch", new String[] {"spec", "template"},
            "cronjobs.batch", new String[] {"spec", "jobTemplate", "spec", "template"});

    /** Subresources of Pods that cannot change what a Pod may do; any other one is looked at. */
    private static final Set<String> HARMLESS =
            Set.of("exec", "attach", "binding", "eviction", "log", "portforward", "proxy", "status");

    private final ObjectReader reader;
    private final PodSecurityConfiguration configuration;
    private final Time time;

    public PodSecurity(ObjectReader reader, PodSecurityConfiguration configuration, Time time) {
        this.reader = reader;
        this.configuration = configuration;
        this.time = time;
    }

    @Override
    public String name() {
        return "PodSecurity";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        if (request.operation() != Operation.CREATE && request.operation() != Operation.UPDATE) return false;
        String resource = request.context().resource().qualified();
        String subresource = Ask.subresource(request);
        if (resource.equals("pods")) return !HARMLESS.contains(subresource);
        return subresource.isEmpty() && (resource.equals("namespaces") || TEMPLATES.containsKey(resource));
    }

    @Override
    public void validate(AdmissionRequest request) {
        String resource = request.context().resource().qualified();
        if (resource.equals("namespaces")) {
            namespace(request);
            return;
        }
        if (isExempt(request)) return;
        NamespacePolicy.Parsed parsed = policy(request);
        NamespacePolicy policy = parsed.policy();
        boolean isPod = resource.equals("pods");
        boolean open = isPod
                ? policy.isOpen()
                : policy.warn().isPrivileged() && policy.audit().isPrivileged();
        if (open && parsed.errors().isEmpty()) {
            if (isPod)
                annotate(
                        request,
                        "enforce-policy",
                        NamespacePolicy.OPEN.enforce().toString());
            return;
        }
        Place pod = isPod ? Ask.object(request) : Ask.object(request).at(TEMPLATES.get(resource));
        if (pod.absent() || isPod && !isSignificant(request)) return;
        judge(request, parsed, new Subject(pod.field("metadata"), pod.field("spec")), isPod);
    }

    private boolean isExempt(AdmissionRequest request) {
        if (configuration.namespaces().contains(Ask.namespace(request))) {
            annotate(request, "exempt", "namespace");
            return true;
        }
        if (configuration.usernames().contains(request.context().user().name())) {
            annotate(request, "exempt", "user");
            return true;
        }
        return false;
    }

    private NamespacePolicy.Parsed policy(AdmissionRequest request) {
        ApiObject namespace = reader.get(Ask.NAMESPACES, "", Ask.namespace(request))
                .orElseThrow(
                        () -> ApiException.internal("failed to lookup namespace \"" + Ask.namespace(request) + "\""));
        return NamespacePolicy.of(namespace.labels(), configuration.defaults());
    }

    private static void annotate(AdmissionRequest request, String key, String value) {
        request.context().annotate(NamespacePolicy.PREFIX + key, value);
    }

    private void judge(AdmissionRequest request, NamespacePolicy.Parsed parsed, Subject pod, boolean enforced) {
        if (configuration.runtimeClasses().contains(pod.spec.text("runtimeClassName"))) {
            annotate(request, "exempt", "runtimeClass");
            return;
        }
        NamespacePolicy policy = parsed.policy();
        if (!parsed.errors().isEmpty()) {
            String text = FieldError.aggregate(parsed.errors());
            annotate(request, "error", "Failed to parse policy: " + text);
        }
        if (enforced) annotate(request, "enforce-policy", policy.enforce().toString());
        List<Violation> audited = Checks.violations(policy.audit(), pod);
        if (!audited.isEmpty()) {
            annotate(
                    request,
                    "audit-violations",
                    "would violate PodSecurity \"%s\": %s".formatted(policy.audit(), Violation.details(audited)));
        }
        if (enforced) {
            List<Violation> broken = Checks.violations(policy.enforce(), pod);
            if (!broken.isEmpty()) {
                throw Ask.forbidden(
                        request,
                        "violates PodSecurity \"%s\": %s".formatted(policy.enforce(), Violation.details(broken)));
            }
        }
        List<Violation> warned = Checks.violations(policy.warn(), pod);
        if (!warned.isEmpty()) {
            request.context()
                    .warn("would violate PodSecurity \"%s\": %s".formatted(policy.warn(), Violation.details(warned)));
        }
    }

    /** Whether an update touches what the rules look at: its containers and their images. */
    private static boolean isSignificant(AdmissionRequest request) {
        if (request.operation() == Operation.CREATE) return true;
        Place now = Ask.object(request).field("spec");
        Place before = Ask.old(request).field("spec");
        for (String list : List.of("containers", "initContainers")) {
            if (!images(now.field(list)).equals(images(before.field(list)))) return true;
        }
        for (Place container : now.field("ephemeralContainers").items()) {
            boolean known = before.field("ephemeralContainers").items().stream()
                    .anyMatch(c -> c.text("name").equals(container.text("name"))
                            && c.text("image").equals(container.text("image")));
            if (!known) return true;
        }
        return false;
    }

    private static List<String> images(Place containers) {
        return containers.items().stream().map(c -> c.text("image")).toList();
    }

    private void namespace(AdmissionRequest request) {
        Map<String, Object> labels =
                Ask.object(request).at("metadata", "labels").map();
        String name = Ask.object(request).at("metadata", "name").text();
        NamespacePolicy.Parsed now = NamespacePolicy.of(labels, configuration.defaults());
        if (request.operation() == Operation.CREATE) {
            refuse(request, name, now.errors());
            warnIfExempt(request, name, now.policy(), labels);
            return;
        }
        NamespacePolicy.Parsed before =
                NamespacePolicy.of(Ask.old(request).at("metadata", "labels").map(), configuration.defaults());
        // What was wrong before does not stand in the way of another change.
        if (!now.errors().equals(before.errors())) refuse(request, name, now.errors());
        LevelVersion enforce = now.policy().enforce();
        LevelVersion old = before.policy().enforce();
        boolean looser = enforce.minor() == old.minor() && enforce.level().compareTo(old.level()) <= 0;
        if (enforce.equals(old) || enforce.isPrivileged() || looser) return;
        if (configuration.namespaces().contains(name)) {
            warnIfExempt(request, name, now.policy(), labels);
            return;
        }
        List<Place> pods = reader.list(Ask.PODS, name).stream().map(Ask::tree).toList();
        ExistingPods.warnings(name, enforce, pods, configuration.runtimeClasses(), time)
                .forEach(request.context()::warn);
    }

    private static void refuse(AdmissionRequest request, String name, List<FieldError> errors) {
        if (!errors.isEmpty()) throw ApiException.invalid(request.kind(), name, errors);
    }

    private void warnIfExempt(AdmissionRequest request, String name, NamespacePolicy policy, Map<String, ?> labels) {
        boolean silent = !configuration.namespaces().contains(name)
                || policy.isOpen()
                || policy.isEquivalent(configuration.defaults());
        if (silent) return;
        StringBuilder shown = new StringBuilder();
        show(shown, "enforce", policy.enforce(), labels);
        show(shown, "audit", policy.audit(), labels);
        show(shown, "warn", policy.warn(), labels);
        request.context()
                .warn("namespace \"%s\" is exempt from Pod Security, and the policy (%s) will be ignored"
                        .formatted(name, shown));
    }

    private static void show(StringBuilder out, String mode, LevelVersion level, Map<String, ?> labels) {
        String label = NamespacePolicy.PREFIX + mode;
        if (level.isPrivileged() || !labels.containsKey(label) && !labels.containsKey(label + "-version")) return;
        out.append(out.isEmpty() ? "" : ", ").append(mode).append('=').append(level);
    }
}
