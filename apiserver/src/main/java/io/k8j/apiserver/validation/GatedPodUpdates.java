package io.k8j.apiserver.validation;

import io.k8j.model.json.Trees;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Says how Pods may change where they can go while they wait at their scheduling gates. */
final class GatedPodUpdates {
    private GatedPodUpdates() {}

    /** A Pod that waits at its gates may still learn where it may go. */
    static void check(Findings f, Place spec, Place old, Map<String, Object> munged) {
        Place now = spec.field("nodeSelector");
        Place before = old.field("nodeSelector");
        for (String key : Meta.sorted(before).keySet()) {
            if (now.field(key).absent()
                    || !Trees.deepEquals(
                            now.field(key).value(), before.field(key).value())) {
                f.invalid(
                        now,
                        Meta.sorted(now),
                        "only additions to spec.nodeSelector are allowed (no mutations or deletions)");
                break;
            }
        }
        PodUpdates.restore(munged, old, "nodeSelector");
        gatedAffinity(f, spec.at("affinity", "nodeAffinity"), old.at("affinity", "nodeAffinity"));
        putBackAffinity(old, munged);
    }

    private static void putBackAffinity(Place old, Map<String, Object> munged) {
        Place before = old.at("affinity", "nodeAffinity");
        Map<String, Object> affinity = new LinkedHashMap<>(Trees.map(munged, "affinity"));
        affinity.remove("nodeAffinity");
        if (before.present()) {
            affinity.put("nodeAffinity", before.value());
        }
        if (old.field("affinity").absent() && affinity.isEmpty()) {
            munged.remove("affinity");
        } else {
            munged.put("affinity", affinity);
        }
    }

    /** Requirements may be added to terms that exist; where there were none, any may come. */
    private static void gatedAffinity(Findings f, Place now, Place before) {
        String[] path = {"requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"};
        Place oldTerms = before.at(path);
        Place newTerms = now.at(path);
        if (oldTerms.isEmpty() || Meta.same(now, before)) {
            return;
        }
        if (oldTerms.size() != newTerms.size()) {
            f.invalid(
                    newTerms,
                    AffinityValidation.shownTerms(newTerms),
                    "no additions/deletions to non-empty NodeSelectorTerms list are allowed");
            return;
        }
        for (int i = 0; i < oldTerms.size(); i++) {
            if (!onlyAdded(newTerms.index(i), oldTerms.index(i))) {
                f.invalid(
                        newTerms.index(i),
                        AffinityValidation.shownTerm(newTerms.index(i)),
                        "only additions are allowed (no mutations or deletions)");
            }
        }
    }

    private static boolean onlyAdded(Place now, Place before) {
        boolean empty = before.field("matchExpressions").isEmpty()
                && before.field("matchFields").isEmpty();
        if (empty) {
            return now.field("matchExpressions").isEmpty()
                    && now.field("matchFields").isEmpty();
        }
        for (String list : List.of("matchExpressions", "matchFields")) {
            List<Object> kept = before.field(list).list();
            List<Object> all = now.field(list).list();
            if (all.size() < kept.size() || !Differences.same(all.subList(0, kept.size()), kept)) {
                return false;
            }
        }
        return true;
    }
}
