package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Paths under objects, Services' addresses and reviews. */
class SubresourcesTest {
    private static final String PODS = "v1/pods";
    private static final String SERVICES = "v1/services";

    private final TestServer server = new TestServer(
            CoreConfig.DEFAULTS
                    .withServiceRange("10.97.0.0/24")
                    .withNodePorts(30000, 30010)
                    .withBootstrap(true),
            ApiServerCore.Parts.open());

    @AfterEach
    void close() {
        server.close();
    }

    private Map<String, Object> post(String resource, String name, String subresource, String json) {
        return TestServer.tree(
                server.send(Verb.CREATE, resource, name, subresource, "", null, Json.parse(json.replace('\'', '"'))));
    }

    @Test
    void aBindingGivesAPodItsNodeOnce() {
        server.create(PODS, "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'i'}]}}");
        Map<String, Object> status =
                post(PODS, "p", "binding", "{'metadata':{'name':'p'},'target':{'kind':'Node','name':'n1'}}");
        assertThat(status.get("code")).isEqualTo(201L);
        Map<String, Object> pod = server.get(PODS, "p");
        assertThat(Trees.string(pod, "spec", "nodeName")).isEqualTo("n1");
        assertThat(Json.writeString(pod.get("status"))).contains("\"type\":\"PodScheduled\",\"status\":\"True\"");
        assertThat(TestServer.refusal(
                                () -> post(PODS, "p", "binding", "{'metadata':{'name':'p'},'target':{'name':'n2'}}"))
                        .getMessage())
                .isEqualTo("Operation cannot be fulfilled on pods/binding \"p\": pod p is already assigned to node"
                        + " \"n1\"");
    }

    @Test
    void aBindingLeavesTheRestOfAPodAsItIs() {
        server.create(
                PODS,
                "{'metadata':{'name':'p','labels':{'a':'b'},'annotations':{'k':'}\\\"]\\\\'},'finalizers':['x.io/f']},"
                        + "'spec':{'hostNetwork':true,'nodeSelector':{'z':'1'},'priority':0,"
                        + "'tolerations':[{'operator':'Exists'}],'volumes':[{'name':'v','emptyDir':{}}],"
                        + "'containers':[{'name':'c','image':'i','args':['{','ä\\n'],'env':[{'name':'E'}]}]}}");
        Map<String, Object> before = server.get(PODS, "p");
        post(
                PODS,
                "p",
                "binding",
                "{'metadata':{'name':'p','annotations':{'more':'1'}},'target':{'kind':'Node','name':'n1'}}");
        Map<String, Object> after = server.get(PODS, "p");

        assertThat(Trees.map(after, "metadata", "annotations")).containsOnlyKeys("k", "more");
        Trees.set(before, Trees.get(after, "metadata", "annotations"), "metadata", "annotations");
        Trees.set(before, Trees.get(after, "metadata", "resourceVersion"), "metadata", "resourceVersion");
        Trees.set(before, "n1", "spec", "nodeName");
        assertThat(Trees.list(after, "status", "conditions")).hasSize(1);
        Trees.set(before, Trees.get(after, "status", "conditions"), "status", "conditions");
        assertThat(after).isEqualTo(before);
        assertThat(Trees.map(after, "spec").keySet().stream().toList())
                .as("fields are in upstream's order")
                .containsSubsequence("nodeSelector", "nodeName", "hostNetwork", "securityContext", "tolerations");
    }

    @Test
    void aBindingEndsTheNomination() {
        server.create(PODS, "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'i'}]}}");
        server.send(
                Verb.PATCH,
                PODS,
                "p",
                "status",
                "",
                "application/merge-patch+json",
                Json.parse("{\"status\":{\"nominatedNodeName\":\"n2\"}}"));
        assertThat(Trees.string(server.get(PODS, "p"), "status", "nominatedNodeName"))
                .isEqualTo("n2");
        post(PODS, "p", "binding", "{'metadata':{'name':'p'},'target':{'kind':'Node','name':'n1'}}");
        assertThat(Trees.get(server.get(PODS, "p"), "status", "nominatedNodeName"))
                .isNull();
    }

    @Test
    void aGatedPodIsNotBound() {
        server.create(
                PODS,
                "{'metadata':{'name':'p'},'spec':{'schedulingGates':[{'name':'g.io/x'}],"
                        + "'containers':[{'name':'c','image':'i'}]}}");
        assertThat(TestServer.refusal(
                                () -> post(PODS, "p", "binding", "{'metadata':{'name':'p'},'target':{'name':'n2'}}"))
                        .getMessage())
                .isEqualTo("Operation cannot be fulfilled on pods/binding \"p\": pod p has non-empty"
                        + " .spec.schedulingGates");
    }

    @Test
    void anEvictionAsksTheDisruptionBudget() {
        server.create(
                PODS,
                "{'metadata':{'name':'p','labels':{'a':'b'}},'spec':{'nodeName':'n','containers':[{'name':'c','image':"
                        + "'i'}]}}");
        server.send(
                Verb.PATCH,
                PODS,
                "p",
                "status",
                "",
                "application/merge-patch+json",
                Json.parse(
                        "{\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}"));
        server.create(
                "policy/v1/poddisruptionbudgets",
                "{'metadata':{'name':'b'},'spec':{'minAvailable':1,'selector':{'matchLabels':{'a':'b'}}}}");
        server.send(
                Verb.PATCH,
                "policy/v1/poddisruptionbudgets",
                "b",
                "status",
                "",
                "application/merge-patch+json",
                Json.parse("{\"status\":{\"observedGeneration\":1,\"desiredHealthy\":1,\"currentHealthy\":1}}"));
        ApiException refusal = TestServer.refusal(() -> post(PODS, "p", "eviction", "{'metadata':{'name':'p'}}"));
        assertThat(refusal.code()).isEqualTo(429);
        assertThat(refusal.getMessage()).isEqualTo("Cannot evict pod as it would violate the pod's disruption budget.");
        assertThat(refusal.details().toString())
                .contains("The disruption budget b needs 1 healthy pods and has 1 currently");
    }

    @Test
    void scaleShowsAndSetsReplicas() {
        server.create(
                "apps/v1/deployments",
                "{'metadata':{'name':'d'},'spec':{'replicas':2,'selector':{'matchLabels':{'a':'b'}},'template':{"
                        + "'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'i'}]}}}}");
        Map<String, Object> scale =
                TestServer.tree(server.send(Verb.GET, "apps/v1/deployments", "d", "scale", "", null, null));
        assertThat(Trees.string(scale, "status", "selector")).isEqualTo("a=b");
        Trees.set(scale, 5L, "spec", "replicas");
        server.send(Verb.UPDATE, "apps/v1/deployments", "d", "scale", "", null, scale);
        assertThat(Trees.integer(server.get("apps/v1/deployments", "d"), "spec", "replicas"))
                .isEqualTo(5);
        assertThat(TestServer.refusal(() -> server.send(
                                Verb.PATCH,
                                "apps/v1/deployments",
                                "d",
                                "scale",
                                "",
                                "application/merge-patch+json",
                                Map.of("spec", Map.of("replicas", "x"))))
                        .getMessage())
                .startsWith(" \"\" is invalid: patch: Invalid value: \"{")
                .endsWith("json: cannot unmarshal string into Go struct field ScaleSpec.spec.replicas of type int32");
        Trees.set(scale, -1L, "spec", "replicas");
        assertThat(TestServer.refusal(
                                () -> server.send(Verb.UPDATE, "apps/v1/deployments", "d", "scale", "", null, scale))
                        .getMessage())
                .isEqualTo(
                        "Scale.autoscaling \"d\" is invalid: spec.replicas: Invalid value: -1: must be greater than or"
                                + " equal to 0");
    }

    @Test
    void servicesGetAddressesAndPortsAndGiveThemBack() {
        Map<String, Object> s = server.create(
                SERVICES,
                "{'metadata':{'name':'s'},'spec':{'type':'NodePort','ports':[{'port':80,'nodePort':30001}]}}");
        String address = Trees.string(s, "spec", "clusterIP");
        assertThat(address).startsWith("10.97.0.");
        assertThat(server.core
                        .table()
                        .find("networking.k8s.io", "ipaddresses")
                        .storage()
                        .get("", address))
                .isNotNull();
        assertThat(TestServer.refusal(() -> server.create(
                                SERVICES,
                                "{'metadata':{'name':'t'},'spec':{'clusterIP':'" + address
                                        + "','ports':[{'port':80}]}}"))
                        .getMessage())
                .isEqualTo("Service \"t\" is invalid: spec.clusterIPs: Invalid value: [\"" + address
                        + "\"]: failed to allocate IP " + address + ": provided IP is already allocated");
        assertThat(TestServer.refusal(() -> server.create(
                                SERVICES,
                                "{'metadata':{'name':'t'},'spec':{'type':'NodePort','ports':[{'port':80,'nodePort':"
                                        + "30001}]}}"))
                        .getMessage())
                .isEqualTo("Service \"t\" is invalid: spec.ports[0].nodePort: Invalid value: 30001: provided port is"
                        + " already allocated");
        server.delete(SERVICES, "s", "");
        server.create(
                SERVICES,
                "{'metadata':{'name':'t'},'spec':{'type':'NodePort','clusterIP':'" + address
                        + "','ports':[{'port':80,'nodePort':30001}]}}");
    }

    @Test
    void everyClusterHasItsSystemObjects() {
        assertThat(server.names("v1/namespaces", ""))
                .containsExactly("default", "kube-node-lease", "kube-public", "kube-system");
        assertThat(server.names("scheduling.k8s.io/v1/priorityclasses", ""))
                .containsExactly("system-cluster-critical", "system-node-critical");
        assertThat(Trees.string(
                        Json.parse(server.core
                                .table()
                                .find("", "services")
                                .storage()
                                .get("default", "kubernetes")
                                .object()
                                .json()),
                        "spec",
                        "clusterIP"))
                .isEqualTo("10.97.0.1");
    }

    @Test
    void reviewsAnswerWithoutKeeping() {
        Map<String, Object> review = TestServer.tree(server.send(
                Verb.CREATE,
                "authorization.k8s.io/v1/selfsubjectaccessreviews",
                "",
                "",
                "",
                null,
                Json.parse("{\"spec\":{\"resourceAttributes\":{\"verb\":\"get\",\"resource\":\"pods\"}}}")));
        assertThat(Trees.get(review, "status", "allowed")).isEqualTo(true);
        Map<String, Object> self = TestServer.tree(server.send(
                Verb.CREATE, "authentication.k8s.io/v1/selfsubjectreviews", "", "", "", null, Json.parse("{}")));
        assertThat(Trees.string(self, "status", "userInfo", "username")).isEqualTo("admin");
    }

    @Test
    void partsOfTheControlPlaneAreShownAndWarnedOf() {
        ApiResponse list = server.send(Verb.LIST, "v1/componentstatuses", "", "", "", null, null);
        assertThat(list.list().items())
                .extracting(ApiObject::name)
                .containsExactly("controller-manager", "etcd-0", "scheduler");
        assertThat(list.warnings()).containsExactly("v1 ComponentStatus is deprecated in v1.19+");
        assertThat(Trees.list(server.get("v1/componentstatuses", "scheduler"), "conditions"))
                .containsExactly(Map.of("type", "Healthy", "status", "True", "message", "ok"));
        assertThat(TestServer.refusal(() -> server.get("v1/componentstatuses", "other"))
                        .getMessage())
                .isEqualTo("componentstatus \"other\" not found");
    }

    @Test
    void bothVersionsOfAnAutoscalerAndOfAnEventShareTheirObject() {
        server.create(
                "autoscaling/v1/horizontalpodautoscalers",
                "{'metadata':{'name':'h'},'spec':{'scaleTargetRef':{'kind':'Deployment','name':'d','apiVersion':'apps/v1'},"
                        + "'maxReplicas':3,'targetCPUUtilizationPercentage':70}}");
        Map<String, Object> v2 = server.get("autoscaling/v2/horizontalpodautoscalers", "h");
        assertThat(Trees.integer(
                        Trees.list(v2, "spec", "metrics").getFirst(), "resource", "target", "averageUtilization"))
                .isEqualTo(70);
        assertThat(Trees.integer(
                        server.get("autoscaling/v1/horizontalpodautoscalers", "h"),
                        "spec",
                        "targetCPUUtilizationPercentage"))
                .isEqualTo(70);
        server.create(
                "v1/events",
                "{'metadata':{'name':'e'},'involvedObject':{'kind':'Pod','name':'p','namespace':'rec'},'message':'m',"
                        + "'reason':'R','type':'Normal'}");
        assertThat(server.get("events.k8s.io/v1/events", "e"))
                .containsEntry("note", "m")
                .containsEntry("apiVersion", "events.k8s.io/v1");
        assertThat(server.names("events.k8s.io/v1/events", "fieldSelector=regarding.name=p"))
                .hasSizeLessThanOrEqualTo(1);
    }

    private static final String DEPLOYMENT =
            "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d'},'spec':{%s'selector':{'matchLabels':{'a':"
                    + "'b'}},'template':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'i'}]}}}}";

    private Map<String, Object> applyScale(String manager, int replicas, String more) {
        String scale = "{'apiVersion':'autoscaling/v1','kind':'Scale','metadata':{'name':'d','namespace':'rec'},'spec':"
                + "{'replicas':%d}}".formatted(replicas);
        return TestServer.tree(server.send(
                Verb.PATCH,
                "apps/v1/deployments",
                "d",
                "scale",
                "fieldManager=" + manager + more,
                "application/apply-patch+yaml",
                Json.parse(scale.replace('\'', '"'))));
    }

    @Test
    void applyingAScaleConflictsWithTheOwnersOfTheReplicas() {
        String deployments = "apps/v1/deployments";
        server.patch(deployments, "d", "apply", DEPLOYMENT.formatted("'replicas':2,"), "fieldManager=owner");
        ApiException conflict = TestServer.refusal(() -> applyScale("scaler", 5, ""));
        assertThat(conflict.code()).isEqualTo(409);
        assertThat(conflict.getMessage())
                .isEqualTo("Apply failed with 1 conflict: conflict with \"owner\": .spec.replicas");
        Map<String, Object> scaled = applyScale("scaler", 5, "&force=true");
        assertThat(Trees.get(scaled, "spec", "replicas")).isEqualTo(5L);
        Map<String, Object> deployment = server.get(deployments, "d");
        assertThat(Trees.get(deployment, "spec", "replicas")).isEqualTo(5L);
        String managers = Json.writeString(Trees.get(deployment, "metadata", "managedFields"));
        assertThat(managers)
                .contains("\"manager\":\"scaler\",\"operation\":\"Apply\",\"apiVersion\":\"apps/v1\"")
                .containsOnlyOnce("f:replicas");
        applyScale("other", 5, "");
        assertThat(Json.writeString(Trees.get(server.get(deployments, "d"), "metadata", "managedFields")))
                .contains("\"manager\":\"other\"");
    }

    @Test
    void aStatusWriteKeepsOfTheMetadataWhatItsKindSays() {
        server.create("apps/v1/deployments", DEPLOYMENT.formatted(""));
        server.create("apps/v1/replicasets", DEPLOYMENT.formatted("").replace("Deployment", "ReplicaSet"));
        String labels = "{'metadata':{'labels':{'x':'1'},'annotations':{'y':'2'}}}";
        for (String resource : java.util.List.of("apps/v1/deployments", "apps/v1/replicasets")) {
            server.send(
                    Verb.PATCH,
                    resource,
                    "d",
                    "status",
                    "",
                    "application/merge-patch+json",
                    Json.parse(labels.replace('\'', '"')));
        }
        Map<String, Object> deployment = server.get("apps/v1/deployments", "d");
        assertThat(Trees.map(deployment, "metadata", "labels")).isEmpty();
        assertThat(Trees.map(deployment, "metadata", "annotations")).containsEntry("y", "2");
        assertThat(Trees.map(server.get("apps/v1/replicasets", "d"), "metadata", "labels"))
                .containsEntry("x", "1");
    }
}
