package io.k8j.apiserver.crd;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import io.k8j.apiserver.Operations;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The conformance suite's lines on definitions, over HTTP. */
class DefinitionLifeTest {
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private final HttpTestServer server = new HttpTestServer(Operations.DEFAULTS);

    @AfterEach
    void close() {
        server.close();
    }

    private static String definition(String plural, String labels, String schema) {
        return ("{'metadata':{'name':'%1$s.a.b','labels':{%2$s}},'spec':{'group':'a.b','scope':'Cluster','names':{'plural':"
                        + "'%1$s','kind':'K%1$s'},'versions':[{'name':'v1','served':true,'storage':true,'schema':{"
                        + "'openAPIV3Schema':%3$s}}]}}")
                .formatted(plural, labels, schema);
    }

    private void define(String plural, String schema) {
        HttpResponse<String> made = server.post(DEFINITIONS, definition(plural, "", schema));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        Awaitility.await().until(() -> server.get("/apis/a.b/v1/" + plural).statusCode() == 200);
    }

    private HttpResponse<String> patch(String path, String type, String body) {
        return server.send(server.request(path, "root")
                .header("Content-Type", type)
                .method("PATCH", HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    private Map<String, Object> spec(String path) {
        return Trees.map(server.json(path), "spec");
    }

    @Test
    void aDefaultThatComesLaterShowsOnStoredObjects() {
        String schema =
                "{'type':'object','properties':{'spec':{'type':'object','properties':{'a':{'type':'string'},'b':{"
                        + "'type':'string'}}}}}";
        define("foos", schema);
        server.post("/apis/a.b/v1/foos", "{'apiVersion':'a.b/v1','kind':'Kfoos','metadata':{'name':'x'},'spec':{}}");
        String place = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/";
        patch(
                DEFINITIONS + "/foos.a.b",
                "application/json-patch+json",
                "[{'op':'add','path':'" + place + "a/default','value':'A'}]");
        Awaitility.await()
                .untilAsserted(() -> assertThat(spec("/apis/a.b/v1/foos/x")).containsEntry("a", "A"));
        assertThat(Trees.map(
                        Trees.list(server.json("/apis/a.b/v1/foos"), "items").getFirst(), "spec"))
                .containsEntry("a", "A");
        // A write stores what was read, so the value outlives its default.
        patch("/apis/a.b/v1/foos/x", "application/merge-patch+json", "{'metadata':{'labels':{'k':'v'}}}");
        patch(
                DEFINITIONS + "/foos.a.b",
                "application/json-patch+json",
                "[{'op':'remove','path':'" + place + "a/default'},{'op':'add','path':'" + place
                        + "b/default','value':'B'}]");
        Awaitility.await()
                .untilAsserted(() -> assertThat(spec("/apis/a.b/v1/foos/x"))
                        .containsEntry("b", "B")
                        .containsEntry("a", "A"));
    }

    @Test
    void anEmptyValueIsNotReplacedByADefault() {
        define(
                "bars",
                "{'type':'object','properties':{'n':{'type':'integer','default':3},'s':{'type':'string','default':'x'},'m':"
                        + "{'type':'string','nullable':true,'default':'y'}}}");
        HttpResponse<String> made = server.post(
                "/apis/a.b/v1/bars",
                "{'apiVersion':'a.b/v1','kind':'Kbars','metadata':{'name':'x'},'n':0,'s':'','m':null}");
        Map<String, Object> tree = Json.parseObject(made.body());
        assertThat(tree).containsEntry("n", 0L).containsEntry("s", "").containsEntry("m", null);
    }

    @Test
    void labelsSelectDefinitionsToListAndToDelete() {
        for (int i = 0; i < 3; i++) {
            assertThat(server.post(DEFINITIONS, definition("l" + i, "'set':'one'", "{'type':'object'}"))
                            .statusCode())
                    .isEqualTo(201);
        }
        define("other", "{'type':'object'}");
        assertThat(Trees.list(server.json(DEFINITIONS + "?labelSelector=set%3Done"), "items"))
                .hasSize(3);
        server.send("DELETE", DEFINITIONS + "?labelSelector=set%3Done", "");
        Awaitility.await()
                .untilAsserted(() -> assertThat(Trees.list(server.json(DEFINITIONS), "items").stream()
                                .map(d -> Trees.string(d, "metadata", "name")))
                        .containsExactly("other.a.b"));
    }

    @Test
    void statusOfADefinitionIsReadUpdatedAndPatched() {
        define("stats", "{'type':'object'}");
        String path = DEFINITIONS + "/stats.a.b/status";
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(server.get(path).body()).contains("\"type\":\"Established\",\"status\":\"True\""));
        String condition = "{'type':'Mine','status':'True','lastTransitionTime':'2024-01-01T00:00:00Z','reason':'r',"
                + "'message':'m'}";
        Map<String, Object> tree = server.json(path);
        List<Object> conditions = new java.util.ArrayList<>(Trees.list(tree, "status", "conditions"));
        conditions.add(Json.parse(condition.replace('\'', '"')));
        Trees.set(tree, conditions, "status", "conditions");
        assertThat(server.send("PUT", path, Json.writeString(tree)).statusCode())
                .isEqualTo(200);
        assertThat(server.get(path).body()).contains("\"type\":\"Mine\"");
        patch(
                path,
                "application/json-patch+json",
                "[{'op':'add','path':'/status/conditions/-','value':" + condition.replace("Mine", "Other") + "}]");
        assertThat(server.get(path).body()).contains("\"type\":\"Other\"", "\"type\":\"Mine\"");
    }

    @Test
    void aWatchSeesObjectsComeChangeAndGo() throws Exception {
        define("seens", "{'type':'object','x-kubernetes-preserve-unknown-fields':true}");
        HttpResponse<java.io.InputStream> watch = server.client.send(
                server.request("/apis/a.b/v1/seens?watch=true", "root").build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(watch.body()))) {
            server.post("/apis/a.b/v1/seens", "{'apiVersion':'a.b/v1','kind':'Kseens','metadata':{'name':'x'}}");
            assertThat(lines.readLine()).contains("ADDED", "\"name\":\"x\"");
            patch("/apis/a.b/v1/seens/x", "application/merge-patch+json", "{'a':1}");
            assertThat(lines.readLine()).contains("MODIFIED", "\"a\":1");
            // Watches of a changed definition end, so that the next one shows objects by the new schema.
            patch(
                    DEFINITIONS + "/seens.a.b",
                    "application/merge-patch+json",
                    "{'spec':{'names':{'shortNames':['sn']}}}");
            assertThat(lines.readLine()).isNull();
        }
        HttpResponse<java.io.InputStream> next = server.client.send(
                server.request("/apis/a.b/v1/seens?watch=true", "root").build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(next.body()))) {
            assertThat(lines.readLine()).contains("ADDED");
            server.send("DELETE", "/apis/a.b/v1/seens/x", "");
            assertThat(lines.readLine()).contains("DELETED");
        }
    }

    @Test
    void unknownAndDuplicateFieldsAreRefusedWhenAskedFor() {
        define(
                "stricts",
                "{'type':'object','properties':{'spec':{'type':'object','properties':{'a':{'type':'string'}}}}}");
        String object = "{'apiVersion':'a.b/v1','kind':'Kstricts','metadata':{'name':'x'},'spec':{'a':'1','nope':1}}";
        HttpResponse<String> strict = server.post("/apis/a.b/v1/stricts?fieldValidation=Strict", object);
        assertThat(strict.statusCode()).isEqualTo(400);
        assertThat(strict.body()).contains("strict decoding error: unknown field \\\"spec.nope\\\"");
        HttpResponse<String> warned = server.post("/apis/a.b/v1/stricts?fieldValidation=Warn", object);
        assertThat(warned.headers().firstValue("Warning")).contains("299 - \"unknown field \\\"spec.nope\\\"\"");
        define("opens", "{'type':'object','x-kubernetes-preserve-unknown-fields':true}");
        HttpResponse<String> twice = server.post(
                "/apis/a.b/v1/opens?fieldValidation=Strict",
                "{'apiVersion':'a.b/v1','kind':'Kopens','metadata':{'name':'x'},'a':1,'a':2}");
        assertThat(twice.statusCode()).isEqualTo(400);
        assertThat(twice.body()).contains("duplicate field \\\"a\\\"");
        assertThat(server.post(
                                "/apis/a.b/v1/opens?fieldValidation=Strict",
                                "{'apiVersion':'a.b/v1','kind':'Kopens','metadata':{'name':'x'},'any':1}")
                        .statusCode())
                .isEqualTo(201);
    }

    @Test
    void protobufIsNotForCustomResources() {
        define("plains", "{'type':'object'}");
        HttpResponse<String> read = server.send(
                server.request("/apis/a.b/v1/plains", "root").header("Accept", "application/vnd.kubernetes.protobuf"));
        assertThat(read.statusCode()).isEqualTo(406);
        assertThat(read.body())
                .contains("only the following media types are accepted: application/json,"
                        + " application/yaml, application/vnd.kubernetes.protobuf");
        assertThat(written("k8s"))
                .contains("the object provided is unrecognized (must be of type Kplains): provided"
                        + " data does not appear to be a protobuf message, expected prefix [107 56 115 0] (6b3873)");
        assertThat(written("k8s\0anything"))
                .contains("Kplains in version \\\"v1\\\" cannot be handled as a Kplains: object"
                        + " *unstructured.Unstructured does not implement the protobuf marshalling interface and cannot be"
                        + " encoded to a protobuf message");
    }

    private String written(String body) {
        HttpResponse<String> written = server.send(server.request("/apis/a.b/v1/plains", "root")
                .header("Content-Type", "application/vnd.kubernetes.protobuf")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
        assertThat(written.statusCode()).isEqualTo(400);
        return written.body();
    }

    @Test
    void usersOfADeprecatedVersionAreWarned() {
        String schema = "'schema':{'openAPIV3Schema':{'type':'object'}}";
        server.post(
                DEFINITIONS,
                "{'metadata':{'name':'olds.a.b'},'spec':{'group':'a.b','scope':'Cluster','names':{'plural':'olds','kind':"
                        + "'Old'},'versions':[{'name':'v1beta1','served':true,'storage':false,'deprecated':true,"
                        + schema
                        + "},{'name':'v1alpha1','served':true,'storage':false,'deprecated':true,'deprecationWarning':"
                        + "'leave it'," + schema + "},{'name':'v1','served':true,'storage':true," + schema + "}]}}");
        Awaitility.await().until(() -> server.get("/apis/a.b/v1/olds").statusCode() == 200);
        assertThat(server.get("/apis/a.b/v1beta1/olds").headers().firstValue("Warning"))
                .contains("299 - \"a.b/v1beta1 Old is deprecated; use a.b/v1 Old\"");
        assertThat(server.get("/apis/a.b/v1alpha1/olds").headers().firstValue("Warning"))
                .contains("299 - \"leave it\"");
        assertThat(server.get("/apis/a.b/v1/olds").headers().firstValue("Warning"))
                .isEmpty();
    }

    @Test
    void namesThatAreTakenAreNotAccepted() {
        define("firsts", "{'type':'object'}");
        patch(DEFINITIONS + "/firsts.a.b", "application/merge-patch+json", "{'spec':{'names':{'shortNames':['f']}}}");
        Awaitility.await()
                .until(
                        () -> server.get(DEFINITIONS + "/firsts.a.b")
                                .body()
                                .contains(
                                        "\"acceptedNames\":{\"plural\":\"firsts\",\"singular\":\"kfirsts\",\"shortNames\":[\"f\"]"));
        server.post(
                DEFINITIONS,
                definition("seconds", "", "{'type':'object'}").replace("'kind':", "'shortNames':['f'],'kind':"));
        Awaitility.await()
                .untilAsserted(() -> assertThat(
                                server.get(DEFINITIONS + "/seconds.a.b").body())
                        .contains(
                                "\"reason\":\"ShortNamesConflict\",\"message\":\"\\\"f\\\" is already in use\"",
                                "\"reason\":\"NotAccepted\",\"message\":\"not all names are accepted\""));
        assertThat(server.get("/apis/a.b/v1/seconds").statusCode()).isEqualTo(404);
        server.send("DELETE", DEFINITIONS + "/firsts.a.b", "");
        Awaitility.await().until(() -> server.get("/apis/a.b/v1/seconds").statusCode() == 200);
    }

    @Test
    void aGroupOfTheCommunityNeedsItsApproval() {
        String named = definition("apps", "", "{'type':'object'}").replace("a.b", "x.k8s.io");
        HttpResponse<String> refused = server.post(DEFINITIONS, named);
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body())
                .contains("metadata.annotations[api-approved.kubernetes.io]: Required value: protected"
                        + " groups must have approval annotation");
        String approved =
                named.replace("'labels':{}", "'annotations':{'api-approved.kubernetes.io':'unapproved, for a test'}");
        assertThat(server.post(DEFINITIONS, approved).statusCode()).isEqualTo(201);
        Awaitility.await()
                .untilAsserted(() -> assertThat(
                                server.get(DEFINITIONS + "/apps.x.k8s.io").body())
                        .contains("KubernetesAPIApprovalPolicyConformant", "UnapprovedAnnotation"));
    }

    @Test
    void aWebhookWithoutReadableAuthoritiesIsNotEstablished() {
        String bundle = java.util.Base64.getEncoder().encodeToString("nonsense".getBytes());
        String named = definition("hooked", "", "{'type':'object'}")
                .replace(
                        "'scope'",
                        "'conversion':{'strategy':'Webhook','webhook':{'conversionReviewVersions':['v1'],'clientConfig':"
                                + "{'url':'https://localhost/x','caBundle':'" + bundle + "'}}},'scope'");
        assertThat(server.post(DEFINITIONS, named).statusCode()).isEqualTo(201);
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(server.get(DEFINITIONS + "/hooked.a.b").body())
                                .contains("\"reason\":\"InvalidCABundle\",\"message\":\"The conversion webhook CABundle"
                                        + " is invalid\""));
        assertThat(server.get("/apis/a.b/v1/hooked").statusCode()).isEqualTo(404);
    }
}
