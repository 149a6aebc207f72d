package io.k8j.apiserver.admission.podsecurity;

import java.util.List;
import java.util.Set;

/**
 * One rule through all versions.
 *
 * @param id upstream's name, which also gives the order of messages
 * @param revisions rising by version; before the first the rule did not exist
 */
record Check(String id, List<Revision> revisions) {
    /** Judges a Pod; null if it keeps the rule. Stateless. */
    @FunctionalInterface
    interface Rule {
        Violation check(Subject pod);

        /** The same rule, but Pods of the kind described are let pass. */
        default Rule unless(java.util.function.Predicate<Subject> exempt) {
            return pod -> exempt.test(pod) ? null : check(pod);
        }
    }

    /**
     * The rule from a version on.
     *
     * @param since the version's second number
     * @param overrides baseline rules that this stricter one stands for
     */
    record Revision(int since, Rule rule, Set<String> overrides) {
        static Revision of(int since, Rule rule, String... overrides) {
            return new Revision(since, rule, Set.of(overrides));
        }
    }

    static Check of(String id, Revision... revisions) {
        return new Check(id, List.of(revisions));
    }

    /** What the rule was in a version; null if it did not exist. */
    Revision at(int version) {
        Revision found = null;
        for (Revision revision : revisions) if (revision.since <= version) found = revision;
        return found;
    }
}
