package io.k8j.apiserver.admission.podsecurity;

import io.k8j.apiserver.validation.Place;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** A Pod, or the template of Pods, that is judged. Immutable. */
final class Subject {
    final Place metadata;
    final Place spec;
    final List<Place> containers = new ArrayList<>();

    Subject(Place metadata, Place spec) {
        this.metadata = metadata;
        this.spec = spec;
        for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
            containers.addAll(spec.field(list).items());
        }
    }

    /** Names of the containers that are bad. */
    List<String> which(Predicate<Place> bad) {
        return containers.stream().filter(bad).map(c -> c.text("name")).toList();
    }

    /**
     * Who gives a field of the security context a bad value: {@code pod and container "a"}; empty if nobody.
     *
     * @param bad looks at something that has a {@code securityContext}
     */
    String setters(Predicate<Place> bad) {
        List<String> setters = new ArrayList<>();
        if (bad.test(spec)) setters.add("pod");
        List<String> names = which(bad);
        if (!names.isEmpty()) setters.add(named(names));
        return String.join(" and ", setters);
    }

    /** The values of Pod and containers, without absent ones. */
    List<String> values(Function<Place, Place> read) {
        List<String> values = new ArrayList<>();
        if (read.apply(spec).present()) values.add(read.apply(spec).text());
        for (Place c : containers)
            if (read.apply(c).present()) values.add(read.apply(c).text());
        return values;
    }

    boolean isWindows() {
        return spec.at("os", "name").text().equals("windows");
    }

    /** Whether root in the Pod is nobody on the host. */
    boolean hasOwnUsers() {
        return Boolean.FALSE.equals(spec.field("hostUsers").value());
    }

    static String plural(String word, int n) {
        return n == 1 ? word : word + "s";
    }

    static String use(int n) {
        return n == 1 ? "uses" : "use";
    }

    static String quoted(Collection<String> names) {
        return "\"" + String.join("\", \"", names) + "\"";
    }

    static String named(Collection<String> names) {
        return plural("container", names.size()) + " " + quoted(names);
    }
}
