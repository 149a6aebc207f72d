package io.k8j.apiserver.admission.policy;

import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiObject;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The policies of one kind with their bindings, read once for each state of them. Safe for all threads.
 *
 * @param <P> a policy ready for use
 */
final class Policies<P> {
    private static final String GROUP = "admissionregistration.k8s.io";

    /** A policy that some binding puts into force. */
    record Bound<P>(Policy<P> policy, List<Binding> bindings) {}

    /**
     * A policy.
     *
     * @param paramKind the kind of its parameters; null if it has none
     * @param ready made when it is first needed
     */
    record Policy<P>(
            String name,
            Place spec,
            Constraints constraints,
            GroupVersionKind paramKind,
            boolean ignoresFailures,
            Lazy<P> ready) {}

    /** A binding. */
    record Binding(String name, Place spec, Constraints constraints) {}

    /** Something that is made once, by whoever asks first. */
    static final class Lazy<T> {
        private final Place place;
        private final Function<Place, T> maker;
        private volatile T value;

        Lazy(Place place, Function<Place, T> maker) {
            this.place = place;
            this.maker = maker;
        }

        T get() {
            T known = value;
            if (known != null) return known;
            synchronized (this) {
                if (value == null) value = maker.apply(place);
                return value;
            }
        }
    }

    private record State<P>(
            List<ApiObject> policies,
            List<ApiObject> bindings,
            Map<ApiObject, Policy<P>> known,
            List<Bound<P>> bound) {}

    private final ObjectReader reader;
    private final GroupVersionResource policies;
    private final GroupVersionResource bindings;
    private final Function<Place, P> compiler;
    private volatile State<P> state = new State<>(List.of(), List.of(), Map.of(), List.of());

    /**
     * @param word {@code validating} or {@code mutating}
     * @param compiler makes a policy ready, given its spec
     */
    Policies(ObjectReader reader, String word, Function<Place, P> compiler) {
        this.reader = reader;
        this.policies = new GroupVersionResource(GROUP, "v1", word + "admissionpolicies");
        this.bindings = new GroupVersionResource(GROUP, "v1", word + "admissionpolicybindings");
        this.compiler = compiler;
    }

    /** All policies in force, by name. */
    List<Bound<P>> bound() {
        List<ApiObject> nowBound = reader.list(bindings, "");
        State<P> known = state;
        if (nowBound.isEmpty() && known.bindings.isEmpty()) return List.of();
        List<ApiObject> now = reader.list(policies, "");
        if (!isSame(known.policies, now) || !isSame(known.bindings, nowBound)) {
            known = read(known, now, nowBound);
            state = known;
        }
        return known.bound;
    }

    private static boolean isSame(List<ApiObject> a, List<ApiObject> b) {
        if (a.size() != b.size()) return false;
        for (int i = 0; i < a.size(); i++) if (a.get(i) != b.get(i)) return false;
        return true;
    }

    private State<P> read(State<P> before, List<ApiObject> objects, List<ApiObject> bindingObjects) {
        Map<ApiObject, Policy<P>> known = new IdentityHashMap<>();
        for (ApiObject object : objects) {
            Policy<P> old = before.known.get(object); // its programs stay compiled
            known.put(object, old == null ? policy(object) : old);
        }
        List<Binding> all = bindingObjects.stream()
                .map(o -> {
                    Place spec = Ask.tree(o).field("spec");
                    return new Binding(o.name(), spec, Constraints.of(spec.field("matchResources")));
                })
                .sorted(Comparator.comparing(Binding::name))
                .toList();
        List<Bound<P>> bound = new ArrayList<>();
        objects.stream().sorted(Comparator.comparing(ApiObject::name)).forEach(object -> {
            List<Binding> own = all.stream()
                    .filter(b -> b.spec.text("policyName").equals(object.name()))
                    .toList();
            if (!own.isEmpty()) bound.add(new Bound<>(known.get(object), own));
        });
        return new State<>(objects, bindingObjects, known, bound);
    }

    private Policy<P> policy(ApiObject object) {
        Place spec = Ask.tree(object).field("spec");
        Place kind = spec.field("paramKind");
        return new Policy<>(
                object.name(),
                spec,
                Constraints.of(spec.field("matchConstraints")),
                kind.absent() ? null : GroupVersionKind.of(kind.text("apiVersion"), kind.text("kind")),
                spec.text("failurePolicy").equals("Ignore"),
                new Lazy<>(spec, compiler));
    }
}
