package io.k8j.controllers.namespace;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceCondition;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a namespace's status says about its deletion, in upstream's words. */
final class NamespaceConditions {
    /** A condition to be. */
    record Finding(String type, boolean bad, String reason, String message) {}

    private static final Finding DISCOVERED = new Finding(
            "NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered", "All resources successfully discovered");
    private static final Finding PARSED = new Finding(
            "NamespaceDeletionGroupVersionParsingFailure",
            false,
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed");

    private NamespaceConditions() {}

    static List<Finding> discoveryFailed(String cause) {
        return List.of(new Finding(
                "NamespaceDeletionDiscoveryFailure",
                true,
                "DiscoveryFailed",
                "Discovery failed for some groups, 1 failing: " + cause));
    }

    static List<Finding> of(ContentDeleter.Remains remains) {
        List<Finding> findings = new ArrayList<>(List.of(DISCOVERED, PARSED));
        if (remains.errors().isEmpty()) {
            findings.add(new Finding(
                    "NamespaceDeletionContentFailure",
                    false,
                    "ContentDeleted",
                    "All content successfully deleted, may be waiting on finalization"));
        } else {
            findings.add(new Finding(
                    "NamespaceDeletionContentFailure",
                    true,
                    "ContentDeletionFailed",
                    "Failed to delete all resource types, %d remaining: %s"
                            .formatted(
                                    remains.errors().size(),
                                    remains.errors().stream()
                                            .map(Throwable::getMessage)
                                            .sorted()
                                            .collect(Collectors.joining(", ")))));
        }
        findings.add(
                remains.counts().isEmpty()
                        ? new Finding(
                                "NamespaceContentRemaining",
                                false,
                                "ContentRemoved",
                                "All content successfully removed")
                        : new Finding(
                                "NamespaceContentRemaining",
                                true,
                                "SomeResourcesRemain",
                                "Some resources are remaining: "
                                        + join(remains.counts(), "%s has %d resource instances")));
        findings.add(
                remains.finalizers().isEmpty()
                        ? new Finding(
                                "NamespaceFinalizersRemaining",
                                false,
                                "ContentHasNoFinalizers",
                                "All content-preserving finalizers finished")
                        : new Finding(
                                "NamespaceFinalizersRemaining",
                                true,
                                "SomeFinalizersRemain",
                                "Some content in the namespace has finalizers remaining: "
                                        + join(remains.finalizers(), "%s in %d resource instances")));
        return findings;
    }

    private static String join(TreeMap<String, Integer> counts, String format) {
        return counts.entrySet().stream()
                .map(e -> format.formatted(e.getKey(), e.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** The namespace with the findings; empty if it has them already. */
    static Optional<Namespace> apply(Namespace namespace, List<Finding> findings, Instant now) {
        List<NamespaceCondition> conditions = new ArrayList<>(
                namespace.getStatus() == null
                        ? List.of()
                        : Nulls.list(namespace.getStatus().getConditions()));
        boolean changed = false;
        for (Finding finding : findings) {
            String status = finding.bad ? "True" : "False";
            Optional<NamespaceCondition> before = conditions.stream()
                    .filter(c -> finding.type.equals(c.getType()))
                    .findFirst();
            if (before.isPresent()
                    && before.get().getStatus().equals(status)
                    && finding.message.equals(before.get().getMessage())
                    && finding.reason.equals(before.get().getReason())) {
                continue;
            }
            String since = before.isPresent() && before.get().getStatus().equals(status)
                    ? before.get().getLastTransitionTime()
                    : Times.text(now);
            NamespaceCondition condition =
                    new NamespaceCondition(since, finding.message, finding.reason, status, finding.type);
            if (before.isPresent()) {
                conditions.set(conditions.indexOf(before.get()), condition);
            } else {
                conditions.add(condition);
            }
            changed = true;
        }
        return changed
                ? Optional.of(namespace.toBuilder()
                        .editOrNewStatus()
                        .withPhase("Terminating")
                        .withConditions(conditions)
                        .endStatus()
                        .build())
                : Optional.empty();
    }
}
