package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What clients learn of the API before they use it. */
class DiscoveryTest extends ConformanceCase {
    private static final String AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    /** What Go's discovery client asks for: the newest form first. */
    private static final String CLIENT =
            AGGREGATED + ",application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

    private static final List<String> BUILT_IN = List.of(
            "v1/pods",
            "v1/namespaces",
            "apps/v1/deployments",
            "apps/v1/statefulsets",
            "batch/v1/cronjobs",
            "networking.k8s.io/v1/ingresses",
            "policy/v1/poddisruptionbudgets",
            "storage.k8s.io/v1/storageclasses",
            "rbac.authorization.k8s.io/v1/clusterroles",
            "admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
            "apiextensions.k8s.io/v1/customresourcedefinitions",
            "apiregistration.k8s.io/v1/apiservices",
            "flowcontrol.apiserver.k8s.io/v1/flowschemas");

    @Test
    @Conformance("api-machinery/Discovery/1")
    void everyGroupHasAListOfResourcesOfTheVersionItReports() {
        for (Map<String, Object> group : api.get("/apis").ok().items("groups")) {
            for (Object version : Trees.list(group, "versions")) {
                String groupVersion = Trees.string(version, "groupVersion");
                Answer list = api.get("/apis/" + groupVersion).ok();
                assertThat(list.at("kind")).isEqualTo("APIResourceList");
                assertThat(list.at("groupVersion")).isEqualTo(groupVersion);
                assertThat(list.items("resources"))
                        .as(groupVersion)
                        .isNotEmpty()
                        .allSatisfy(r -> assertThat(r.get("name")).isNotEqualTo(""))
                        .allSatisfy(r -> assertThat(r.get("kind")).isNotEqualTo(""));
            }
        }
    }

    @Test
    @Conformance("api-machinery/Discovery/2")
    void everyGroupPrefersOneOfItsVersions() {
        for (Map<String, Object> entry : api.get("/apis").ok().items("groups")) {
            if (String.valueOf(entry.get("name")).endsWith(".example.com")) continue; // another test's
            Answer group = api.get("/apis/" + entry.get("name")).ok();
            String preferred = group.at("preferredVersion", "groupVersion");
            assertThat(group.items("versions").stream().map(v -> v.get("groupVersion")))
                    .as(group.at("name"))
                    .contains(preferred);
            assertThat(Trees.string(entry, "preferredVersion", "groupVersion")).isEqualTo(preferred);
        }
    }

    private List<String> plain() {
        List<String> found = new ArrayList<>();
        api.get("/api/v1").ok().items("resources").forEach(r -> found.add("v1/" + r.get("name")));
        for (Map<String, Object> group : api.get("/apis").ok().items("groups")) {
            if (String.valueOf(group.get("name")).endsWith(".example.com")) continue;
            for (Object version : Trees.list(group, "versions")) {
                String groupVersion = Trees.string(version, "groupVersion");
                api.get("/apis/" + groupVersion).ok().items("resources").stream()
                        .map(r -> groupVersion + "/" + r.get("name"))
                        .forEach(found::add);
            }
        }
        return found.stream()
                .filter(name -> !name.startsWith("v1/") || !isSub(name, 2))
                .filter(n -> n.startsWith("v1/") || !isSub(n, 3))
                .toList();
    }

    private static boolean isSub(String name, int parts) {
        return name.split("/").length > parts;
    }

    private List<String> aggregated(String accept) {
        List<String> found = new ArrayList<>();
        for (String root : List.of("/api", "/apis")) {
            Answer answer = api.get(root, "Accept", accept).ok();
            assertThat(answer.headers().firstValue("Content-Type").orElse(""))
                    .isEqualTo("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
            assertThat(answer.at("kind")).isEqualTo("APIGroupDiscoveryList");
            assertThat(answer.at("apiVersion")).isEqualTo("apidiscovery.k8s.io/v2");
            for (Map<String, Object> group : answer.items()) {
                String name = Trees.string(group, "metadata", "name");
                for (Object version : Trees.list(group, "versions")) {
                    String prefix = name == null || name.isEmpty() ? "" : name + "/";
                    for (Object resource : Trees.list(version, "resources")) {
                        found.add(prefix + Trees.string(version, "version") + "/" + Trees.string(resource, "resource"));
                    }
                }
            }
        }
        return found;
    }

    @Test
    @Conformance("api-machinery/AggregatedDiscovery/1")
    void theDiscoveryClientFindsEveryBuiltInResource() {
        assertThat(aggregated(CLIENT)).containsAll(BUILT_IN).containsAll(plain());
    }

    @Test
    @Conformance("api-machinery/AggregatedDiscovery/3")
    void theAggregatedFormListsEveryBuiltInResource() {
        assertThat(aggregated(AGGREGATED)).containsAll(BUILT_IN).containsAll(plain());
    }

    @Test
    @Conformance("api-machinery/AggregatedDiscovery/2")
    void theDiscoveryClientFindsANewDefinition() {
        definitionAppears("client", CLIENT);
    }

    @Test
    @Conformance("api-machinery/AggregatedDiscovery/4")
    void theAggregatedFormListsANewDefinition() {
        definitionAppears("raw", AGGREGATED);
    }

    private void definitionAppears(String word, String accept) {
        try (CustomResource custom = CustomResource.simple(api, word + "-" + namespace)) {
            eventually(() -> assertThat(aggregated(accept)).contains(custom.group() + "/v1/" + custom.plural()));
        }
    }
}
