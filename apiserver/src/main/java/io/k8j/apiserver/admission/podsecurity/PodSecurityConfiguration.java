package io.k8j.apiserver.admission.podsecurity;

import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.FieldError;
import io.k8j.model.validation.Names;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Settings of the step, as {@code PodSecurityConfiguration} of {@code pod-security.admission.config.k8s.io} has them.
 *
 * @param defaults for namespaces without labels
 * @param usernames whose requests are let pass
 * @param namespaces whose Pods are let pass
 * @param runtimeClasses whose Pods are let pass
 */
public record PodSecurityConfiguration(
        NamespacePolicy defaults, Set<String> usernames, Set<String> namespaces, Set<String> runtimeClasses) {
    /** Upstream's defaults: nothing is enforced, nothing exempt. */
    public static final PodSecurityConfiguration DEFAULTS =
            new PodSecurityConfiguration(NamespacePolicy.OPEN, Set.of(), Set.of(), Set.of());

    private static final String GROUP = "pod-security.admission.config.k8s.io/";

    /**
     * Reads the object of a configuration file.
     *
     * @throws IllegalArgumentException with everything that is wrong with it
     */
    public static PodSecurityConfiguration of(Map<String, Object> object) {
        Place tree = Place.of(object);
        String version = tree.text("apiVersion");
        boolean known =
                Set.of(GROUP + "v1", GROUP + "v1beta1", GROUP + "v1alpha1").contains(version);
        if (!known || !tree.text("kind").equals("PodSecurityConfiguration")) {
            throw new IllegalArgumentException(
                    "no kind \"%s\" is registered for version \"%s\"".formatted(tree.text("kind"), version));
        }
        List<FieldError> errors = new ArrayList<>();
        Place defaults = tree.field("defaults");
        NamespacePolicy policy = new NamespacePolicy(
                mode(defaults, "enforce", errors), mode(defaults, "audit", errors), mode(defaults, "warn", errors));
        Place exemptions = tree.field("exemptions");
        Set<String> namespaces = names(exemptions.field("namespaces"), Names::dns1123Label, errors);
        Set<String> classes = names(exemptions.field("runtimeClasses"), Names::dns1123Subdomain, errors);
        Set<String> users = names(
                exemptions.field("usernames"),
                name -> name.isEmpty() ? List.of("username must not be empty") : List.of(),
                errors);
        if (!errors.isEmpty()) {
            throw new IllegalArgumentException(FieldError.aggregate(errors));
        }
        return new PodSecurityConfiguration(policy, users, namespaces, classes);
    }

    private static LevelVersion mode(Place defaults, String mode, List<FieldError> errors) {
        String level = defaults.text(mode).isEmpty() ? "privileged" : defaults.text(mode);
        String version = defaults.text(mode + "-version").isEmpty() ? "latest" : defaults.text(mode + "-version");
        if (Level.of(level) == null) {
            errors.add(FieldError.invalid("defaults." + mode, level, "must be one of " + Level.WORDS));
        }
        if (LevelVersion.version(version) < 0) {
            errors.add(FieldError.invalid("defaults." + mode + "-version", version, "must be \"latest\" or \"v1.x\""));
        }
        return new LevelVersion(Level.of(level), LevelVersion.version(version));
    }

    private static Set<String> names(Place list, Function<String, List<String>> check, List<FieldError> errors) {
        Set<String> names = new LinkedHashSet<>();
        for (Place item : list.items()) {
            List<String> wrong = check.apply(item.text());
            if (!wrong.isEmpty()) {
                errors.add(FieldError.invalid(item.path(), item.text(), String.join(", ", wrong)));
            } else if (!names.add(item.text())) {
                errors.add(FieldError.duplicate(item.path(), item.text()));
            }
        }
        return Set.copyOf(names);
    }
}
