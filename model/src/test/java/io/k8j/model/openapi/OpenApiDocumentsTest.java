package io.k8j.model.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.resource.ResourceInfo;
import io.k8j.model.resource.ResourceRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OpenApiDocumentsTest {
    private final OpenApiDocuments documents = OpenApiDocuments.of("v1.36.0", ResourceRegistry.builtIn());

    @Test
    void everyReferenceOfEveryDocumentIsThere() {
        Set<String> paths = Trees.map(documents.index(), "paths").keySet();
        assertThat(paths).hasSize(22).contains("api/v1", "apis/apps/v1", "apis/rbac.authorization.k8s.io/v1");
        for (String path : paths) {
            Map<String, Object> document = Json.parseObject(documents.third(path));
            checkReferences(document, Trees.map(document, "components", "schemas"), "#/components/schemas/");
        }
        Map<String, Object> second = Json.parseObject(documents.second());
        checkReferences(second, Trees.map(second, "definitions"), "#/definitions/");
    }

    private static void checkReferences(Object node, Map<String, Object> schemas, String prefix) {
        if (node instanceof Map<?, ?> map) {
            if (map.get("$ref") instanceof String reference)
                assertThat(schemas).containsKey(reference.substring(prefix.length()));
            map.values().forEach(value -> checkReferences(value, schemas, prefix));
        } else if (node instanceof List<?> list) {
            list.forEach(value -> checkReferences(value, schemas, prefix));
        }
    }

    @Test
    void explainFindsTheKindOfAPathAndItsFields() {
        Map<String, Object> document = Json.parseObject(documents.third("apis/apps/v1"));
        assertThat(Trees.map(
                        document,
                        "paths",
                        "/apis/apps/v1/namespaces/{namespace}/deployments/{name}",
                        "get",
                        "x-kubernetes-group-version-kind"))
                .isEqualTo(Map.of("group", "apps", "version", "v1", "kind", "Deployment"));
        Map<String, Object> schemas = Trees.map(document, "components", "schemas");
        assertThat(Trees.get(schemas, "io.k8s.api.apps.v1.Deployment", "x-kubernetes-group-version-kind"))
                .isEqualTo(List.of(Map.of("group", "apps", "version", "v1", "kind", "Deployment")));
        Map<String, Object> podSpec = Trees.map(schemas, "io.k8s.api.core.v1.PodSpec");
        assertThat(podSpec.get("required")).isEqualTo(List.of("containers"));
        Map<String, Object> containers = Trees.map(podSpec, "properties", "containers");
        assertThat(containers)
                .containsEntry("type", "array")
                .containsEntry("x-kubernetes-list-type", "map")
                .containsEntry("x-kubernetes-list-map-keys", List.of("name"))
                .containsEntry("x-kubernetes-patch-merge-key", "name")
                .containsEntry("x-kubernetes-patch-strategy", "merge");
        assertThat(Trees.string(containers, "description")).startsWith("List of containers");
        assertThat(Trees.map(schemas, "io.k8s.api.core.v1.ContainerPort", "properties", "protocol"))
                .containsEntry("default", "TCP");
    }

    @Test
    void clientsSeeThatTheServerValidatesFields() {
        for (String path : List.of("api/v1", "apis/apps/v1"))
            Trees.map(Json.parseObject(documents.third(path)), "paths").forEach((place, item) -> {
                for (String method : List.of("patch", "put", "post")) {
                    if (Trees.get(item, method) == null || place.contains("/proxy") || isConnect(place)) continue;
                    assertThat(Trees.list(item, method, "parameters"))
                            .as(place)
                            .anyMatch(p -> "fieldValidation".equals(Trees.string(p, "name"))
                                    && "query".equals(Trees.string(p, "in")));
                }
            });
    }

    private static boolean isConnect(String path) {
        return path.endsWith("/exec") || path.endsWith("/attach") || path.endsWith("/portforward");
    }

    @Test
    void operationsAreNamedAsUpstreamNamesThem() {
        Map<String, Object> paths = Trees.map(Json.parseObject(documents.third("api/v1")), "paths");
        assertThat(Trees.string(paths, "/api/v1/namespaces/{namespace}/pods", "get", "operationId"))
                .isEqualTo("listCoreV1NamespacedPod");
        assertThat(Trees.string(paths, "/api/v1/pods", "get", "operationId"))
                .isEqualTo("listCoreV1PodForAllNamespaces");
        assertThat(Trees.string(paths, "/api/v1/namespaces/{namespace}/pods", "delete", "operationId"))
                .isEqualTo("deleteCoreV1CollectionNamespacedPod");
        assertThat(Trees.string(paths, "/api/v1/nodes/{name}/status", "put", "operationId"))
                .isEqualTo("replaceCoreV1NodeStatus");
        assertThat(Trees.string(paths, "/api/v1/namespaces/{namespace}/pods/{name}/proxy/{path}", "get", "operationId"))
                .isEqualTo("connectCoreV1GetNamespacedPodProxyWithPath");
    }

    @Test
    void theProtobufFormSaysTheSameAsTheSecondVersion() throws Exception {
        Map<String, Object> second = Json.parseObject(documents.second());
        UnknownFieldSet document = UnknownFieldSet.parseFrom(documents.secondProtobuf());
        assertThat(text(document, 1)).isEqualTo("2.0");
        Map<String, UnknownFieldSet> definitions = named(inner(document, 9), 1);
        assertThat(definitions.keySet())
                .isEqualTo(Trees.map(second, "definitions").keySet());
        assertThat(named(inner(document, 8), 2).keySet())
                .isEqualTo(Trees.map(second, "paths").keySet());
        UnknownFieldSet container = definitions.get("io.k8s.api.core.v1.Container");
        UnknownFieldSet ports = named(inner(container, 25), 1).get("ports");
        assertThat(text(inner(ports, 22), 1)).isEqualTo("array");
        assertThat(text(inner(inner(ports, 23), 1), 1)).isEqualTo("#/definitions/io.k8s.api.core.v1.ContainerPort");
        assertThat(text(named(ports, 31).get("x-kubernetes-patch-merge-key"), 2))
                .isEqualTo("\"containerPort\"");
    }

    @Test
    void theProtobufFormSaysTheSameAsTheThirdVersion() throws Exception {
        Map<String, Object> third = Json.parseObject(documents.third("apis/batch/v1"));
        UnknownFieldSet document = UnknownFieldSet.parseFrom(documents.thirdProtobuf("apis/batch/v1"));
        assertThat(text(document, 1)).isEqualTo("3.0.0");
        assertThat(text(inner(document, 2), 6)).isEqualTo("1.36");
        Map<String, UnknownFieldSet> paths = named(inner(document, 4), 1);
        assertThat(paths.keySet()).isEqualTo(Trees.map(third, "paths").keySet());
        UnknownFieldSet create =
                inner(paths.get("/apis/batch/v1/namespaces/{namespace}/jobs"), 6); // post is 6, get 4, put 5
        assertThat(text(create, 5)).isEqualTo("createBatchV1NamespacedJob");
        UnknownFieldSet body = inner(inner(create, 7), 1);
        assertThat(text(inner(inner(named(inner(body, 2), 1).values().iterator().next(), 1), 2), 1))
                .isEqualTo("#/components/schemas/io.k8s.api.batch.v1.Job");
        Map<String, UnknownFieldSet> schemas = named(inner(inner(document, 5), 1), 1);
        assertThat(schemas.keySet())
                .isEqualTo(Trees.map(third, "components", "schemas").keySet());
        UnknownFieldSet job = inner(schemas.get("io.k8s.api.batch.v1.JobSpec"), 1);
        UnknownFieldSet limit = inner(named(inner(job, 31), 1).get("backoffLimit"), 1);
        assertThat(text(limit, 25)).isEqualTo("integer");
        assertThat(text(limit, 35)).isEqualTo("int32");
        assertThat(text(job, 23)).isEqualTo("template");
    }

    private static UnknownFieldSet inner(UnknownFieldSet message, int number) throws InvalidProtocolBufferException {
        return UnknownFieldSet.parseFrom(
                message.getField(number).getLengthDelimitedList().getFirst());
    }

    private static String text(UnknownFieldSet message, int number) {
        return message.getField(number).getLengthDelimitedList().getFirst().toStringUtf8();
    }

    private static Map<String, UnknownFieldSet> named(UnknownFieldSet message, int number)
            throws InvalidProtocolBufferException {
        Map<String, UnknownFieldSet> out = new HashMap<>();
        for (ByteString entry : message.getField(number).getLengthDelimitedList()) {
            UnknownFieldSet pair = UnknownFieldSet.parseFrom(entry);
            out.put(text(pair, 1), inner(pair, 2));
        }
        return out;
    }

    @Test
    void customResourcesAreDescribedByTheirOwnTree() {
        ResourceInfo tab = new ResourceInfo(
                new GroupVersionResource("stable.example.com", "v1", "crontabs"),
                new GroupVersionKind("stable.example.com", "v1", "CronTab"),
                "CronTabList",
                "crontab",
                List.of(),
                List.of(),
                true,
                ResourceRegistry.builtIn().all().get(2).verbs(),
                List.of(),
                Set.of("metadata.name"),
                false,
                new GroupVersionKind("stable.example.com", "v1", "CronTab"));
        Map<String, Object> tree = Json.parseObject(
                "{\"type\":\"object\",\"properties\":{\"spec\":{\"type\":\"object\",\"description\":\"what\"}}}");
        OpenApiDocuments with = documents.withCustom(List.of(ApiKind.custom(tab, tree)));
        Map<String, Object> document = Json.parseObject(with.third("apis/stable.example.com/v1"));
        Map<String, Object> schemas = Trees.map(document, "components", "schemas");
        assertThat(Trees.string(schemas, "com.example.stable.v1.CronTab", "properties", "spec", "description"))
                .isEqualTo("what");
        assertThat(Trees.get(schemas, "com.example.stable.v1.CronTab", "properties", "metadata", "allOf"))
                .isNotNull();
        assertThat(with.hash("v2")).isNotEqualTo(documents.hash("v2"));
        assertThat(with.hash("api/v1")).isEqualTo(documents.hash("api/v1"));
        assertThat(documents.third("apis/stable.example.com/v1")).isNull();
    }

    @Test
    void fieldsTellTheFewValuesTheyMayHave() {
        Map<String, Object> schemas = Trees.map(Json.parseObject(documents.third("api/v1")), "components", "schemas");
        Map<String, Object> protocol = Trees.map(schemas, "io.k8s.api.core.v1.ContainerPort", "properties", "protocol");
        assertThat(protocol).containsEntry("enum", List.of("SCTP", "TCP", "UDP"));
        assertThat(Trees.string(protocol, "description"))
                .endsWith("\n\nPossible enum values:\n - `\"SCTP\"`\n - `\"TCP\"`\n - `\"UDP\"`");
        assertThat(Trees.list(
                        schemas,
                        "io.k8s.api.core.v1.PersistentVolumeClaimSpec",
                        "properties",
                        "accessModes",
                        "items",
                        "enum"))
                .hasSize(4);
        assertThat(Trees.list(schemas, "io.k8s.api.core.v1.HostPathVolumeSource", "properties", "type", "enum"))
                .as("an empty value is one, too")
                .contains("", "File");
    }

    @Test
    void everyFieldWithFewValuesExists() {
        Map<String, Object> definitions = Trees.map(Json.parseObject(documents.second()), "definitions");
        List<String> told = new java.util.ArrayList<>();
        definitions.forEach((type, schema) -> Trees.map(schema, "properties").forEach((field, property) -> {
            if (property.toString().contains("enum=[")) told.add(type + "." + field);
        }));
        assertThat(told).hasSize(98);
    }

    @Test
    void itemsOfAListKindAreNoListThatIsMergedButThoseOfOtherTypesAre() {
        Map<String, Object> schemas = Trees.map(Json.parseObject(documents.third("api/v1")), "components", "schemas");
        assertThat(Trees.map(schemas, "io.k8s.api.core.v1.PodList", "properties", "items"))
                .doesNotContainKey("x-kubernetes-list-type");
        assertThat(Trees.map(schemas, "io.k8s.api.core.v1.ConfigMapProjection", "properties", "items"))
                .containsEntry("x-kubernetes-list-type", "atomic");
    }

    @Test
    void someDeletionsAnswerWithTheObject() {
        Map<String, Object> paths = Trees.map(Json.parseObject(documents.third("api/v1")), "paths");
        assertThat(deleted(paths, "pods")).endsWith(".Pod");
        assertThat(deleted(paths, "configmaps")).endsWith(".Status");
    }

    private static String deleted(Map<String, Object> paths, String resource) {
        return Trees.string(
                paths,
                "/api/v1/namespaces/{namespace}/" + resource + "/{name}",
                "delete",
                "responses",
                "200",
                "content",
                "application/json",
                "schema",
                "$ref");
    }
}
