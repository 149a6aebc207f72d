package io.k8j.model.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.model.json.PartialJson;
import io.k8j.model.resource.GroupVersionResource;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ApiObjectTest {
    private static ApiObject object(String json) {
        return ApiObject.ofJson(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theEnvelopeIsReadWithoutTheRest() {
        ApiObject pod =
                object("{'kind':'Pod','spec':{'metadata':{'name':'no'}},'apiVersion':'v1','metadata':{'name':'a',"
                        + "'namespace':'n','uid':'u','resourceVersion':'7','deletionTimestamp':'2026-01-02T03:04:05Z',"
                        + "'annotations':{'name':'no'},'labels':{'app':'x'}},'status':broken");
        assertThat(pod.kind()).isEqualTo("Pod");
        assertThat(pod.apiVersion()).isEqualTo("v1");
        assertThat(pod.namespace()).isEqualTo("n");
        assertThat(pod.name()).isEqualTo("a");
        assertThat(pod.uid()).isEqualTo("u");
        assertThat(pod.resourceVersion()).isEqualTo("7");
        assertThat(pod.deletionTimestamp()).isEqualTo(Instant.parse("2026-01-02T03:04:05Z"));
        assertThat(pod.labels()).isEqualTo(Map.of("app", "x"));
    }

    @Test
    void managedFieldsAtTheEndOfMetadataAreNotReadForTheEnvelope() {
        ApiObject pod = ApiObject.ofOrderedJson(("{'kind':'Pod','apiVersion':'v1','metadata':{'name':'a','uid':'u',"
                        + "'resourceVersion':'7','labels':{'app':'x'},'managedFields':[broken")
                .replace('\'', '"')
                .getBytes(StandardCharsets.UTF_8));
        assertThat(pod.kind()).isEqualTo("Pod");
        assertThat(pod.name()).isEqualTo("a");
        assertThat(pod.resourceVersion()).isEqualTo("7");
        assertThat(pod.labels()).isEqualTo(Map.of("app", "x"));
        assertThat(pod.namespace()).isEmpty();
    }

    @Test
    void whatIdentifiesAWrittenObjectIsTakenFromItsTree() {
        for (String text : List.of(
                "{'kind':'Pod','apiVersion':'v1','metadata':{'name':'a','namespace':'n','uid':'u','resourceVersion':'7',"
                        + "'deletionTimestamp':'2026-01-02T03:04:05Z','labels':{'app':'x','b':''}},'spec':{'a':{}}}",
                "{'kind':'Node','apiVersion':'v1','metadata':{'name':'a','resourceVersion':'7','labels':{}}}",
                "{'kind':'Node','apiVersion':'v1','metadata':{'resourceVersion':'7','name':{'x':1},'labels':{'a':1}}}",
                "{'kind':'Node','apiVersion':'v1'}")) {
            byte[] json = text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
            ApiObject read = ApiObject.ofJson(json);
            String version = read.resourceVersion();
            for (Set<String> shallow : List.of(Set.<String>of(), Set.of("metadata", "spec"))) {
                ApiObject made = ApiObject.ofOrderedJson(json, PartialJson.read(json, shallow), version);
                assertThat(identity(made)).isEqualTo(identity(read));
            }
        }
    }

    private static List<Object> identity(ApiObject object) {
        return Arrays.asList(
                object.kind(),
                object.apiVersion(),
                object.namespace(),
                object.name(),
                object.uid(),
                object.resourceVersion(),
                object.deletionTimestamp(),
                object.labels());
    }

    @Test
    void whatIsMissingOrOfAnotherTypeIsEmpty() {
        ApiObject odd = object("{'kind':3,'metadata':{'name':{'x':['y']},'labels':7,'deletionTimestamp':null}}");
        assertThat(odd.kind()).isEmpty();
        assertThat(odd.name()).isEmpty();
        assertThat(odd.namespace()).isEmpty();
        assertThat(odd.deletionTimestamp()).isNull();
        assertThat(odd.labels()).isEmpty();
        assertThat(object("[]").kind()).isEmpty();
    }

    @Test
    void theTypedFormIsSharedAndLeavesManagedFieldsToTheTree() {
        ApiObject pod = object("{'kind':'Pod','apiVersion':'v1','metadata':{'name':'a','managedFields':[{'manager':'m',"
                + "'fieldsV1':{'f:metadata':{}}}]},'spec':{'restartPolicy':'Always','priority':5}}");
        Pod typed = pod.as(Pod.class);
        assertThat(pod.as(Pod.class)).isSameAs(typed);
        assertThat(typed.getMetadata().getManagedFields()).isEmpty();
        assertThat(typed.getSpec().getPriority()).isEqualTo(5);
        assertThat(pod.tree().get("metadata").toString()).contains("f:metadata");
        assertThat(pod.slimTree().get("metadata")).isEqualTo(Map.of("name", "a"));

        pod.release();
        assertThat(pod.as(Pod.class)).isNotSameAs(typed).isEqualTo(typed);
    }

    @Test
    void equalStringsOfManyObjectsAreOne() {
        String json = "{'kind':'ConfigMap','apiVersion':'v1','metadata':{'name':'a','labels':{'tier':'backend'}},"
                + "'data':{'key':'some value'}}";
        ConfigMap one = object(json).as(ConfigMap.class);
        ConfigMap other = object(json).as(ConfigMap.class);
        assertThat(one.getData().get("key"))
                .isEqualTo("some value")
                .isSameAs(other.getData().get("key"));
        String far = "x".repeat(200);
        assertThat(object("{'data':{'k':'" + far + "'}}").as(ConfigMap.class).getData())
                .containsEntry("k", far);
    }

    @Test
    void numbersInPlaceOfStringsAreReadAsBefore() {
        assertThat(object("{'data':{'k':5,'l':true,'m':null}}")
                        .as(ConfigMap.class)
                        .getData())
                .containsEntry("k", "5")
                .containsEntry("l", "true")
                .containsEntry("m", null);
    }

    @Test
    void aResourceKnowsItsQualifiedName() {
        GroupVersionResource deployments = new GroupVersionResource("apps", "v1", "deployments");
        assertThat(deployments.isQualified("deployments.apps")).isTrue();
        assertThat(deployments.isQualified("deployments")).isFalse();
        assertThat(deployments.isQualified("deploymentsxapps")).isFalse();
        assertThat(new GroupVersionResource("", "v1", "pods").isQualified("pods"))
                .isTrue();
        assertThat(new GroupVersionResource("", "v1", "pods").isQualified("pods.apps"))
                .isFalse();
    }
}
