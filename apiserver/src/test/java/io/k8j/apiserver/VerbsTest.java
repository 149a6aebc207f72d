package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.Verb;
import io.k8j.model.api.WatchListener;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The plain life of objects, through the direct way. */
class VerbsTest {
    private static final String CONFIG_MAPS = "v1/configmaps";

    private final TestServer server = new TestServer();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void everyStoredKindIsCreatedReadListedAndDeleted() {
        Map<String, Object> made = server.create(
                CONFIG_MAPS,
                "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a','labels':{'x':'1'}},'data':{'k':'v'}}");
        assertThat(Trees.string(made, "metadata", "uid")).hasSize(36);
        assertThat(Trees.string(made, "metadata", "namespace")).isEqualTo("rec");
        assertThat(server.get(CONFIG_MAPS, "a")).isEqualTo(made);
        assertThat(server.names(CONFIG_MAPS, "labelSelector=x=1")).containsExactly("a");
        Map<String, Object> status = server.delete(CONFIG_MAPS, "a", "");
        assertThat(Trees.string(status, "status")).isEqualTo("Success");
        assertThat(TestServer.refusal(() -> server.get(CONFIG_MAPS, "a")).getMessage())
                .isEqualTo("configmaps \"a\" not found");
    }

    @Test
    void updatesCompareVersionsAndKeepTheOldOneWhenNothingChanges() {
        Map<String, Object> made = server.create(CONFIG_MAPS, "{'metadata':{'name':'a'},'data':{'k':'v'}}");
        Map<String, Object> same = server.update(CONFIG_MAPS, "a", made);
        assertThat(same).isEqualTo(made);
        Map<String, Object> changed = Trees.deepCopy(made);
        Trees.set(changed, "w", "data", "k");
        Map<String, Object> updated = server.update(CONFIG_MAPS, "a", changed);
        assertThat(Trees.string(updated, "metadata", "resourceVersion"))
                .isNotEqualTo(Trees.string(made, "metadata", "resourceVersion"));
        Trees.set(made, "x", "data", "k");
        ApiException conflict = TestServer.refusal(() -> server.update(CONFIG_MAPS, "a", made));
        assertThat(conflict.isConflict()).isTrue();
        assertThat(conflict.getMessage())
                .isEqualTo("Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please"
                        + " apply your changes to the latest version and try again");
    }

    @Test
    void emptyFieldsThatAreSpelledOutAreNoChange() {
        String deployments = "apps/v1/deployments";
        server.create(
                deployments,
                "{'metadata':{'name':'d'},'spec':{'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':{'labels':"
                        + "{'a':'b'}},'spec':{'containers':[{'name':'c','image':'i'}]}}}}");
        Map<String, Object> before = server.get(deployments, "d");
        server.patch(
                deployments,
                "d",
                "merge",
                "{'spec':{'paused':false,'minReadySeconds':0,'template':{'spec':{'hostNetwork':false,'nodeName':''}}}}");
        assertThat(server.get(deployments, "d")).isEqualTo(before);
        server.patch(
                deployments, "d", "merge", "{'metadata':{'generation':9,'creationTimestamp':'2020-01-01T00:00:00Z'}}");
        assertThat(server.get(deployments, "d")).isEqualTo(before);
    }

    @Test
    void whatNobodyServesIsRefused() {
        ApiException method =
                TestServer.refusal(() -> server.send(Verb.UPDATE, CONFIG_MAPS, "", "", "", null, Map.of()));
        assertThat(method.code()).isEqualTo(405);
        assertThat(method.getMessage()).isEqualTo("the server does not allow this method on the requested resource");
        ApiException unknown = TestServer.refusal(() -> server.get("v1/nothings", "a"));
        assertThat(unknown.code()).isEqualTo(404);
        assertThat(unknown.getMessage()).isEqualTo("the server could not find the requested resource");
    }

    @Test
    void bodiesAreDecodedAsStrictlyAsTheRequestAsks() {
        String json = "{'metadata':{'name':'%s'},'nope':1}";
        assertThat(server.send(
                                Verb.CREATE,
                                CONFIG_MAPS,
                                "",
                                "",
                                "",
                                null,
                                io.k8j.model.json.Json.parse(json.formatted("w").replace('\'', '"')))
                        .warnings())
                .containsExactly("unknown field \"nope\"");
        assertThat(TestServer.refusal(() -> server.create(CONFIG_MAPS, json.formatted("s"), "fieldValidation=Strict"))
                        .getMessage())
                .isEqualTo("ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error:"
                        + " unknown field \"nope\"");
        assertThat(TestServer.refusal(() -> server.create(CONFIG_MAPS, "{'metadata':{'name':1}}"))
                        .code())
                .isEqualTo(400);
    }

    @Test
    void namesAreGeneratedAndChecked() {
        Map<String, Object> made = server.create(CONFIG_MAPS, "{'metadata':{'generateName':'gen-'}}");
        assertThat(Trees.string(made, "metadata", "name")).matches("gen-[bcdfghjklmnpqrstvwxz2456789]{5}");
        assertThat(TestServer.refusal(() -> server.create(CONFIG_MAPS, "{'metadata':{'name':'BAD'}}"))
                        .getMessage())
                .startsWith("ConfigMap \"BAD\" is invalid: metadata.name: Invalid value: \"BAD\": a lowercase RFC 1123"
                        + " subdomain must consist of lower case alphanumeric characters");
        assertThat(TestServer.refusal(() -> server.create(CONFIG_MAPS, "{}")).getMessage())
                .isEqualTo(
                        "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required");
    }

    @Test
    void aGeneratedNameThatIsTakenIsGeneratedAnew() {
        AtomicInteger drawn = new AtomicInteger();
        Random later = new Random(7);
        RandomGenerator chance = () -> drawn.incrementAndGet() <= 10 ? 0 : later.nextLong(); // two names that are alike
        try (TestServer unlucky = new TestServer(
                CoreConfig.DEFAULTS.withBootstrap(false),
                ApiServerCore.Parts.open().withRandom(chance))) {
            String first = Trees.string(
                    unlucky.create(CONFIG_MAPS, "{'metadata':{'generateName':'gen-'}}"), "metadata", "name");
            String second = Trees.string(
                    unlucky.create(CONFIG_MAPS, "{'metadata':{'generateName':'gen-'}}"), "metadata", "name");
            assertThat(second).startsWith("gen-").isNotEqualTo(first);
            assertThat(drawn).as("three names of five characters").hasValue(15);
        }
    }

    @Test
    void afterAFewTakenNamesTheClientIsTold() {
        try (TestServer unlucky = new TestServer(
                CoreConfig.DEFAULTS.withBootstrap(false),
                ApiServerCore.Parts.open().withRandom(() -> 0))) {
            unlucky.create(CONFIG_MAPS, "{'metadata':{'generateName':'gen-'}}");
            ApiException refused =
                    TestServer.refusal(() -> unlucky.create(CONFIG_MAPS, "{'metadata':{'generateName':'gen-'}}"));
            assertThat(refused.isAlreadyExists()).isTrue();
            assertThat(refused.getMessage())
                    .isEqualTo(
                            "configmaps \"gen-bbbbb\" already exists, the server was not able to generate a unique name for the object");
        }
    }

    @Test
    void patchesOfAllKindsChangeTheObject() {
        server.create(CONFIG_MAPS, "{'metadata':{'name':'a'},'data':{'k':'v'}}");
        server.patch(CONFIG_MAPS, "a", "merge", "{'data':{'m':'1'}}");
        server.patch(CONFIG_MAPS, "a", "strategic-merge", "{'data':{'s':'2'}}");
        Map<String, Object> last = server.patch(
                CONFIG_MAPS,
                "a",
                "json",
                "[{'op':'remove','path':'/data/k'},{'op':'add','path':'/data/j','value':'3'}]");
        assertThat(Trees.map(last, "data")).containsOnly(Map.entry("m", "1"), Map.entry("s", "2"), Map.entry("j", "3"));
    }

    @Test
    void aWatchTellsWhatIsThereAndWhatHappens() {
        List<String> seen = new CopyOnWriteArrayList<>();
        server.create(CONFIG_MAPS, "{'metadata':{'name':'a'}}");
        try (ApiTransport.Watch watch = server.core.watch(
                TestServer.ADMIN,
                "t",
                new io.k8j.model.api.ApiCall(
                        Verb.WATCH, TestServer.gvr(CONFIG_MAPS), "rec", "", "", Map.of(), null, null),
                listener(seen))) {
            server.create(CONFIG_MAPS, "{'metadata':{'name':'b'}}");
            server.patch(CONFIG_MAPS, "b", "merge", "{'data':{'m':'1'}}");
            server.delete(CONFIG_MAPS, "a", "");
            Awaitility.await().until(() -> seen.size() == 4);
        }
        Awaitility.await().until(() -> seen.size() == 5);
        assertThat(seen).containsExactly("ADDED a", "ADDED b", "MODIFIED b", "DELETED a", "closed null");
    }

    static WatchListener listener(List<String> seen) {
        return new WatchListener() {
            @Override
            public void event(EventType type, ApiObject object) {
                seen.add(type + " " + object.name());
            }

            @Override
            public void closed(RuntimeException cause) {
                seen.add("closed " + cause);
            }
        };
    }

    @Test
    void aVersionIsMindedWhenAllElseIsRight() {
        String json = "{'metadata':{'name':'%s','resourceVersion':'%s'}}";
        assertThat(TestServer.refusal(() -> server.create(CONFIG_MAPS, json.formatted("BAD", "5")))
                        .code())
                .isEqualTo(422);
        assertThat(TestServer.refusal(() -> server.create(CONFIG_MAPS, json.formatted("a", "5")))
                        .getMessage())
                .isEqualTo("resourceVersion should not be set on objects to be created");
        assertThat(server.create(CONFIG_MAPS, json.formatted("a", "5"), "dryRun=All"))
                .as("nothing is stored")
                .isNotEmpty();
        assertThat(Trees.string(server.create(CONFIG_MAPS, json.formatted("a", "0")), "metadata", "resourceVersion"))
                .isNotEqualTo("0");
    }
}
