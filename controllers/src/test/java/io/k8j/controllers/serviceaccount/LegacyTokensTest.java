package io.k8j.controllers.serviceaccount;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.k8j.controllers.serviceaccount.LegacyTokens.Step;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Trees;
import io.k8j.model.yaml.Yaml;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LegacyTokensTest {
    private static final LocalDate TODAY = LocalDate.parse("2026-06-15");

    record Case(String name, String created, String labels, String accountSecret, String mounted, Step step) {}

    static Stream<Case> cases() {
        String used = "kubernetes.io/legacy-token-last-used: '%s'";
        String invalid = "kubernetes.io/legacy-token-invalid-since: '%s'";
        return Stream.of(
                new Case("never used", "2024-01-01", "", "s", "", Step.INVALIDATE),
                new Case("young", "2025-06-15", "", "s", "", Step.KEEP),
                new Case("a day too old", "2025-06-14", "", "s", "", Step.INVALIDATE),
                new Case("used within the year", "2024-01-01", used.formatted("2025-06-15"), "s", "", Step.KEEP),
                new Case("used before", "2024-01-01", used.formatted("2025-06-14"), "s", "", Step.INVALIDATE),
                new Case("used who knows when", "2024-01-01", used.formatted("lately"), "s", "", Step.KEEP),
                new Case("made by somebody", "2024-01-01", "", "other", "", Step.KEEP),
                new Case("mounted", "2024-01-01", "", "s", "s", Step.KEEP),
                new Case("another is mounted", "2024-01-01", "", "s", "other", Step.INVALIDATE),
                new Case("invalid for a year", "2024-01-01", invalid.formatted("2025-06-14"), "s", "", Step.DELETE),
                new Case("invalid not long enough", "2024-01-01", invalid.formatted("2025-06-15"), "s", "", Step.KEEP),
                new Case("marked with nonsense", "2024-01-01", invalid.formatted("x"), "s", "", Step.INVALIDATE));
    }

    private static <T extends io.fabric8.kubernetes.api.model.HasMetadata> T object(Class<T> type, String yaml) {
        return ApiObject.ofTree(Trees.map(Yaml.parse(yaml.getBytes(StandardCharsets.UTF_8))))
                .as(type);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void unusedTokensGoOutOfUseAndThenGo(Case c) {
        Secret secret = object(
                Secret.class,
                "{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: n, creationTimestamp: '%sT12:00:00Z', labels: {%s}}}"
                        .formatted(c.created(), c.labels()));
        ServiceAccount account = object(
                ServiceAccount.class,
                "{apiVersion: v1, kind: ServiceAccount, metadata: {name: a, namespace: n}, secrets: [{name: %s}]}"
                        .formatted(c.accountSecret()));

        assertThat(LegacyTokens.next(secret, account, Set.of(c.mounted()), TODAY))
                .as(c.name())
                .isEqualTo(c.step());
    }

    @Test
    void nothingIsDoneBeforeUsesWereNotedForAYear() {
        assertThat(LegacyTokens.isTrackedLongEnough("2025-06-14", TODAY)).isTrue();
        assertThat(LegacyTokens.isTrackedLongEnough("2025-06-15", TODAY)).isFalse();
        assertThat(LegacyTokens.isTrackedLongEnough("yesterday", TODAY)).isFalse();
        assertThat(LegacyTokens.isTrackedLongEnough(null, TODAY)).isFalse();
    }
}
