package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks Namespaces, Leases, priority and runtime classes. */
public final class ClusterValidation {
    private static final Set<String> FINALIZERS = Set.of("kubernetes", "orphan", "foregroundDeletion");

    private ClusterValidation() {}

    public static List<FieldError> namespace(Map<String, Object> object) {
        Findings f = new Findings();
        finalizers(f, Place.of(object).at("spec", "finalizers"), false);
        return f.list();
    }

    /** Everything wrong with a write of {@code finalize}. */
    public static List<FieldError> namespaceFinalize(Map<String, Object> object) {
        Findings f = new Findings();
        finalizers(f, Place.of(object).at("spec", "finalizers"), true);
        return f.list();
    }

    private static void finalizers(Findings f, Place list, boolean byIndex) {
        for (Place item : list.items()) {
            Place at = byIndex ? item : new Place(item.value(), list.path());
            Meta.qualifiedName(f, at);
            if (!item.text().contains("/") && !FINALIZERS.contains(item.text())) {
                f.invalid(at, "name is neither a standard finalizer name nor is it fully qualified");
            }
        }
    }

    public static List<FieldError> namespaceStatus(Map<String, Object> object) {
        Findings f = new Findings();
        Place p = Place.of(object);
        boolean deleting = p.at("metadata", "deletionTimestamp").present();
        String phase = p.at("status", "phase").text();
        Place at = new Place(phase, "status.Phase");
        if (!deleting && !phase.equals("Active")) {
            f.invalid(at, "may only be 'Active' if `deletionTimestamp` is empty");
        } else if (deleting && !phase.equals("Terminating")) {
            f.invalid(at, "may only be 'Terminating' if `deletionTimestamp` is not empty");
        }
        return f.list();
    }

    public static List<FieldError> lease(Map<String, Object> object) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        Place seconds = spec.field("leaseDurationSeconds");
        if (seconds.present() && seconds.number(0) <= 0) {
            f.invalid(seconds, "must be greater than 0");
        }
        Place transitions = spec.field("leaseTransitions");
        if (transitions.present() && transitions.number(0) < 0) {
            f.invalid(transitions, "must be greater than or equal to 0");
        }
        Place strategy = spec.field("strategy");
        if (strategy.present()) {
            leaseStrategy(f, strategy);
        }
        if (!spec.text("preferredHolder").isEmpty() && strategy.text().isEmpty()) {
            f.forbidden(spec.field("preferredHolder"), "may only be specified if `strategy` is defined");
        }
        return f.list();
    }

    private static void leaseStrategy(Findings f, Place strategy) {
        Place at = strategy.field("strategy").with(strategy.value()); // upstream names the field twice
        if (strategy.text().contains("/")) {
            Meta.qualifiedName(f, at);
        } else if (!strategy.text().equals("OldestEmulationVersion")) {
            f.notSupported(at, strategy.text(), List.of("OldestEmulationVersion"));
        }
    }

    static Place limits(Place at, Object amounts) {
        return at.with(amounts == null ? null : Map.of("limits", amounts));
    }

    public static List<FieldError> runtimeClass(Map<String, Object> object) {
        Findings f = new Findings();
        Place p = Place.of(object);
        if (p.text("handler").isEmpty()) {
            f.required(p.field("handler"));
        } else {
            Meta.dnsLabel(f, p.field("handler"));
        }
        // Upstream takes them for the limits of a container, and says so.
        Place overhead = p.field("overhead");
        ResourceValidation.requirements(
                f, limits(overhead, overhead.field("podFixed").value()), Set.of());
        Meta.labels(f, p.at("scheduling", "nodeSelector"));
        Place tolerations = p.at("scheduling", "tolerations");
        TaintValidation.tolerations(f, tolerations);
        Set<Map<String, Object>> seen = new HashSet<>();
        for (Place t : tolerations.items()) {
            if (!seen.add(GoStruct.of(t, "key=", "operator=", "value=", "effect="))) {
                f.duplicate(t, InternalForm.of("Toleration", t.value()));
            }
        }
        return f.list();
    }

    public static List<FieldError> runtimeClassUpdate(Map<String, Object> object, Map<String, Object> old) {
        return WorkloadValidation.withImmutable(runtimeClass(object), object, old, "handler");
    }

    public static List<FieldError> priorityClass(Map<String, Object> object) {
        Findings f = new Findings();
        Place p = Place.of(object);
        String name = p.at("metadata", "name").text();
        long value = p.number("value");
        if (name.startsWith("system-")) {
            Map<String, Long> known =
                    Map.of("system-node-critical", 2_000_001_000L, "system-cluster-critical", 2_000_000_000L);
            String error = null;
            if (!known.containsKey(name)) {
                error = name + " is not a known system priority class";
            } else if (known.get(name) != value) {
                error = "value of " + name + " PriorityClass must be " + known.get(name);
            } else if (p.isTrue("globalDefault")) {
                error = "globalDefault of " + name + " PriorityClass must be false";
            }
            if (error != null) {
                f.forbidden(
                        p.at("metadata", "name"),
                        "priority class names with 'system-' prefix are reserved for system use only. error: " + error);
            }
        } else if (value > 1_000_000_000) {
            f.forbidden(p.field("value"), "maximum allowed value of a user defined priority is 1000000000");
        }
        if (p.field("preemptionPolicy").present()) {
            Meta.requiredOneOf(f, p.field("preemptionPolicy"), List.of("PreemptLowerPriority", "Never"));
        }
        return f.list();
    }

    public static List<FieldError> priorityClassUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place now = Place.of(object);
        Place before = Place.of(old);
        if (now.number("value") != before.number("value")) {
            f.forbidden(now.field("value"), "may not be changed in an update.");
        }
        if (!Meta.same(now.field("preemptionPolicy"), before.field("preemptionPolicy"))) {
            f.invalid(now.field("preemptionPolicy"), Meta.IMMUTABLE);
        }
        return f.list();
    }
}
