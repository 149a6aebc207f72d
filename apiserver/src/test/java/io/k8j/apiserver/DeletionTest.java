package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Grace, finalizers, propagation and preconditions. */
class DeletionTest {
    private static final String CONFIG_MAPS = "v1/configmaps";
    private static final String PODS = "v1/pods";

    private final TestServer server = new TestServer();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void aFinalizerHoldsTheObjectAndItsRemovalDeletesIt() {
        server.create(CONFIG_MAPS, "{'metadata':{'name':'fin','finalizers':['a.b/c']}}");
        Map<String, Object> leaving = server.delete(CONFIG_MAPS, "fin", "");
        assertThat(leaving.get("kind")).isEqualTo("ConfigMap");
        assertThat(Trees.string(leaving, "metadata", "deletionTimestamp")).isNotNull();
        assertThat(Trees.integer(leaving, "metadata", "deletionGracePeriodSeconds"))
                .isZero();
        ApiException added = TestServer.refusal(
                () -> server.patch(CONFIG_MAPS, "fin", "merge", "{'metadata':{'finalizers':['a.b/c','d.e/f']}}"));
        assertThat(added.getMessage())
                .isEqualTo(
                        "ConfigMap \"fin\" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added"
                                + " if the object is being deleted, found new finalizers []string{\"d.e/f\"}");
        Map<String, Object> last = server.patch(CONFIG_MAPS, "fin", "merge", "{'metadata':{'finalizers':null}}");
        assertThat(Trees.string(last, "metadata", "resourceVersion"))
                .isEqualTo(Trees.string(leaving, "metadata", "resourceVersion"));
        assertThat(TestServer.refusal(() -> server.get(CONFIG_MAPS, "fin")).isNotFound())
                .isTrue();
    }

    @Test
    void preconditionsAreComparedInUpstreamsWords() {
        Map<String, Object> made = server.create(CONFIG_MAPS, "{'metadata':{'name':'a'}}");
        String uid = Trees.string(made, "metadata", "uid");
        ApiException refusal = TestServer.refusal(() -> server.send(
                Verb.DELETE,
                CONFIG_MAPS,
                "a",
                "",
                "",
                null,
                Json.parse("{\"kind\":\"DeleteOptions\",\"preconditions\":{\"uid\":\"no\"}}")));
        assertThat(refusal.getMessage())
                .isEqualTo("Operation cannot be fulfilled on ConfigMap \"a\": the UID in the precondition (no) does not"
                        + " match the UID in record (" + uid
                        + "). The object might have been deleted and then recreated");
        assertThat(TestServer.refusal(() -> server.delete(CONFIG_MAPS, "a", "propagationPolicy=X"))
                        .getMessage())
                .isEqualTo("DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"X\":"
                        + " supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"");
    }

    @Test
    void aDryRunChangesNothing() {
        server.create(CONFIG_MAPS, "{'metadata':{'name':'a'}}");
        long before = server.core.revision();
        server.delete(CONFIG_MAPS, "a", "dryRun=All");
        server.create(CONFIG_MAPS, "{'metadata':{'name':'b'}}", "dryRun=All");
        server.patch(CONFIG_MAPS, "a", "merge", "{'data':{'x':'y'}}", "dryRun=All");
        assertThat(server.core.revision()).isEqualTo(before);
        assertThat(server.names(CONFIG_MAPS, "")).containsExactly("a");
    }

    @Test
    void propagationBecomesFinalizersOfTheCollector() {
        String sets = "apps/v1/replicasets";
        String json = "{'metadata':{'name':'%s'},'spec':{'replicas':0,'selector':{'matchLabels':{'a':'b'}},'template':{"
                + "'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'i'}]}}}}";
        server.create(sets, json.formatted("f"));
        server.create(sets, json.formatted("o"));
        Map<String, Object> foreground = server.delete(sets, "f", "propagationPolicy=Foreground");
        assertThat(Trees.list(foreground, "metadata", "finalizers")).containsExactly("foregroundDeletion");
        assertThat(Trees.integer(foreground, "metadata", "generation")).isEqualTo(2);
        Map<String, Object> orphan = server.delete(sets, "o", "propagationPolicy=Orphan");
        assertThat(Trees.list(orphan, "metadata", "finalizers")).containsExactly("orphan");
    }

    @Test
    void aPodWithoutNodeGoesAtOnceAndOneWithANodeIsGivenTime() {
        String pod =
                "{'metadata':{'name':'%s'},'spec':{'nodeName':'%s','terminationGracePeriodSeconds':30,'containers':[{"
                        + "'name':'c','image':'i'}]}}";
        server.create(PODS, pod.formatted("free", ""));
        server.create(PODS, pod.formatted("bound", "n1"));
        server.delete(PODS, "free", "gracePeriodSeconds=0");
        assertThat(server.names(PODS, "")).containsExactly("bound");
        server.delete(PODS, "bound", "gracePeriodSeconds=0");
        assertThat(server.names(PODS, "")).isEmpty();
    }

    @Test
    void aNamespaceStaysUntilItsContentIsGone() {
        String namespaces = "v1/namespaces";
        server.create(namespaces, "{'metadata':{'name':'ns'},'spec':{'finalizers':['kubernetes']}}");
        Map<String, Object> leaving = server.delete(namespaces, "ns", "");
        assertThat(Trees.string(leaving, "status", "phase")).isEqualTo("Terminating");
        Trees.set(leaving, java.util.List.of(), "spec", "finalizers");
        server.send(Verb.UPDATE, namespaces, "ns", "finalize", "", null, leaving);
        assertThat(TestServer.refusal(() -> server.get(namespaces, "ns")).isNotFound())
                .isTrue();
    }

    @Test
    void finalizersOfANamespaceHaveQualifiedNames() {
        String namespaces = "v1/namespaces";
        Map<String, Object> made = server.create(namespaces, "{'metadata':{'name':'ns'}}");
        Trees.set(made, List.of("kubernetes", "unknown", "a/b"), "spec", "finalizers");
        assertThat(TestServer.refusal(() -> server.send(Verb.UPDATE, namespaces, "ns", "finalize", "", null, made))
                        .getMessage())
                .isEqualTo("Namespace \"ns\" is invalid: spec.finalizers[1]: Invalid value: \"unknown\": name is"
                        + " neither a standard finalizer name nor is it fully qualified");
    }

    @Test
    void aCollectionIsDeletedBySelector() {
        for (int i = 0; i < 4; i++) {
            server.create(CONFIG_MAPS, "{'metadata':{'name':'c" + i + "','labels':{'odd':'" + i % 2 + "'}}}");
        }
        server.send(Verb.DELETECOLLECTION, CONFIG_MAPS, "", "", "labelSelector=odd=1", null, null);
        assertThat(server.names(CONFIG_MAPS, "")).containsExactly("c0", "c2");
    }

    @Test
    void whatIsAnsweredOfADeletedObjectHasTheVersionOfItsDeletion() {
        Map<String, Object> made = server.create("v1/serviceaccounts", "{'metadata':{'name':'s'}}");
        Map<String, Object> gone = server.delete("v1/serviceaccounts", "s", "");
        assertThat(version(gone)).isGreaterThan(version(made));
        String pod = "{'metadata':{'name':'p'},'spec':{'nodeName':'n1','containers':[{'name':'c','image':'i'}]}}";
        server.create(PODS, pod);
        Map<String, Object> leaving = server.delete(PODS, "p", "");
        assertThat(version(server.delete(PODS, "p", "gracePeriodSeconds=0"))).isGreaterThan(version(leaving) + 1);
    }

    private static long version(Map<String, Object> object) {
        return Long.parseLong(Trees.string(object, "metadata", "resourceVersion"));
    }

    @Test
    void jobsWarnOfWhatBecomesOfTheirPodsAlsoWhenRefused() {
        server.create(
                "batch/v1/jobs",
                "{'metadata': {'name': 'j'}, 'spec': {'suspend': true, 'template': {'spec': {'restartPolicy': 'Never',"
                        + " 'containers': [{'name': 'c', 'image': 'i'}]}}}}");
        String warning =
                "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to"
                        + " remove them or set propagationPolicy=Orphan to suppress this warning";

        ApiException refused = TestServer.refusal(() -> server.delete("batch/v1/jobs", "j", "resourceVersion=1"));
        assertThat(refused.warnings()).containsExactly(warning);
        assertThat(server.send(Verb.DELETE, "batch/v1/jobs", "j", "", "propagationPolicy=Orphan", null, null)
                        .warnings())
                .isEmpty();
    }

    @Test
    void answersNameTheGroupThatWasAsked() {
        server.create("v1/events", "{'metadata': {'name': 'e'}, 'involvedObject': {'namespace': 'rec'}}");

        Map<String, Object> status = server.delete("events.k8s.io/v1/events", "e", "");

        assertThat(Trees.string(status, "details", "group")).isEqualTo("events.k8s.io");
        assertThat(TestServer.refusal(() -> server.delete("events.k8s.io/v1/events", "e", ""))
                        .getMessage())
                .isEqualTo("events.events.k8s.io \"e\" not found");
    }

    @Test
    void namespacesAndDefinitionsHaveTheirOwnWordsForPreconditions() {
        server.create("v1/namespaces", "{'metadata': {'name': 'n'}}");
        String uid = Trees.string(server.get("v1/namespaces", "n"), "metadata", "uid");

        assertThat(TestServer.refusal(() -> server.delete("v1/namespaces", "n", "uid=x"))
                        .getMessage())
                .isEqualTo(
                        "Operation cannot be fulfilled on namespaces \"n\": Precondition failed: UID in precondition:"
                                + " x, UID in object meta: " + uid);
    }
}
