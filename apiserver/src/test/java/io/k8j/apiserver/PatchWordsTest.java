package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What upstream says of patches that make no object, and in which order it looks at what they made. */
class PatchWordsTest {
    private TestServer server;

    @BeforeEach
    void open() {
        server = new TestServer();
    }

    @AfterEach
    void close() {
        server.close();
    }

    private ApiException refusal(String resource, String name, String type, String patch) {
        return TestServer.refusal(() -> server.patch(resource, name, type, patch));
    }

    @Test
    void listsOfMergePatchesAreShownInOrder() {
        String roles = "rbac.authorization.k8s.io/v1/roles";
        server.create(
                roles,
                "{'metadata': {'name': 'r'}, 'rules': [{'verbs': ['get'], 'apiGroups': [''], 'resources': ['pods']}]}");

        assertThat(refusal(roles, "r", "merge", "{'rules': [{'verbs': '*', 'apiGroups': ['']}]}")
                        .getMessage())
                .contains("\\\"rules\\\":[{\\\"apiGroups\\\":[\\\"\\\"],\\\"verbs\\\":\\\"*\\\"}]")
                .endsWith("json: cannot unmarshal string into Go struct field PolicyRule.rules.verbs of type []string");
    }

    @Test
    void whatAPatchWentIntoIsReadInOrder() {
        server.create("v1/configmaps", "{'metadata': {'name': 'c', 'labels': {'a': 'b'}}, 'data': {'k': 'v'}}");

        assertThat(refusal(
                                "v1/configmaps",
                                "c",
                                "json",
                                "[{'op': 'add', 'path': '/metadata/namespace', 'value': 1},"
                                        + " {'op': 'add', 'path': '/data/a', 'value': true}]")
                        .getMessage())
                .endsWith("json: cannot unmarshal bool into Go struct field ConfigMap.data of type string");
    }

    @Test
    void documentsAreNotReplacedByWhatIsNone() {
        server.create("v1/configmaps", "{'metadata': {'name': 'c'}}");

        ApiException refused = refusal("v1/configmaps", "c", "json", "[{'op': 'replace', 'path': '', 'value': 1}]");

        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.getMessage()).isEqualTo("the server rejected our request due to an error in our request");
    }

    @Test
    void directivesOfStrategicPatchesAreDoneWithWhenTheyAreShown() {
        server.create("v1/resourcequotas", "{'metadata': {'name': 'q'}, 'spec': {'hard': {'pods': '1'}}}");

        assertThat(refusal("v1/resourcequotas", "q", "strategic-merge", "{'status': 'x', '$patch': 'replace'}")
                        .getMessage())
                .contains("patch: Invalid value: \"map[status:x]\": cannot restore struct from: string");
    }

    @Test
    void conversionCutsNumbersAndTellsWhatItCannotRead() {
        String leases = "coordination.k8s.io/v1/leases";
        server.create(leases, "{'metadata': {'name': 'l'}, 'spec': {}}");

        Map<String, Object> cut =
                server.patch(leases, "l", "strategic-merge", "{'spec': {'leaseDurationSeconds': 4294967297}}");
        assertThat(Trees.integer(cut, "spec", "leaseDurationSeconds")).isEqualTo(1);
        ApiException refused = TestServer.refusal(() -> server.patch(
                leases,
                "l",
                "apply",
                "{'apiVersion': 'coordination.k8s.io/v1', 'kind': 'Lease', 'metadata': {}, 'spec': {'renewTime': 'x'}}",
                "fieldManager=m"));
        assertThat(refused.code()).isEqualTo(400);
        assertThat(refused.getMessage())
                .isEqualTo("failed to convert new object (/; coordination.k8s.io/v1, Kind=Lease) to proper version:"
                        + " unable to convert unstructured object to coordination.k8s.io/v1, Kind=Lease: parsing time"
                        + " \"x\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse \"x\" as \"2006\"");
    }

    @Test
    void scalesAreShownWithTheirOwners() {
        server.create(
                "apps/v1/deployments",
                "{'metadata': {'name': 'd'}, 'spec': {'replicas': 2, 'selector': {'matchLabels': {'a': 'b'}},"
                        + " 'template': {'metadata': {'labels': {'a': 'b'}}, 'spec': {'containers': [{'name': 'c',"
                        + " 'image': 'i'}]}}}}");

        ApiException refused = scaleRefusal("json", "[{'op': 'add', 'path': '/spec/replicas', 'value': 'x'}]");
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.getMessage())
                .contains("\\\"fieldsV1\\\":{\\\"f:spec\\\":{\\\"f:replicas\\\":{}}}")
                .endsWith("json: cannot unmarshal string into Go struct field ScaleSpec.spec.replicas of type int32");
        assertThat(scaleRefusal("merge", "{'metadata': {'uid': 'x'}}").getMessage())
                .startsWith("Operation cannot be fulfilled on deployments/scale.apps \"d\": Precondition failed: UID in"
                        + " precondition: x, UID in object meta: ");
        assertThat(scaleRefusal("json", "[{'op': 'replace', 'path': '/kind', 'value': 'Pod'}]")
                        .code())
                .isEqualTo(422);
    }

    private ApiException scaleRefusal(String type, String patch) {
        Object body = Json.parse(patch.replace('\'', '"'));
        String media = "application/" + type + "-patch+json";
        return TestServer.refusal(() -> server.send(Verb.PATCH, "apps/v1/deployments", "d", "scale", "", media, body));
    }

    @Test
    void bytesMayBeAListOfNumbers() {
        server.create("v1/secrets", "{'metadata': {'name': 's'}, 'data': {'a': [104, 105], 'b': [], 'c': null}}");

        assertThat(server.get("v1/secrets", "s").get("data")).isEqualTo(Map.of("a", "aGk=", "b", "", "c", ""));
        assertThat(refusal("v1/secrets", "s", "merge", "{'data': {'a': [300]}}").getMessage())
                .endsWith("json: cannot unmarshal number 300 into Go struct field Secret.data of type uint8");
    }

    @Test
    void mapsComeInTheOrderOfTheirKeys() {
        server.create("v1/configmaps", "{'metadata': {'name': 'c'}, 'data': {'b': '1', 'a': '2'}}");

        assertThat(List.copyOf(
                        Trees.map(server.get("v1/configmaps", "c"), "data").keySet()))
                .containsExactly("a", "b");
    }
}
