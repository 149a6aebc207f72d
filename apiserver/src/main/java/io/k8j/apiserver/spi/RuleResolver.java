package io.k8j.apiserver.spi;

import java.util.List;
import java.util.Map;

/** Lists what a user may do: an {@link Authorizer} that can is one of these, too. Safe for all threads; does no I/O. */
public interface RuleResolver {
    /**
     * Answers a SelfSubjectRulesReview.
     *
     * @param resourceRules trees with {@code verbs}, {@code apiGroups}, {@code resources}, {@code resourceNames}
     * @param nonResourceRules trees with {@code verbs} and {@code nonResourceURLs}
     * @param incomplete whether rules may be missing
     * @param error why, or empty
     */
    record Rules(
            List<Map<String, Object>> resourceRules,
            List<Map<String, Object>> nonResourceRules,
            boolean incomplete,
            String error) {}

    Rules rules(UserInfo user, String namespace);
}
