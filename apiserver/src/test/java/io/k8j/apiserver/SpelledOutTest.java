package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What lists and maps do that are spelled out empty where there were none, or that hold nothing but an empty object. */
class SpelledOutTest {
    private TestServer server;

    @BeforeEach
    void open() {
        server = new TestServer();
    }

    @AfterEach
    void close() {
        server.close();
    }

    private String refusal(String resource, String name, String patch) {
        return TestServer.refusal(() -> server.patch(resource, name, "merge", patch))
                .getMessage();
    }

    @Test
    void aMessageShowsThemAndNothingOfThemIsStored() {
        server.create("v1/resourcequotas", "{'metadata': {'name': 'q'}, 'spec': {'scopes': ['Terminating']}}");

        assertThat(refusal("v1/resourcequotas", "q", "{'spec': {'scopes': []}}"))
                .endsWith("spec.scopes: Invalid value: []: field is immutable");

        server.create("v1/configmaps", "{'metadata': {'name': 'c'}}");
        Map<String, Object> written =
                server.patch("v1/configmaps", "c", "merge", "{'data': {}, 'metadata': {'finalizers': []}}");
        assertThat(written).doesNotContainKey("data");
        assertThat(Trees.map(written, "metadata")).doesNotContainKey("finalizers");
    }

    @Test
    void mostComparisonsTakeThemForNone() {
        server.create(
                "apps/v1/deployments",
                "{'metadata': {'name': 'd'}, 'spec': {'selector': {'matchLabels': {'a': 'b'}}, 'template': {'metadata':"
                        + " {'labels': {'a': 'b'}}, 'spec': {'containers': [{'name': 'c', 'image': 'i'}]}}}}");

        Map<String, Object> written = server.patch(
                "apps/v1/deployments", "d", "merge", "{'spec': {'template': {'spec': {'tolerations': []}}}}");

        assertThat(Trees.integer(written, "metadata", "generation")).isEqualTo(1);
    }

    @Test
    void generationsOfPoliciesForNetworksAndOfWebhooksCountThem() {
        String hooks = "admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
        server.create(hooks, "{'metadata': {'name': 'w'}}");
        Map<String, Object> written = server.patch(hooks, "w", "merge", "{'webhooks': []}");
        assertThat(Trees.integer(written, "metadata", "generation")).isEqualTo(2);

        String policies = "networking.k8s.io/v1/networkpolicies";
        server.create(policies, "{'metadata': {'name': 'n'}, 'spec': {'podSelector': {}}}");
        written = server.patch(policies, "n", "merge", "{'spec': {'egress': []}}");
        assertThat(Trees.integer(written, "metadata", "generation")).isEqualTo(2);
    }

    @Test
    void ownersOfListsThatAreOneValueCountThem() {
        String slices = "resource.k8s.io/v1/resourceslices";
        server.create(
                slices,
                "{'metadata': {'name': 's'}, 'spec': {'driver': 'a.b', 'nodeName': 'n', 'pool': {'name': 'p',"
                        + " 'generation': 1, 'resourceSliceCount': 1}, 'devices': [{'name': 'd'}]}}",
                "fieldManager=first");

        Map<String, Object> written = server.patch(
                slices,
                "s",
                "merge",
                "{'spec': {'devices': [{'name': 'd', 'bindingConditions': []}]}}",
                "fieldManager=second");

        List<Object> entries = Trees.list(written, "metadata", "managedFields");
        assertThat(entries).hasSize(2);
        assertThat(entries).anySatisfy(entry -> {
            assertThat(Trees.string(entry, "manager")).isEqualTo("second");
            assertThat(Trees.map(entry, "fieldsV1", "f:spec")).containsOnlyKeys("f:devices");
        });
    }

    @Test
    void immutableDataMayNotBeSpelledOut() {
        server.create("v1/configmaps", "{'metadata': {'name': 'c'}, 'immutable': true}");

        assertThat(refusal("v1/configmaps", "c", "{'data': {}}"))
                .endsWith("data: Forbidden: field is immutable when `immutable` is set");
    }

    @Test
    void anEmptyObjectIsMoreThanNone() {
        server.create("v1/pods", "{'metadata': {'name': 'p'}, 'spec': {'containers': [{'name': 'c', 'image': 'i'}]}}");

        assertThat(refusal(
                        "v1/pods",
                        "p",
                        "{'spec': {'containers': [{'name': 'c', 'image': 'i', 'securityContext': {}}]}}"))
                .contains("pod updates may not change fields");

        String capacities = "storage.k8s.io/v1/csistoragecapacities";
        server.create(capacities, "{'metadata': {'name': 'c'}, 'storageClassName': 's'}");
        assertThat(refusal(capacities, "c", "{'nodeTopology': {}}"))
                .endsWith("nodeTopology: Invalid value: {}: field is immutable");
    }

    @Test
    void parametersOfDriversAreKeptAsTheyAre() {
        String classes = "resource.k8s.io/v1/deviceclasses";
        server.create(classes, "{'metadata': {'name': 'c'}, 'spec': {}}");

        Map<String, Object> written = server.patch(
                classes, "c", "merge", "{'spec': {'config': [{'opaque': {'driver': 'd.e', 'parameters': {}}}]}}");

        assertThat(Trees.map(Trees.list(written, "spec", "config").getFirst(), "opaque"))
                .containsEntry("parameters", Map.of());
    }
}
