package io.k8j.server.cli;

import io.k8j.client.https.HttpsTransport;
import io.k8j.client.https.Kubeconfig;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.Verb;
import io.k8j.model.api.WatchListener;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.nio.file.Path;
import java.util.Map;

/** What a user does in the first minute: a Deployment that becomes available, lists, a watch, a patch, a deletion. */
final class TrainingLoad {
    private static final GroupVersionResource DEPLOYMENTS = new GroupVersionResource("apps", "v1", "deployments");
    private static final GroupVersionResource PODS = new GroupVersionResource("", "v1", "pods");
    private static final GroupVersionResource SERVICES = new GroupVersionResource("", "v1", "services");
    private static final int ATTEMPTS = 200;

    private static final String DEPLOYMENT = """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"train"},"spec":{"replicas":2,
            "selector":{"matchLabels":{"app":"train"}},"template":{"metadata":{"labels":{"app":"train"}},
            "spec":{"containers":[{"name":"c","image":"train:1","ports":[{"containerPort":80}]}]}}}}
            """;
    private static final String SERVICE = """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"train"},
            "spec":{"selector":{"app":"train"},"ports":[{"port":80}]}}
            """;

    private final Path kubeconfig;

    TrainingLoad(Path kubeconfig) {
        this.kubeconfig = kubeconfig;
    }

    void run() throws Exception {
        try (ApiTransport transport =
                new HttpsTransport(Kubeconfig.read(kubeconfig, "").access(), "train")) {
            transport.call(create(SERVICES, SERVICE));
            transport.call(create(DEPLOYMENTS, DEPLOYMENT));
            ApiTransport.Watch watch = transport.watch(call(Verb.WATCH, PODS, "", null), new Ignore());
            awaitAvailable(transport);
            transport.call(call(Verb.LIST, PODS, "", null));
            transport.call(new ApiCall(
                    Verb.PATCH,
                    DEPLOYMENTS,
                    "default",
                    "train",
                    "",
                    Map.of("fieldManager", "train"),
                    "application/strategic-merge-patch+json",
                    Json.parse("{\"spec\":{\"replicas\":1}}")));
            transport.call(call(Verb.DELETE, DEPLOYMENTS, "train", null));
            new TrainingRequests(transport).run(TrainingRequests.ROUNDS);
            new TrainingPods(transport).run(TrainingPods.COUNT);
            watch.close();
        }
    }

    private static void awaitAvailable(ApiTransport transport) throws InterruptedException {
        for (int i = 0; i < ATTEMPTS; i++) {
            ApiObject deployment =
                    transport.call(call(Verb.GET, DEPLOYMENTS, "train", null)).object();
            if (Trees.integer(deployment.tree(), "status", "availableReplicas") != null) {
                return;
            }
            Thread.sleep(50);
        }
    }

    private static ApiCall create(GroupVersionResource resource, String json) {
        return call(Verb.CREATE, resource, "", Json.parse(json));
    }

    private static ApiCall call(Verb verb, GroupVersionResource resource, String name, Object body) {
        return new ApiCall(verb, resource, "default", name, "", Map.of(), null, body);
    }

    /** Nobody looks at the events; receiving them is the point. */
    private static final class Ignore implements WatchListener {
        @Override
        public void event(EventType type, ApiObject object) {
            object.name();
        }

        @Override
        public void closed(RuntimeException cause) {
            if (cause != null && !(cause instanceof ApiException)) {
                throw cause;
            }
        }
    }
}
