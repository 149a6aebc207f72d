package io.k8j.server.cli;

import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.resource.GroupVersionResource;
import java.util.Map;

/**
 * The requests that a cluster serves all day, often enough for the JVM to learn what their code does: what it has learnt
 * goes into the start-up cache, and a fresh server's compilers need not watch its first ten thousand requests.
 */
final class TrainingRequests {
    private static final GroupVersionResource CONFIGMAPS = new GroupVersionResource("", "v1", "configmaps");
    private static final GroupVersionResource PODS = new GroupVersionResource("", "v1", "pods");
    private static final GroupVersionResource LEASES = new GroupVersionResource("coordination.k8s.io", "v1", "leases");
    static final int ROUNDS = 1200;

    private static final String MERGE = "application/merge-patch+json";
    private static final String STRATEGIC = "application/strategic-merge-patch+json";

    private final ApiTransport transport;

    TrainingRequests(ApiTransport transport) {
        this.transport = transport;
    }

    /** @param rounds how often each kind of request is sent */
    void run(int rounds) {
        ApiObject lease = create(LEASES, lease("", 0));
        create(PODS, pod("pod"));
        for (int i = 0; i < rounds; i++) {
            String name = "c" + i;
            create(CONFIGMAPS, configMap(name, i));
            call(Verb.GET, CONFIGMAPS, name, "", null, null);
            call(Verb.UPDATE, CONFIGMAPS, name, "", null, configMap(name, -i));
            call(Verb.PATCH, CONFIGMAPS, name, "", MERGE, "{\"data\":{\"value\":\"p%d\"}}".formatted(i));
            call(Verb.DELETE, CONFIGMAPS, name, "", null, null);
            lease = call(Verb.UPDATE, LEASES, "lease", "", null, lease(lease.resourceVersion(), i));
            call(Verb.PATCH, PODS, "pod", "status", STRATEGIC, STATUS.formatted(i));
            if (i % 10 == 0) {
                create(PODS, pod("p" + i));
                transport.call(request(Verb.LIST, PODS, "", "", null, null));
            }
        }
    }

    private static final String STATUS = """
            {"status":{"conditions":[{"type":"Training","status":"True","message":"m%d"}]}}""";

    private static String configMap(String name, int value) {
        return """
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"%s"},
                "data":{"value":"%d","filler":"%s"}}""".formatted(name, value, "x".repeat(800));
    }

    private static String pod(String name) {
        return """
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","labels":{"app":"train"}},
                "spec":{"schedulerName":"none","containers":[{"name":"main","image":"example.test/app:1",
                "env":[{"name":"A","value":"1"}],"resources":{"requests":{"cpu":"10m","memory":"16Mi"}}}]}}""".formatted(name);
    }

    private static String lease(String version, int number) {
        return """
                {"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"lease"%s},
                "spec":{"holderIdentity":"train","leaseDurationSeconds":40,"renewTime":"2026-01-01T00:00:00.%06dZ"}}""".formatted(version.isEmpty() ? "" : ",\"resourceVersion\":\"" + version + "\"", number);
    }

    private ApiObject create(GroupVersionResource resource, String json) {
        return call(Verb.CREATE, resource, "", "", null, json);
    }

    private ApiObject call(
            Verb verb, GroupVersionResource resource, String name, String subresource, String patchType, String json) {
        return transport
                .call(request(verb, resource, name, subresource, patchType, json))
                .object();
    }

    private static ApiCall request(
            Verb verb, GroupVersionResource resource, String name, String subresource, String patchType, String json) {
        Object body = json == null ? null : Json.parse(json);
        return new ApiCall(verb, resource, "default", name, subresource, Map.of(), patchType, body);
    }
}
