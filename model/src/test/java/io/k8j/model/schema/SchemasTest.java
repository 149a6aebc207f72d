package io.k8j.model.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.ResourceInfo;
import io.k8j.model.resource.ResourceRegistry;
import io.k8j.model.schema.Schema.Field;
import io.k8j.model.schema.Schema.ListType;
import io.k8j.model.schema.Schema.Presence;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemasTest {
    @Test
    void everyServedKindHasASchemaAndAListSchema() {
        for (ResourceInfo info : ResourceRegistry.known().all()) {
            if (info.gvr().group().equals(ResourceRegistry.METRICS)) continue; // another server's upstream
            assertThat(Schemas.kind(info.gvk())).as(info.gvk().toString()).isNotNull();
            if (info.stored()) {
                GroupVersionKind list =
                        new GroupVersionKind(info.gvk().group(), info.gvk().version(), info.listKind());
                assertThat(Schemas.kind(list)).as(list.toString()).isNotNull();
            }
            for (ResourceInfo.Subresource sub : info.subresources())
                assertThat(Schemas.kind(sub.gvk())).as(sub.toString()).isNotNull();
        }
    }

    @Test
    void everyTypeCanBeResolvedCompletely() {
        for (String name : Schemas.typeNames())
            for (Field field : Schemas.type(name).fields().values())
                assertThat(field.schema()).as(name + "." + field.name()).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "io.k8s.api.core.v1.PodSpec, containers, MAP, name, merge, name, 2",
                "io.k8s.api.core.v1.PodSpec, tolerations, ATOMIC, '', '', -, 22",
                "io.k8s.api.core.v1.PodSpec, volumes, MAP, name, merge|retainKeys, name, 1",
                "io.k8s.api.core.v1.Container, ports, MAP, containerPort|protocol, merge, containerPort, 6",
                "io.k8s.api.core.v1.ServiceSpec, ports, MAP, port|protocol, merge, port, 1",
                "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta, ownerReferences, MAP, uid, merge, uid, 13",
                "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta, finalizers, SET, '', merge, -, 14",
                "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta, managedFields, ATOMIC, '', '', -, 17",
                "io.k8s.api.core.v1.PodStatus, conditions, MAP, type, merge, type, 2",
            })
    void listsKnowHowTheyMerge(
            String type, String field, ListType listType, String keys, String strategy, String mergeKey, int number) {
        Field found = Schemas.type(type).field(field);
        assertThat(found.schema().listType()).isEqualTo(listType);
        assertThat(String.join("|", found.schema().listMapKeys())).isEqualTo(keys);
        assertThat(String.join("|", found.patchStrategy())).isEqualTo(strategy);
        assertThat(found.patchMergeKey()).isEqualTo(mergeKey);
        assertThat(found.protoNumber()).isEqualTo(number);
    }

    @Test
    void fieldsOfInlinedMessagesStandInPlaceWithAPathOfNumbers() {
        Schema volume = Schemas.type("io.k8s.api.core.v1.Volume");
        assertThat(volume.fields().keySet())
                .startsWith("name", "hostPath", "emptyDir")
                .doesNotContain("volumeSource");
        assertThat(volume.field("emptyDir").protoNumber()).isEqualTo(2 << 10 | 2);
        Schema rule = Schemas.type("io.k8s.api.admissionregistration.v1.NamedRuleWithOperations");
        assertThat(rule.field("apiGroups").protoNumber()).isEqualTo((2 << 10 | 2) << 10 | 1);
    }

    @Test
    void namesAndPresenceFollowUpstream() {
        Schema crd = Schemas.type("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps");
        assertThat(crd.fields()).containsKeys("$ref", "x-kubernetes-list-type", "default", "enum");
        Schema container = Schemas.type("io.k8s.api.core.v1.Container");
        assertThat(container.field("resources").presence()).isEqualTo(Presence.ALWAYS);
        assertThat(container.field("livenessProbe").presence()).isEqualTo(Presence.KEEP);
        assertThat(container.field("tty").presence()).isEqualTo(Presence.OMIT);
        Schema pod = Schemas.kind(new GroupVersionKind("", "v1", "Pod"));
        assertThat(pod.fields().keySet())
                .containsExactlyElementsOf(List.of("kind", "apiVersion", "metadata", "spec", "status"));
        assertThat(Schemas.type("io.k8s.api.core.v1.PodSpec")
                        .field("nodeSelector")
                        .schema()
                        .atomic())
                .isTrue();
        assertThat(Schemas.type("io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector")
                        .atomic())
                .isTrue();
    }

    @Test
    void descriptionsMatchTheirFields() {
        Descriptions descriptions = Descriptions.load();
        assertThat(descriptions.of("io.k8s.api.core.v1.Pod")).startsWith("Pod is a collection of containers");
        assertThat(descriptions.of("io.k8s.api.core.v1.PodSpec", "nodeName")).startsWith("NodeName indicates");
        assertThat(descriptions.of("io.k8s.api.core.v1.PodSpec", "nope")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "apps.v1.DeploymentSpec|strategy|The deployment strategy to use to replace existing pods with new ones.",
                "core.v1.HTTPGetAction|port|Name or number of the port to access on the container. Number must be in the"
                        + " range 1 to 65535. Name must be an IANA_SVC_NAME.",
                "core.v1.PodSpec|affinity|If specified, the pod's scheduling constraints",
                "core.v1.EphemeralContainer|livenessProbe|Probes are not allowed for ephemeral containers."
            })
    void fieldsThatReferToATypeHaveTextsOfTheirOwn(String type, String field, String text) {
        assertThat(Descriptions.load().of("io.k8s.api." + type, field)).isEqualTo(text);
    }
}
