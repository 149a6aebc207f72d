package io.k8j.apiserver.admission.podsecurity;

import io.k8j.apiserver.validation.Place;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Tells whoever tightens a namespace which of its Pods would not pass any more. */
final class ExistingPods {
    static final int MOST = 3000;
    private static final Duration TIME_LIMIT = Duration.ofSeconds(1);

    private ExistingPods() {}

    /**
     * The warnings.
     *
     * @param pods trees of all Pods of the namespace
     * @param exempt runtime classes whose Pods are not looked at
     */
    static List<String> warnings(
            String namespace, LevelVersion enforce, List<Place> pods, Set<String> exempt, Time time) {
        List<Place> candidates = ordered(pods, exempt);
        long deadline = time.nanoTime() + TIME_LIMIT.toNanos();
        Map<String, TreeSet<String>> byReason = new TreeMap<>();
        int checked = 0;
        for (Place pod : candidates) {
            if (checked == MOST || checked > 0 && time.nanoTime() - deadline > 0) break;
            checked++;
            List<Violation> violations =
                    Checks.violations(enforce, new Subject(pod.field("metadata"), pod.field("spec")));
            if (!violations.isEmpty()) {
                byReason.computeIfAbsent(Violation.reasons(violations), r -> new TreeSet<>())
                        .add(pod.at("metadata", "name").text());
            }
        }
        List<String> warnings = new ArrayList<>();
        if (checked < candidates.size()) {
            warnings.add("new PodSecurity enforce level only checked against the first %d of %d existing pods"
                    .formatted(checked, candidates.size()));
        }
        if (!byReason.isEmpty()) {
            warnings.add("existing pods in namespace \"%s\" violate the new PodSecurity enforce level \"%s\""
                    .formatted(namespace, enforce));
        }
        List<String> lines = new ArrayList<>();
        byReason.forEach((reason, names) -> lines.add(names.first() + others(names.size() - 1) + ": " + reason));
        lines.sort(null);
        warnings.addAll(lines);
        return warnings;
    }

    private static String others(int more) {
        return more == 0 ? "" : " (and " + more + " other " + Subject.plural("pod", more) + ")";
    }

    /** One Pod of each controller first: the others are most likely the same. */
    private static List<Place> ordered(List<Place> pods, Set<String> exempt) {
        List<Place> first = new ArrayList<>();
        List<Place> replicas = new ArrayList<>();
        Set<String> controllers = new HashSet<>();
        for (Place pod : pods) {
            if (exempt.contains(pod.at("spec", "runtimeClassName").text())) continue;
            String controller = pod.at("metadata", "ownerReferences").items().stream()
                    .filter(o -> o.isTrue("controller"))
                    .map(o -> o.text("uid"))
                    .findFirst()
                    .orElse(null);
            (controller == null || controllers.add(controller) ? first : replicas).add(pod);
        }
        first.addAll(replicas);
        return first;
    }
}
