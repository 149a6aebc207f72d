package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whole objects inside of custom resources, as templates of operators have them. */
class EmbeddedObjectsTest {
    private static final String DEFINITIONS = "apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final String HOLDERS = "e.io/v1/holders";
    private static final String INSIDE = "'x-kubernetes-embedded-resource':true,'type':'object'";
    private static final String OPEN = INSIDE + ",'x-kubernetes-preserve-unknown-fields':true";
    private static final String NAMED =
            "'metadata':{'type':'object','properties':{'name':{'type':'string','default':'n'},"
                    + "'unknown':{'type':'string','default':'u'}}}";

    private final TestServer server = new TestServer();

    private static String definition(String properties) {
        return "{'metadata':{'name':'holders.e.io'},'spec':{'group':'e.io','scope':'Namespaced','names':{'plural':'holders',"
                + "'kind':'Holder'},'versions':[{'name':'v1','served':true,'storage':true,'subresources':{'status':{}},"
                + "'schema':{'openAPIV3Schema':{'type':'object','properties':{" + properties + "}}}}]}}";
    }

    @BeforeEach
    void define() {
        server.create(
                DEFINITIONS,
                definition("'one':{" + OPEN + ",'properties':{'inner':{" + OPEN + "}}},'free':{'type':'object',"
                        + "'x-kubernetes-preserve-unknown-fields':true},'many':{'type':'array','items':{" + OPEN + "}},"
                        + "'filled':{" + INSIDE + ",'properties':{'apiVersion':{'type':'string','default':'f/v1'},"
                        + "'kind':{'type':'string','default':'F'}," + NAMED + "}},'given':{" + OPEN
                        + ",'default':{'apiVersion':'g/v1','kind':'G','metadata':{'name':'g','unknown':'u'}}},"
                        + "'status':{" + OPEN + "}"));
        Awaitility.await()
                .atMost(1, TimeUnit.MINUTES)
                .until(() -> server.core.table().get(TestServer.gvr(HOLDERS)) != null);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private static String inside(String more) {
        return "{'apiVersion':'a/v1','kind':'A','metadata':{'name':'a','unknown':1}" + more + "}";
    }

    @Test
    void theirMetadataIsPrunedWithAWarningAndDefaultsAreFilled() {
        String body = "{'metadata':{'name':'h'},'one':" + inside(",'inner':" + inside("")) + ",'free':" + inside("")
                + ",'many':[" + inside("") + "],'filled':{'metadata':{}}}";
        ApiResponse made = server.send(Verb.CREATE, HOLDERS, "", "", "", null, Json.parse(body.replace('\'', '"')));
        assertThat(made.warnings())
                .containsExactly(
                        "unknown field \"many[0].metadata.unknown\"",
                        "unknown field \"one.inner.metadata.unknown\"",
                        "unknown field \"one.metadata.unknown\"");
        Map<String, Object> holder = TestServer.tree(made);
        String pruned = "{\"apiVersion\":\"a/v1\",\"kind\":\"A\",\"metadata\":{\"name\":\"a\"}";
        assertThat(Json.writeString(holder.get("one"))).isEqualTo(pruned + ",\"inner\":" + pruned + "}}");
        assertThat(Json.writeString(holder.get("many"))).isEqualTo("[" + pruned + "}]");
        assertThat(Trees.get(holder, "free", "metadata", "unknown")).isEqualTo(1L);
        assertThat(Trees.map(holder, "filled"))
                .isEqualTo(Map.of("apiVersion", "f/v1", "kind", "F", "metadata", Map.of("name", "n")));
        assertThat(Trees.map(holder, "given"))
                .isEqualTo(Map.of("apiVersion", "g/v1", "kind", "G", "metadata", Map.of("name", "g")));
    }

    @Test
    void whatCannotBeMetadataIsNotRead() {
        assertThat(refused(
                        "{'metadata':{'name':'h'},'one':{'apiVersion':'a/v1','kind':'A','metadata':{'namespace':42}}}"))
                .isEqualTo("Holder in version \"v1\" cannot be handled as a Holder: one.metadata: Invalid value:"
                        + " {\"namespace\":42}: json: cannot unmarshal number into Go struct field"
                        + " ObjectMeta.namespace of type string");
        assertThat(refused("{'metadata':{'name':'h'},'many':[{'kind':7}]}"))
                .endsWith("many[0].kind: Invalid value: 7: must be a string");
    }

    @Test
    void everythingWrongWithThemIsToldUnlessOnlyTheStatusChanges() {
        ApiException refusal = TestServer.refusal(() -> server.create(
                HOLDERS,
                "{'metadata':{'name':'h'},'one':{'apiVersion':'a/b/c','metadata':{'name':'..','labels':{'l':'x y'}}},"
                        + "'many':[{'apiVersion':'','kind':'%'}]}"));
        assertThat(refusal.code()).isEqualTo(422);
        assertThat(refusal.getMessage())
                .startsWith("Holder.e.io \"h\" is invalid: [one.kind: Required value, one.apiVersion: Invalid value:"
                        + " \"a/b/c\": unexpected GroupVersion string: a/b/c, one.metadata.name: Invalid value: \"..\":"
                        + " may not be '..', one.metadata.labels: Invalid value: \"x y\": a valid label must be")
                .contains(
                        "many[0].apiVersion: Invalid value: \"\": must not be empty",
                        "many[0].kind: Invalid value: \"%\": may have mixed case, but should otherwise match: a DNS-1035"
                                + " label");
        server.create(HOLDERS, "{'metadata':{'name':'h'}}");
        Map<String, Object> status = Map.of("status", Map.of("kind", "%"));
        server.send(Verb.PATCH, HOLDERS, "h", "status", "", "application/merge-patch+json", status);
        assertThat(Trees.map(server.get(HOLDERS, "h"), "status")).isEqualTo(Map.of("kind", "%"));
    }

    @Test
    void defaultsOfADefinitionMustGiveValidObjects() {
        String at = "spec.validation.openAPIV3Schema.properties[x]";
        assertThat(wrongDefault("'x':{" + INSIDE + ",'properties':{'metadata':{'type':'object','properties':{'name':"
                        + "{'type':'string','default':'..'}}}}}"))
                .isEqualTo(at + ".properties[metadata].properties[name].default: Invalid value: \"..\": must result in"
                        + " valid metadata: metadata.name: Invalid value: \"..\": may not be '..'");
        assertThat(wrongDefault("'x':{" + OPEN + ",'default':{'kind':'K'}}"))
                .isEqualTo(at + ".default.apiVersion: Required value");
    }

    private String wrongDefault(String properties) {
        ApiException refusal = TestServer.refusal(() -> server.create(
                DEFINITIONS, definition(properties).replace("holders", "others").replace("Holder", "Other")));
        String start = "CustomResourceDefinition.apiextensions.k8s.io \"others.e.io\" is invalid: ";
        assertThat(refusal.getMessage()).startsWith(start);
        return refusal.getMessage().substring(start.length());
    }

    private String refused(String body) {
        ApiException refusal = TestServer.refusal(() -> server.create(HOLDERS, body));
        assertThat(refusal.code()).isEqualTo(400);
        return refusal.getMessage();
    }
}
