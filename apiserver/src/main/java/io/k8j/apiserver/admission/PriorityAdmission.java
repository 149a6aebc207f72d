package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiObject;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Resolves the priority class of a Pod to its number. */
final class PriorityAdmission implements AdmissionPlugin {
    private static final GroupVersionResource CLASSES =
            new GroupVersionResource("scheduling.k8s.io", "v1", "priorityclasses");
    private static final String GROUPS = "podgroups.scheduling.k8s.io";
    private static final String PREEMPTS = "PreemptLowerPriority";
    private static final Map<String, Long> SYSTEM =
            Map.of("system-node-critical", 2_000_001_000L, "system-cluster-critical", 2_000_000_000L);

    private final ObjectReader reader;
    private final boolean groupsToo;
    private volatile Standard standard; // null before the first Pod

    PriorityAdmission(ObjectReader reader, FeatureGates gates) {
        this.reader = reader;
        this.groupsToo = gates.isOn(FeatureGates.WORKLOAD_AWARE_PREEMPTION);
    }

    @Override
    public String name() {
        return "Priority";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return Ask.isFor(request, "pods", Operation.CREATE, Operation.UPDATE)
                || Ask.isFor(request, "priorityclasses.scheduling.k8s.io", Operation.CREATE, Operation.UPDATE)
                || groupsToo && Ask.isFor(request, GROUPS, Operation.CREATE);
    }

    @Override
    public void mutate(AdmissionRequest request) {
        if (groupsToo && request.context().resource().isQualified(GROUPS)) {
            group(request);
            return;
        }
        if (!request.context().resource().resource().equals("pods")) {
            return;
        }
        Map<String, Object> spec = Trees.map(request.object(), "spec");
        if (spec.isEmpty()) {
            return;
        }
        if (request.operation() == Operation.UPDATE) {
            keep(request, spec);
            return;
        }
        Place wanted = Place.of(spec);
        Established established = establish(request, wanted.text("priorityClassName"));
        long value = established.value;
        String policy = established.policy;
        if (established.name != null) spec.put("priorityClassName", established.name);
        if (wanted.field("priority").present() && wanted.number("priority") != value) {
            throw Ask.forbidden(
                    request,
                    "the integer value of priority (%d) must not be provided in pod spec; priority admission controller computed %d from the given PriorityClass name"
                            .formatted(wanted.number("priority"), value));
        }
        spec.put("priority", value);
        String given = wanted.text("preemptionPolicy");
        if (wanted.field("preemptionPolicy").present() && !given.equals(policy)) {
            throw Ask.forbidden(
                    request,
                    "the string value of PreemptionPolicy (%s) must not be provided in pod spec; priority admission controller computed %s from the given PriorityClass name"
                            .formatted(given, policy));
        }
        spec.put("preemptionPolicy", policy);
    }

    /** @param name of the class that is there; null if there is none */
    private record Established(String name, long value, String policy) {}

    private Established establish(AdmissionRequest request, String name) {
        Optional<Place> found = name.isEmpty() ? standard() : named(request, name);
        if (found.isEmpty()) return new Established(null, SYSTEM.getOrDefault(name, 0L), PREEMPTS);
        Place chosen = found.get();
        String policy = chosen.text("preemptionPolicy");
        return new Established(
                chosen.at("metadata", "name").text(), chosen.number("value"), policy.isEmpty() ? PREEMPTS : policy);
    }

    private void group(AdmissionRequest request) {
        Place wanted = Ask.object(request).field("spec");
        Established established = establish(request, wanted.text("priorityClassName"));
        long value = established.value;
        if (wanted.field("priority").present() && wanted.number("priority") != value) {
            throw Ask.forbidden(
                    request,
                    "priority set in the pod group (%d) must match the priority computed (%d) based on the priority class set in the spec"
                            .formatted(wanted.number("priority"), value));
        }
        Trees.set(request.object(), value, "spec", "priority");
        if (established.name != null) Trees.set(request.object(), established.name, "spec", "priorityClassName");
    }

    /** An update that leaves the number out means the old one. */
    private static void keep(AdmissionRequest request, Map<String, Object> spec) {
        for (String field : new String[] {"priority", "preemptionPolicy"}) {
            Object old = Ask.old(request).at("spec", field).value();
            if (spec.get(field) == null && old != null) {
                spec.put(field, old);
            }
        }
    }

    private Optional<Place> named(AdmissionRequest request, String name) {
        Optional<Place> found = reader.get(CLASSES, "", name).map(Ask::tree);
        if (found.isEmpty() && !SYSTEM.containsKey(name)) {
            throw Ask.forbidden(request, "no PriorityClass with name " + name + " was found");
        }
        return found;
    }

    /** The default among some classes; these are the very objects that the cache holds. */
    private record Standard(List<ApiObject> among, Optional<Place> chosen) {}

    private Optional<Place> standard() {
        List<ApiObject> classes = reader.list(CLASSES, "");
        Standard last = standard;
        if (last == null || !last.among.equals(classes)) {
            last = new Standard(
                    classes,
                    classes.stream()
                            .map(Ask::tree)
                            .filter(c -> c.isTrue("globalDefault"))
                            .min(Comparator.comparingLong(c -> c.number("value"))));
            standard = last;
        }
        return last.chosen;
    }

    @Override
    public void validate(AdmissionRequest request) {
        if (!request.context().resource().resource().equals("priorityclasses")
                || !Ask.object(request).isTrue("globalDefault")) {
            return;
        }
        String name = Ask.object(request).at("metadata", "name").text();
        standard().map(c -> c.at("metadata", "name").text()).ifPresent(other -> {
            if (request.operation() == Operation.CREATE || !other.equals(name)) {
                throw Ask.forbidden(
                        request,
                        "PriorityClass " + other + " is already marked as default. Only one default can exist");
            }
        });
    }
}
