package io.k8j.apiserver.admission.webhook;

import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiObject;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.selector.LabelSelector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The webhooks of all configurations of one kind, read once for each state of them. Safe for all threads. */
final class Hooks {
    /**
     * One webhook.
     *
     * @param configuration name of the object that has it
     * @param uid tells it from webhooks of the same name
     * @param place all of it
     */
    record Hook(
            String configuration,
            String uid,
            Place place,
            List<Place> rules,
            LabelSelector namespaces,
            LabelSelector objects) {

        String name() {
            return place.text("name");
        }

        boolean ignoresFailures() {
            return place.text("failurePolicy").equals("Ignore");
        }

        boolean isEquivalent() {
            return !place.text("matchPolicy").equals("Exact");
        }

        boolean isAskedAgain() {
            return place.text("reinvocationPolicy").equals("IfNeeded");
        }

        Duration timeout() {
            return Duration.ofSeconds(place.field("timeoutSeconds").number(10));
        }
    }

    private record State(List<ApiObject> objects, List<Hook> hooks) {}

    private final ObjectReader reader;
    private final GroupVersionResource configurations;
    private volatile State state = new State(List.of(), List.of());

    Hooks(ObjectReader reader, String resource) {
        this.reader = reader;
        this.configurations = new GroupVersionResource("admissionregistration.k8s.io", "v1", resource);
    }

    /** All webhooks in order: by the names of their configurations, then as they are listed there. */
    List<Hook> all() {
        List<ApiObject> objects = reader.list(configurations, "");
        State known = state;
        if (!isSame(known.objects, objects)) {
            known = new State(objects, read(objects));
            state = known;
        }
        return known.hooks;
    }

    private static boolean isSame(List<ApiObject> a, List<ApiObject> b) {
        if (a.size() != b.size()) return false;
        for (int i = 0; i < a.size(); i++) if (a.get(i) != b.get(i)) return false;
        return true;
    }

    private static List<Hook> read(List<ApiObject> objects) {
        List<ApiObject> sorted = new ArrayList<>(objects);
        sorted.sort(Comparator.comparing(ApiObject::name));
        List<Hook> hooks = new ArrayList<>();
        for (ApiObject object : sorted) {
            Map<String, Integer> seen = new HashMap<>();
            for (Place hook : Ask.tree(object).field("webhooks").items()) {
                int index = seen.merge(hook.text("name"), 1, Integer::sum) - 1;
                hooks.add(new Hook(
                        object.name(),
                        object.name() + "/" + hook.text("name") + "/" + index,
                        hook,
                        hook.field("rules").items(),
                        Matching.selector(hook.field("namespaceSelector")),
                        Matching.selector(hook.field("objectSelector"))));
            }
        }
        return List.copyOf(hooks);
    }
}
