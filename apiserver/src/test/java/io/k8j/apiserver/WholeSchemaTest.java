package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a definition asks of names and versions, what it says of a status, and how it ends. */
class WholeSchemaTest {
    private static final String DEFINITIONS = "apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final String ITEMS = "w.io/v1/items";
    private static final String NAME = "items.w.io";

    private final TestServer server = new TestServer();

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(1, TimeUnit.MINUTES);
    }

    @BeforeEach
    void define() {
        String schema =
                "'schema':{'openAPIV3Schema':{'type':'object','properties':{'apiVersion':{'type':'string','pattern':"
                        + "'v1$'},'metadata':{'type':'object','properties':{'name':{'type':'string','maxLength':3}}},'status':{"
                        + "'type':'object','properties':{'n':{'type':'integer','maximum':10}}}}}}";
        server.create(
                DEFINITIONS,
                ("{'metadata':{'name':'%s','finalizers':['w.io/stall']},'spec':{'group':'w.io','scope':'Namespaced','names'"
                                + ":{'plural':'items','kind':'Item'},'versions':[{'name':'v1','served':true,'storage':true,"
                                + "'subresources':{'status':{}},%s},{'name':'v2','served':true,'storage':false,%s}]}}")
                        .formatted(NAME, schema, schema));
        soon().until(() -> server.core.table().get(TestServer.gvr(ITEMS)) != null);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void namesAndVersionsAreCheckedByTheSchema() {
        assertThat(TestServer.refusal(() -> server.create(ITEMS, "{'metadata':{'name':'long'}}"))
                        .getMessage())
                .isEqualTo("Item.w.io \"long\" is invalid: metadata.name: Too long: may not be more than 3 bytes");
        assertThat(TestServer.refusal(() -> server.create("w.io/v2/items", "{'metadata':{'name':'a'}}"))
                        .getMessage())
                .isEqualTo(
                        "Item.w.io \"a\" is invalid: apiVersion: Invalid value: \"w.io/v2\": apiVersion in body should"
                                + " match 'v1$'");
        server.create(ITEMS, "{'metadata':{'name':'a'}}");
    }

    @Test
    void aStatusIsCheckedOnItsOwn() {
        server.create(ITEMS, "{'metadata':{'name':'a'}}");
        Object status = Json.parse("{\"status\":{\"n\":15}}");
        assertThat(TestServer.refusal(() -> server.send(
                                Verb.PATCH, ITEMS, "a", "status", "", "application/merge-patch+json", status))
                        .getMessage())
                .isEqualTo(
                        "Item.w.io \"a\" is invalid: status.n: Invalid value: 15: n in body should be less than or equal"
                                + " to 10");
    }

    @Test
    void nothingNewComesWhileADefinitionEndsAndWhatIsThereIsServedToTheEnd() {
        server.create(ITEMS, "{'metadata':{'name':'a','finalizers':['w.io/x']}}");
        server.delete(DEFINITIONS, NAME, "");
        soon().until(() -> condition().equals("InstanceDeletionInProgress"));
        ApiException refusal = TestServer.refusal(() -> server.create(ITEMS, "{'metadata':{'name':'b'}}"));
        assertThat(refusal.code()).isEqualTo(403);
        assertThat(refusal.getMessage())
                .isEqualTo("items.w.io \"b\" is forbidden: create not allowed while custom resource definition is"
                        + " terminating");
        assertThat(TestServer.refusal(() -> server.patch(
                                ITEMS,
                                "b",
                                "apply",
                                "{'apiVersion':'w.io/v1','kind':'Item','metadata':{'name':'b'}}",
                                "fieldManager=m&dryRun=All"))
                        .getMessage())
                .isEqualTo(refusal.getMessage());
        server.patch(ITEMS, "a", "merge", "{'metadata':{'finalizers':null}}");
        soon().until(() -> condition().equals("InstanceDeletionCompleted"));
        assertThat(server.names(ITEMS, ""))
                .as("somebody else still holds the definition")
                .isEmpty();
        Map<String, Object> definition = server.get(DEFINITIONS, NAME);
        Trees.set(definition, List.of(), "metadata", "finalizers");
        server.update(DEFINITIONS, NAME, definition);
        soon().until(() -> server.core.table().get(TestServer.gvr(ITEMS)) == null);
    }

    private String condition() {
        for (Object condition : Trees.list(server.get(DEFINITIONS, NAME), "status", "conditions")) {
            if ("Terminating".equals(Trees.string(condition, "type"))) return Trees.string(condition, "reason");
        }
        return "";
    }
}
