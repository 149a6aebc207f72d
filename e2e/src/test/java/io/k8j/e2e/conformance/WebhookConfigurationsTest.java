package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The objects that name webhooks: their changes take effect, and what is wrong with them is refused. */
class WebhookConfigurationsTest extends WebhookCase {
    private void patchedAndUpdated(String kind, String path, boolean[] acts, java.util.function.IntPredicate done) {
        register(kind, "changing", hook("changing", path, configMaps("CREATE"), ""))
                .ok();
        acts[0] = true;
        assertThat(done.test(1)).isTrue();
        Map<String, Object> tree = api.get(path(kind, "changing")).copy();
        Trees.map(Trees.list(Trees.map(Trees.list(tree, "webhooks").getFirst()), "rules")
                        .getFirst())
                .put("operations", List.of("UPDATE"));
        api.put(path(kind, "changing"), tree).ok();
        acts[0] = false;
        assertThat(done.test(2)).isTrue();
        api.patch(
                        path(kind, "changing"),
                        Api.JSON_PATCH,
                        "[{op: replace, path: /webhooks/0/rules/0/operations, value: [CREATE]}]")
                .ok();
        acts[0] = true;
        assertThat(done.test(3)).isTrue();
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/4")
    void aValidatingWebhookIsUpdatedAndPatched() {
        boolean[] acts = new boolean[1];
        patchedAndUpdated(
                VALIDATING,
                "/configmaps",
                acts,
                n -> configMap("v" + n, "webhook-e2e-test: webhook-disallow").code() == (acts[0] ? 400 : 201));
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/3")
    void aMutatingWebhookIsUpdatedAndPatched() {
        boolean[] acts = new boolean[1];
        patchedAndUpdated(
                MUTATING,
                "/mutating-configmaps",
                acts,
                n -> acts[0]
                        == "yes"
                                .equals(configMap("m" + n, "mutation-start: 'yes'")
                                        .ok()
                                        .at("data", "mutation-stage-1")));
    }

    private void ten(String kind, String path) {
        for (int i = 0; i < 10; i++) {
            register(kind, "listed-" + i, hook("listed-" + i, path, configMaps("CREATE"), ""))
                    .ok();
        }
        assertThat(api.get(kind + "?labelSelector=e2e-list-test-uuid%3D" + namespace)
                        .items())
                .hasSize(10);
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/2")
    void validatingWebhooksAreListedAndDeletedTogether() {
        ten(VALIDATING, "/configmaps");
        configMap("first", "webhook-e2e-test: webhook-disallow").refused(400);
        api.delete(VALIDATING + "?labelSelector=e2e-list-test-uuid%3D" + namespace)
                .ok();
        configMap("second", "webhook-e2e-test: webhook-disallow").ok();
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/1")
    void mutatingWebhooksAreListedAndDeletedTogether() {
        ten(MUTATING, "/mutating-configmaps");
        assertThat(configMap("first", "mutation-start: 'yes'").ok().at("data", "mutation-stage-1"))
                .isEqualTo("yes");
        api.delete(MUTATING + "?labelSelector=e2e-list-test-uuid%3D" + namespace)
                .ok();
        assertThat(configMap("second", "mutation-start: 'yes'").ok().tree("data"))
                .isEqualTo(Map.of("mutation-start", "yes"));
    }

    private void conditions(String kind, String path) {
        String hook = hook("conditional", path, configMaps("CREATE"), "matchConditions: [%s]");
        Answer created = register(
                        kind,
                        "cond",
                        hook.formatted(
                                "{name: expression-1, expression: 'object.metadata.namespace == \"production\"'}"))
                .ok();
        assertThat(Trees.list(created.items("webhooks").getFirst(), "matchConditions"))
                .isEqualTo(List.of(
                        Map.of("name", "expression-1", "expression", "object.metadata.namespace == \"production\"")));
        Map<String, Object> tree = api.get(path(kind, "cond")).copy();
        List<Object> wanted = new ArrayList<>();
        wanted.add(Map.of("name", "expression-1", "expression", "object.metadata.namespace == \"production\""));
        wanted.add(Map.of("name", "expression-2", "expression", "object.metadata.namespace == \"staging\""));
        Trees.map(Trees.list(tree, "webhooks").getFirst()).put("matchConditions", wanted);
        api.put(path(kind, "cond"), tree).ok();
        assertThat(Trees.list(api.get(path(kind, "cond")).items("webhooks").getFirst(), "matchConditions"))
                .isEqualTo(wanted);
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/6")
    void conditionsOfValidatingWebhooksAreKept() {
        conditions(VALIDATING, "/configmaps");
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/5")
    void conditionsOfMutatingWebhooksAreKept() {
        conditions(MUTATING, "/mutating-configmaps");
    }

    private void broken(String kind, String path) {
        Answer refused = register(
                        kind,
                        "broken",
                        hook(
                                "broken",
                                path,
                                configMaps("CREATE"),
                                "matchConditions: [{name: invalid-expression, expression: '... [] bad expression'}]"))
                .refused(422);
        assertThat(refused.message()).contains("compilation failed");
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/21")
    void brokenConditionsOfValidatingWebhooksAreRefused() {
        broken(VALIDATING, "/configmaps");
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/20")
    void brokenConditionsOfMutatingWebhooksAreRefused() {
        broken(MUTATING, "/mutating-configmaps");
    }

    @Test
    @Conformance("api-machinery/AdmissionWebhook/17")
    void conditionsLeaveOutWhatTheyNames() {
        register(
                        MUTATING,
                        "skip",
                        hook(
                                "skipping",
                                "/mutating-configmaps",
                                configMaps("CREATE"),
                                "matchConditions: [{name: skip-me, expression: 'object.metadata.name != \"skip-me\"'}]"))
                .ok();
        assertThat(configMap("skip-me", "mutation-start: 'yes'").ok().tree("data"))
                .isEqualTo(Map.of("mutation-start", "yes"));
        assertThat(configMap("mutate-me", "mutation-start: 'yes'").ok().at("data", "mutation-stage-1"))
                .isEqualTo("yes");
    }
}
