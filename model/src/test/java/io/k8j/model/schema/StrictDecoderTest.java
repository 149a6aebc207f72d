package io.k8j.model.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.model.json.Json;
import io.k8j.model.resource.GroupVersionKind;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StrictDecoderTest {
    private static final GroupVersionKind DEPLOYMENT = new GroupVersionKind("apps", "v1", "Deployment");

    record Wrong(String name, String kind, String json, String message) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Wrong> wrongs() {
        return Stream.of(
                new Wrong(
                        "a text for a number",
                        "apps/v1 Deployment",
                        "{'spec':{'replicas':'3'}}",
                        "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"),
                new Wrong(
                        "a number for a text, deep in lists",
                        "v1 Pod",
                        "{'spec':{'containers':[{'name':1}]}}",
                        "json: cannot unmarshal number into Go struct field Container.spec.containers.name of type string"),
                new Wrong(
                        "a number too large",
                        "apps/v1 Deployment",
                        "{'spec':{'replicas':3000000000}}",
                        "json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type"
                                + " int32"),
                new Wrong(
                        "a list for an object",
                        "v1 Pod",
                        "{'spec':[]}",
                        "json: cannot unmarshal array into Go struct field Pod.spec of type v1.PodSpec"),
                new Wrong(
                        "an object for a list",
                        "v1 Pod",
                        "{'spec':{'containers':{}}}",
                        "json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container"),
                new Wrong(
                        "a number for a word of a fixed set",
                        "v1 Pod",
                        "{'spec':{'restartPolicy':1}}",
                        "json: cannot unmarshal number into Go struct field PodSpec.spec.restartPolicy of type"
                                + " v1.RestartPolicy"),
                new Wrong(
                        "a text for a list of such words",
                        "v1 PersistentVolumeClaim",
                        "{'spec':{'accessModes':'ReadWriteOnce'}}",
                        "json: cannot unmarshal string into Go struct field PersistentVolumeClaimSpec.spec.accessModes of"
                                + " type []v1.PersistentVolumeAccessMode"),
                new Wrong(
                        "a flag in a map of texts",
                        "v1 ConfigMap",
                        "{'data':{'a':true}}",
                        "json: cannot unmarshal bool into Go struct field ConfigMap.data of type string"),
                new Wrong(
                        "a text for a map",
                        "v1 ConfigMap",
                        "{'data':'x'}",
                        "json: cannot unmarshal string into Go struct field ConfigMap.data of type map[string]string"),
                new Wrong(
                        "a flag for a port",
                        "v1 Service",
                        "{'spec':{'ports':[{'port':80,'targetPort':true}]}}",
                        "json: cannot unmarshal bool into Go struct field ServicePort.spec.ports.targetPort of type"
                                + " int32"),
                new Wrong(
                        "a fraction for a number of Pods",
                        "policy/v1 PodDisruptionBudget",
                        "{'spec':{'minAvailable':0.5}}",
                        "json: cannot unmarshal number 0.5 into Go struct field"
                                + " PodDisruptionBudgetSpec.spec.minAvailable of type int32"),
                new Wrong(
                        "a text for quantities",
                        "v1 LimitRange",
                        "{'spec':{'limits':[{'max':'x'}]}}",
                        "json: cannot unmarshal string into Go struct field LimitRangeItem.spec.limits.max of type"
                                + " v1.ResourceList"),
                new Wrong(
                        "a field of an embedded struct",
                        "networking.k8s.io/v1 Ingress",
                        "{'spec':{'rules':[{'http':{'paths':[{'backend':true}]}}]}}",
                        "json: cannot unmarshal bool into Go struct field"
                                + " HTTPIngressPath.spec.rules.IngressRuleValue.http.paths.backend of type"
                                + " v1.IngressBackend"),
                new Wrong(
                        "a field of a struct that is embedded twice",
                        "admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy",
                        "{'spec':{'matchConstraints':{'resourceRules':[{'operations':['*'],'apiGroups':'x'}]}}}",
                        "json: cannot unmarshal string into Go struct field"
                                + " NamedRuleWithOperations.spec.matchConstraints.resourceRules.RuleWithOperations.Rule"
                                + ".apiGroups of type []string"),
                new Wrong(
                        "what cannot be read goes before what has another type",
                        "v1 ResourceQuota",
                        "{'metadata':{'finalizers':'x'},'spec':{'hard':{'pods':'y'}}}",
                        "quantities must match the regular expression"
                                + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"),
                new Wrong(
                        "a number for a time",
                        "coordination.k8s.io/v1 Lease",
                        "{'spec':{'renewTime':1}}",
                        "json: cannot unmarshal number into Go struct field LeaseSpec.spec.renewTime of type string"),
                new Wrong(
                        "a number for a schema or a flag",
                        "apiextensions.k8s.io/v1 CustomResourceDefinition",
                        "{'spec':{'versions':[{'schema':{'openAPIV3Schema':{'additionalProperties':1}}}]}}",
                        "boolean or JSON schema expected"),
                new Wrong(
                        "a time without its microseconds",
                        "coordination.k8s.io/v1 Lease",
                        "{'spec':{'renewTime':'2026-01-02T03:04:05Z'}}",
                        "parsing time \"2026-01-02T03:04:05Z\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse"
                                + " \"Z\" as \".000000\""),
                new Wrong(
                        "no quantity",
                        "v1 Pod",
                        "{'spec':{'containers':[{'resources':{'limits':{'cpu':'x'}}}]}}",
                        "quantities must match the regular expression"
                                + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"),
                new Wrong(
                        "no time",
                        "v1 Pod",
                        "{'metadata':{'creationTimestamp':'yesterday'}}",
                        "parsing time \"yesterday\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"yesterday\" as"
                                + " \"2006\""),
                new Wrong("no base64", "v1 Secret", "{'data':{'a':'x!'}}", "illegal base64 data at input byte 1"),
                new Wrong("short base64", "v1 Secret", "{'data':{'a':'abc'}}", "illegal base64 data at input byte 0"));
    }

    @ParameterizedTest
    @MethodSource("wrongs")
    void aWrongTypeIsToldInUpstreamsWords(Wrong c) {
        String[] words = c.kind().split(" ");
        Schema schema = Schemas.kind(GroupVersionKind.of(words[0], words[1]));
        Map<String, Object> tree = Json.parseObject(c.json().replace('\'', '"'));
        assertThatThrownBy(() -> StrictDecoder.decode(schema, tree))
                .isInstanceOf(WrongTypeException.class)
                .hasMessage(c.message());
    }

    @Test
    void unknownFieldsAreDroppedAndListedWithTheirPlace() {
        Map<String, Object> tree = Json.parseObject(
                "{\"foo\":1,\"spec\":{\"bar\":2,\"template\":{\"spec\":{\"containers\":[{\"name\":\"a\",\"x\":1},{\"y\":{}}]}}}}");
        StrictDecoder.Decoded decoded = StrictDecoder.decode(Schemas.kind(DEPLOYMENT), tree);
        assertThat(decoded.problems())
                .containsExactly(
                        "unknown field \"foo\"",
                        "unknown field \"spec.bar\"",
                        "unknown field \"spec.template.spec.containers[0].x\"",
                        "unknown field \"spec.template.spec.containers[1].y\"");
        assertThat(Json.writeString(decoded.object()))
                .isEqualTo("{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"a\"},{}]}}}}");
    }

    @Test
    void valuesGetTheirCanonicalFormAndNullsGo() {
        Map<String, Object> tree = Json.parseObject("{\"metadata\":{\"labels\":null,\"name\":\"p\","
                + "\"creationTimestamp\":\"2026-01-01T02:00:00.5+02:00\"},\"spec\":{\"nodeName\":null,"
                + "\"containers\":[{\"resources\":{\"limits\":{\"cpu\":0.5,\"memory\":\"1024Mi\"}}}]}}");
        Map<String, Object> object = StrictDecoder.decode(Schemas.kind(new GroupVersionKind("", "v1", "Pod")), tree)
                .object();
        assertThat(Json.writeString(object))
                .isEqualTo(
                        "{\"metadata\":{\"name\":\"p\",\"creationTimestamp\":\"2026-01-01T00:00:00Z\"},"
                                + "\"spec\":{\"containers\":[{\"resources\":{\"limits\":{\"cpu\":\"500m\",\"memory\":\"1Gi\"}}}]}}");
    }

    @Test
    void schemasInsideACustomResourceDefinitionAreChecked() {
        Map<String, Object> tree = Json.parseObject("{\"spec\":{\"versions\":[{\"schema\":{\"openAPIV3Schema\":"
                + "{\"properties\":{\"a\":{\"items\":{\"typ\":\"string\"},\"additionalProperties\":false}}}}}]}}");
        StrictDecoder.Decoded decoded = StrictDecoder.decode(
                Schemas.kind(new GroupVersionKind("apiextensions.k8s.io", "v1", "CustomResourceDefinition")), tree);
        assertThat(decoded.problems())
                .containsExactly("unknown field \"spec.versions[0].schema.openAPIV3Schema.properties.a.items.typ\"");
    }

    @Test
    void emptyValuesAreWrittenAsUpstreamDoes() {
        Map<String, Object> role = Json.parseObject("{\"metadata\":{},\"rules\":[]}");
        Schema schema = Schemas.kind(new GroupVersionKind("rbac.authorization.k8s.io", "v1", "Role"));
        assertThat(Json.writeString(Canonical.of(schema, role))).isEqualTo("{\"metadata\":{},\"rules\":null}");
        Map<String, Object> pod = Json.parseObject(
                "{\"status\":{},\"spec\":{\"hostNetwork\":false,\"securityContext\":{},\"containers\":[{\"name\":\"c\","
                        + "\"env\":[],\"ports\":[]}]},\"metadata\":{\"name\":\"p\",\"labels\":{}}}");
        assertThat(Json.writeString(Canonical.of(Schemas.kind(new GroupVersionKind("", "v1", "Pod")), pod)))
                .isEqualTo(
                        "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"resources\":{}}],"
                                + "\"securityContext\":{}},\"status\":{}}");
    }

    @Test
    void whatACustomResourcesSchemaDoesNotKnowIsPruned() {
        Schema text = Schema.builder(Schema.Type.STRING).build();
        Schema free =
                Schema.builder(Schema.Type.OBJECT).preserveUnknownFields(true).build();
        Schema spec = Schema.builder(Schema.Type.OBJECT)
                .field(field("a", text))
                .field(field("free", free))
                .build();
        Schema specs = Schema.builder(Schema.Type.LIST).items(() -> spec).build();
        Schema root = Schema.builder(Schema.Type.OBJECT)
                .field(field("spec", spec))
                .field(field("more", specs))
                .build();
        Map<String, Object> object = Json.parseObject(
                "{\"apiVersion\":\"e/v1\",\"kind\":\"F\",\"metadata\":{\"name\":\"x\"},"
                        + "\"spec\":{\"a\":\"1\",\"b\":2,\"free\":{\"x\":{\"y\":1}}},\"more\":[{\"c\":1}],\"other\":1}");
        assertThat(Pruner.prune(root, object))
                .isEqualTo(
                        List.of("unknown field \"spec.b\"", "unknown field \"more[0].c\"", "unknown field \"other\""));
        assertThat(Json.writeString(object))
                .isEqualTo("{\"apiVersion\":\"e/v1\",\"kind\":\"F\",\"metadata\":{\"name\":\"x\"},"
                        + "\"spec\":{\"a\":\"1\",\"free\":{\"x\":{\"y\":1}}},\"more\":[{}]}");
    }

    private static Schema.Field field(String name, Schema type) {
        return new Schema.Field(name, () -> type, false, "", 0, List.of(), null, null);
    }
}
