package io.k8j.apiserver.admission;

import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.GoQuote;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A Pod under the rules of a security level: who its containers are, and which rules were broken so far. */
class PodSecuritySubject {
    final Place metadata;
    final Place spec;
    final List<Place> containers = new ArrayList<>();
    private final List<String> broken;

    PodSecuritySubject(Place metadata, Place spec, List<String> broken) {
        this.metadata = metadata;
        this.spec = spec;
        this.broken = broken;
        for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
            containers.addAll(spec.field(list).items());
        }
    }

    void add(String reason, String detail) {
        broken.add(detail.isEmpty() ? reason : reason + " (" + detail + ")");
    }

    static String plural(String word, int n) {
        return n == 1 ? word : word + "s";
    }

    static String quoted(List<String> names) {
        return names.stream().map(GoQuote::quote).collect(Collectors.joining(", "));
    }

    static String named(List<String> names) {
        return plural("container", names.size()) + " " + quoted(names);
    }

    List<String> which(Predicate<Place> bad) {
        return containers.stream().filter(bad).map(c -> c.text("name")).toList();
    }

    void each(String reason, Predicate<Place> bad, String must) {
        List<String> names = which(bad);
        if (!names.isEmpty()) {
            add(reason, named(names) + " " + must);
        }
    }

    static boolean isUnsafe(String seccomp) {
        return !seccomp.isEmpty() && !seccomp.equals("RuntimeDefault") && !seccomp.equals("Localhost");
    }

    static String seccomp(Place holder) {
        return holder.at("securityContext", "seccompProfile", "type").text();
    }

    /** Names who set a forbidden seccomp type. */
    boolean seccompSetters() {
        Set<String> values = new LinkedHashSet<>();
        List<String> setters = new ArrayList<>();
        if (isUnsafe(seccomp(spec))) {
            setters.add("pod");
            values.add(seccomp(spec));
        }
        List<String> names = which(c -> isUnsafe(seccomp(c)));
        if (!names.isEmpty()) {
            setters.add(named(names));
            containers.stream()
                    .map(PodSecuritySubject::seccomp)
                    .filter(PodSecuritySubject::isUnsafe)
                    .forEach(values::add);
        }
        if (setters.isEmpty()) {
            return false;
        }
        add(
                "seccompProfile",
                String.join(" and ", setters) + " must not set securityContext.seccompProfile.type to "
                        + quoted(new ArrayList<>(values)));
        return true;
    }

    boolean isWindows() {
        return spec.at("os", "name").text().equals("windows");
    }
}
