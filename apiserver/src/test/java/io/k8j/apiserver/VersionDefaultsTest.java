package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Defaults of a definition with two versions: a request gets those of its own, what is stored those of the stored one. */
class VersionDefaultsTest {
    private static final String DEFINITIONS = "apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final String OLD = "d.io/v1beta1/things";

    private final TestServer server = new TestServer();

    private static String version(String name, boolean storage, String properties) {
        return "{'name':'%s','served':%s,'storage':%s,'subresources':{'status':{}},'schema':{'openAPIV3Schema':{'type':"
                        .formatted(name, !storage, storage)
                + "'object','properties':{'spec':{'type':'object','properties':{" + properties + "}},'status':{'type':"
                + "'object','properties':{" + properties + "}}}}}}";
    }

    private static String definition(String old, String stored) {
        return "{'metadata':{'name':'things.d.io'},'spec':{'group':'d.io','scope':'Namespaced','names':{'plural':'things',"
                + "'kind':'Thing'},'versions':[" + version("v1beta1", false, old) + "," + version("v1", true, stored)
                + "]}}";
    }

    private static String text(String name, String value) {
        return "'" + name + "':{'type':'string'" + (value == null ? "" : ",'default':'" + value + "'") + "}";
    }

    @BeforeEach
    void define() {
        String both = text("a", "A") + "," + text("c", null) + ",";
        server.create(
                DEFINITIONS,
                definition(
                        both + text("old", "1") + "," + text("stored", null),
                        both + text("stored", "2") + "," + text("old", null)));
        Awaitility.await()
                .atMost(1, TimeUnit.MINUTES)
                .until(() -> server.core.table().get(TestServer.gvr(OLD)) != null);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void aNewObjectHasThoseOfBothVersions() {
        Map<String, Object> made = server.create(OLD, "{'metadata':{'name':'t'},'spec':{'a':''},'status':{'a':'x'}}");
        assertThat(made.get("spec")).isEqualTo(Map.of("a", "", "old", "1", "stored", "2"));
        assertThat(made.get("status")).isNull();
    }

    @Test
    void whatIsStoredFollowsTheStoredVersionWhoeverReadsIt() {
        server.create(OLD, "{'metadata':{'name':'t'},'spec':{}}");
        redefine(text("c", null), text("c", "C"));
        Awaitility.await()
                .atMost(1, TimeUnit.MINUTES)
                .untilAsserted(() -> assertThat(spec("c")).isEqualTo("C"));
        redefine(text("c", "C"), text("c", null));
        Awaitility.await()
                .atMost(1, TimeUnit.MINUTES)
                .untilAsserted(() -> assertThat(spec("c")).isNull());
        assertThat(Trees.get(server.update(OLD, "t", server.get(OLD, "t")), "spec", "c"))
                .as("a request is filled by its own version, and that is stored")
                .isEqualTo("C");
        redefine(text("b", null), text("b", null));
        Awaitility.await()
                .atMost(1, TimeUnit.MINUTES)
                .untilAsserted(() -> assertThat(spec("c")).as("pruned").isNull());
    }

    private Object spec(String field) {
        return Trees.get(server.get(OLD, "t"), "spec", field);
    }

    private void redefine(String old, String stored) {
        Map<String, Object> now = server.get(DEFINITIONS, "things.d.io");
        Map<String, Object> wanted =
                Trees.asMap((Map<?, ?>) Json.parse(definition(old, stored).replace('\'', '"')));
        now.put("spec", wanted.get("spec"));
        server.update(DEFINITIONS, "things.d.io", now);
    }
}
