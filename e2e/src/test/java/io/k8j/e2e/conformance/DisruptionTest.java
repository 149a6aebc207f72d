package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** PodDisruptionBudgets and evictions. */
class DisruptionTest extends WorkloadCase {
    private String budgets() {
        return apis("policy/v1", "poddisruptionbudgets");
    }

    private String create(String name, String spec) {
        api.post(
                        budgets(),
                        "{metadata: {name: %s, labels: {e2e: %s}}, spec: {selector: {matchLabels: {foo: bar}}, %s}}"
                                .formatted(name, namespace, spec))
                .ok();
        until("it was looked at", () -> api.get(budgets() + "/" + name).number("status", "observedGeneration") > 0);
        return budgets() + "/" + name;
    }

    private void pods(int count) {
        for (int i = 0; i < count; i++) {
            api.post(core("pods"), Pods.labelled("rs-" + i, "foo: bar", "terminationGracePeriodSeconds: 0"))
                    .ok();
        }
        awaitReady("foo=bar", count);
    }

    private Answer evict(String pod) {
        return api.post(
                core("pods/" + pod + "/eviction"),
                "{apiVersion: policy/v1, kind: Eviction, metadata: {name: %s}}".formatted(pod));
    }

    private void awaitAllowed(String budget, int allowed) {
        eventually(() -> {
            Answer now = api.get(budget).ok();
            assertThat(now.number("status", "observedGeneration")).isEqualTo(now.number("metadata", "generation"));
            assertThat(now.number("status", "disruptionsAllowed")).isEqualTo(allowed);
        });
    }

    @Test
    @Conformance("apps/DisruptionController/1")
    void budgetsAreListedAndDeletedTogether() {
        for (int i = 0; i < 3; i++) create("foo" + i, "minAvailable: 1");
        listedAndDeletedTogether(budgets(), "/apis/policy/v1/poddisruptionbudgets", "e2e=" + namespace, 3);
    }

    @Test
    @Conformance("apps/DisruptionController/3")
    void budgetsAreCreatedUpdatedPatchedAndDeleted() {
        String budget = create("foo", "minAvailable: 1%");
        assertThat(api.get(budget).at("spec", "minAvailable")).isEqualTo("1%");
        eventually(() -> {
            Map<String, Object> tree = api.get(budget).copy();
            Trees.set(tree, "2%", "spec", "minAvailable");
            assertThat(api.put(budget, tree).ok().at("spec", "minAvailable")).isEqualTo("2%");
        });
        assertThat(api.patch(budget, Api.STRATEGIC, "{spec: {minAvailable: 3%}}")
                        .ok()
                        .at("spec", "minAvailable"))
                .isEqualTo("3%");
        api.delete(budget).ok();
        gone(budget);
    }

    @Test
    @Conformance("apps/DisruptionController/4")
    void theStatusSaysHowManyDisruptionsAreAllowed() {
        String budget = create("foo", "minAvailable: 1");
        pods(3);
        awaitAllowed(budget, 2);
    }

    @Test
    @Conformance("apps/DisruptionController/5")
    void theStatusIsUpdatedAndPatched() {
        String budget = create("foo", "minAvailable: 1");
        pods(3);
        awaitAllowed(budget, 2);
        eventually(() -> {
            Map<String, Object> tree = api.get(budget + "/status").ok().copy();
            Trees.set(
                    tree,
                    Map.of(name(livePods("foo=bar").getFirst()), "2026-01-01T00:00:00Z"),
                    "status",
                    "disruptedPods");
            assertThat(api.put(budget + "/status", tree).ok().tree("status", "disruptedPods"))
                    .isNotNull();
        });
        Answer patched = api.merge(budget + "/status", "{status: {disruptedPods: null, disruptionsAllowed: 7}}")
                .ok();
        assertThat(patched.tree("status", "disruptedPods")).isNull();
        assertThat(patched.number("status", "disruptionsAllowed")).isEqualTo(7);
    }

    @Test
    @Conformance("apps/DisruptionController/2")
    void anEvictionWaitsUntilTheBudgetAllowsIt() {
        String budget = create("foo", "minAvailable: 3");
        pods(3);
        awaitAllowed(budget, 0);
        Answer refused = evict("rs-0").refused(429);
        assertThat(refused.items("details", "causes").getFirst()).containsEntry("reason", "DisruptionBudget");
        eventually(() -> {
            Map<String, Object> tree = api.get(budget).copy();
            Trees.set(tree, 2L, "spec", "minAvailable");
            api.put(budget, tree).ok();
        });
        awaitAllowed(budget, 1);
        evict("rs-0").ok();
        gone(core("pods/rs-0"));
        api.post(core("pods"), Pods.labelled("rs-3", "foo: bar", "")).ok();
        awaitReady("foo=bar", 3);
        api.patch(budget, Api.STRATEGIC, "{spec: {minAvailable: 3}}").ok();
        awaitAllowed(budget, 0);
        evict("rs-1").refused(429);
        api.delete(budget).ok();
        gone(budget);
        eventually(() -> evict("rs-1").ok());
        gone(core("pods/rs-1"));
    }
}
