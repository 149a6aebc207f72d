package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Definitions and the objects they define. */
class CustomResourcesTest {
    private static final String DEFINITIONS = "apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final String TABS = "stable.example.com/v1/crontabs";
    private static final String DEFINITION = """
        {'metadata':{'name':'crontabs.stable.example.com'},'spec':{'group':'stable.example.com','scope':'Namespaced',
        'names':{'plural':'crontabs','kind':'CronTab','shortNames':['ct']},'versions':[
        {'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':{'type':'object','properties':{
          'spec':{'type':'object','required':['cronSpec'],'properties':{'cronSpec':{'type':'string','pattern':'^[*]'},
            'replicas':{'type':'integer','minimum':1,'maximum':10,'default':1},
            'color':{'type':'string','enum':['red','blue']},
            'any':{'type':'object','x-kubernetes-preserve-unknown-fields':true}}},
          'status':{'type':'object','properties':{'replicas':{'type':'integer'},'labelSelector':{'type':'string'}}}}}},
         'subresources':{'status':{},'scale':{'specReplicasPath':'.spec.replicas','statusReplicasPath':
          '.status.replicas','labelSelectorPath':'.status.labelSelector'}},
         'selectableFields':[{'jsonPath':'.spec.color'}],
         'additionalPrinterColumns':[{'name':'Spec','type':'string','jsonPath':'.spec.cronSpec'}]},
        {'name':'v1beta1','served':true,'storage':false,'schema':{'openAPIV3Schema':{'type':'object',
          'x-kubernetes-preserve-unknown-fields':true}}}]}}
        """;

    private final TestServer server = new TestServer();

    @BeforeEach
    void define() {
        server.create(DEFINITIONS, DEFINITION);
        Awaitility.await().until(() -> server.core.table().get(TestServer.gvr(TABS)) != null);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void anEstablishedDefinitionTellsItsNames() {
        Awaitility.await().untilAsserted(() -> {
            Map<String, Object> definition = server.get(DEFINITIONS, "crontabs.stable.example.com");
            assertThat(Json.writeString(definition.get("status")))
                    .contains(
                            "\"type\":\"Established\",\"status\":\"True\"",
                            "NoConflicts",
                            "\"listKind\":\"CronTabList\"");
            assertThat(Trees.list(definition, "status", "storedVersions")).containsExactly("v1");
        });
    }

    @Test
    void anApplyInAnotherVersionTakesAwayWhatTheFirstOneHad() {
        String apply = "{'apiVersion':'stable.example.com/%s','kind':'CronTab','metadata':{'name':'two'%s},"
                + "'spec':{'cronSpec':'* *','replicas':1}}";
        server.patch(TABS, "two", "apply", apply.formatted("v1", ",'finalizers':['a.b/c']"), "fieldManager=m");
        Map<String, Object> again = server.patch(
                TABS.replace("/v1/", "/v1beta1/"), "two", "apply", apply.formatted("v1beta1", ""), "fieldManager=m");
        assertThat(Trees.list(again, "metadata", "finalizers")).isEmpty();
        assertThat(Trees.map(again, "spec")).containsEntry("cronSpec", "* *").containsEntry("replicas", 1L);
    }

    @Test
    void objectsArePrunedDefaultedAndChecked() {
        Map<String, Object> made =
                server.create(TABS, "{'metadata':{'name':'a'},'spec':{'cronSpec':'* *','nope':1,'any':{'x':1}}}");
        assertThat(Json.writeString(made.get("spec")))
                .isEqualTo("{\"cronSpec\":\"* *\",\"any\":{\"x\":1},\"replicas\":1}");
        assertThat(Trees.integer(made, "metadata", "generation")).isEqualTo(1);
        ApiException refusal = TestServer.refusal(() ->
                server.create(TABS, "{'metadata':{'name':'b'},'spec':{'cronSpec':'x','replicas':11,'color':'green'}}"));
        assertThat(refusal.getMessage())
                .isEqualTo("CronTab.stable.example.com \"b\" is invalid: [spec.cronSpec: Invalid value: \"x\":"
                        + " spec.cronSpec in body should match '^[*]', spec.replicas: Invalid value: 11:"
                        + " spec.replicas in body should be less than or equal to 10, spec.color: Unsupported"
                        + " value: \"green\": supported values: \"red\", \"blue\"]");
        assertThat(TestServer.refusal(() -> server.create(TABS, "{'metadata':{'name':'b'},'spec':{'replicas':'x'}}"))
                        .getMessage())
                .contains("spec.cronSpec: Required value")
                .contains("spec.replicas: Invalid value: \"string\": spec.replicas in body must be of type integer:"
                        + " \"string\"");
    }

    @Test
    void statusAndScaleHaveTheirOwnPaths() {
        server.create(TABS, "{'metadata':{'name':'a'},'spec':{'cronSpec':'* *'},'status':{'replicas':7}}");
        assertThat(server.get(TABS, "a").get("status")).isNull();
        Map<String, Object> scale = TestServer.tree(server.send(
                Verb.PATCH,
                TABS,
                "a",
                "scale",
                "",
                "application/merge-patch+json",
                Json.parse("{\"spec\":{\"replicas\":3}}")));
        assertThat(Trees.integer(scale, "spec", "replicas")).isEqualTo(3);
        assertThat(Trees.integer(server.get(TABS, "a"), "metadata", "generation"))
                .isEqualTo(2);
        server.send(
                Verb.PATCH,
                TABS,
                "a",
                "status",
                "",
                "application/merge-patch+json",
                Json.parse("{\"status\":{\"replicas\":2},\"spec\":{\"replicas\":9}}"));
        Map<String, Object> after = server.get(TABS, "a");
        assertThat(Trees.integer(after, "status", "replicas")).isEqualTo(2);
        assertThat(Trees.integer(after, "spec", "replicas")).isEqualTo(3);
        assertThat(Trees.integer(after, "metadata", "generation")).isEqualTo(2);
    }

    @Test
    void allVersionsServeTheSameObjectAndFieldsSelect() {
        server.create(TABS, "{'metadata':{'name':'a'},'spec':{'cronSpec':'* *','color':'red'}}");
        server.create(TABS, "{'metadata':{'name':'b'},'spec':{'cronSpec':'* *','color':'blue'}}");
        assertThat(server.names(TABS, "fieldSelector=spec.color=red")).containsExactly("a");
        Map<String, Object> older = server.get("stable.example.com/v1beta1/crontabs", "a");
        assertThat(older.get("apiVersion")).isEqualTo("stable.example.com/v1beta1");
        assertThat(Trees.get(older, "spec")).isEqualTo(Trees.get(server.get(TABS, "a"), "spec"));
    }

    @Test
    void applyOwnsFieldsOfCustomResources() {
        server.patch(
                TABS,
                "a",
                "apply",
                "{'apiVersion':'stable.example.com/v1','kind':'CronTab','metadata':{'name':'a'},'spec':{'cronSpec':'*'}}",
                "fieldManager=m1");
        ApiException conflict = TestServer.refusal(() -> server.patch(
                TABS,
                "a",
                "apply",
                "{'apiVersion':'stable.example.com/v1','kind':'CronTab','metadata':{'name':'a'},'spec':{'cronSpec':'*1'}}",
                "fieldManager=m2"));
        assertThat(conflict.getMessage())
                .isEqualTo("Apply failed with 1 conflict: conflict with \"m1\": .spec.cronSpec");
    }

    @Test
    void deletingADefinitionTakesItsObjectsAlong() {
        server.create(TABS, "{'metadata':{'name':'a'},'spec':{'cronSpec':'* *'}}");
        server.delete(DEFINITIONS, "crontabs.stable.example.com", "");
        Awaitility.await().until(() -> server.core.table().get(TestServer.gvr(TABS)) == null);
        Awaitility.await()
                .untilAsserted(() -> assertThat(
                                TestServer.refusal(() -> server.get(DEFINITIONS, "crontabs.stable.example.com"))
                                        .isNotFound())
                        .isTrue());
        assertThat(server.store.list("/registry/stable.example.com/").entries()).isEmpty();
    }

    @Test
    void aWrongDefinitionIsRefusedWithAllItsFaults() {
        ApiException refusal = TestServer.refusal(() -> server.create(
                DEFINITIONS,
                "{'metadata':{'name':'x'},'spec':{'group':'g','scope':'No','names':{'plural':'xs','kind':'X'},'versions':["
                        + "{'name':'v1','served':true,'storage':false,'schema':{'openAPIV3Schema':{'type':'object',"
                        + "'properties':{'a':{}}}}}]}}"));
        List<String> expected = List.of(
                "metadata.name: Invalid value: \"x\": must be spec.names.plural+\".\"+spec.group",
                "spec.group: Invalid value: \"g\": should be a domain with at least one dot",
                "spec.scope: Unsupported value: \"No\": supported values: \"Cluster\", \"Namespaced\"",
                "must have exactly one version marked as storage version",
                "spec.validation.openAPIV3Schema.properties[a].type: Required value: must not be empty for"
                        + " specified object fields");
        assertThat(refusal.getMessage()).contains(expected);
    }
}
