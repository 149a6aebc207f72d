package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** {@code fieldValidation=Strict}: fields that nobody knows, and fields given twice. */
class FieldValidationTest extends ConformanceCase {
    private static final String STRICT = "?fieldManager=field_validation_mgr&fieldValidation=Strict";

    private static final String SPEC_SCHEMA = """
                    spec:
                      type: object
                      %s
                      properties:
                        template:
                          type: object
                          x-kubernetes-embedded-resource: true
                          properties:
                            metadata: {type: object, properties: {name: {type: string}}}
                            spec: {type: object}
                        foo: {type: string}
                        cronSpec: {type: string, pattern: '^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$'}
                        ports:
                          type: array
                          x-kubernetes-list-map-keys: [containerPort, protocol]
                          x-kubernetes-list-type: map
                          items:
                            type: object
                            required: [containerPort, protocol]
                            properties:
                              containerPort: {type: integer, format: int32}
                              name: {type: string}
                              protocol: {type: string}
            """;

    private Answer deployment(String metadata, String spec) {
        String json = """
                {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "my-dep", %s "labels": {"app": "nginx"}},
                 "spec": {%s "selector": {"matchLabels": {"app": "nginx"}}, "template": {"metadata": {"labels": {"app": "nginx"}},
                 "spec": {"containers": [{"name": "nginx", "image": "nginx:latest"}]}}}}""".formatted(metadata, spec);
        return api.post(apis("apps/v1", "deployments") + STRICT, json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @Conformance("api-machinery/FieldValidation/5")
    void unknownAndDuplicateFieldsOfATypedObject() {
        Answer refused = deployment("", "\"unknownField\": \"foo\", \"replicas\": 2, \"replicas\": 3,")
                .refused(400);
        assertThat(refused.message())
                .contains(
                        "strict decoding error: unknown field \"spec.unknownField\", duplicate field \"spec.replicas\"");
    }

    @Test
    @Conformance("api-machinery/FieldValidation/7")
    void unknownMetadataOfATypedObject() {
        assertThat(deployment("\"unknownMeta\": \"foo\",", "").refused(400).message())
                .contains("strict decoding error: unknown field \"metadata.unknownMeta\"");
    }

    private CustomResource withSchema(String more) {
        String schema = SPEC_SCHEMA.formatted(more).strip().indent(8);
        return CustomResource.create(api, "fv-" + namespace, "Noxu", """
                - name: v1
                  served: true
                  storage: true
                  schema:
                    openAPIV3Schema:
                      type: object
                      properties:
                %s""".formatted(schema), "");
    }

    private Answer apply(CustomResource custom, String metadata, String root, String spec) {
        String yaml = """
                apiVersion: %s/v1
                kind: Noxu
                metadata:
                  name: mytest
                %s%sspec:
                %s  cronSpec: "* * * * */5"
                  ports:
                  - name: x
                    containerPort: 80
                    protocol: TCP
                """.formatted(custom.group(), metadata, root, spec);
        return api.patch(
                custom.collection("v1") + "/mytest" + STRICT, Api.APPLY, yaml.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @Conformance("api-machinery/FieldValidation/2")
    void aValidCustomObjectIsApplied() {
        try (CustomResource custom = withSchema("")) {
            apply(custom, "", "", "  foo: foo1\n").ok();
        }
    }

    @Test
    @Conformance("api-machinery/FieldValidation/1")
    void withoutASchemaEverythingIsApplied() {
        try (CustomResource custom =
                CustomResource.create(api, "fv-" + namespace, "Noxu", CustomResource.OPEN_V1, "")) {
            assertThat(apply(custom, "", "", "  unknown: uk1\n").ok().at("spec", "unknown"))
                    .isEqualTo("uk1");
        }
    }

    @Test
    @Conformance("api-machinery/FieldValidation/3")
    void fieldsThatTheSchemaDoesNotKnowAreRefused() {
        try (CustomResource custom = withSchema("")) {
            Answer refused = apply(custom, "", "unknownField: unknown\n", "  foo: foo1\n");
            assertThat(refused.code()).isGreaterThanOrEqualTo(400);
            assertThat(refused.message()).contains(".unknownField: field not declared in schema");
            api.get(custom.collection("v1") + "/mytest").refused(404);
        }
    }

    @Test
    @Conformance("api-machinery/FieldValidation/6")
    void unknownMetadataOfCustomAndEmbeddedObjectsIsRefused() {
        try (CustomResource custom = withSchema("x-kubernetes-preserve-unknown-fields: true")) {
            String template = """
                      template:
                        apiVersion: foo/v1
                        kind: Sub
                        metadata:
                          unknownSubMeta: unknown
                          name: subobject
                    """;
            Answer both = apply(custom, "  unknownMeta: unknown\n", "", template + "  foo: foo1\n");
            assertThat(both.code()).isGreaterThanOrEqualTo(400);
            assertThat(both.message()).contains("unknownMeta");
            Answer embedded = apply(custom, "", "", template + "  foo: foo1\n");
            assertThat(embedded.code()).as(embedded.text()).isGreaterThanOrEqualTo(400);
            assertThat(embedded.message()).contains("spec.template.metadata.unknownSubMeta");
        }
    }

    @Test
    @Conformance("api-machinery/FieldValidation/4")
    void duplicatesAreRefusedThoughUnknownFieldsAreKept() {
        try (CustomResource custom = withSchema("x-kubernetes-preserve-unknown-fields: true")) {
            Answer refused = apply(custom, "", "", "  unknown: uk1\n  unknown: uk2\n");
            assertThat(refused.code()).as(refused.text()).isGreaterThanOrEqualTo(400);
            assertThat(refused.message()).contains("key \"unknown\" already set in map");
        }
    }
}
