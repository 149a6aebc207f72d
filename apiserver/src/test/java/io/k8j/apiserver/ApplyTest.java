package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Server-side apply and the tracking of fields through the API, after the ideas of upstream's integration tests. */
class ApplyTest {
    private static final String MAPS = "v1/configmaps";
    private static final String DEPLOYMENTS = "apps/v1/deployments";
    private static final String SERVICES = "v1/services";
    private static final String MAP = "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m'%s},'data':{%s}}";
    private static final String DEPLOYMENT =
            "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d'},'spec':{%s'selector':{'matchLabels':{'a':'b'}},"
                    + "'template':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'i'%s}]}}}}";

    private final TestServer server = new TestServer();

    @AfterEach
    void stop() {
        server.close();
    }

    private Map<String, Object> apply(String resource, String name, String manager, String json) {
        return server.patch(resource, name, "apply", json, "fieldManager=" + manager);
    }

    private Map<String, Object> map(String manager, String data) {
        return apply(MAPS, "m", manager, MAP.formatted("", data));
    }

    /** Managers with their fields, such as {@code a/Apply: {"f:data":…}}. */
    private static Map<String, String> managers(Map<String, Object> object) {
        Map<String, String> managers = new LinkedHashMap<>();
        for (Object entry : Trees.list(object, "metadata", "managedFields")) {
            String subresource = Trees.string(entry, "subresource");
            managers.put(
                    Trees.string(entry, "manager") + "/" + Trees.string(entry, "operation")
                            + (subresource == null ? "" : "/" + subresource),
                    Json.writeString(Trees.get(entry, "fieldsV1")));
        }
        return managers;
    }

    private static String version(Map<String, Object> object) {
        return Trees.string(object, "metadata", "resourceVersion");
    }

    @Test
    void anAppliedObjectThatIsMissingIsCreated() {
        var made = server.send(
                Verb.PATCH,
                SERVICES,
                "s",
                "",
                "fieldManager=m",
                "application/apply-patch+yaml",
                Json.parse(
                        "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"s\"},\"spec\":{\"ports\":[{\"port\":80}]}}"));
        assertThat(made.code()).isEqualTo(201);
        assertThat(Trees.string(TestServer.tree(made), "metadata", "name")).isEqualTo("s");
    }

    @Test
    void anObjectWithAnIdentityIsNotCreated() {
        ApiException refused = TestServer.refusal(
                () -> apply(MAPS, "m", "a", MAP.formatted(",'uid':'88e00824-7f0e-11e8-94a1-c8d3ffb15800'", "")));
        assertThat(refused.code()).isEqualTo(409);
        assertThat(refused.getMessage())
                .isEqualTo("Operation cannot be fulfilled on configmaps \"m\": uid mismatch: the provided object"
                        + " specified uid 88e00824-7f0e-11e8-94a1-c8d3ffb15800, and no existing object was found");
    }

    @Test
    void applyingTheSameTwiceChangesNothingNotEvenTimes() {
        Map<String, Object> first = map("a", "'k':'v'");
        assertThat(map("a", "'k':'v'")).isEqualTo(first);
    }

    @Test
    void anUpdateThatChangesNothingLeavesVersionAndTimes() {
        Map<String, Object> first = map("a", "'k':'v'");
        assertThat(server.update(MAPS, "m", server.get(MAPS, "m"))).isEqualTo(first);
        assertThat(server.patch(MAPS, "m", "merge", "{'data':{'k':'v'}}")).isEqualTo(first);
        assertThat(server.patch(MAPS, "m", "strategic-merge", "{}")).isEqualTo(first);
    }

    @Test
    void theSameAmountInOtherWordsIsNoChange() {
        String amounts = ",'resources':{'limits':{'cpu':'%s'}}";
        Map<String, Object> first = apply(DEPLOYMENTS, "d", "a", DEPLOYMENT.formatted("", amounts.formatted("1")));
        assertThat(apply(DEPLOYMENTS, "d", "a", DEPLOYMENT.formatted("", amounts.formatted("1000m"))))
                .isEqualTo(first);
    }

    @Test
    void aConflictNamesWhomAndWhatAndForceTakesIt() {
        map("a", "'k':'v'");
        server.patch(MAPS, "m", "merge", "{'data':{'k':'w','l':'x'}}", "fieldManager=editor");
        ApiException refused = TestServer.refusal(() -> map("a", "'k':'v'"));
        assertThat(refused.code()).isEqualTo(409);
        assertThat(refused.getMessage())
                .startsWith("Apply failed with 1 conflict: conflict with \"editor\" using v1: .data.k");
        assertThat(Json.writeString(refused.details()))
                .startsWith(
                        "{\"causes\":[{\"reason\":\"FieldManagerConflict\",\"message\":\"conflict with \\\"editor\\\" using v1")
                .endsWith("\",\"field\":\".data.k\"}]}");
        Map<String, Object> forced =
                server.patch(MAPS, "m", "apply", MAP.formatted("", "'k':'v'"), "fieldManager=a&force=true");
        assertThat(Trees.get(forced, "data")).isEqualTo(Map.of("k", "v", "l", "x"));
        assertThat(managers(forced))
                .isEqualTo(
                        Map.of("a/Apply", "{\"f:data\":{\"f:k\":{}}}", "editor/Update", "{\"f:data\":{\"f:l\":{}}}"));
    }

    @Test
    void equalValuesAreShared() {
        map("a", "'k':'v'");
        Map<String, Object> shared = map("b", "'k':'v'");
        assertThat(managers(shared))
                .isEqualTo(Map.of("a/Apply", "{\"f:data\":{\"f:k\":{}}}", "b/Apply", "{\"f:data\":{\"f:k\":{}}}"));
        assertThat(Trees.get(map("a", ""), "data")).as("b still wants it").isEqualTo(Map.of("k", "v"));
        assertThat(Trees.get(map("b", ""), "data")).isNull();
    }

    @Test
    void whoeverAppliesNothingMoreIsForgotten() {
        map("a", "'k':'v'");
        map("b", "'l':'w'");
        Map<String, Object> rest =
                apply(MAPS, "m", "a", "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m'}}");
        assertThat(managers(rest)).isEqualTo(Map.of("b/Apply", "{\"f:data\":{\"f:l\":{}}}"));
    }

    @Test
    void aManagerThatUpdatesAndAppliesHasTwoEntries() {
        map("a", "'k':'v'");
        Map<String, Object> both = server.patch(MAPS, "m", "merge", "{'data':{'l':'w'}}", "fieldManager=a");
        assertThat(managers(both))
                .isEqualTo(Map.of("a/Apply", "{\"f:data\":{\"f:k\":{}}}", "a/Update", "{\"f:data\":{\"f:l\":{}}}"));
        ApiException own = TestServer.refusal(() -> map("a", "'k':'v','l':'x'"));
        assertThat(own.getMessage()).startsWith("Apply failed with 1 conflict: conflict with \"a\" using v1");
    }

    @Test
    void onlyTheLastUpdatersAreKeptByName() {
        map("applier", "'k':'v'");
        Map<String, Object> object = Map.of();
        for (int i = 0; i < 12; i++) {
            String name = "u%02d".formatted(i); // of the same second, so by name
            object = server.patch(MAPS, "m", "merge", "{'data':{'" + name + "':'1'}}", "fieldManager=" + name);
        }
        Map<String, String> managers = managers(object);
        assertThat(managers).hasSize(11).containsKeys("applier/Apply", "u11/Update", "ancient-changes/Update");
        assertThat(managers.get("ancient-changes/Update"))
                .contains("f:u00", "f:u01", "f:u02")
                .doesNotContain("f:u03");
        assertThat(managers.keySet()).doesNotContain("u00/Update", "u01/Update", "u02/Update");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "merge {'metadata':{'managedFields':[{}]}}",
                "merge {'metadata':{'managedFields':[]}}",
                "strategic-merge {'metadata':{'managedFields':[{}]}}",
                "json [{'op':'replace','path':'/metadata/managedFields','value':[{}]}]",
                "json [{'op':'replace','path':'/metadata/managedFields','value':[]}]"
            })
    void anEmptyListClearsTheTracking(String patch) {
        map("a", "'k':'v'");
        int space = patch.indexOf(' ');
        Map<String, Object> cleared = server.patch(MAPS, "m", patch.substring(0, space), patch.substring(space + 1));
        assertThat(managers(cleared)).isEmpty();
        assertThat(Trees.get(cleared, "data")).isEqualTo(Map.of("k", "v"));
    }

    @Test
    void anUpdateWithoutTrackingKeepsItAndOneWithAnEmptyListClearsIt() {
        Map<String, Object> object = map("a", "'k':'v'");
        Trees.remove(object, "metadata", "managedFields");
        Map<String, Object> kept = server.update(MAPS, "m", object);
        assertThat(managers(kept)).containsOnlyKeys("a/Apply");
        object = server.get(MAPS, "m");
        Trees.set(object, List.of(Map.of()), "metadata", "managedFields");
        assertThat(managers(server.update(MAPS, "m", object))).isEmpty();
    }

    @Test
    void brokenTrackingIsNoReasonToRefuse() {
        Map<String, Object> made = server.create(
                MAPS,
                MAP.formatted(
                        ",'managedFields':[{'manager':'x','operation':'Apply','apiVersion':'v1','fieldsType':'FieldsV1','fieldsV1':{'nonsense':{}}}]",
                        "'k':'v'"),
                "fieldManager=maker");
        assertThat(managers(made)).containsOnlyKeys("maker/Update");
        Map<String, Object> patched = server.patch(
                MAPS,
                "m",
                "json",
                "[{'op':'replace','path':'/metadata/managedFields/0/apiVersion','value':'no/such/version'}]",
                "fieldManager=patcher");
        assertThat(Trees.get(patched, "data")).isEqualTo(Map.of("k", "v"));
    }

    @Test
    void configurationsMustNotTrackThemselves() {
        ApiException refused = TestServer.refusal(
                () -> apply(MAPS, "m", "a", MAP.formatted(",'managedFields':[{'manager':'x'}]", "'k':'v'")));
        assertThat(refused.code()).isEqualTo(400);
        assertThat(refused.getMessage()).isEqualTo("metadata.managedFields must be nil");
    }

    @Test
    void anotherVersionOfTheKindIsRefused() {
        ApiException refused = TestServer.refusal(() ->
                apply(DEPLOYMENTS, "d", "a", DEPLOYMENT.formatted("", "").replace("apps/v1", "extensions/v1beta")));
        assertThat(refused.code()).isEqualTo(400);
        assertThat(refused.getMessage()).isEqualTo("invalid object type: extensions/v1beta, Kind=Deployment");
    }

    @Test
    void anOldVersionInTheConfigurationIsAConflict() {
        Map<String, Object> first = map("a", "'k':'v'");
        map("a", "'k':'w'");
        ApiException refused = TestServer.refusal(
                () -> apply(MAPS, "m", "a", MAP.formatted(",'resourceVersion':'" + version(first) + "'", "'k':'x'")));
        assertThat(refused.code()).isEqualTo(409);
        assertThat(refused.getMessage()).contains("the object has been modified");
    }

    @Test
    void aDryRunShowsAndKeepsNothing() {
        Map<String, Object> first = map("a", "'k':'v'");
        Map<String, Object> shown =
                server.patch(MAPS, "m", "apply", MAP.formatted("", "'l':'w'"), "fieldManager=b&dryRun=All");
        assertThat(managers(shown)).containsOnlyKeys("a/Apply", "b/Apply");
        assertThat(server.get(MAPS, "m")).isEqualTo(first);
    }

    @Test
    void aPortOfAListComesAndGoesByItsKey() {
        String ports = ",'ports':[%s]";
        String both = "{'containerPort':80},{'containerPort':90,'protocol':'UDP'}";
        apply(DEPLOYMENTS, "d", "a", DEPLOYMENT.formatted("", ports.formatted(both)));
        Map<String, Object> one =
                apply(DEPLOYMENTS, "d", "a", DEPLOYMENT.formatted("", ports.formatted("{'containerPort':80}")));
        Object container =
                Trees.list(one, "spec", "template", "spec", "containers").getFirst();
        assertThat(Trees.list(container, "ports")).isEqualTo(List.of(Map.of("containerPort", 80L, "protocol", "TCP")));
        assertThat(managers(one).get("a/Apply"))
                .contains("\"f:ports\":{\"k:{\\\"containerPort\\\":80,\\\"protocol\\\":\\\"TCP\\\"}\"");
    }

    @Test
    void updatesOfTheStatusHaveAnEntryOfTheirOwn() {
        apply(DEPLOYMENTS, "d", "a", DEPLOYMENT.formatted("'replicas':2,", ""));
        Map<String, Object> object = server.get(DEPLOYMENTS, "d");
        Trees.set(object, 2L, "status", "replicas");
        Trees.set(object, 7L, "spec", "replicas");
        Map<String, Object> written = TestServer.tree(
                server.send(Verb.UPDATE, DEPLOYMENTS, "d", "status", "fieldManager=controller", null, object));
        assertThat(managers(written).get("controller/Update/status")).isEqualTo("{\"f:status\":{\"f:replicas\":{}}}");
        assertThat(Trees.get(written, "spec", "replicas")).isEqualTo(2L);
        Map<String, Object> main = server.patch(
                DEPLOYMENTS, "d", "merge", "{'status':{'replicas':9},'spec':{'paused':true}}", "fieldManager=e");
        assertThat(managers(main).get("e/Update")).isEqualTo("{\"f:spec\":{\"f:paused\":{}}}");
    }

    @Test
    void labelsWrittenWithAStatusBelongToItsWriterWhereTheyAreKept() {
        server.create("v1/pods", "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'i'}]}}");
        Map<String, Object> pod = server.get("v1/pods", "p");
        Trees.set(pod, new LinkedHashMap<>(Map.of("l", "v")), "metadata", "labels");
        Trees.set(pod, "Running", "status", "phase");
        Map<String, Object> written =
                TestServer.tree(server.send(Verb.UPDATE, "v1/pods", "p", "status", "fieldManager=kubelet", null, pod));
        assertThat(Trees.get(written, "metadata", "labels")).isEqualTo(Map.of("l", "v"));
        assertThat(managers(written).get("kubelet/Update/status"))
                .contains("\"f:labels\":{\".\":{},\"f:l\":{}}")
                .contains("\"f:phase\":{}");
    }

    @Test
    void aFieldThatIsNullIsOwnedAndAbsent() {
        map("a", "'k':'v'");
        Map<String, Object> applied = apply(
                MAPS,
                "m",
                "b",
                "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m','annotations':null},'data':{'l':'w'}}");
        assertThat(Trees.get(applied, "metadata", "annotations")).isNull();
        assertThat(Trees.get(applied, "data")).isEqualTo(Map.of("k", "v", "l", "w"));
    }
}
